import { type Digest, digestOf, type Json } from '../core/digest.ts'
import { type Envelope, type Filing, Seniority } from '../wire/desk.ts'
import type { QuorumRule } from '../wire/quorum.ts'
import { humansIn, type Person } from './person.ts'
import { isAtLeast } from './rights.ts'

export type Quorum = Envelope['quorum']

export function rulesDigest(rules: readonly QuorumRule[]): Digest {
  return digestOf('interlock-quorum/v1', rules as unknown as Json)
}

/** Who has to agree: all that each rule that applies asks for, and never fewer than the guard asked for. */
export function quorumFor(
  { approvals, effects }: Pick<Filing, 'approvals' | 'effects'>,
  rules: readonly QuorumRule[],
): Quorum {
  const applied = rules.filter((rule) => effects.some((effect) => applies(rule, effect)))
  const needs = applied.map((rule) => rule.needs)
  const count = Math.max(approvals, ...needs.map((each) => each.count))
  const teams = [...new Set(needs.flatMap((each) => each.teams))].sort()
  const seniority = Seniority.options.findLast((each) => needs.some((one) => one.seniority === each)) ?? 'junior'
  return {
    count,
    role: 'approver',
    ...(teams.length > 0 && { teams }),
    ...(seniority !== 'junior' && { seniority }),
    ...(applied.length > 0 && { rules: applied.map(({ id }) => id) }),
    ...(rules.length > 0 && { of: rulesDigest(rules) }),
  }
}

/** What can't be known before it runs may be all that a rule is about. */
function applies({ environments, systems, verbs, tiers }: QuorumRule, effect: Filing['effects'][number]): boolean {
  if (effect.certainty === 'opaque') return true
  const [, environment = '', system = ''] = /^(development|staging|production):(.*)$/s.exec(effect.place) ?? []
  if (environments !== undefined && !environments.some((each) => each === environment)) return false
  if (systems !== undefined && !systems.some((pattern) => matches(pattern, system))) return false
  if (verbs === undefined ? effect.verb === 'read' : !verbs.some((each) => each === effect.verb)) return false
  // Of what is on another system the guard tells the tier; where it does not, it may be any.
  const tier = environment === '' ? 0 : effect.tier
  return tiers === undefined || tier === undefined || tiers.includes(tier)
}

/** `*` stands for any text. One pass, so that no pattern takes long. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === pattern
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > text.length - last.length) return false
    at = found + part.length
  }
  return true
}

/** What is still missing where these have agreed, in words; none where nothing is. Nobody is enough for nothing. */
export function missing(quorum: Quorum, yes: readonly Person[]): readonly string[] {
  const left = Math.max(1, quorum.count) - humansIn(yes)
  const { seniority, teams = [] } = quorum
  const noSenior = seniority !== undefined && !yes.some((person) => isAtLeast(person.seniority, seniority))
  const noTeam = teams.filter((team) => !yes.some((person) => person.teams.includes(team)))
  return [...(left > 0 ? [`${left} more`] : []), ...(noSenior ? [oneSenior(seniority)] : []), ...noTeam.map(oneOfTeam)]
}

/** What it asks beside the count, in words: `one who is senior or more, one of team payments`; empty where nothing. */
export function termsWords({ seniority, teams = [] }: Quorum): string {
  return [...(seniority === undefined ? [] : [oneSenior(seniority)]), ...teams.map(oneOfTeam)].join(', ')
}

function oneSenior(seniority: Seniority): string {
  return seniority === 'senior' ? 'one who is senior or more' : `one who is ${seniority}`
}

function oneOfTeam(team: string): string {
  return `one of team ${team}`
}
