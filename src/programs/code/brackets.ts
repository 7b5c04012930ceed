import { accept, type Cursor, deeper, enter, isMark, isWord, leave, skipLines } from './cursor.ts'
import type { Argument, Entry, Node } from './tree.ts'

const NOTHING: Node = { kind: 'group', others: [] }

/** What stands between brackets, by its commas. */
export function elements(c: Cursor, close: string): Argument[] {
  return deeper(c, (inner) => {
    const found: Argument[] = []
    while (inner.at < inner.tokens.length && !accept(inner, close)) {
      const before = inner.at
      if (accept(inner, ',') || accept(inner, ';')) continue
      const element = argument(inner, close)
      if (element !== undefined) found.push(element)
      if (inner.at === before) inner.at++
    }
    return found
  })
}

/** Arguments without parentheses. */
export function listed(c: Cursor): Argument[] {
  const found: Argument[] = []
  if (!startsArgument(c)) return found
  do {
    const element = argument(c, undefined)
    if (element === undefined) break
    found.push(element)
  } while (accept(c, ','))
  return found
}

function argument(c: Cursor, close: string | undefined): Argument | undefined {
  skipLines(c)
  const region = enter(c)
  const looped = c.found.looped.length
  const first = c.tokens[c.at]
  const spread = first?.kind === 'mark' && /^(?:\*\*?|\.\.\.|@|%)$/.test(first.text)
  const naming = c.language.keywordArguments && isWord(first) && isMark(c.tokens[c.at + 1], '=')
  if (naming) c.at += 2
  let value = c.grammar.expression(c)
  if (value === undefined) return undefined
  let name = naming ? first?.text : undefined
  if (isMark(c.tokens[c.at], '=>') || (close !== ':' && isMark(c.tokens[c.at], ':'))) {
    c.at++
    name = nameOf(value)
    value = c.grammar.expression(c) ?? NOTHING
  }
  const others: Node[] = []
  while (
    close !== undefined &&
    c.at < c.tokens.length &&
    !isMark(c.tokens[c.at], ',') &&
    !isMark(c.tokens[c.at], close)
  ) {
    const before = c.at
    others.push(...c.grammar.statement(c))
    if (c.at === before) c.at++
  }
  leave(c, region, c.found.looped.splice(looped), false)
  const whole: Node = others.length === 0 ? value : { kind: 'group', value, others }
  return { value: whole, ...(name !== undefined && { name }), ...(spread && { spread }) }
}

/** A key, where it is written as a name or a text. */
export function nameOf(key: Node): string {
  if (key.kind === 'name') return key.name
  return key.kind === 'text' && key.parts.every((part) => typeof part === 'string') ? key.parts.join('') : '?'
}

function startsArgument(c: Cursor): boolean {
  const token = c.tokens[c.at]
  const { keywords, infix } = c.language.syntax
  switch (token?.kind) {
    case 'text':
    case 'number':
      return true
    case 'word':
      return (
        c.language.prefix.has(token.text) ||
        c.language.statements[token.text] === 'function' ||
        !(keywords.has(token.text) || infix.has(token.text))
      )
    case 'mark':
      if (/^[[\\(]$/.test(token.text)) return true
      return /^(?:[-*&@%$:]|\*\*|::|->)$/.test(token.text) && c.tokens[c.at + 1]?.space === false
    default:
      return false
  }
}

export function listOf(items: readonly Argument[]): Node {
  const more = items.some(({ value }) => value.kind === 'group' && value.others.length > 0)
  return {
    kind: 'list',
    items: items.map(({ value, spread }) => (spread ? { kind: 'spread', of: value } : value)),
    more,
  }
}

/** `{…}`: a block and an object look alike, and are read alike. */
export function brace(c: Cursor): Node {
  c.at++
  return deeper(c, (inner) => {
    const entries: Entry[] = []
    const others: Node[] = []
    while (inner.at < inner.tokens.length && !accept(inner, '}')) {
      const before = inner.at
      const [first, ...more] = inner.grammar.statement(inner)
      const mark = inner.tokens[inner.at]
      if (first !== undefined && more.length === 0 && (isMark(mark, ':') || isMark(mark, '=>'))) {
        inner.at++
        entries.push({ key: first, value: inner.grammar.expression(inner) ?? NOTHING })
      } else if (first?.kind === 'name' && more.length === 0) entries.push({ key: first, value: first })
      else if (first !== undefined) others.push(first, ...more)
      if (inner.at === before) inner.at++
    }
    return { kind: 'table', entries, others }
  })
}
