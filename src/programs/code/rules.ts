import { type Field, known } from '../../lang/field.ts'
import { basename } from '../touch.ts'
import {
  COMPUTED,
  choice,
  concat,
  each,
  elementOf,
  fieldOf,
  isDownloaded,
  joinPaths,
  literalOf,
  parentOf,
  type Single,
  temporary,
  text,
  textOf,
  token,
  unknown,
  type Value,
} from './value.ts'

/** What the code may take for granted of where it runs. */
export interface Given {
  /** The arguments of the script. */
  readonly args: readonly Field[]
  readonly home?: string | undefined
  /** The script's own path; absent for code on a command line. */
  readonly script?: Field | undefined
}

/** A call, with all that is known of it. */
export interface Called {
  /** The full name of what is called. */
  readonly name: string
  readonly receiver?: Value | undefined
  readonly args: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
  /** There may be more arguments than `args`. */
  readonly more: boolean
  readonly given: Given
}

const HOMELESS = unknown('the home folder')

/** What functions and constants give, by the names that tables use. `=text` stands for the text itself. */
export const RULES: Readonly<Record<string, (called: Called) => Value>> = {
  same: ({ args, named }) => args[0] ?? named.values().next().value ?? COMPUTED,
  receiver: ({ receiver }) => receiver ?? COMPUTED,
  path: ({ args }) => (args.length === 0 ? text('.', 'path') : joinPaths(args)),
  join: ({ args }) => joinPaths(args),
  glue: ({ args }) => concat(args.flatMap((arg, i) => (i === 0 ? [arg] : [text('/'), arg]))),
  under: ({ receiver, args }) => joinPaths([receiver ?? COMPUTED, ...args]),
  beside: ({ receiver, args }) => joinPaths([parent(receiver), ...args]),
  parent: ({ receiver, args }) => parent(args[0] ?? receiver),
  name: ({ receiver, args }) => each(args[0] ?? receiver ?? COMPUTED, nameOf),
  separated: ({ receiver, args }) => separated([...(receiver === undefined ? [] : [receiver]), ...args]),
  split: ({ receiver, args }) => each(receiver ?? COMPUTED, (single) => split(single, literalOf(args[0]))),
  format: ({ receiver, args, named }) =>
    each(receiver ?? COMPUTED, (single) => filled(single, /\{(\w*)[^{}]*\}/, args, named)),
  appended: ({ receiver, args }) => (receiver?.kind === 'text' ? concat([receiver, ...args]) : (receiver ?? COMPUTED)),
  members: (called) => each(subject(called) ?? COMPUTED, (single) => members(single, (_, value) => value)),
  'named-members': (called) =>
    each(subject(called) ?? COMPUTED, (single) => members(single, (name, value) => listOf(name, value))),
  globals: () => ({ kind: 'thing', name: '' }),
  names: () => listOf(glob('*')),
  entries: (called) => listOf(joinPaths([subject(called) ?? text('.'), glob('*')])),
  glob: ({ args }) => listOf(each(args[0] ?? COMPUTED, globbed)),
  'glob-below': ({ receiver, args }) => listOf(joinPaths([receiver ?? COMPUTED, each(args[0] ?? COMPUTED, globbed)])),
  'glob-deep': ({ receiver, args }) =>
    listOf(joinPaths([receiver ?? COMPUTED, glob('**'), each(args[0] ?? COMPUTED, globbed)])),
  walk: (called) => {
    const folder = joinPaths([subject(called) ?? COMPUTED, glob('**')])
    return listOf(listOf(folder, listOf(glob('*')), listOf(glob('*'))))
  },
  counted: ({ args }) => listOf(listOf(token('a number'), elementOf(args[0] ?? COMPUTED))),
  pairs: ({ args }) => listOf(listOf(...args.map(elementOf))),
  item: (called) => elementOf(subject(called) ?? COMPUTED),
  filtered: ({ args }) => args[1] ?? COMPUTED,
  rest: ({ receiver, args }) => each(receiver ?? COMPUTED, (single) => rest(single, Number(literalOf(args[0]) ?? '0'))),
  home: ({ given }) => textOf(given.home === undefined ? HOMELESS.field : known(given.home), 'path'),
  expand: ({ args, receiver, given }) =>
    each(args[0] ?? receiver ?? COMPUTED, (single) => expanded(single, given.home)),
  here: () => text('.', 'path'),
  token: ({ name }) => token(`what \`${name}\` gives`),
  temporary,
  'temporary-in': () => text('/tmp', 'path'),
  script: ({ given }) => script(given),
  folder: ({ given }) => parent(script(given)),
  arguments: ({ given }) => argumentsOf(given, []),
  'arguments-after-script': ({ given }) => argumentsOf(given, [script(given)]),
  'arguments-after-program': ({ given }) => afterProgram(given),
  module: ({ args }) => each(args[0] ?? COMPUTED, (single) => ({ kind: 'thing', name: literalOf(single) ?? '?' })),
  attribute: ({ args: [of = COMPUTED, key = COMPUTED] }) =>
    each(of, (single) => each(key, (name) => memberOf(single, literalOf(name)))),
  'attribute-of': ({ receiver, args }) =>
    each(args[0] ?? COMPUTED, (key) =>
      each(receiver ?? { kind: 'thing', name: '' }, (single) =>
        memberOf(single, literalOf(key) ?? (key.kind === 'thing' ? key.name : undefined)),
      ),
    ),
  environment: ({ args, given, name }) =>
    (literalOf(args[0]) === 'HOME'
      ? RULES['home']?.({ args: [], named: new Map(), more: false, given, name })
      : undefined) ?? unknown('a variable of the environment'),
  words: ({ args }) => each(args[0] ?? COMPUTED, (single) => ({ kind: 'thing', name: 'words', detail: single })),
}

/** What a method is called on, or what a module's function is given. */
function subject({ receiver, args }: Called): Value | undefined {
  return receiver === undefined || receiver.kind === 'thing' ? (args[0] ?? receiver) : receiver
}

export function listOf(...items: readonly Value[]): Value {
  return { kind: 'list', items, more: false }
}

/** A member by a name that may be computed: `?` then. */
export function memberOf(of: Single, name = '?'): Value {
  if (of.kind === 'table') return of.entries.get(name) ?? COMPUTED
  if (of.kind !== 'thing') return unknown('what it computes', isDownloaded(of) ? { downloaded: true } : {})
  if (of.name.length > 200) return COMPUTED
  return { ...of, name: of.name === '' ? name : `${of.name}.${name}` }
}

function parent(value: Value = COMPUTED): Value {
  return each(value, (single) => textOf(parentOf(fieldOf(single)), 'path'))
}

function nameOf(single: Single): Value {
  const field = fieldOf(single)
  return field.unknown === undefined ? textOf(basename(field)) : token('the name of a file')
}

function glob(pattern: string): Value {
  return textOf({ text: pattern, glob: true })
}

function globbed(single: Single): Value {
  const field = fieldOf(single)
  if (single.kind === 'text') return textOf({ ...field, glob: true }, single.type)
  return textOf(field)
}

/** `separator.join(list)`, in whichever order the language has it. */
function separated(values: readonly Value[]): Value {
  const list = values.find((value) => value.kind === 'list')
  const separator = values.find((value) => value.kind === 'text') ?? text(',')
  if (list?.kind !== 'list' || list.more) return COMPUTED
  return concat(list.items.flatMap((item, i) => (i === 0 ? [item] : [separator, item])))
}

function rest(single: Single, count: number): Value {
  if (single.kind !== 'list') return COMPUTED
  return Number.isInteger(count) && count >= 0
    ? { ...single, items: single.items.slice(count) }
    : { ...single, more: true }
}

function expanded(single: Single, home: string | undefined): Value {
  const field = fieldOf(single)
  if (!field.text.startsWith('~')) return single
  if (home === undefined || !/^~(?:\/|$)/.test(field.text)) return HOMELESS
  return textOf({ ...field, text: home + field.text.slice(1) }, 'path')
}

function script({ script: path }: Given): Value {
  return textOf(path ?? unknown('the path of the script').field, 'path')
}

/** None given: there may be some all the same. */
function argumentsOf({ args }: Given, before: readonly Value[]): Value {
  return { kind: 'list', items: [...before, ...args.map((field) => textOf(field))], more: args.length === 0 }
}

/** Code on a command line has no script among its arguments; where none is named, either may be meant. */
function afterProgram(given: Given): Value {
  if (given.script !== undefined) return argumentsOf(given, [text('node'), script(given)])
  const either = [...given.args, undefined].map((_, at) => {
    const first = at === 0 ? script(given) : given.args[at - 1]
    return choice(
      [first, given.args[at]].flatMap((value) =>
        value === undefined ? [] : 'kind' in value ? [value] : [textOf(value)],
      ),
    )
  })
  return { kind: 'list', items: [text('node'), ...either], more: given.args.length === 0 }
}

function members(of: Single, make: (name: Value, value: Value) => Value): Value {
  if (of.kind === 'table') return listOf(...[...of.entries].map(([name, value]) => make(text(name), value)))
  return of.kind === 'thing' ? listOf(make(COMPUTED, memberOf(of))) : COMPUTED
}

/** A text's words, as programs are often given theirs. */
function split(single: Single, separator: string | undefined): Value {
  const whole = literalOf(single)
  if (whole === undefined) return { kind: 'thing', name: 'words', detail: single }
  return listOf(
    ...whole
      .split(separator ?? /\s+/)
      .filter((word) => word !== '')
      .slice(0, 100)
      .map((word) => text(word)),
  )
}

/** A template whose places are filled with values, by their names or in turn. */
export function filled(
  single: Single,
  place: RegExp,
  values: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value {
  const field = fieldOf(single)
  const pieces = field.text.split(place, 41)
  if (pieces.length > 40) return COMPUTED
  const parts = pieces.map((piece, i) => {
    if (i % 2 === 0) return text(piece)
    return named.get(piece) ?? values[/^\d+$/.test(piece) ? Number(piece) : (i - 1) / 2] ?? COMPUTED
  })
  return concat(field.unknown === undefined ? parts : [...parts, textOf({ ...field, text: '' })])
}

/** A constant of a table. */
export function constant(row: string): Value | undefined {
  return row.startsWith('=') ? { kind: 'text', field: known(row.slice(1)) } : undefined
}
