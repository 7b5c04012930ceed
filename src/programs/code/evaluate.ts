import type { CodeLanguage } from './language.ts'
import { type Called, constant, filled, type Given, memberOf, RULES } from './rules.ts'
import { Unreadable } from './scan.ts'
import { type Binding, type CallNode, type Code, dotted, type Node, type Parameter } from './tree.ts'
import {
  alternatives, COMPUTED, choice, concat, each, elementOf, isDownloaded, joinPaths, literalOf, type Single, text, token, unknown, type Value,
} from './value.ts'

/** One text being understood: what its names and expressions stand for. */
export interface Reader {
  readonly language: CodeLanguage
  readonly code: Code
  readonly given: Given
  readonly values: Map<Node, Value>
  /** Undefined while it is being found out. */
  readonly names: Map<string, Value | undefined>
  depth: number
}

/** What a call may call. */
export interface Callee {
  /** `*.name` where only the last part is known. */
  readonly name: string
  readonly receiver?: Value
}

const DEEPEST = 1_000

export function evaluate(r: Reader, node: Node): Value {
  const kept = r.values.get(node)
  if (kept !== undefined) return kept
  if (++r.depth > DEEPEST) throw new Unreadable('code/too-deep', 'values that hang on each other, too deep to follow')
  const value = find(r, node)
  r.depth--
  r.values.set(node, value)
  return value
}

function find(r: Reader, node: Node): Value {
  switch (node.kind) {
    case 'text':
      return concat(node.parts.map((part) => (typeof part === 'string' ? text(part) : evaluate(r, part))))
    case 'number':
      return text(node.text, 'number')
    case 'name':
      return named(r, node.name)
    case 'member': {
      const bound = dotted(node)?.replace(/@[\d.]+$|@[\d.]+(?=\.)/, '')
      if (bound !== undefined && r.code.bindings.has(bound)) return named(r, bound)
      const own = each(evaluate(r, node.of), (single) => member(r, single, node.name))
      const inherited = attributes(r, node.name)
      return inherited.length === 0 ? own : choice([own, ...inherited])
    }
    case 'index':
      return each(evaluate(r, node.of), (single) => (node.key === undefined ? slice(single, node.from ?? 0) : indexed(r, single, evaluate(r, node.key))))
    case 'call':
      return choice(callees(r, node.of).map((callee) => result(r, callee, node)))
    case 'list': {
      // Perl's lists have no lists inside.
      const flattens = (item: Node): boolean => item.kind === 'spread' || r.language.blocks === 'bare'
      const all = node.items.map((item) => [evaluate(r, item), flattens(item), item.kind === 'spread'] as const)
      const items = all.flatMap(([value, flat, spread]) => (flat && value.kind === 'list' ? value.items : spread ? [] : [value]))
      const more = all.some(([value, flat, spread]) => (flat && value.kind === 'list' ? value.more : spread))
      return { kind: 'list', items, more: node.more || more }
    }
    case 'table':
      return { kind: 'table', entries: new Map(node.entries.map(({ key, value }) => [keyOf(r, key), evaluate(r, value)])) }
    case 'operation':
      return operated(r, node.operators, node.operands)
    case 'function':
      return { kind: 'thing', name: '()' }
    case 'spread':
      return evaluate(r, node.of)
    case 'assign':
      return evaluate(r, node.value)
    case 'group':
      return node.value === undefined ? COMPUTED : evaluate(r, node.value)
  }
}

function keyOf(r: Reader, key: Node): string {
  if (key.kind === 'name') return key.name
  return literalOf(evaluate(r, key)) ?? '?'
}

/** What a table says of a name: of exactly it, of all members of what it is reached through, or of its last part. */
export function row(table: Readonly<Record<string, string>>, name: string): string | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1)
  const root = name.slice(0, Math.max(name.indexOf('.'), 0))
  const before = name.slice(0, Math.max(name.lastIndexOf('.'), 0))
  if (table[name] !== undefined) return table[name]
  if (before === '') return table[`*.${name}`]
  const scope = root.startsWith('@') ? root.slice(0, root.indexOf('/') + 1) : root
  return table[`${before}.*`] ?? table[`${root}.*.${last}`] ?? table[`${root}.*.*`] ?? (root.startsWith('@') ? table[`${scope}*`] : undefined) ?? table[`*.${last}`]
}

function thing(r: Reader, name: string): Value {
  const found = name.split('.').reduce((path, part) => {
    const full = path === '' ? part : `${path}.${part}`
    return r.language.aliases[full] ?? full
  }, '')
  const rule = r.language.values[found]
  if (rule === undefined || rule.endsWith('()')) return { kind: 'thing', name: found }
  return constant(rule) ?? RULES[rule]?.({ name: found, args: [], named: new Map(), more: false, given: r.given }) ?? COMPUTED
}

/** Modules and functions that objects carry: `self.os = os`, `class A: run = subprocess.run`. */
function attributes(r: Reader, name: string): readonly Value[] {
  return ['self.', 'cls.', 'this.', '']
    .filter((owner) => r.code.bindings.get(owner + name)?.some(({ kind }) => kind === 'is'))
    .flatMap((owner) => alternatives(named(r, owner + name)))
    .filter((single) => single.kind === 'thing' && rootsOf(r.language).has(single.name.replace(/[.(].*$/, '')))
}

const roots = new WeakMap<CodeLanguage, ReadonlySet<string>>()

/** The modules and functions that can do harm. */
function rootsOf(language: CodeLanguage): ReadonlySet<string> {
  const kept = roots.get(language) ?? new Set(Object.keys(language.effects).map((name) => name.replace(/[.(].*$/, '')))
  roots.set(language, kept)
  return kept
}

function member(r: Reader, of: Single, name: string): Value {
  if (of.kind === 'thing') {
    const found = thing(r, of.name === '' ? name : `${of.name}.${name}`)
    return found.kind === 'thing' && of.name.length < 200 ? { ...of, name: found.name } : found
  }
  const rule = of.kind === 'text' && of.type === 'path' ? r.language.values[`Path.${name}`] : undefined
  if (rule !== undefined && !rule.endsWith('()')) return RULES[rule]?.({ name, receiver: of, args: [], named: new Map(), more: false, given: r.given }) ?? COMPUTED
  return memberOf(of, name)
}

function indexed(r: Reader, of: Single, key: Value): Value {
  const name = literalOf(key)
  if (of.kind === 'list') return (name !== undefined && /^\d+$/.test(name) ? of.items[Number(name)] : of.more ? undefined : elementOf(of)) ?? COMPUTED
  if (of.kind === 'thing') {
    const rule = r.language.values[`${of.name}[]`]
    if (rule !== undefined) return RULES[rule]?.({ name: of.name, args: [key], named: new Map(), more: false, given: r.given }) ?? COMPUTED
    return each(key, (single) => member(r, of, literalOf(single) ?? '?'))
  }
  return of.kind === 'table' ? memberOf(of, name) : COMPUTED
}

function slice(of: Single, from: number): Value {
  if (of.kind !== 'list') return COMPUTED
  return Number.isNaN(from) ? { ...of, more: true } : { ...of, items: of.items.slice(from) }
}

function named(r: Reader, name: string): Value {
  if (r.names.has(name)) return r.names.get(name) ?? unknown(`\`${name}\` depends on itself`)
  r.names.set(name, undefined)
  const bindings = r.code.bindings.get(name) ?? []
  const values = bindings.flatMap((binding) => (binding.kind === 'grown' ? [] : alternatives(bound(r, binding))))
  const plain = thing(r, name)
  const builtin = r.language.effects[name] !== undefined && (r.language.builtins?.has(name) ?? true)
  const rebound = builtin && !values.some((value) => value.kind === 'thing' && value.name === name)
  // A second meaning doesn't take the first one away: who knows which definition has run.
  if (values.length === 0 || rebound) values.push(...alternatives(plain), ...r.code.stars.flatMap((module) => alternatives(thing(r, `${module}.${name}`))))
  const value = choice(values)
  const grown = bindings.some(({ kind }) => kind === 'grown') ? each(value, growing) : value
  r.names.set(name, grown)
  return grown
}

function growing(single: Single): Value {
  if (single.kind === 'list') return { ...single, more: true }
  if (single.kind === 'text' && single.type === 'number') return token('a number')
  return single.kind === 'text' ? concat([single, unknown('something is added to it')]) : single
}

function bound(r: Reader, binding: Binding): Value {
  switch (binding.kind) {
    case 'is':
      return evaluate(r, binding.node)
    case 'each':
      return elementOf(evaluate(r, binding.node))
    case 'part':
      return each(bound(r, binding.of), (single) => part(r, single, binding.key))
    case 'parameter':
      return parameter(r, binding)
    case 'module':
      return thing(r, binding.name)
    case 'function':
      return { kind: 'thing', name: '()' }
    default:
      return COMPUTED
  }
}

function part(r: Reader, of: Single, key: number | string): Value {
  if (of.kind === 'list' && typeof key === 'number') return of.items[key] ?? COMPUTED
  if (of.kind === 'thing' && typeof key === 'number') return { ...of, name: `${of.name}[]` }
  return typeof key === 'string' ? member(r, of, key) : COMPUTED
}

/** Known only where all calls are seen: the function is named nowhere but to call it. */
function parameter(r: Reader, { at, name, function: of, each: items, is }: Parameter): Value {
  if (is !== undefined) return evaluate(r, is)
  if (items !== undefined) return at === 0 ? elementOf(evaluate(r, items)) : token('a number')
  const calls = of === undefined ? [] : (r.code.calls.get(of) ?? [])
  const seen = of !== undefined && r.code.names.get(of) === calls.length && !r.code.members.has(of) && (r.code.bindings.get(of)?.length ?? 0) <= 1
  if (!seen || calls.length === 0 || calls.some(({ args }) => args.some(({ spread }) => spread))) return unknown(`\`${name}\` is an argument of a function`)
  const values = calls.flatMap(({ args }) => {
    const given = args.find((arg) => arg.name === name) ?? args.filter((arg) => arg.name === undefined)[at]
    return given === undefined ? [] : [evaluate(r, given.value)]
  })
  return choice(values)
}

/** Operators that choose one of their operands. */
const CHOOSES = /^(?:\|\||&&|\?\?|\/\/|or|and|if|else|\?|:)$/
const NEVER = /^(?:die|exit|raise|abort|croak|sys\.exit|process\.exit)\(\)$/

function operated(r: Reader, operators: readonly string[], operands: readonly Node[]): Value {
  const first = operators[0] ?? ''
  if (first === 'if' && !operators.includes('else')) return evaluate(r, operands[0] ?? { kind: 'group', others: [] })
  const values = operands.map((operand) => evaluate(r, operand))
  if (operators.some((operator) => CHOOSES.test(operator))) {
    // The condition of `a ? b : c` and of `b if a else c` is no outcome.
    const chosen = values.filter((_, i) => operators[i] !== '?' && operators[i - 1] !== 'if')
    return choice(chosen.flatMap(alternatives).filter((value) => !(value.kind === 'thing' && NEVER.test(value.name))))
  }
  return values.reduce((left, right, i) => (i === 0 ? right : operate(r, operators[i - 1] ?? '', left, right)), COMPUTED as Value)
}

function operate(r: Reader, operator: string, left: Value, right: Value): Value {
  if (operator === r.language.concat || operator === '+') {
    if (left.kind === 'list') return right.kind === 'list' ? { kind: 'list', items: [...left.items, ...right.items].slice(0, 100), more: left.more || right.more } : { ...left, more: true }
    return [left, right].every((value) => alternatives(value).every(isNumber)) ? token('a number') : concat([left, right])
  }
  if (operator === '/' && r.language.name === 'python') return each(left, (single) => (isNumber(single) ? token('a number') : joinPaths([single, right])))
  if (operator === '%') return each(left, (single) => (isNumber(single) ? token('a number') : filled(single, /%(\w?)/, right.kind === 'list' ? right.items : [right], new Map())))
  return token('it is calculated')
}

function isNumber(value: Single): boolean {
  return value.kind === 'text' && (value.type === 'number' || (value.field.unknown?.shape === 'token' && value.field.text === ''))
}

/** What stands before the parentheses. */
export function callees(r: Reader, of: Node): readonly Callee[] {
  const inner = of.kind === 'group' && of.value !== undefined ? of.value : of
  // `(0, eval)(…)` calls the last one.
  const last = inner.kind === 'list' ? inner.items.at(-1) : undefined
  if (last !== undefined) return callees(r, last)
  const receiver = inner.kind === 'member' || inner.kind === 'index' ? evaluate(r, inner.of) : undefined
  const value = evaluate(r, inner)
  return alternatives(value).map((single) => {
    if (inner.kind === 'table' || (r.language.name === 'php' && single.kind === 'thing' && /^\$(?:\w+|_[A-Z]+\..*)$/.test(single.name))) return { name: blockName(r, inner) }
    if (single.kind === 'thing') return { name: single.name, ...(receiver && { receiver }) }
    if (inner.kind === 'member') return { name: `${isPath(receiver) ? 'Path' : '*'}.${inner.name}`, ...(receiver && { receiver }) }
    // Languages in which a text can be called have their names in texts.
    const name = r.language.concat === '.' ? (literalOf(single)?.toLowerCase() ?? (single.kind === 'text' && inner.kind !== 'name' && r.language.name === 'php' ? '?.?' : '*.?')) : '*.?'
    return { name, ...(receiver && { receiver }) }
  })
}

/** `&{'name'}(…)`. */
function blockName(r: Reader, node: Node): string {
  const [only, ...more] = node.kind === 'table' ? node.others : []
  return (only !== undefined && more.length === 0 ? literalOf(evaluate(r, only)) : undefined) ?? '?'
}

function isPath(value: Value | undefined): boolean {
  return value !== undefined && alternatives(value).some((single) => single.kind === 'text' && single.type === 'path')
}

export function called(r: Reader, { name, receiver }: Callee, { args }: CallNode): Called {
  const named = new Map<string, Value>()
  const positional: Value[] = []
  let more = false
  for (const argument of args) {
    const value = evaluate(r, argument.value)
    if (argument.name !== undefined) named.set(argument.name, value)
    else if (argument.spread && value.kind === 'table') for (const [key, entry] of value.entries) named.set(key, entry)
    else if (argument.spread && value.kind === 'list') positional.push(...value.items)
    else if (!argument.spread || r.language.blocks !== undefined) positional.push(value)
    more ||= argument.spread === true && value.kind !== 'table' && !(value.kind === 'list' && !value.more)
  }
  if (r.language.arrows) for (const value of positional) if (value.kind === 'table') for (const [key, entry] of value.entries) named.set(key, entry)
  return indirect(r, { name, receiver, args: positional, named, more, given: r.given })
}

/** `f.call(this, a)`, `f.bind(this, a)` and `f.apply(this, [a])` call `f`; so does `send(:f, a)`. */
function indirect(r: Reader, call: Called): Called {
  if (r.language.bareCalls && /(?:^|\.)(?:__send__|public_send|send)$/.test(call.name)) {
    const key = call.args[0]
    const last = literalOf(key) ?? (key?.kind === 'thing' ? key.name : '?')
    return { ...call, name: call.name.replace(/[^.]*$/, last), args: call.args.slice(1) }
  }
  const [, name, how] = /^(.+)\.(call|apply|bind)$/.exec(call.name) ?? []
  if (name === undefined || !r.language.arrows || row(r.language.effects, name) === undefined) return call
  if (how !== 'apply') return { ...call, name, args: call.args.slice(1) }
  const given = call.args[1]
  return { ...call, name, args: given?.kind === 'list' ? given.items : [], more: call.more || given?.kind !== 'list' || given.more }
}

function result(r: Reader, callee: Callee, node: CallNode): Value {
  const rule = row(r.language.values, callee.name)?.replace(/\(\)$/, '')
  const make = rule === undefined ? undefined : RULES[rule]
  const call = called(r, callee, node)
  if (make !== undefined && call.more) return COMPUTED
  if (make !== undefined) return alias(r, make(call))
  const from = callee.receiver === undefined ? undefined : alternatives(callee.receiver)[0]
  const inherited = from?.kind === 'thing' ? from.detail : from
  const first = call.args[0]
  const detail = first === undefined || first.kind === 'choice' ? inherited : first
  const fetched = /^(?:get|fetch|request|url)\b/.test(row(r.language.effects, callee.name) ?? '')
  const downloaded = fetched || (from !== undefined && isDownloaded(from))
  if (callee.name.startsWith('*')) return unknown(`what \`${callee.name.slice(2)}\` gives is known only when it runs`, downloaded ? { downloaded } : {})
  if (callee.name.length > 200) return COMPUTED
  return { kind: 'thing', name: `${callee.name}()`, ...(detail && { detail }), ...(downloaded && { downloaded }) }
}

/** A module that is named only when it runs is known by its aliases like any other. */
function alias(r: Reader, value: Value): Value {
  return each(value, (single) => (single.kind === 'thing' && single.name !== '?' && single.name !== 'words' ? { ...single, ...(thing(r, single.name) as Single) } : single))
}
