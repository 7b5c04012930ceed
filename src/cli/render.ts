import { type CodedError, chain } from '../core/errors.ts'
import { visible } from '../core/visible.ts'
import type { RulingLine } from '../wire/api.ts'

/** The only place that prints. One line of plain text that is readable without colour. */
export function line(text = ''): void {
  process.stdout.write(`${visible(text)}\n`)
}

/** Only a terminal has one. */
export function bell(): void {
  if (process.stdout.isTTY) process.stdout.write('\u0007')
}

/** A line of `agent/show.ts`: what others chose in it is plain already, and its colours are ours. */
export function painted(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** How wide the terminal is, as far as it says; one without a size says none. */
export function columnsHere(): number {
  const { columns = 0 } = process.stdout
  return columns > 0 ? Math.max(columns, 40) : WIDTH
}

/** For people, beside what a command prints for others: on stderr. It may have several lines. */
export function note(text: string): void {
  for (const each of text.split('\n')) process.stderr.write(`${visible(each)}\n`)
}

function shown(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** A text that an agent chose can be megabytes long; `--json` has all of it. */
const LONGEST = 2_000

/** A document whose own writer made every character in it fit to be seen. */
export function print(document: string): void {
  process.stdout.write(document)
}

export function json(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** What, why, and what to do; on stderr. */
export function failure(error: unknown): void {
  const [what, ...why] = chain(error)
  note(`interlock: ${what ?? 'unknown failure'}`)
  for (const each of why) note(`  because ${each}`)
  const hint = (error as Partial<CodedError>).hint
  if (hint !== undefined) note(`  ${hint}`)
}

/** A ruling as a person reads it: one line for the answer, then what it rests on. */
export function ruling(answer: RulingLine, effects: boolean): void {
  const under =
    answer.ruling === 'allow' && answer.safeguards.length > 0 ? `  after a ${answer.safeguards.join(', ')}` : ''
  line(`${answer.ruling.padEnd(5)} ${answer.rule}${under}`)
  line(`  ${answer.because}`)
  if (answer.release !== undefined) line(`  released by ${answer.release.who} ${answer.release.where}`)
  if (answer.instead !== undefined) line(`  instead: ${answer.instead}`)
  for (const precedent of answer.precedents ?? []) line(`  it happened: ${precedent}`)
  if (effects && answer.effects.length > 0)
    table(answer.effects.map((each) => [each.verb, each.resource, each.place, each.undo, each.certainty]))
}

/** What people read fits into this many columns. */
const WIDTH = 100

/**
 * One paragraph as lines: the first begins with `head`, the others with as many spaces. A word that is too long for a
 * line is cut over several.
 */
export function paragraph(head: string, text: string): readonly string[] {
  const room = Math.max(20, WIDTH - head.length)
  const lines = ['']
  // What stands between backquotes is one word, to be copied as it is.
  for (const word of (shown(text).match(/`[^`]*`\S*|\S+/g) ?? []).map(visible)) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else {
      if (last === '') lines.pop()
      for (let at = 0; at === 0 || at < word.length; at += room) lines.push(word.slice(at, at + room))
    }
  }
  return lines.map((each, i) => (i === 0 ? head : ' '.repeat(head.length)) + each)
}

/** A title with what stands under it; nothing where nothing does. */
export function section(title: string, content: readonly string[]): void {
  if (content.length === 0) return
  line()
  line(title)
  for (const each of content) line(each)
}

const MOST_SHOWN = 20

/** As many as a person reads. */
export function some(all: readonly (readonly string[])[], what: string): readonly string[] {
  const rest = all.length - MOST_SHOWN
  return [
    ...all.slice(0, MOST_SHOWN).flat(),
    ...(rest > 0 ? [`  … and ${rest} more ${what}; \`--json\` lists them`] : []),
  ]
}

export function table(rows: readonly (readonly string[])[], indent = '  '): void {
  for (const text of columns(rows, indent)) line(text)
}

/** Columns as wide as their widest cell; the last one is left ragged. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => rows.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0))
  const padded = (row: readonly string[]): string[] => row.map((cell, i) => cell.padEnd(widths[i] ?? 0))
  return rows.map((row) => (indent + padded(row).join('  ')).trimEnd())
}
