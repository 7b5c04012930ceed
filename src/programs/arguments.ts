import { type Field, literal } from '../lang/field.ts'
import type { Arguments, Program, Role } from './grammar.ts'
import { below, from } from './touch.ts'

/** One option of a grammar. */
interface Option {
  readonly name: string
  readonly roles: readonly Role[]
  /** Its value is optional, and then glued on. */
  readonly glued: boolean
  /** What follows it are operands. */
  readonly ends: boolean
}

/** An option grammar, ready for use. */
export interface Grammar {
  readonly short: ReadonlyMap<string, Option>
  readonly long: ReadonlyMap<string, Option>
  readonly style: 'permute' | 'stop' | 'single'
  readonly loose: boolean
  readonly exact: boolean
}

/** Flags that no program gives a value, for grammars that don't list them. */
const VALUELESS = new Set(
  '--force --yes --assume-yes --recursive --all --quiet --verbose --debug --json --wait --interactive --confirm --help --delete --purge --detach --watch --follow --auto-approve --all-namespaces --insecure --dryrun --now --approve --cascade --prune --overwrite --skip-confirmation --destroy --list --describe --stdin --tty'.split(
    ' ',
  ),
)

/** A later spelling wins, so that a verb's own options hide its program's. */
export function compileGrammar(program: Program, inherited: string): Grammar {
  const short = new Map<string, Option>()
  const long = new Map<string, Option>()
  for (const group of `${inherited} ${program.before ?? ''} ${program.options ?? ''}`.split(' ')) {
    if (group === '') continue
    const [spellings = '', role] = group.split(/=(.*)/)
    const names = spellings.split(',')
    const roles = (role?.replace(/[?!]/g, '').split('+') ?? []) as Role[]
    const option: Option = {
      name: names[0] ?? '',
      roles,
      glued: role?.startsWith('?') ?? false,
      ends: role?.endsWith('!') ?? false,
    }
    for (const name of names) (name.length === 2 && program.style !== 'single' ? short : long).set(name, option)
  }
  const stops = program.verbs !== undefined || /\b(command|script|task)\b/.test(program.operands ?? '')
  const style = program.style ?? (stops ? 'stop' : 'permute')
  const loose = program.loose ?? false
  return { short, long, style, loose, exact: (program.exact ?? loose) || style === 'single' }
}

/** The role of an option's value; `data` for what the grammar does not list. */
export function rolesOf(grammar: Grammar, name: string): readonly Role[] {
  return (grammar.long.get(name) ?? grammar.short.get(name))?.roles ?? ['data']
}

/** Takes arguments apart as getopt does: bundles, glued values, `--name=value`, unambiguous abbreviations, `--`. */
export function parseArguments(args: readonly Field[], grammar: Grammar): Arguments {
  const walk = new Walk(args, grammar)
  while (walk.at < args.length) walk.step()
  const { flags, values, operands, separator, unsure, cwd, kept } = walk
  return {
    flags,
    values,
    operands,
    ...(separator === undefined ? {} : { separator }),
    ...(unsure === undefined ? {} : { unsure }),
    ...(cwd === undefined ? {} : { moved: { cwd, args: kept } }),
  }
}

/** Holds the place in the arguments while they are taken apart. */
class Walk {
  readonly flags = new Set<string>()
  readonly values = new Map<string, Field[]>()
  readonly operands: Field[] = []
  /** All arguments but options of role `cwd`. */
  readonly kept: Field[] = []
  separator: number | undefined
  unsure: string | undefined
  cwd: Field | undefined
  at = 0
  #ended = false
  readonly #args: readonly Field[]
  readonly #grammar: Grammar

  constructor(args: readonly Field[], grammar: Grammar) {
    this.#args = args
    this.#grammar = grammar
  }

  step(): void {
    const arg = this.#args[this.at++]
    if (arg === undefined) return
    const { text } = arg
    if (this.#ended || text === '-' || !text.startsWith('-')) {
      if (!this.#ended && text === '' && arg.unknown !== undefined) this.unsure ??= arg.unknown.why
      this.operands.push(arg)
      this.kept.push(arg)
      if (this.#grammar.style === 'stop') this.#ended = true
    } else if (literal(arg) === '--') {
      this.kept.push(arg)
      this.separator ??= this.operands.length
      this.#ended = true
    } else if (arg.unknown !== undefined && !/^-[^-]|=/.test(text)) {
      this.unsure ??= arg.unknown.why
      this.operands.push(arg)
      this.kept.push(arg)
    } else if (this.#grammar.style === 'single') this.#single(arg)
    else if (text.startsWith('--') || this.#grammar.long.has(text.replace(/=.*/s, ''))) this.#long(arg, text)
    else this.#bundle(arg)
  }

  /** `-name value`, `-name=value`, and the same with two dashes. */
  #single(arg: Field): void {
    const text = arg.text.replace(/^--/, '-')
    this.#long({ ...arg, text }, text)
  }

  #long(arg: Field, text: string): void {
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    const option = this.#grammar.long.get(name) ?? this.#abbreviated(name)
    const glued = equals < 0 ? undefined : from(arg, equals + 1)
    if (option === undefined) this.#unlisted(arg, name, glued)
    else this.#take(option, arg, glued)
  }

  #unlisted(arg: Field, name: string, glued: Field | undefined): void {
    this.kept.push(arg)
    this.flags.add(name)
    if (glued !== undefined) {
      this.#add(name, glued)
      return
    }
    const next = this.#args[this.at]
    const flag = VALUELESS.has(name) || name.startsWith('--no-')
    if (!this.#grammar.loose || flag || next === undefined || next.text.startsWith('-')) return
    this.at++
    this.kept.push(next)
    this.#add(name, next)
  }

  #abbreviated(name: string): Option | undefined {
    if (this.#grammar.exact || name.length < 3) return undefined
    let found: Option | undefined
    for (const [spelling, option] of this.#grammar.long) {
      if (!spelling.startsWith(name) || option === found) continue
      if (found !== undefined) return undefined
      found = option
    }
    return found
  }

  #bundle(arg: Field): void {
    const { text } = arg
    for (let i = 1; i < text.length; i++) {
      const letter = `-${text[i]}`
      const option = this.#grammar.short.get(letter)
      if (option === undefined || option.roles.length === 0) {
        this.flags.add(option?.name ?? letter)
        continue
      }
      const rest = i + 1 < text.length || arg.unknown !== undefined ? from(arg, i + 1) : undefined
      const before = text.slice(0, i)
      this.#take(option, arg, rest, before === '-' ? undefined : { text: before, glob: false })
      return
    }
    if (arg.unknown !== undefined) this.unsure ??= arg.unknown.why
    this.kept.push(arg)
  }

  /** Takes an option with its values; `before` are flags of the same bundle. */
  #take(option: Option, arg: Field, glued: Field | undefined, before?: Field): void {
    this.flags.add(option.name)
    if (option.roles[0] === 'cwd') {
      const folder = glued ?? this.#args[this.at++]
      if (folder !== undefined) this.cwd = this.cwd === undefined ? folder : below(this.cwd, folder)
      if (before !== undefined) this.kept.push(before)
      return
    }
    this.kept.push(arg)
    if (glued !== undefined && (option.roles.length > 0 || option.glued)) this.#add(option.name, glued)
    for (let i = glued === undefined && !option.glued ? 0 : 1; i < option.roles.length; i++) {
      const next = this.#args[this.at++]
      if (next === undefined) return
      this.kept.push(next)
      this.#add(option.name, next)
    }
    if (option.ends) this.#ended = true
  }

  #add(name: string, value: Field): void {
    const list = this.values.get(name)
    if (list === undefined) this.values.set(name, [value])
    else list.push(value)
  }
}

/** The last value of an option. */
export function value(args: Arguments, name: string): Field | undefined {
  return args.values.get(name)?.at(-1)
}

export function has(args: Arguments, ...names: readonly string[]): boolean {
  return names.some((name) => args.flags.has(name))
}
