import type { Field } from '../../lang/field.ts'
import type { Touch } from '../grammar.ts'
import { below, opaque } from '../touch.ts'
import { called, callees } from './calls.ts'
import { effectsOf, isGrave } from './effects.ts'
import { fieldsOf } from './paths.ts'
import { type Reader, row } from './reader.ts'
import type { Called } from './rules.ts'
import type { CallNode, Node } from './tree.ts'
import { alternatives, elementOf, literalOf, type Thing, type Value } from './value.ts'

/** More than this is more than a person could be told. */
const MOST = 200
/** Folders that a relative path may start from. */
const FOLDERS = 8

/** Functions that call what they are given with the arguments behind it. */
const APPLIES =
  /^(?:functools\.partial|atexit\.register|call_user_func|call_user_func_array|register_shutdown_function|(?:.*\.)?(?:__|public_)?send_*|.*\.(?:submit|apply_async|run_in_executor|call_soon|to_thread))$/
const LOOPS = /(?:^|\.)(?:map|forEach|filter|each|array_map|array_walk|flatMap|for_each|imap|starmap)$/
/** Functions that only look at what they are given. */
const LOOKS =
  /^(?:print|isinstance|issubclass|callable|help|dir|type|repr|str|id|hash|hasattr|inspect\.\w+|console\.\w+|puts|p|defined|function_exists|is_callable|method_exists)$/

/** Nodes whose value may be a function. */
const GIVES = /^(?:name|member|call|index|operation)$/

/** What one pass over the tree has found. */
interface Walk {
  readonly reader: Reader
  readonly found: Map<string, Touch>
  /** Undefined: where the code was started. */
  folders: readonly (Field | undefined)[]
  /** All folders are known. */
  settled: boolean
}

/** A call that a function is an argument of. */
interface Taker {
  readonly call: Called
  readonly at: number
}

/** All that the text does. `again`: a change of folder may come before what stands above it. */
export function touchesOf(reader: Reader, again: boolean): readonly Touch[] {
  const w: Walk = { reader, found: new Map(), folders: [undefined], settled: false }
  walkAll(w, reader.code.nodes)
  w.settled = true
  if (again && w.folders.length > 1) walkAll(w, reader.code.nodes)
  const all = [...w.found.values()]
  return all.length > MOST ? [...all.slice(0, MOST), opaque('the code does more than can be told')] : all
}

function walkAll(w: Walk, nodes: readonly Node[]): void {
  for (const node of nodes) walk(w, node)
}

function walk(w: Walk, node: Node): void {
  switch (node.kind) {
    case 'text':
      for (const part of node.parts) if (typeof part !== 'string') walk(w, part)
      break
    case 'name':
    case 'member':
      reach(w, node)
      give(w, node)
      break
    case 'index':
      reach(w, node)
      break
    case 'call':
      walkCall(w, node)
      break
    case 'list':
      for (const item of node.items) {
        settle(w, item)
        if (GIVES.test(item.kind)) give(w, item)
      }
      break
    case 'table':
      for (const { key, value } of node.entries) {
        if (key.kind !== 'name' && key.kind !== 'text') walk(w, key)
        if (key !== value) walk(w, value)
      }
      walkAll(w, node.others)
      break
    case 'operation':
      walkAll(w, node.operands)
      break
    case 'function':
      walkAll(w, node.body)
      break
    case 'spread':
      walk(w, node.of)
      break
    case 'assign':
      target(w, node.target)
      settle(w, node.value)
      break
    case 'group':
      if (node.value !== undefined) walk(w, node.value)
      walkAll(w, node.others)
      break
    case 'number':
  }
}

/** Names that get a value are no uses of what they name. */
function target(w: Walk, node: Node): void {
  switch (node.kind) {
    case 'name':
      break
    case 'list':
      for (const item of node.items) target(w, item)
      break
    case 'table':
      for (const { value } of node.entries) target(w, value)
      for (const other of node.others) target(w, other)
      break
    case 'spread':
      target(w, node.of)
      break
    case 'assign':
      target(w, node.target)
      settle(w, node.value)
      break
    default:
      reach(w, node)
  }
}

/** A name for a function is followed to where it is called. */
function settle(w: Walk, value: Node): void {
  if (value.kind === 'name' || value.kind === 'member') reach(w, value)
  else walk(w, value)
}

/** What something is reached through: only calls in it do anything. */
function reach(w: Walk, node: Node): void {
  if (node.kind === 'member') reach(w, node.of)
  else if (node.kind === 'index') {
    reach(w, node.of)
    if (node.key !== undefined) walk(w, node.key)
  } else if (node.kind !== 'name') walk(w, node)
}

function walkCall(w: Walk, node: CallNode): void {
  const { reader } = w
  const { of } = node
  if (of.kind === 'list') walkAll(w, of.items.slice(0, -1))
  else reach(w, of)
  const calls = callees(reader, of).map((callee) => called(reader, callee, node))
  const free = isFree(reader, of)
  for (const call of calls) emit(w, call, free)
  for (const [at, { value }] of node.args.entries()) {
    settle(w, value)
    if (GIVES.test(value.kind)) for (const call of calls) give(w, value, { call, at })
  }
  if (reader.language.syntax.commands) for (const call of calls) giveNamed(w, call)
}

/** It is reached through a name that the text says nothing of. */
function isFree({ code, language }: Reader, node: Node): boolean {
  let at = node
  while (at.kind === 'member' || at.kind === 'index' || at.kind === 'call') at = at.of
  if (at.kind !== 'name' || code.bindings.has(at.name) || code.modules.has(at.name)) return false
  return language.values[at.name] === undefined && language.effects[at.name] === undefined
}

function emit(w: Walk, call: Called, free = false): void {
  const { language } = w.reader
  if (row(language.effects, call.name) === 'chdir') move(w, call)
  else for (const touch of effectsOf(call, language, { folders: w.folders }, free)) keep(w, touch)
}

function keep(w: Walk, touch: Touch): void {
  if (w.found.size <= MOST) w.found.set(JSON.stringify(touch), touch)
}

/** Who knows whether it happens: what follows may start from either folder. */
function move(w: Walk, call: Called): void {
  if (w.settled) return
  const moved = fieldsOf(call.args[0]).flatMap((to) =>
    w.folders.map((from) => (from === undefined ? to : below(from, to))),
  )
  if (w.folders.length + moved.length <= FOLDERS) w.folders = [...w.folders, ...moved]
  else keep(w, opaque('it changes its folder too often to follow'))
}

/** A function that does harm, given away: to a loop, to what calls it later, or to who knows what. */
function give(w: Walk, node: Node, to?: Taker): void {
  for (const single of alternatives(w.reader.value(node)))
    if (single.kind === 'thing' && isGrave(w.reader.language, single.name)) giveOne(w, single, to)
}

function giveOne(w: Walk, thing: Thing, to: Taker | undefined): void {
  const unknown: Called = {
    name: thing.name,
    args: [],
    named: new Map<string, Value>(),
    more: true,
    given: w.reader.given,
  }
  if (to === undefined) {
    emit(w, unknown)
    return
  }
  const { call, at } = to
  const passesOn = row(w.reader.language.values, call.name)?.startsWith('same')
  if (passesOn || call.name === thing.name || LOOKS.test(call.name)) return
  const items = call.args[at + 1] ?? call.args[at - 1] ?? call.receiver
  if (LOOPS.test(call.name) && items !== undefined) emit(w, { ...unknown, args: [elementOf(items)], more: false })
  else if (APPLIES.test(call.name)) {
    const behind = call.args.slice(at + 1)
    const args = call.name.endsWith('_array')
      ? behind.flatMap((arg) => (arg.kind === 'list' ? arg.items : [arg]))
      : behind
    emit(w, { ...unknown, args, named: call.named, more: call.more })
  } else emit(w, unknown)
}

/** Functions may be named by texts. */
function giveNamed(w: Walk, call: Called): void {
  if (!LOOPS.test(call.name) && !APPLIES.test(call.name)) return
  for (const [at, arg] of call.args.entries()) {
    const name = literalOf(arg)
    if (name !== undefined && isGrave(w.reader.language, name)) giveOne(w, { kind: 'thing', name }, { call, at })
  }
}
