import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const CORPUS = join(import.meta.dirname, '../../../shared/corpus')

/** The labelled shell commands, where they are beside this clone. */
export function corpusTexts(): readonly string[] {
  if (!existsSync(CORPUS)) return []
  return readdirSync(CORPUS)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(CORPUS, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as { kind?: string; input?: unknown })
    .flatMap(({ kind, input }) => (kind === 'shell' && typeof input === 'string' ? [input] : []))
}

/** Every word of the texts: any of them may turn out to be a program. */
export function wordsOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => text.match(/[\w.+@-]+/g) ?? []).filter((word) => word.length < 100))
}
