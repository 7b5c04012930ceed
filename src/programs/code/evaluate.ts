import { callees, result } from './calls.ts'
import { attributes, named } from './names.ts'
import { operated } from './operators.ts'
import { member, type Reader } from './reader.ts'
import { memberOf, RULES } from './rules.ts'
import { Unreadable } from './scan.ts'
import { dotted, type Node } from './tree.ts'
import { COMPUTED, choice, concat, each, elementOf, literalOf, type Single, text, type Value } from './value.ts'

/** Values and names that hang on each other. */
const DEEPEST = 1_000

/** A reader that finds out each value once. */
export function readerOf(ground: Pick<Reader, 'language' | 'code' | 'given'>): Reader {
  const values = new Map<Node, Value>()
  let depth = 0
  const reader: Reader = {
    ...ground,
    names: new Map(),
    value: (node) => {
      const kept = values.get(node)
      if (kept !== undefined) return kept
      if (++depth > DEEPEST) throw new Unreadable('code/too-deep', 'values that hang on each other, too deep to follow')
      const value = find(reader, node)
      depth--
      values.set(node, value)
      return value
    },
  }
  return reader
}

function find(r: Reader, node: Node): Value {
  switch (node.kind) {
    case 'text':
      return concat(node.parts.map((part) => (typeof part === 'string' ? text(part) : r.value(part))))
    case 'number':
      return text(node.text, 'number')
    case 'name':
      return named(r, node.name)
    case 'member': {
      const bound = dotted(node)?.replace(/@[\d.]+$|@[\d.]+(?=\.)/, '')
      if (bound !== undefined && r.code.bindings.has(bound)) return named(r, bound)
      const own = each(r.value(node.of), (single) => member(r, single, node.name))
      const inherited = attributes(r, node.name)
      return inherited.length === 0 ? own : choice([own, ...inherited])
    }
    case 'index':
      return each(r.value(node.of), (single) =>
        node.key === undefined ? slice(single, node.from ?? 0) : indexed(r, single, r.value(node.key)),
      )
    case 'call':
      return choice(callees(r, node.of).map((callee) => result(r, callee, node)))
    case 'list': {
      // Perl's lists have no lists inside.
      const flattens = (item: Node): boolean => item.kind === 'spread' || r.language.blocks === 'bare'
      const all = node.items.map((item) => [r.value(item), flattens(item), item.kind === 'spread'] as const)
      const items = all.flatMap(([value, flat, spread]) =>
        flat && value.kind === 'list' ? value.items : spread ? [] : [value],
      )
      const more = all.some(([value, flat, spread]) => (flat && value.kind === 'list' ? value.more : spread))
      return { kind: 'list', items, more: node.more || more }
    }
    case 'table':
      return { kind: 'table', entries: new Map(node.entries.map(({ key, value }) => [keyOf(r, key), r.value(value)])) }
    case 'operation':
      return operated(r, node.operators, node.operands)
    case 'function':
      return { kind: 'thing', name: '()' }
    case 'spread':
      return r.value(node.of)
    case 'assign':
      return r.value(node.value)
    case 'group':
      return node.value === undefined ? COMPUTED : r.value(node.value)
  }
}

function keyOf(r: Reader, key: Node): string {
  if (key.kind === 'name') return key.name
  return literalOf(r.value(key)) ?? '?'
}

function indexed(r: Reader, of: Single, key: Value): Value {
  const name = literalOf(key)
  if (of.kind === 'list')
    return (
      (name !== undefined && /^\d+$/.test(name) ? of.items[Number(name)] : of.more ? undefined : elementOf(of)) ??
      COMPUTED
    )
  if (of.kind === 'thing') {
    const rule = r.language.values[`${of.name}[]`]
    if (rule !== undefined)
      return RULES[rule]?.({ name: of.name, args: [key], named: new Map(), more: false, given: r.given }) ?? COMPUTED
    return each(key, (single) => member(r, of, literalOf(single) ?? '?'))
  }
  return of.kind === 'table' ? memberOf(of, name) : COMPUTED
}

function slice(of: Single, from: number): Value {
  if (of.kind !== 'list') return COMPUTED
  return Number.isNaN(from) ? { ...of, more: true } : { ...of, items: of.items.slice(from) }
}
