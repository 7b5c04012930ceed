import { type Field, known } from '../../lang/field.ts'
import type { Language, Touch } from '../grammar.ts'
import { statements } from '../sql.ts'
import { below, object, opaque } from '../touch.ts'
import { effectsOf, isGrave } from './effects.ts'
import { called, callees, evaluate, type Reader, row } from './evaluate.ts'
import type { CodeLanguage } from './language.ts'
import { NODE } from './node.ts'
import { parse } from './parse.ts'
import { fieldsOf } from './paths.ts'
import { PERL } from './perl.ts'
import { PHP } from './php.ts'
import { PYTHON } from './python.ts'
import { RUBY } from './ruby.ts'
import type { Called } from './rules.ts'
import { tokenize } from './tokens.ts'
import type { CallNode, Node } from './tree.ts'
import { alternatives, elementOf, literalOf, type Thing, type Value } from './value.ts'

const LANGUAGES: Readonly<Partial<Record<Language, CodeLanguage>>> = { python: PYTHON, node: NODE, perl: PERL, ruby: RUBY, php: PHP }

/** Longer texts are not read. */
const LONGEST = 64 * 1024
/** More than this is more than a person could be told. */
const MOST = 200
/** Folders that a relative path may start from. */
const FOLDERS = 8

export interface Surroundings {
  readonly home?: string
  /** The path of the script, where the text is one. */
  readonly script?: Field
}

/**
 * What source text plainly deletes, writes, runs or sends, and `opaque` for what it hides. It is read, not run: values
 * are followed through names, not through what functions return, and modules of its own are taken for what they say.
 * Never throws.
 */
export function readCode(text: string, language: Language, args: readonly Field[] = [], { home, script }: Surroundings = {}): readonly Touch[] {
  if (language === 'sql') return queries(text)
  const table = LANGUAGES[language]
  if (table === undefined) return [opaque('there is no reader for this language')]
  if (text.length > LONGEST) return [opaque('the code is too long to be read')]
  try {
    const plain = text.replace(/\r\n?/g, '\n')
    const code = parse(tokenize(language === 'php' ? tagged(plain) : plain, table.syntax), table)
    const given = { args, home, script }
    return new Walk({ language: table, code, given, values: new Map(), names: new Map(), depth: 0 }, text).touches()
  } catch (error) {
    return [opaque(`the code can't be read: ${error instanceof Error ? error.message : String(error)}`)]
  }
}

/** A file starts outside of `<?php`, code on a command line inside. */
function tagged(text: string): string {
  return /^\s*(?:<|#!)/.test(text) ? `?>${text}` : text
}

function queries(text: string): readonly Touch[] {
  return statements(text).map(({ verb, type, name }) => object(verb, ['database', type], known(name), { where: 'remote', traits: ['stateful'] }))
}

/** Functions that call what they are given with the arguments behind it. */
const APPLIES = /^(?:functools\.partial|atexit\.register|call_user_func|call_user_func_array|register_shutdown_function|(?:.*\.)?(?:__|public_)?send_*|.*\.(?:submit|apply_async|run_in_executor|call_soon|to_thread))$/
const LOOPS = /(?:^|\.)(?:map|forEach|filter|each|array_map|array_walk|flatMap|for_each|imap|starmap)$/
/** Functions that only look at what they are given. */
const LOOKS = /^(?:print|isinstance|issubclass|callable|help|dir|type|repr|str|id|hash|hasattr|inspect\.\w+|console\.\w+|puts|p|defined|function_exists|is_callable|method_exists)$/

/** Nodes whose value may be a function. */
const GIVES = /^(?:name|member|call|index|operation)$/

/** One pass over the tree; it goes again where a change of folder may have come before what stands above it. */
class Walk {
  readonly reader: Reader
  readonly found = new Map<string, Touch>()
  readonly jumps: boolean
  folders: readonly (Field | undefined)[] = [undefined]
  settled = false

  constructor(reader: Reader, text: string) {
    this.reader = reader
    this.jumps = /\b(?:def|function|lambda|sub|class)\b|=>/.test(text)
  }

  touches(): readonly Touch[] {
    this.#walkAll(this.reader.code.nodes)
    this.settled = true
    if (this.folders.length > 1) this.#walkAll(this.reader.code.nodes)
    const all = [...this.found.values()]
    return all.length > MOST ? [...all.slice(0, MOST), opaque('the code does more than can be told')] : all
  }

  #walkAll(nodes: readonly Node[]): void {
    for (const node of nodes) this.#walk(node)
  }

  #walk(node: Node): void {
    switch (node.kind) {
      case 'text':
        for (const part of node.parts) if (typeof part !== 'string') this.#walk(part)
        return
      case 'number':
        return
      case 'name':
      case 'member':
        this.#receiver(node)
        return this.#reference(node, undefined)
      case 'index':
        return this.#receiver(node)
      case 'call':
        return this.#call(node)
      case 'list':
        for (const item of node.items) {
          this.#alias(item)
          if (GIVES.test(item.kind)) this.#reference(item, undefined)
        }
        return
      case 'table':
        for (const { key, value } of node.entries) {
          if (key.kind !== 'name' && key.kind !== 'text') this.#walk(key)
          if (key !== value) this.#walk(value)
        }
        return this.#walkAll(node.others)
      case 'operation':
        return this.#walkAll(node.operands)
      case 'function':
        return this.#walkAll(node.body)
      case 'spread':
        return this.#walk(node.of)
      case 'assign':
        if (node.target.kind === 'index' || node.target.kind === 'member') this.#receiver(node.target)
        return this.#alias(node.value)
      case 'group':
        if (node.value !== undefined) this.#walk(node.value)
        return this.#walkAll(node.others)
    }
  }

  /** A name for a function is followed to where it is called. */
  #alias(value: Node): void {
    if (value.kind === 'name' || value.kind === 'member') this.#receiver(value)
    else this.#walk(value)
  }

  /** What something is reached through: only calls in it do anything. */
  #receiver(node: Node): void {
    if (node.kind === 'name') return
    if (node.kind === 'member') return this.#receiver(node.of)
    if (node.kind !== 'index') return this.#walk(node)
    this.#receiver(node.of)
    if (node.key !== undefined) this.#walk(node.key)
  }

  #call(node: CallNode): void {
    const { reader } = this
    const { of } = node
    if (of.kind === 'list') this.#walkAll(of.items.slice(0, -1))
    else this.#receiver(of)
    const calls = callees(reader, of).map((callee) => called(reader, callee, node))
    const free = this.#isFree(of)
    for (const call of calls) this.#emit(call, free)
    for (const [at, { value }] of node.args.entries()) {
      this.#alias(value)
      if (GIVES.test(value.kind)) for (const call of calls) this.#reference(value, { call, at })
    }
    if (reader.language.syntax.commands) for (const call of calls) this.#named(call)
  }

  /** It is reached through a name that the text says nothing of. */
  #isFree(node: Node): boolean {
    let at = node
    while (at.kind === 'member' || at.kind === 'index' || at.kind === 'call') at = at.of
    const { code, language } = this.reader
    return at.kind === 'name' && !code.bindings.has(at.name) && !code.modules.has(at.name) && language.values[at.name] === undefined && language.effects[at.name] === undefined
  }

  #emit(call: Called, free = false): void {
    const { language } = this.reader
    if (row(language.effects, call.name) === 'chdir') return this.#move(call)
    const place = { folders: this.folders }
    for (const touch of effectsOf(call, language, place, free)) this.#keep(touch)
  }

  #keep(touch: Touch): void {
    if (this.found.size <= MOST) this.found.set(JSON.stringify(touch), touch)
  }

  /** Where functions are defined, what stands above may run later: every folder is meant then. */
  #move(call: Called): void {
    const targets = fieldsOf(call.args[0])
    const moved = targets.flatMap((target) => this.folders.map((folder) => (folder === undefined ? target : below(folder, target))))
    if (!this.jumps) this.folders = moved
    else if (this.settled) return
    else if (this.folders.length + moved.length <= FOLDERS) this.folders = [...this.folders, ...moved]
    else this.#keep(opaque('it changes its folder too often to follow'))
  }

  /** A function that does harm, given away: to a loop, to what calls it later, or to who knows what. */
  #reference(node: Node, to: { readonly call: Called; readonly at: number } | undefined): void {
    for (const single of alternatives(evaluate(this.reader, node)))
      if (single.kind === 'thing' && isGrave(this.reader.language, single.name)) this.#given(single, to)
  }

  #given(thing: Thing, to: { readonly call: Called; readonly at: number } | undefined): void {
    const plain = { name: thing.name, named: new Map<string, Value>(), given: this.reader.given }
    if (to === undefined) return this.#emit({ ...plain, args: [], more: true })
    const { call, at } = to
    if (call.name === thing.name || LOOKS.test(call.name) || row(this.reader.language.values, call.name)?.startsWith('same')) return
    const items = call.args[at + 1] ?? call.args[at - 1] ?? call.receiver
    if (LOOPS.test(call.name) && items !== undefined) this.#emit({ ...plain, args: [elementOf(items)], more: false })
    else if (APPLIES.test(call.name)) this.#emit({ ...plain, args: call.args.slice(at + 1).flatMap((arg) => (call.name.endsWith('_array') && arg.kind === 'list' ? arg.items : [arg])), named: call.named, more: call.more })
    else this.#emit({ ...plain, args: [], more: true })
  }

  /** Functions may be named by texts. */
  #named(call: Called): void {
    if (!LOOPS.test(call.name) && !APPLIES.test(call.name)) return
    for (const [at, arg] of call.args.entries()) {
      const name = literalOf(arg)
      if (name !== undefined && isGrave(this.reader.language, name)) this.#given({ kind: 'thing', name }, { call, at })
    }
  }
}
