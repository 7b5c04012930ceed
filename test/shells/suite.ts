import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differ, shortest, type Unseen } from './differential.ts'
import { shellTexts } from './grammar.ts'
import { missing, Sandbox } from './sandbox.ts'
import { corpusTexts, wordsOf } from './texts.ts'

/** Failures that are shown, each by its shortest text. */
const SHOWN = 8

/** Of what is generated more may be opaque, as it combines what no person would. */
const MOST_OPAQUE = { generated: 0.6, corpus: 0.08 }
/** Of the programs that were started, at least so many were foreseen with their arguments. */
const EXACT = 0.97

/** Runs `generated` texts of the grammar and `corpus` labelled commands, if any, under real shells. */
export function differential(counts: {
  readonly generated: number
  readonly corpus: number
  readonly seed: number
}): void {
  const corpus = spread([...new Set(corpusTexts())], counts.corpus)
  const texts = { generated: fc.sample(shellTexts(), { seed: counts.seed, numRuns: counts.generated }), corpus }
  describe('B11: every program that bash, zsh or dash starts was foreseen', () => {
    const kinds = (['generated', 'corpus'] as const).filter((kind) => counts[kind] > 0)
    it.for(kinds)(`%s, from ${counts.seed}`, { timeout: 3_600_000 }, async (kind, context) => {
      if (missing() !== '') return context.skip(missing())
      if (texts[kind].length === 0) return context.skip('the corpus is not beside this clone')
      const sandbox = new Sandbox(wordsOf(texts[kind]))
      try {
        const outcome = await differ(sandbox, texts[kind])
        expect(await told(sandbox, outcome.unseen)).toEqual([])
        expect(outcome.lost / outcome.texts).toBeLessThan(0.01)
        expect(outcome.opaque / outcome.texts, 'texts that are held as a whole').toBeLessThan(MOST_OPAQUE[kind])
        const started = outcome.exact + outcome.name
        expect(started).toBeGreaterThan(outcome.texts - outcome.opaque)
        expect(outcome.exact / started, 'programs foreseen with their arguments').toBeGreaterThan(EXACT)
        await context.annotate(
          `${outcome.texts} texts, ${outcome.opaque} opaque; ${started} programs started, ${outcome.exact} foreseen with their arguments`,
        )
      } finally {
        sandbox.close()
      }
    })
  })
}

async function told(sandbox: Sandbox, unseen: readonly Unseen[]): Promise<readonly string[]> {
  const shown: string[] = []
  const first = new Map(unseen.map((each) => [`${each.shell} ${each.text}`, each]))
  for (const each of [...first.values()].slice(0, SHOWN)) {
    const { shell, text, ran } = await shortest(sandbox, each)
    shown.push(`${shell}: ${JSON.stringify(text)} ran ${JSON.stringify(ran)}`)
  }
  return shown
}

/** `count` of them, from all over the list. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, all.length / count)
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)]).filter(
    (each) => each !== undefined,
  )
}
