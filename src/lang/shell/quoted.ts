/** As one word of a POSIX shell, whatever it holds. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** As a person would type it: quoted only where it must be. */
export function word(text: string): string {
  return /^[\w@%+=:,./~^-]+$/.test(text) ? text : quoted(text)
}
