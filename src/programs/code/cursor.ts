import type { CodeLanguage } from './language.ts'
import { type Token, Unreadable } from './scan.ts'
import { type Argument, type Binding, type CallNode, dotted, type NameNode, type Node } from './tree.ts'

/** Where the parser is, and what it has found. */
export interface Cursor {
  readonly tokens: readonly Token[]
  at: number
  readonly depth: number
  readonly language: CodeLanguage
  readonly grammar: Grammar
  readonly found: {
    readonly bindings: Map<string, Binding[]>
    readonly stars: string[]
    readonly calls: Map<string, CallNode[]>
    readonly names: Map<string, number>
    readonly members: Set<string>
    /** Every `$_` that no loop has claimed. */
    readonly topics: NameNode[]
  }
}

/** What the parts of the parser need of each other. */
export interface Grammar {
  /** Whatever stands here; nothing where it is none. */
  readonly statement: (c: Cursor) => Node[]
  readonly expression: (c: Cursor) => Node | undefined
  readonly operation: (c: Cursor) => Node | undefined
  readonly operand: (c: Cursor) => Node | undefined
}

const DEEPEST = 400

/** Runs `read` one level deeper, on the same tokens or on those of a string's hole. */
export function deeper<T>(c: Cursor, read: (inner: Cursor) => T, tokens = c.tokens): T {
  if (c.depth >= DEEPEST) throw new Unreadable('code/too-deep', 'code nested too deep to follow')
  const inner = { ...c, tokens, at: tokens === c.tokens ? c.at : 0, depth: c.depth + 1 }
  const result = read(inner)
  if (tokens === c.tokens) c.at = inner.at
  return result
}

export function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text
}

export function isWord(token: Token | undefined, text?: string): boolean {
  return token?.kind === 'word' && (text === undefined || token.text === text)
}

export function accept(c: Cursor, mark: string): boolean {
  if (!isMark(c.tokens[c.at], mark)) return false
  c.at++
  return true
}

export function skipLines(c: Cursor): void {
  while (c.tokens[c.at]?.kind === 'line') c.at++
}

/** To the end, or behind `close`. INVARIANT: every round moves on. */
export function statements(c: Cursor, close?: string): Node[] {
  const nodes: Node[] = []
  while (c.at < c.tokens.length) {
    if (close !== undefined && accept(c, close)) break
    const before = c.at
    nodes.push(...c.grammar.statement(c))
    if (c.at === before) c.at++
  }
  return nodes
}

export function bind(c: Cursor, target: Node | undefined, binding: Binding): void {
  switch (target?.kind) {
    case 'name':
    case 'member': {
      const name = dotted(target)
      if (name !== undefined) bindName(c, name, binding)
      return
    }
    case 'index':
      return bind(c, target.of, { kind: 'unknown' })
    case 'list':
      for (const [key, item] of target.items.entries()) bind(c, item, { kind: 'part', of: binding, key })
      return
    case 'table':
      for (const { key, value } of target.entries) {
        const name = key.kind === 'name' ? key.name : key.kind === 'text' ? key.parts.join('') : '?'
        bind(c, value, { kind: 'part', of: binding, key: name })
      }
      for (const other of target.others) bind(c, other, { kind: 'unknown' })
      return
    case 'assign':
      bind(c, target.target, binding)
      return
    case 'group':
      bind(c, target.value, binding)
      return
    default:
  }
}

export function bindName(c: Cursor, name: string, binding: Binding): void {
  const all = c.found.bindings.get(name)
  if (all === undefined) c.found.bindings.set(name, [binding])
  else all.push(binding)
}

/** What an argument of a definition binds: `name`, `name: Type`, `name = value`. */
export function targetOf({ name, value }: Argument): Node {
  return name === undefined ? value : { kind: 'name', name }
}

/** Gives every `$_` since then to a loop of its own. */
export function claim(c: Cursor, since: number, binding: Binding): void {
  const topics = c.found.topics.splice(since)
  if (topics.length === 0) return
  const name = `$_${c.at}`
  for (const topic of topics) topic.name = name
  bindName(c, name, binding)
}

