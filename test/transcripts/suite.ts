import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { formatTranscript, parseTranscript, play, settle } from './transcript.ts'

const FOLDER = import.meta.dirname
export const ROOT: string = join(FOLDER, '..', '..')

/** Plays every transcript of this folder with `launcher` as `interlock`; `vitest run -u` writes them as they went. */
export function transcripts(launcher: () => string): void {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))
  describe.concurrent('transcripts', () => {
    it.for(names.sort())('%s', { timeout: 120_000 }, async (name) => {
      const path = join(FOLDER, name)
      const text = readFileSync(path, 'utf8')
      const expected = parseTranscript(text)
      const seen = await play(expected, ROOT, launcher())
      const settled = { ...expected, steps: expected.steps.map((step, i) => settle(step, seen[i] ?? step)) }
      const written = formatTranscript(settled)
      if (inject('update')) writeFileSync(path, written)
      else expect(written).toBe(formatTranscript(expected))
    })
  })
}
