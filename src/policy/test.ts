import type { Safeguard } from '../core/safeguard.ts'
import type { Answer, Policy, Question } from '../core/study.ts'
import { FACTS, ladder, TRAITS, VERBS } from './vocabulary.ts'

/**
 * Cases of a pack, one a line: a question, the safeguards that it needs, the rule that says so.
 *
 *     delete workspace U1                             => snapshot   local/restorable
 *     update production U2 outside tier:2 system:shop => approval×2 production/write    # a comment
 *
 * Left: the verb, then facts and traits in any order. An environment says that the place is remote, and a remote place
 * without one is production. What else is not said: `workspace U0 known default act advised`, and tier 1 where it is
 * remote. A snapshot can be had of what is U1 on this machine, but for `unsnapped`.
 * Right: `nothing`, `forbidden`, or safeguards joined by `+`; then the rule.
 */
export interface CaseResult {
  readonly file: string
  readonly line: number
  readonly text: string
  readonly ok: boolean
  /** What policy answers, in the words of the right side; or why the line can't be read. */
  readonly got: string
}

export function runCases(policy: Policy, files: Readonly<Record<string, string>>): readonly CaseResult[] {
  return Object.entries(files).flatMap(([file, content]) =>
    content.split('\n').flatMap((raw, at) => {
      const text = raw.replace(/(^|\s)#.*/, '').trim()
      return text === '' ? [] : [{ file, line: at + 1, text, ...runCase(policy, text) }]
    }),
  )
}

function runCase(policy: Policy, text: string): { ok: boolean; got: string } {
  const [left = '', right = '', ...more] = text.split('=>')
  const expected = wordsIn(right)
  if (expected.length !== 2 || more.length > 0)
    return { ok: false, got: 'can’t be read: a case is `question => safeguards rule`' }
  const asked = readQuestion(wordsIn(left))
  if ('wrong' in asked) return { ok: false, got: `can’t be read: ${asked.wrong}` }
  const answer = policy.decide(asked.question, asked.feasible)
  const got = `${safeguardsOf(answer)} ${answer.rule}`
  return { ok: got === expected.join(' '), got }
}

function safeguardsOf(answer: Answer): string {
  return answer.kind === 'forbidden' ? 'forbidden' : answer.under.join('+') || 'nothing'
}

const wordsIn = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

type Asked = { readonly question: Question; readonly feasible: readonly (readonly Safeguard[])[] }

function readQuestion([verb = '', ...words]: readonly string[]): Asked | { readonly wrong: string } {
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
  if (TRAITS.has(word) || FLAGS.includes(word)) return [word, word]
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
    traits: [...said.keys()].filter((name) => TRAITS.has(name)),
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
