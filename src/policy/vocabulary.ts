import type { Trait } from '../core/effect.ts'
import { SAFEGUARDS, type Safeguard } from '../core/safeguard.ts'
import type { Question } from '../core/study.ts'

/** The words of one fact, each with its number. */
export type Words = ReadonlyMap<string, number>

// `Record` makes the compiler refuse a word too many and a word too few.
function words<Word extends string>(table: Record<Word, true>): Words {
  return new Map(Object.keys(table).map((word, at) => [word, at]))
}

export const VERBS: Words = words<Question['verb']>({
  read: true,
  create: true,
  update: true,
  delete: true,
  replace: true,
  execute: true,
  grant: true,
  disclose: true,
  spend: true,
})

/** The facts that are one word of a few. */
export const FACTS: Readonly<
  Record<'place' | 'environment' | 'undo' | 'certainty' | 'mandate' | 'mode' | 'level', Words>
> = {
  place: words<Question['place']>({ workspace: true, home: true, host: true, remote: true }),
  environment: words<Question['environment']>({ none: true, development: true, staging: true, production: true }),
  undo: words<Question['undo']>({ U0: true, U1: true, U2: true, U3: true, U4: true }),
  certainty: words<Question['certainty']>({ known: true, assumed: true, opaque: true }),
  mandate: words<Question['mandate']>({ default: true, inside: true, outside: true }),
  mode: words<Question['mode']>({ read: true, plan: true, act: true }),
  level: words<Question['level']>({ advised: true, confined: true, brokered: true }),
}

/** The places, and what rules call them. */
export const PLACES: ReadonlyMap<string, string> = new Map([
  ['workspace', 'Workspace'],
  ['home', 'Home'],
  ['host', 'Host'],
  ['remote', 'Remote'],
])

export const TRAITS: Words = words<Trait>({
  secret: true,
  guard: true,
  startup: true,
  system: true,
  settings: true,
  inert: true,
  ruin: true,
  device: true,
  rebuildable: true,
  temporary: true,
  repository: true,
  forge: true,
  shared: true,
  stateful: true,
  tainted: true,
})

export const SAFEGUARD_WORDS: Words = new Map(SAFEGUARDS.map((word, at) => [word, at]))

/** What a rule finds in `context`, as the built-in schema declares it. */
export const RULE_FACTS = [
  'environment',
  'tier',
  'undo',
  'certainty',
  'traits',
  'mandate',
  'mode',
  'escalating',
  'given',
  'level',
  'safeguards',
  'assured',
] as const

export type RuleFact = (typeof RULE_FACTS)[number]

/**
 * Every set of safeguards worth trying, cheapest for people first. A snapshot costs them nothing:
 * where one can be had, a set with it comes before the same set without.
 */
export const LADDER: readonly (readonly Safeguard[])[] = [
  [],
  ['snapshot'],
  ['snapshot', 'confirm'],
  ['confirm'],
  ['snapshot', 'approval×1'],
  ['approval×1'],
  ['snapshot', 'approval×2'],
  ['approval×2'],
]

/** The sets for a place where a snapshot can be had, or can't. */
export function ladder(snapshot: boolean): readonly (readonly Safeguard[])[] {
  return snapshot ? LADDER : LADDER.filter((set) => !set.includes('snapshot'))
}
