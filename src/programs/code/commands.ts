import { type Field, known, literal } from '../../lang/field.ts'
import type { Language, RunTouch, Touch } from '../grammar.ts'
import { below, joined, run, shell } from '../touch.ts'
import { argument, fieldsOf, type Place } from './paths.ts'
import type { Called } from './rules.ts'
import { alternatives, COMPUTED, fieldOf, literalOf, type Single, type Value } from './value.ts'

type CommandRole = (call: Called, at: number, place: Place, language: Language) => readonly Touch[]

/** Where it runs: the folder that the call names, else where the code is. */
function at(call: Called, place: Place): readonly Partial<RunTouch>[] {
  const named = call.named.get('cwd') ?? call.named.get('chdir')
  const folders =
    named === undefined
      ? place.folders
      : place.folders.flatMap((folder) =>
          fieldsOf(named).map((field) => (folder === undefined ? field : below(folder, field))),
        )
  return folders.map((cwd) => (cwd === undefined ? {} : { cwd }))
}

function started(call: Called, place: Place, argv: readonly Field[], more = false): readonly Touch[] {
  const runs = at(call, place).map((where) => run(argv, { ...where, ...(more && { more: 'arguments' as const }) }))
  return [...runs, ...fed(call, argv)]
}

const INTERPRETER = /^(?:.*\/)?(?:(sh|bash|dash|zsh|ksh)|(python|node|perl|ruby|php)[\d.]*)$/

/** An interpreter without a script runs what it is fed. */
function fed(call: Called, argv: readonly Field[]): readonly Touch[] {
  const [, sh, other] = INTERPRETER.exec(literal(argv[0] ?? COMPUTED.field) ?? '') ?? []
  if ((sh ?? other) === undefined || argv.slice(1).some((arg) => !/^-[ilsx]*$/.test(literal(arg) ?? 'x'))) return []
  const language = sh === undefined ? (other as Language) : 'sh'
  const input = call.named.get('input')
  return (input === undefined ? [COMPUTED.field] : fieldsOf(input)).map((text) => ({ kind: 'code', language, text }))
}

function isTrue(value: Value | undefined): boolean {
  return (
    value !== undefined &&
    !alternatives(value).every(
      (single) => single.kind === 'thing' && /^(?:false|False|None|null|undefined)$/.test(single.name),
    )
  )
}

/** Text that a shell runs; a list is one command after the shell's own rules all the same. */
function shellText(single: Single): Field {
  if (single.kind === 'thing' && single.name === 'words' && single.detail !== undefined) return fieldOf(single.detail)
  return single.kind === 'list' ? joined(fieldsOf(single)) : fieldOf(single)
}

function shells(call: Called, place: Place, value: Value | undefined): readonly Touch[] {
  if (value === undefined) return []
  return alternatives(value).flatMap((single) => {
    const text = shellText(single)
    const moved = at(call, place)
    return moved.map((where) => (where.cwd === undefined ? shell(text) : run([known('sh'), known('-c'), text], where)))
  })
}

/** A list of words, or one text that is a program's name. */
function listed(call: Called, from: number, place: Place, skip: number): readonly Touch[] {
  const first = argument(call, from)
  if (first === undefined) return []
  if (isTrue(call.named.get('shell'))) return shells(call, place, first)
  return alternatives(first).flatMap((single) => {
    if (single.kind === 'thing' && single.name === 'words') return shells(call, place, single)
    if (single.kind === 'list') return started(call, place, fieldsOf({ ...single, more: false }), single.more)
    const behind = call.args.slice(from + 1).filter(isWords)
    // Several words in one text are no program's name.
    if (behind.length === 0 && single.kind === 'text' && /\s/.test(single.field.text))
      return shells(call, place, single)
    const rest = behind.flatMap(words).slice(skip)
    return started(
      call,
      place,
      [fieldOf(single), ...rest],
      call.more || behind.some((value) => value.kind === 'list' && value.more),
    )
  })
}

/** Functions, options and numbers are no words of a command. */
function isWords(value: Value): boolean {
  if (value.kind === 'thing') return !/^(?:\(\)|None|null|undefined|True|False|true|false|nil)$/.test(value.name)
  return value.kind !== 'table' && !(value.kind === 'text' && value.type === 'number')
}

function words(value: Value): readonly Field[] {
  if (value.kind === 'list') return fieldsOf({ ...value, more: false })
  return [value.kind === 'choice' ? COMPUTED.field : fieldOf(value)]
}

/** With an option `shell`, a program and its arguments are one text. */
function spawned(call: Called, from: number, place: Place): readonly Touch[] {
  if (!isTrue(call.named.get('shell'))) return listed(call, from, place, 0)
  const words = call.args.slice(from).filter((value) => value.kind === 'list' || value.kind === 'text')
  return shells(call, place, { kind: 'list', items: words, more: false })
}

/** One text is a shell's, several are a program and its arguments. */
function system(call: Called, from: number, place: Place): readonly Touch[] {
  // Ruby's may start with a table of variables.
  const args = call.args.slice(from).filter((value) => value.kind !== 'table')
  if (args.length === 0) return call.more ? started(call, place, [COMPUTED.field]) : []
  const plain = { ...call, args }
  return args.length > 1 || args[0]?.kind === 'list' ? listed(plain, 0, place, 0) : shells(plain, place, args[0])
}

const READ = /(?:^|\.)(?:(?:open|fopen)\(\)\.read(?:lines)?|read\w*|file_get_contents|get_contents)\(\)$/i

/** Source text; what was read from a file is that file. */
function code(call: Called, from: number, language: Language): readonly Touch[] {
  const value = argument(call, from)
  return (value === undefined ? [] : alternatives(value)).flatMap((single): readonly Touch[] => {
    if (single.kind === 'thing' && single.name === '()') return []
    if (single.kind === 'thing' && !single.downloaded && single.detail?.kind === 'text' && READ.test(single.name)) {
      const path = fieldOf(single.detail)
      return /^\w+:\/\//.test(path.text)
        ? [{ kind: 'code', language, text: fieldOf({ ...single, downloaded: true }) }]
        : [{ kind: 'script', language, path, args: [] }]
    }
    if (single.kind === 'table' || (single.kind === 'text' && single.type === 'number')) return []
    return [{ kind: 'code', language, text: fieldOf(single) }]
  })
}

export const COMMAND_ROLES: Readonly<Record<string, CommandRole>> = {
  shell: (call, from, place) => shells(call, place, argument(call, from)),
  argv: (call, from, place) => listed(call, from, place, 0),
  /** A list of words, or text for a shell. */
  command: (call, from, place) =>
    call.args[from]?.kind === 'list'
      ? listed({ ...call, args: call.args.slice(0, from + 1) }, from, place, 0)
      : shells(call, place, argument(call, from)),
  spawn: spawned,
  /** The first argument behind the program is its own name. */
  exec: (call, from, place) => listed(call, from, place, 1),
  system,
  code: (call, from, _, language) => code(call, from, language),
  /** `[].map.constructor(…)` is `Function`; `this.constructor(…)` is the class. */
  made: (call, _from, _place, language) => {
    const made = call.receiver === undefined ? [] : alternatives(call.receiver)
    return made.some((single) => single.kind !== 'thing' || /(?:^\(\)|\.constructor)$/.test(single.name))
      ? code(call, Math.max(call.args.length - 1, 0), language)
      : []
  },
  /** The last argument is the body. */
  body: (call, _from, _place, language) => code(call, Math.max(call.args.length - 1, 0), language),
  /** Code only where it is a text: a function is the usual thing. */
  'code-text': (call, from, _, language) =>
    literalOf(call.args[from]) === undefined ? [] : code(call, from, language),
  script: (call, from, _, language) =>
    fieldsOf(argument(call, from)).map((path) => ({
      kind: 'script',
      language,
      path,
      args: call.args[from + 1] === undefined ? [] : fieldsOf(call.args[from + 1]),
    })),
  worker: (call, from, place, language) =>
    isTrue(call.named.get('eval'))
      ? code(call, from, language)
      : (COMMAND_ROLES['script-text']?.(call, from, place, language) ?? []),
  /** Only what is outside of the project's own modules. */
  'script-text': (call, from, _, language) =>
    fieldsOf(argument(call, from)).flatMap((path): Touch[] =>
      path.unknown === undefined && path.text.startsWith('/') ? [{ kind: 'script', language, path, args: [] }] : [],
    ),
}
