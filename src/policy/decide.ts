import type { CedarValueJson } from '@cedar-policy/cedar-wasm/web'
import { reasonOf } from '../core/errors.ts'
import { SAFEGUARDS, type Safeguard } from '../core/safeguard.ts'
import type { Answer, Policy, Question, Trial } from '../core/study.ts'
import type { Engine } from './engine.ts'
import { PolicyError } from './error.ts'
import type { Rule } from './rule.ts'
import { FACTS, PLACES, type RuleFact, SAFEGUARD_WORDS, TRAITS, VERBS, type Words } from './vocabulary.ts'

/** How many answers are kept; a run asks the same few dozen questions over and over. */
const KEPT = 4096

type Feasible = readonly (readonly Safeguard[])[]

/** The search for the least safeguards, over answers kept by their exact inputs. */
export function decider(engine: Engine, rules: readonly Rule[]): Policy['decide'] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const kept = new Map<string, Answer>()
  return (question, feasible) => {
    try {
      const key = keyOf(question, feasible)
      const known = kept.get(key)
      if (known) return known
      const answer = Object.freeze(search(question, feasible, { engine, byId }))
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value ?? '')
      kept.set(key, answer)
      return answer
    } catch (error) {
      return failed(reasonOf(error))
    }
  }
}

function failed(what: string): Answer {
  return {
    kind: 'forbidden',
    rule: 'policy/error',
    because: `policy could not be asked, so nothing is permitted: ${what}`,
    instead: 'leave it to a person; `interlock policy test` tells him what is wrong with the rules',
    tried: [],
  }
}

/** INVARIANT: two questions share a key only where policy sees no difference. Every word is checked on the way. */
function keyOf(question: Question, feasible: Feasible): string {
  let facts = at(VERBS, question.verb)
  for (const name of FACT_NAMES) facts = facts * FACTS[name].size + at(FACTS[name], question[name])
  let traits = 0
  for (const trait of question.traits) traits |= 1 << at(TRAITS, trait)
  let sets = ''
  for (const set of feasible) {
    for (const safeguard of set) sets += at(SAFEGUARD_WORDS, safeguard)
    sets += ','
  }
  const { tier, escalating, given, system } = question
  if (!Number.isInteger(tier) || typeof escalating !== 'boolean' || typeof given !== 'boolean')
    throw new PolicyError('policy/question', 'a tier that is no number, or a flag that is neither true nor false')
  return `${facts}.${traits}.${tier}.${escalating}.${given}.${sets}|${system}`
}

const FACT_NAMES = Object.keys(FACTS) as (keyof typeof FACTS)[]

function at(words: Words, word: string): number {
  const number = words.get(word)
  if (number === undefined) throw new PolicyError('policy/question', `no rule knows the word \`${word}\``)
  return number
}

interface Rules {
  readonly engine: Engine
  readonly byId: ReadonlyMap<string, Rule>
}

function search(question: Question, feasible: Feasible, { engine, byId }: Rules): Answer {
  const { verb } = question
  const resource = { type: PLACES.get(question.place) ?? '', id: question.system || 'local' }
  const names = engine.factsFor(verb, resource.type)
  const ask = (set: readonly Safeguard[]): { permitted: boolean; rules: Rule[] } => {
    const facts = factsOf(question, set)
    const reply = engine.ask(verb, resource, Object.fromEntries(names.map((name) => [name, facts[name]])))
    if (reply.kind === 'error') throw new PolicyError('policy/engine', reply.what)
    return { permitted: reply.kind === 'permitted', rules: reply.rules.toSorted().map((id) => ruleIn(byId, id)) }
  }
  const peopleOnly = !names.includes('safeguards')
  const denials: Denial[] = []
  const tried: Trial[] = []
  for (const set of feasible) {
    const people = peopleIn(set)
    // To these rules the set looks like one that was not enough.
    if (peopleOnly && denials.some((denial) => denial.people === people)) continue
    const { permitted, rules } = ask(set)
    tried.push({ under: set, permitted, rules })
    if (permitted)
      return { kind: 'permitted', under: Object.freeze([...set]), ...reasonFor(people, rules, denials), tried }
    denials.push({ people, forbids: rules })
  }
  const forbids = denials.at(-1)?.forbids ?? []
  if (forbids.length > 0) return { kind: 'forbidden', ...inWords(forbids), tried }
  // Only permits are missing: the rule that all safeguards together would satisfy says what it would take.
  const dearest = ask(SAFEGUARDS)
  if (dearest.permitted)
    return { kind: 'forbidden', ...inWords(dearest.rules.slice(0, 1), 'that can’t be had here'), tried }
  const floors = denials.flatMap((denial) => denial.forbids)
  return { kind: 'forbidden', ...(floors.length > 0 ? inWords(floors) : NO_RULE), tried }
}

const NO_RULE: Reason = {
  rule: 'policy/default',
  because: 'no rule permits it',
  instead: 'a person can do it himself, or the organisation can write a rule for it',
}

function factsOf(question: Question, set: readonly Safeguard[]): Readonly<Record<RuleFact, CedarValueJson>> {
  const { environment, tier, undo, certainty, mandate, mode, escalating, given, level } = question
  const simple = { environment, tier, undo, certainty, mandate, mode, escalating, given, level }
  const assured = peopleIn(set) - dearerSteps(question)
  return { ...simple, traits: [...question.traits], safeguards: [...set], assured }
}

/** 0 nobody, 1 the operator, 2 another person, 3 two others. */
function peopleIn(set: readonly Safeguard[]): number {
  if (set.includes('approval×2')) return 3
  if (set.includes('approval×1')) return 2
  return set.includes('confirm') ? 1 : 0
}

function dearerSteps({ verb, mandate, escalating }: Question): number {
  return (mandate === 'outside' && verb !== 'read' ? 1 : 0) + (escalating ? 1 : 0)
}

interface Reason {
  readonly rule: string
  readonly because: string
  readonly instead?: string
}

/** What held against a set that was not enough; no forbid where it only lacked a permit. */
interface Denial {
  readonly people: number
  readonly forbids: readonly Rule[]
}

/**
 * Where somebody is asked, he wants to know why fewer people were not enough: the forbids that held then, else the
 * permit, which itself asks for people; after that, what held with fewer people still.
 */
function reasonFor(people: number, permits: readonly Rule[], denials: readonly Denial[]): Reason {
  const permit = permits.slice(0, 1)
  const fewer = denials.filter((denial) => denial.people < people)
  const forbids = fewer.at(-1)?.forbids ?? []
  return inWords([...(forbids.length > 0 ? forbids : permit), ...fewer.flatMap((denial) => denial.forbids)])
}

function inWords(rules: readonly Rule[], ...more: readonly string[]): Reason {
  const [first] = rules
  if (first === undefined) throw new PolicyError('policy/engine', 'the engine decides without naming a rule')
  const because = new Set([...rules.map((rule) => rule.because), ...more])
  return {
    rule: first.id,
    because: [...because].join('; '),
    ...(first.instead !== undefined && { instead: first.instead }),
  }
}

function ruleIn(byId: ReadonlyMap<string, Rule>, id: string): Rule {
  const rule = byId.get(id)
  if (rule === undefined) throw new PolicyError('policy/engine', `the engine names the unknown rule \`${id}\``)
  return rule
}
