/**
 * Edits JSON text in place, so that a settings file keeps its own order, spacing and line ends. Reads what `JSON.parse`
 * reads; where each value stands is all that it adds.
 */
export type Node =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly parts: readonly Member[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly parts: readonly Item[] }
  | { readonly kind: 'scalar'; readonly start: number; readonly end: number }

interface Item {
  /** Of the whole part: a member starts at its key. */
  readonly start: number
  readonly end: number
  readonly value: Node
}
export interface Member extends Item {
  readonly key: string
}

const SPACE = /[ \t\r\n]*/y
const SCALAR = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/y

/** `text` must be something that `JSON.parse` accepts. */
export function nodeOf(text: string): Node {
  let at = 0
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  const parts = <T>(close: string, read: () => T): T[] => {
    const found: T[] = []
    at++
    for (match(SPACE); text[at] !== close; match(SPACE)) {
      if (text[at] === ',') at++
      match(SPACE)
      found.push(read())
    }
    at++
    return found
  }
  const member = (): Member => {
    const start = at
    const key = JSON.parse(match(SCALAR)) as string
    match(SPACE)
    at++ // the colon
    const value = node()
    return { start, key, value, end: value.end }
  }
  const item = (): Item => {
    const value = node()
    return { start: value.start, end: value.end, value }
  }
  const node = (): Node => {
    match(SPACE)
    const start = at
    if (text[at] === '{') return { kind: 'object', start, parts: parts('}', member), end: at }
    if (text[at] === '[') return { kind: 'array', start, parts: parts(']', item), end: at }
    match(SCALAR)
    return { kind: 'scalar', start, end: at }
  }
  return node()
}

/** Where a path of keys and positions leads; undefined where it ends early. */
export function nodeAt(node: Node, path: readonly string[]): Node | undefined {
  const [key, ...rest] = path
  if (key === undefined) return node
  const part = partOf(node, key)
  return part && nodeAt(part.value, rest)
}

function partOf(node: Node, key: string): Item | undefined {
  if (node.kind === 'object') return node.parts.find((part) => part.key === key)
  return node.kind === 'array' ? node.parts[Number(key)] : undefined
}

/** A key that an object holds twice: the host takes the last, an editor finds the first. */
export function keyTwice(node: Node | undefined): string | undefined {
  if (node?.kind !== 'object') return undefined
  const keys = node.parts.map(({ key }) => key)
  return keys.find((key, index) => keys.indexOf(key) !== index)
}

/** Sets the value at `path`, making the objects on the way. */
export function withValue(text: string, path: readonly string[], value: unknown): string {
  const root = nodeOf(text)
  const found = nodeAt(root, path)
  if (found !== undefined) return splice(text, found.start, found.end, written(text, value, found.start))
  let depth = path.length - 1
  while (depth > 0 && nodeAt(root, path.slice(0, depth)) === undefined) depth--
  const parent = nodeAt(root, path.slice(0, depth)) ?? root
  const inner = path.slice(depth + 1).reduceRight<unknown>((child, key) => ({ [key]: child }), value)
  return appended(text, parent, `${JSON.stringify(path[depth])}: `, inner)
}

/** Adds a value at the end of the array at `path`. */
export function withItem(text: string, path: readonly string[], value: unknown): string {
  const array = nodeAt(nodeOf(text), path)
  return array?.kind === 'array' ? appended(text, array, '', value) : withValue(text, path, [value])
}

/** Takes the value at `path` out. */
export function withoutValue(text: string, path: readonly string[]): string {
  const parent = nodeAt(nodeOf(text), path.slice(0, -1))
  const part = parent && partOf(parent, path.at(-1) ?? '')
  if (parent === undefined || parent.kind === 'scalar' || part === undefined) return text
  const index = parent.parts.findIndex(({ start }) => start === part.start)
  const before = parent.parts[index - 1]
  const after = parent.parts[index + 1]
  if (before !== undefined) return splice(text, before.end, part.end, '')
  if (after !== undefined) return splice(text, part.start, after.start, '')
  return splice(text, parent.start + 1, parent.end - 1, '')
}

function appended(text: string, parent: Node, label: string, value: unknown): string {
  if (parent.kind === 'scalar') return text
  const last = parent.parts.at(-1)
  // On a line of its own, but in an object or list that stands on one line.
  const own = last === undefined || text.slice(parent.start, last.start).includes('\n')
  const { line, unit } = layout(text)
  const outer = indentAt(text, parent.start)
  const inner = last !== undefined && own ? indentAt(text, last.start) : outer + unit
  const gap = own ? line + inner : ' '
  const body = label + written(text, value, undefined, own ? inner : undefined)
  if (last !== undefined) return splice(text, last.end, last.end, `,${gap}${body}`)
  return splice(text, parent.start + 1, parent.end - 1, `${gap}${body}${line}${outer}`)
}

function written(text: string, value: unknown, at?: number, indent?: string): string {
  const { line, unit } = layout(text)
  const outer = indent ?? (at === undefined ? undefined : indentAt(text, at))
  if (outer === undefined) return JSON.stringify(value)
  return JSON.stringify(value, null, unit).replaceAll('\n', line + outer)
}

/** The file's own line end and step of indentation. */
function layout(text: string): { line: string; unit: string } {
  const [, line = '\n', unit = '  '] = /(\r?\n)([ \t]+)\S/.exec(text) ?? []
  return { line, unit: unit.startsWith('\t') ? '\t' : unit.slice(0, 10) }
}

function indentAt(text: string, at: number): string {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  return /^[ \t]*/.exec(text.slice(lineStart, at))?.[0] ?? ''
}

function splice(text: string, from: number, to: number, insert: string): string {
  return text.slice(0, from) + insert + text.slice(to)
}
