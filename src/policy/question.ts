import type { Safeguard } from '../core/safeguard.ts'
import type { Question } from '../core/study.ts'
import { FACTS, ladder, TRAITS, VERBS } from './vocabulary.ts'

/**
 * A question in words: the verb, then facts and traits in any order.
 *
 *     update production U2 outside tier:2 system:shop
 *
 * An environment says that the place is remote, and a remote place without one is production. What else is not said:
 * `workspace U0 known default act advised`, and tier 1 where it is remote. A snapshot can be had of what is U1 on this
 * machine, but for `unsnapped`.
 */
export type AskedQuestion = { readonly question: Question; readonly feasible: readonly (readonly Safeguard[])[] }

/** Names the word that it can't read. */
export function readQuestion([verb = '', ...words]: readonly string[]): AskedQuestion | { readonly wrong: string } {
  if (!VERBS.has(verb)) return { wrong: `\`${verb}\` is no verb` }
  const said = new Map<string, string>()
  for (const word of words) {
    const [name, value] = factIn(word)
    if (name === undefined) return { wrong: `\`${word}\` is no fact` }
    if (said.has(name)) return { wrong: `\`${said.get(name)}\` and \`${word}\` say the same fact` }
    said.set(name, value)
  }
  const question = questionFrom(verb, said)
  const snapshot = question.place !== 'remote' && question.undo === 'U1' && !said.has('unsnapped')
  return { question, feasible: ladder(snapshot) }
}

function factIn(word: string): readonly [name: string | undefined, value: string] {
  const valued = /^(tier|system):(.+)$/.exec(word)
  if (valued) return [valued[1], valued[2] ?? '']
  // One trait is called as a fact is: `system`.
  if (TRAITS.has(word)) return [`trait ${word}`, word]
  if (FLAGS.includes(word)) return [word, word]
  return [FACT_NAMES.find((name) => FACTS[name].has(word)), word]
}

const FLAGS = ['escalating', 'given', 'unsnapped']

const FACT_NAMES = Object.keys(FACTS) as (keyof typeof FACTS)[]

function questionFrom(verb: string, said: ReadonlyMap<string, string>): Question {
  const place = said.get('place') ?? (said.has('environment') ? 'remote' : 'workspace')
  const remote = place === 'remote'
  const question = {
    verb,
    place,
    environment: said.get('environment') ?? (remote ? 'production' : 'none'),
    tier: Number(said.get('tier') ?? (remote ? 1 : 0)),
    undo: said.get('undo') ?? 'U0',
    certainty: said.get('certainty') ?? 'known',
    traits: [...said].flatMap(([name, word]) => (name === `trait ${word}` ? [word] : [])),
    system: said.get('system') ?? '',
    mandate: said.get('mandate') ?? 'default',
    mode: said.get('mode') ?? 'act',
    escalating: said.has('escalating'),
    given: said.has('given'),
    level: said.get('level') ?? 'advised',
  }
  // Every word was looked up above, and policy looks them up again and forbids what it does not know.
  return question as Question
}

/** The question in words that `readQuestion` reads as the same one. */
export function questionText(question: Question): string {
  const { verb, place, environment, tier, system, traits } = question
  const remote = place === 'remote'
  const said: string[] = [
    verb,
    ...(remote && environment !== 'none' ? [environment] : [place, ...(remote ? [environment] : [])]),
  ]
  if (tier !== (remote ? 1 : 0)) said.push(`tier:${tier}`)
  if (system !== '') said.push(`system:${system.replaceAll(/\s+/g, '-')}`)
  for (const name of ['undo', 'certainty', 'mandate', 'mode', 'level'] as const)
    if (name === 'undo' || question[name] !== UNSAID[name]) said.push(question[name])
  return [...said, ...traits, ...FLAGGED.filter((flag) => question[flag])].join(' ')
}

const UNSAID = { certainty: 'known', mandate: 'default', mode: 'act', level: 'advised' } as const
const FLAGGED = ['escalating', 'given'] as const

export const wordsIn = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')
