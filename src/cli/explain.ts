import { createInterface } from 'node:readline'
import { EXIT } from '../core/ruling.ts'
import type { Explanation } from '../wire/explanation.ts'
import { Case, caseProblem, shellCall } from './check.ts'
import { printExplanation } from './explanation.ts'
import { json, line, note } from './render.ts'

/** Judges one call with nothing run and nothing recorded, and says why. */
export type Explain = (call: Omit<Case, 'id'>) => Promise<Explanation>

interface Options {
  readonly json?: boolean
}

export async function explainOne(explain: Explain, words: readonly string[], options: Options): Promise<number> {
  const explanation = await explain(shellCall(words))
  if (options.json === true) json(explanation)
  else printExplanation(explanation)
  return EXIT[explanation.ruling]
}

/** Cases as `check --batch` takes them. One that can't be read is named on stderr, and the others go on. */
export async function explainBatch(explain: Explain, options: Options): Promise<number> {
  let ended: number = EXIT.done
  let at = 0
  for await (const text of createInterface({ input: process.stdin })) {
    at++
    if (text.trim() === '') continue
    try {
      const { id, ...call } = Case.parse(JSON.parse(text))
      const explanation = await explain(call)
      if (options.json === true) json({ id, ...explanation })
      else {
        line(`# ${id}`)
        printExplanation(explanation)
        line()
      }
    } catch (error) {
      note(`interlock: line ${at} is not explained: ${caseProblem(error)}`)
      ended = EXIT.usage
    }
  }
  return ended
}
