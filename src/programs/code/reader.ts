import type { CodeLanguage } from './language.ts'
import { constant, type Given, memberOf, RULES } from './rules.ts'
import type { Code, Node } from './tree.ts'
import { COMPUTED, type Single, type Value } from './value.ts'

/** One text being understood. */
export interface Reader {
  readonly language: CodeLanguage
  readonly code: Code
  readonly given: Given
  /** What the names stand for; undefined while that is being found out. */
  readonly names: Map<string, Value | undefined>
  /** What an expression stands for. */
  readonly value: (node: Node) => Value
}

/** What a table says of a name: of exactly it, of all members of what it is reached through, or of its last part. */
export function row(table: Readonly<Record<string, string>>, name: string): string | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1)
  const root = name.slice(0, Math.max(name.indexOf('.'), 0))
  const before = name.slice(0, Math.max(name.lastIndexOf('.'), 0))
  if (table[name] !== undefined) return table[name]
  if (before === '') return table[`*.${name}`]
  const scope = root.startsWith('@') ? root.slice(0, root.indexOf('/') + 1) : root
  return (
    table[`${before}.*`] ??
    table[`${root}.*.${last}`] ??
    table[`${root}.*.*`] ??
    (root.startsWith('@') ? table[`${scope}*`] : undefined) ??
    table[`*.${last}`]
  )
}

/** What a full name stands for, by its aliases: a module, a function, a constant. */
export function thing(r: Reader, name: string): Value {
  const found = name.split('.').reduce((path, part) => {
    const full = path === '' ? part : `${path}.${part}`
    return r.language.aliases[full] ?? full
  }, '')
  const rule = r.language.values[found]
  if (rule === undefined || rule.endsWith('()')) return { kind: 'thing', name: found }
  return (
    constant(rule) ??
    RULES[rule]?.({ name: found, args: [], named: new Map(), more: false, given: r.given }) ??
    COMPUTED
  )
}

export function member(r: Reader, of: Single, name: string): Value {
  if (of.kind === 'thing') {
    const found = thing(r, of.name === '' ? name : `${of.name}.${name}`)
    return found.kind === 'thing' && of.name.length < 200 ? { ...of, name: found.name } : found
  }
  const rule = of.kind === 'text' && of.type === 'path' ? r.language.values[`Path.${name}`] : undefined
  if (rule !== undefined && !rule.endsWith('()'))
    return RULES[rule]?.({ name, receiver: of, args: [], named: new Map(), more: false, given: r.given }) ?? COMPUTED
  return memberOf(of, name)
}
