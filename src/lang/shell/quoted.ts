import { type Field, literal } from '../field.ts'

/** As one word of a POSIX shell, whatever it holds. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** As a person would type it: quoted only where it must be. */
export function word(text: string): string {
  return /^[\w@%+=:,./~^-]+$/.test(text) ? text : quoted(text)
}

/** The command line that gives a program these arguments; undefined where one is not known, or a pattern. */
export function typed(argv: readonly Field[]): string | undefined {
  const words = argv.map(literal)
  return words.some((each) => each === undefined) ? undefined : words.map((each) => word(each ?? '')).join(' ')
}

/** Back to shell text, for aliases. */
export function spelled(field: Field): string {
  if (field.unknown !== undefined) return `"$(: ${field.unknown.why.replace(/[^\w ]/g, '')})"`
  return field.glob ? field.text : quoted(field.text)
}
