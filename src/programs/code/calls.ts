import { type Reader, row, thing } from './reader.ts'
import { type Called, RULES } from './rules.ts'
import type { CallNode, Node } from './tree.ts'
import { alternatives, COMPUTED, each, isDownloaded, literalOf, type Single, unknown, type Value } from './value.ts'

/** What a call may call. */
export interface Callee {
  /** `*.name` where only the last part is known. */
  readonly name: string
  readonly receiver?: Value
}

/** What stands before the parentheses. */
export function callees(r: Reader, of: Node): readonly Callee[] {
  const inner = of.kind === 'group' && of.value !== undefined ? of.value : of
  // `(0, eval)(…)` calls the last one.
  const last = inner.kind === 'list' ? inner.items.at(-1) : undefined
  if (last !== undefined) return callees(r, last)
  const receiver = inner.kind === 'member' || inner.kind === 'index' ? r.value(inner.of) : undefined
  const value = r.value(inner)
  return alternatives(value).map((single) => {
    if (
      inner.kind === 'table' ||
      (r.language.name === 'php' && single.kind === 'thing' && /^\$(?:\w+|_[A-Z]+\..*)$/.test(single.name))
    )
      return { name: blockName(r, inner) }
    if (single.kind === 'thing') return { name: single.name, ...(receiver && { receiver }) }
    if (inner.kind === 'member')
      return { name: `${isPath(receiver) ? 'Path' : '*'}.${inner.name}`, ...(receiver && { receiver }) }
    // Languages in which a text can be called have their names in texts.
    const name =
      r.language.concat === '.'
        ? (literalOf(single)?.toLowerCase() ??
          (single.kind === 'text' && inner.kind !== 'name' && r.language.name === 'php' ? '?.?' : '*.?'))
        : '*.?'
    return { name, ...(receiver && { receiver }) }
  })
}

/** `&{'name'}(…)`. */
function blockName(r: Reader, node: Node): string {
  const [only, ...more] = node.kind === 'table' && r.language.blocks === 'bare' ? node.others : []
  return (only !== undefined && more.length === 0 ? literalOf(r.value(only)) : undefined) ?? '?'
}

function isPath(value: Value | undefined): boolean {
  return value !== undefined && alternatives(value).some((single) => single.kind === 'text' && single.type === 'path')
}

/** What it is given. */
export function called(r: Reader, { name, receiver }: Callee, { args }: CallNode): Called {
  const named = new Map<string, Value>()
  const positional: Value[] = []
  let more = false
  for (const argument of args) {
    const value = r.value(argument.value)
    if (argument.name !== undefined) named.set(argument.name, value)
    else if (argument.spread && value.kind === 'table') for (const [key, entry] of value.entries) named.set(key, entry)
    else if (argument.spread && value.kind === 'list') positional.push(...value.items)
    else if (!argument.spread || r.language.blocks !== undefined) positional.push(value)
    more ||= argument.spread === true && value.kind !== 'table' && !(value.kind === 'list' && !value.more)
  }
  if (r.language.arrows)
    for (const value of positional)
      if (value.kind === 'table') for (const [key, entry] of value.entries) named.set(key, entry)
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
  return {
    ...call,
    name,
    args: given?.kind === 'list' ? given.items : [],
    more: call.more || given?.kind !== 'list' || given.more,
  }
}

/** What a call gives. */
export function result(r: Reader, callee: Callee, node: CallNode): Value {
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
  if (callee.name.startsWith('*'))
    return unknown(`what \`${callee.name.slice(2)}\` gives`, downloaded ? { downloaded } : {})
  if (callee.name.length > 200) return COMPUTED
  return { kind: 'thing', name: `${callee.name}()`, ...(detail && { detail }), ...(downloaded && { downloaded }) }
}

/** A module that is named only when it runs is known by its aliases like any other. */
function alias(r: Reader, value: Value): Value {
  return each(value, (single) =>
    single.kind === 'thing' && single.name !== '?' && single.name !== 'words'
      ? { ...single, ...(thing(r, single.name) as Single) }
      : single,
  )
}
