import { type Field, known } from '../../lang/field.ts'
import { basename } from '../touch.ts'
import {
  COMPUTED, concat, each, elementOf, fieldOf, isDownloaded, joinPaths, literalOf, parentOf, type Single, temporary, text, textOf, token, unknown, type Value,
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
  concat: ({ args }) => concat(args),
  names: () => listOf(glob('*')),
  entries: ({ receiver, args }) => listOf(joinPaths([receiver ?? args[0] ?? text('.'), glob('*')])),
  glob: ({ args }) => listOf(each(args[0] ?? COMPUTED, globbed)),
  'glob-below': ({ receiver, args }) => listOf(joinPaths([receiver ?? COMPUTED, each(args[0] ?? COMPUTED, globbed)])),
  'glob-deep': ({ receiver, args }) => listOf(joinPaths([receiver ?? COMPUTED, glob('**'), each(args[0] ?? COMPUTED, globbed)])),
  walk: ({ receiver, args }) => {
    const folder = joinPaths([receiver ?? args[0] ?? COMPUTED, glob('**')])
    return listOf(listOf(folder, listOf(glob('*')), listOf(glob('*'))))
  },
  counted: ({ args }) => listOf(listOf(token('a number'), elementOf(args[0] ?? COMPUTED))),
  pairs: ({ args }) => listOf(listOf(...args.map(elementOf))),
  item: ({ receiver, args }) => elementOf(receiver ?? args[0] ?? COMPUTED),
  filtered: ({ args }) => args[1] ?? COMPUTED,
  rest: ({ receiver, args }) => each(receiver ?? COMPUTED, (single) => rest(single, Number(literalOf(args[0]) ?? '0'))),
  home: ({ given }) => (given.home === undefined ? unknown('the home folder is not known here') : text(given.home, 'path')),
  expand: ({ args, receiver, given }) => each(args[0] ?? receiver ?? COMPUTED, (single) => expanded(single, given.home)),
  here: () => text('.', 'path'),
  token: ({ name }) => token(`\`${name}\` is known only when it runs`),
  temporary,
  'temporary-in': () => text('/tmp', 'path'),
  script: ({ given }) => script(given),
  folder: ({ given }) => (given.script === undefined ? unknown('the folder of the script is not known') : parent(script(given))),
  arguments: ({ given }) => argumentsOf(given, []),
  'arguments-after-script': ({ given }) => argumentsOf(given, [script(given)]),
  'arguments-after-program': ({ given }) => argumentsOf(given, given.script === undefined ? [text('node')] : [text('node'), script(given)]),
  module: ({ args }) => each(args[0] ?? COMPUTED, (single) => ({ kind: 'thing', name: literalOf(single) ?? '?' })),
  attribute: ({ args: [of = COMPUTED, key = COMPUTED] }) => each(of, (single) => each(key, (name) => memberOf(single, literalOf(name)))),
  environment: ({ args, given, name }) => (literalOf(args[0]) === 'HOME' ? RULES['home']?.({ args: [], named: new Map(), more: false, given, name }) : undefined) ?? unknown('a variable of the environment'),
  words: ({ args }) => each(args[0] ?? COMPUTED, (single) => ({ kind: 'thing', name: 'words', detail: single })),
}

export function listOf(...items: readonly Value[]): Value {
  return { kind: 'list', items, more: false }
}

/** A member by a name that may be computed: `?` then. */
export function memberOf(of: Single, name = '?'): Value {
  if (of.kind === 'table') return of.entries.get(name) ?? COMPUTED
  if (of.kind !== 'thing') return unknown('it is computed', isDownloaded(of) ? { downloaded: true } : {})
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
  return Number.isInteger(count) && count >= 0 ? { ...single, items: single.items.slice(count) } : { ...single, more: true }
}

function expanded(single: Single, home: string | undefined): Value {
  const field = fieldOf(single)
  if (!field.text.startsWith('~')) return single
  if (home === undefined || !/^~(?:\/|$)/.test(field.text)) return unknown('the home folder is not known here')
  return textOf({ ...field, text: home + field.text.slice(1) }, 'path')
}

function script({ script: path }: Given): Value {
  return path === undefined ? unknown('the path of the script is not known') : textOf(path, 'path')
}

/** None given: there may be some all the same. */
function argumentsOf({ args }: Given, before: readonly Value[]): Value {
  return { kind: 'list', items: [...before, ...args.map((field) => textOf(field))], more: args.length === 0 }
}

/** A constant of a table. */
export function constant(row: string): Value | undefined {
  return row.startsWith('=') ? { kind: 'text', field: known(row.slice(1)) } : undefined
}
