import { type Field, known, literal } from '../lang/field.ts'
import { compileGrammar, type Grammar, parseArguments, rolesOf } from './arguments.ts'
import { drives, outputs } from './drives.ts'
import { general, PROSE, quotedCommand, remoteDatabases, restsOn } from './general.ts'
import type { Arguments, CommandLine, Language, Program, Role, Touch, Where } from './grammar.ts'
import { withPreview } from './preview.ts'
import { tellsSecret } from './secrets.ts'
import { shorthand } from './shorthand.ts'
import { programNamed } from './table.ts'
import { cut, fetched, object, opaque, path, run, shell } from './touch.ts'

/** What a program hands to its verbs. */
interface Above {
  readonly options: string
  readonly dry: string
  readonly loose: boolean
  readonly words: readonly Field[]
  readonly system: string | undefined
  readonly where: Where
  readonly depth: number | 'deep'
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, readonly Field[]>
}

/** What a command line touches. Never throws; an empty list means that it only prints. */
export function touches(line: CommandLine): readonly Touch[] {
  const program = programNamed(line.name)
  if (asksForHelp(line, program)) return []
  const secret = toldSecret(line, program)
  if (program === undefined) return [...general(line, programNamed), ...secret]
  const above = {
    options: '',
    dry: '',
    loose: false,
    system: undefined,
    where: 'remote',
    depth: 0,
    flags: NO_FLAGS,
    values: NO_VALUES,
  } as const
  const found = withPreview(apply(program, line, { ...above, words: [known(line.name)] }), line, program, (args) =>
    apply(program, { ...line, args }, { ...above, words: [known(line.name)] }),
  )
  // A task is the project's own work: nothing that the system or an account rests on belongs to it.
  if (!found.some(({ kind }) => kind === 'task')) return [...found, ...secret]
  return [...found, ...remoteDatabases(line), ...line.args.filter(restsOn).map((field) => path('update', field))]
}

/** A secret that the line prints, of a program that drives a system or that no table knows. */
function toldSecret(line: CommandLine, program: Program | undefined): readonly Touch[] {
  const system = program === undefined ? line.name : program.system
  if (system === undefined) return []
  const options = compileGrammar({ options: program?.options ?? '', loose: true, style: 'permute' }, '')
  return [tellsSecret(system, parseArguments(line.args, options)) ?? []].flat()
}

const NO_FLAGS: ReadonlySet<string> = new Set()
const NO_VALUES: ReadonlyMap<string, readonly Field[]> = new Map()

/**
 * `--help` or `--version`, with nothing before it but the words of a subcommand. Behind an operand it is believed of no
 * program: `bash -c … --help` runs, and not every `rm` sorts its options first.
 */
function asksForHelp(line: CommandLine, program: Program | undefined): boolean {
  const words = program === undefined || program.verbs !== undefined || program.system !== undefined ? 4 : 0
  for (const [i, arg] of line.args.entries()) {
    const text = literal(arg)
    if (text === '--help') return true
    // Behind words, `--version 5` may be an option with a value.
    if (text === '--version') return i === 0 || i === line.args.length - 1
    if ((text === '-h' || text === '-V' || text === '-v') && i === 0) return line.args.length === 1
    if (text === undefined || i >= words || !/^[a-z][\w:-]*$/i.test(text)) return false
  }
  return false
}

/** Option grammars by program, and by what they inherit. */
const grammars = new WeakMap<Program, Map<string, Grammar>>()

function grammarOf(program: Program, above: Above): Grammar {
  const byInherited = grammars.get(program) ?? new Map<string, Grammar>()
  grammars.set(program, byInherited)
  let grammar = byInherited.get(above.options)
  if (grammar === undefined) {
    grammar = compileGrammar(above.loose ? { loose: true, ...program } : program, above.options)
    byInherited.set(above.options, grammar)
  }
  return grammar
}

function apply(program: Program, line: CommandLine, above: Above): readonly Touch[] {
  const grammar = grammarOf(program, above)
  const own = parseArguments(line.args, grammar)
  if (own.moved !== undefined) return [run([...above.words, ...own.moved.args], { cwd: own.moved.cwd })]
  let args = joinedWith(own, above)
  const dry = `${above.dry} ${program.dry ?? ''}`.trim()
  if (dry !== '' && dry.split(' ').some((flag) => args.flags.has(flag))) return []
  const system = program.system ?? above.system
  const where = program.where ?? above.where
  const depth = program.depth ?? above.depth

  if (program.verbs !== undefined) {
    const found = verb(program.verbs, args)
    if (found === 'unknown') return [opaque(`which command of \`${line.name}\` this is can't be resolved`)]
    if (found !== undefined) {
      const [sub, count] = found
      const before = line.args.slice(0, line.args.length - own.operands.length)
      const words = [...above.words, ...before, ...own.operands.slice(0, count)]
      const rest = count === 0 ? own.operands : afterVerb(line.args, own)
      const options = `${above.options} ${program.options ?? ''}`
      const { flags, values } = args
      const loose = program.loose ?? above.loose
      const next = { options, dry, loose, words, system, where, depth, flags, values }
      const beside = [...fromValues(program, grammar, own), ...(program.touches?.(args, line) ?? [])]
      // A verb's own line carries the verb's name.
      const name = count === 0 ? line.name : (own.operands[0]?.text ?? line.name)
      return [...beside, ...apply(sub, { ...line, name, args: rest }, next)]
    }
  }
  // Without a verb that the table knows, options may stand anywhere.
  if (program.verbs !== undefined && grammar.style === 'stop' && args.operands.length > 0)
    args = joinedWith(parseArguments(line.args, { ...grammar, style: 'permute' }), above)
  const local = [...fromValues(program, grammar, args), ...(system === undefined ? toUnlisted(line.args, grammar) : [])]
  if (program.wraps === true) {
    const wrapped = program.touches?.(args, line) ?? fromOperands(program, args, { system: line.name, where })
    return [...local, ...certain(wrapped, hiding(line.name, own, grammar))]
  }
  if (program.touches !== undefined) return [...local, ...program.touches(args, line)]
  if (program.object !== undefined || program.operands !== undefined)
    return [...local, ...fromOperands(program, args, { system: system ?? above.words[0]?.text ?? line.name, where })]
  // A verb that the table lists without more is a read.
  const open = program.system !== undefined || program.depth !== undefined || program.verbs !== undefined
  if (system !== undefined && open) {
    const group = above.words.length > 1 ? line.name : ''
    return [...local, ...drives(args, { system, where, depth, group })]
  }
  return local
}

/** An option of a wrapper that nobody knows: it may take the word that looks like the command. */
function hiding(name: string, { flags, values, operands }: Arguments, grammar: Grammar): Touch | undefined {
  const unlisted = [...flags].find((flag) => !grammar.long.has(flag) && !grammar.short.has(flag) && !values.has(flag))
  if (unlisted === undefined || operands.length === 0) return undefined
  return opaque(`where the command of \`${name} ${unlisted}\` starts is not known`)
}

/** Where the command's start is hidden, a word counts as one only where it is a program's name. */
function certain(touches: readonly Touch[], hidden: Touch | undefined): readonly Touch[] {
  if (hidden === undefined) return touches
  const named = touches.filter((each) => each.kind !== 'run' || programNamed(each.argv[0]?.text ?? '') !== undefined)
  return [...named, hidden]
}

/** All that follows the verb; options before it stay with the program. */
function afterVerb(args: readonly Field[], own: Arguments): readonly Field[] {
  return own.operands[0] === undefined ? [] : args.slice(args.indexOf(own.operands[0]) + 1)
}

function verb(
  verbs: Readonly<Record<string, Program>>,
  args: Arguments,
): readonly [Program, number] | 'unknown' | undefined {
  const table = namesOf(verbs)
  const first = args.operands[0]
  if (first === undefined) return one(table.get('-'), 0)
  const word = literal(first)
  if (word === undefined) return 'unknown'
  const other = table.get('*')
  // What `*` does is done to the verb's operands; a task's or a script's name is the word itself.
  return table.has(word) ? one(table.get(word), 1) : one(other, other?.object === undefined ? 0 : 1)
}

function one(program: Program | undefined, count: number): readonly [Program, number] | undefined {
  return program === undefined ? undefined : [program, count]
}

const tables = new WeakMap<object, ReadonlyMap<string, Program>>()

function namesOf(verbs: Readonly<Record<string, Program>>): ReadonlyMap<string, Program> {
  let table = tables.get(verbs)
  if (table === undefined) {
    const entries = Object.entries(verbs).flatMap(([names, program]) =>
      names.split(' ').map((name) => [name, program] as const),
    )
    table = new Map(entries)
    tables.set(verbs, table)
  }
  return table
}

function joinedWith(own: Arguments, above: Above): Arguments {
  if (above.flags.size === 0) return own
  return {
    ...own,
    flags: new Set([...above.flags, ...own.flags]),
    values: new Map([...above.values, ...own.values]),
  }
}

function fromValues(program: Program, grammar: Grammar, args: Arguments): readonly Touch[] {
  if (args.values.size === 0) return []
  const found: Touch[] = []
  for (const [name, given] of args.values) {
    const roles = rolesOf(grammar, name)
    for (const [i, field] of given.entries()) {
      const role = roles[i % Math.max(roles.length, 1)] ?? 'data'
      if (role !== 'data') found.push(...touch(role, field, program, args))
    }
  }
  // Options that no grammar lists are still read by their names.
  return program.system === undefined ? [...found, ...outputs(unlisted(args, grammar))] : found
}

/** A whole command line behind an option that the grammar does not list: whatever the option is called, it may be run. */
function toUnlisted(args: readonly Field[], grammar: Grammar): readonly Touch[] {
  // A program without a grammar here has one of its own.
  if (grammar.long.size + grammar.short.size === 0) return []
  return args.flatMap((arg, i) => {
    const [option = '', own] = cut(arg, '=') ?? [arg.text, args[i + 1]]
    const isOpen = /^--[a-z]/i.test(option) && !grammar.long.has(option) && !PROSE.test(option) && !PATTERN.test(option)
    return isOpen && own !== undefined ? quotedCommand(own, (name) => programNamed(name) !== undefined) : []
  })
}

/** Options whose value is looked for. */
const PATTERN = /(?:pattern|filter|grep|match|search|query|regexp?|name|text|message)s?$/i

function unlisted(args: Arguments, grammar: Grammar): ReadonlyMap<string, readonly Field[]> {
  return new Map([...args.values].filter(([name]) => !grammar.long.has(name) && !grammar.short.has(name)))
}

function fromOperands(
  program: Program,
  args: Arguments,
  place: { readonly system: string; readonly where: Where },
): readonly Touch[] {
  const { operands } = args
  if (program.object !== undefined) {
    const make = shorthand(program.object)
    const subjects = operands.length === 0 ? [known('')] : operands
    return subjects.map((field) => make(place.system, field, place.where))
  }
  const roles = pattern(
    program.operands ?? '',
    program.unlessGiven?.split(' ').some((flag) => args.flags.has(flag)) ?? false,
  )
  const found: Touch[] = []
  for (const [i, field] of operands.entries()) {
    const role = roleAt(roles, i, operands.length)
    const rest = operands.slice(i + 1)
    if (role === 'command') return [...found, run(literal(field) === '--' ? rest : [field, ...rest])]
    if (role === 'script')
      return [...found, { kind: 'script', language: program.language ?? 'unknown', path: field, args: rest }]
    if (role === 'task') {
      const task = { kind: 'task', name: field.text, args: rest } as const
      return [...found, program.tasks === undefined ? task : { ...task, of: program.tasks }]
    }
    found.push(...touch(role, field, program, args))
  }
  return found
}

function touch(role: Role, field: Field, program: Program, args: Arguments): readonly Touch[] {
  const language: Language = program.language ?? 'unknown'
  switch (role) {
    case 'data':
    case 'cwd':
      return []
    case 'url':
      return [fetched(field)]
    case 'shell':
      return [shell(field)]
    case 'load':
      return [{ kind: 'load', from: field, by: 'an option' }]
    case 'code':
      return [{ kind: 'code', language, text: field }]
    case 'program':
    case 'command':
      return [run([field], { more: 'arguments' })]
    case 'script':
      return [{ kind: 'script', language, path: field, args: [] }]
    case 'task':
      return [{ kind: 'task', name: field.text }]
    case 'project':
      return [{ kind: 'task', name: 'build', at: [field] }]
    case 'object':
      return [object('update', [program.system ?? 'program', 'item'], field)]
    default: {
      if (literal(field) === '-' || field.text.startsWith('/dev/fd/')) return []
      const tree = program.recursive === 'always' || program.recursive?.split(' ').some((flag) => args.flags.has(flag))
      return [path(role === 'write' ? 'create' : role, field, tree ? { tree: true } : {})]
    }
  }
}

interface Pattern {
  readonly before: readonly Role[]
  readonly repeated: Role
  readonly behind: readonly Role[]
}

const patterns = new Map<string, Pattern>()

function pattern(text: string, shifted: boolean): Pattern {
  const key = shifted ? `${text} shifted` : text
  let found = patterns.get(key)
  if (found === undefined) {
    const words = text.split(' ').slice(shifted ? 1 : 0)
    const marked = words.findIndex((word) => word.endsWith('…'))
    const at = marked < 0 ? words.length - 1 : marked
    const roles = words.map((word) => word.replace('…', '') as Role)
    found = { before: roles.slice(0, at), repeated: roles[at] ?? 'data', behind: roles.slice(at + 1) }
    patterns.set(key, found)
  }
  return found
}

function roleAt({ before, repeated, behind }: Pattern, i: number, count: number): Role {
  const fromEnd = count - i
  // One operand alone is the repeated one: `cp -t folder file`.
  if (fromEnd <= behind.length && count > before.length + behind.length - 1 && count > 1)
    return behind[behind.length - fromEnd] ?? repeated
  return before[i] ?? repeated
}
