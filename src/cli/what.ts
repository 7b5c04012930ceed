/** A call in one line: what was asked, without what a person would not look for in a list. */
export function whatOf(input: unknown): string {
  const flat = textOf(input).replace(/\s+/g, ' ').trim()
  return flat.length > 80 ? `${flat.slice(0, 79)}…` : flat
}

function textOf(input: unknown): string {
  if (typeof input === 'string') return input
  const { operation, path, to, undoes, name } = input as Readonly<Record<string, unknown>>
  if (typeof operation === 'string') return [operation, path, to].filter((each) => typeof each === 'string').join(' ')
  if (typeof undoes === 'string') return `undo ${undoes}`
  return typeof name === 'string' ? name : JSON.stringify(input)
}
