import type { CodeLanguage } from './language.ts'
import { type Token, Unreadable } from './scan.ts'
import { type Argument, type Binding, type CallNode, dotted, type NameNode, type Node } from './tree.ts'

/** Where the parser is, and what it has found. */
export interface Cursor {
  readonly tokens: readonly Token[]
  at: number
  depth: number
  readonly language: CodeLanguage
  readonly grammar: Grammar
  readonly found: {
    readonly bindings: Map<string, Binding[]>
    readonly modules: Set<string>
    readonly stars: string[]
    readonly calls: Map<string, CallNode[]>
    readonly names: Map<string, number>
    readonly members: Set<string>
    /** All that stands for a name, and all bindings, in the order of the text. */
    readonly uses: NameNode[]
    readonly order: (readonly [name: string, binding: Binding])[]
    /** Names of the comprehension's own loops, and of what is declared in a function. */
    readonly looped: string[]
    readonly declared: string[]
    /** Names that functions share with what is around them. */
    readonly shared: Set<string>
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

/** Runs `read` one level deeper. What it throws ends the whole reading, so that the depth needs no way back. */
export function deeper<T>(c: Cursor, read: (c: Cursor) => T): T {
  if (c.depth >= DEEPEST) throw new Unreadable('code/too-deep', 'code nested too deep to follow')
  c.depth++
  const result = read(c)
  c.depth--
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

/** What belongs to a header that ends with a colon: the rest of the line, or the lines that stand further in. */
export function indented(c: Cursor, indent: number): Node[] {
  return deeper(c, (inner) => {
    const nodes: Node[] = []
    const sameLine = inner.tokens[inner.at]?.kind !== 'line'
    for (let token = inner.tokens[inner.at]; token !== undefined; token = inner.tokens[inner.at]) {
      const ends = sameLine ? token.kind === 'line' : token.kind !== 'line' && token.indent <= indent
      if (ends) break
      const before = inner.at
      nodes.push(...inner.grammar.statement(inner))
      if (inner.at === before) inner.at++
    }
    return nodes
  })
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
      bind(c, target.of, { kind: 'unknown' })
      return
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
    case 'spread':
      bind(c, target.of, { kind: 'unknown' })
      return
    default:
  }
}

export function bindName(c: Cursor, name: string, binding: Binding): void {
  c.found.order.push([name, binding])
  const all = c.found.bindings.get(name)
  if (all === undefined) c.found.bindings.set(name, [binding])
  else all.push(binding)
}

/** What an argument of a definition binds: `name`, `name: Type`, `name = value`. */
export function targetOf({ name, value }: Argument): Node {
  return name === undefined ? value : { kind: 'name', name }
}

/** Where a function or a loop begins. */
export interface Region {
  readonly uses: number
  readonly order: number
}

export function enter(c: Cursor): Region {
  return { uses: c.found.uses.length, order: c.found.order.length }
}

/**
 * Ends a function or a loop: what these names mean inside is no matter of what other functions and loops call by the
 * same name. `outlives`: behind it, the names keep that meaning beside others.
 */
export function leave(c: Cursor, region: Region, names: readonly string[], outlives: boolean): void {
  const { bindings, order, uses } = c.found
  const own = new Map(names.map((name) => [name, `${name}@${c.at}.${region.uses}`]))
  if (own.size === 0) return
  for (const [name, binding] of order.slice(region.order)) {
    const unique = own.get(name)
    if (unique === undefined) continue
    const inside = bindings.get(unique)
    if (inside === undefined) bindings.set(unique, [binding])
    else inside.push(binding)
    if (!outlives) bindings.set(name, bindings.get(name)?.filter((each) => each !== binding) ?? [])
  }
  for (const use of uses.slice(region.uses)) use.name = own.get(use.name) ?? use.name
}

/** Names that a function has for itself, besides its parameters. */
export function localNames(c: Cursor, region: Region, declared: number): readonly string[] {
  const named = c.found.declared.splice(declared)
  if (c.language.scope === 'declared') return named
  const bound = c.found.order
    .slice(region.order)
    .flatMap(([name, { kind }]) => (kind === 'function' || name.includes('.') ? [] : [name]))
  return [...new Set(bound)].filter((name) => !c.found.shared.has(name))
}

/** A loop that names nothing: `$_` is its item. */
export function claim(c: Cursor, region: Region, binding: Binding): void {
  bindName(c, '$_', binding)
  leave(c, region, ['$_'], false)
}

/** Names that a target binds. */
export function namesIn(target: Node | undefined): readonly string[] {
  switch (target?.kind) {
    case 'name':
      return [target.name]
    case 'list':
      return target.items.flatMap(namesIn)
    case 'table':
      return [...target.entries.map(({ value }) => value), ...target.others].flatMap(namesIn)
    case 'assign':
      return namesIn(target.target)
    case 'spread':
      return namesIn(target.of)
    case 'group':
      return namesIn(target.value)
    default:
      return []
  }
}
