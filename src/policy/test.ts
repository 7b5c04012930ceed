import type { Answer, Policy } from '../core/study.ts'
import { readQuestion, wordsIn } from './question.ts'

/**
 * Cases of a pack, one a line: a question, the safeguards that it needs, the rule that says so.
 *
 *     delete workspace U1                             => snapshot   local/restorable
 *     update production U2 outside tier:2 system:shop => approval×2 production/write    # a comment
 *
 * Left: a question, as `question.ts` says. Right: `nothing`, `forbidden`, or safeguards joined by `+`; then the rule.
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
