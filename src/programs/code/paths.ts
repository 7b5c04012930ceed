import { type Field, known, literal } from '../../lang/field.ts'
import type { PathTouch, Touch } from '../grammar.ts'
import { basename, below, fetched, hostOf, path, shell } from '../touch.ts'
import type { Called } from './rules.ts'
import { alternatives, COMPUTED, fieldOf, literalOf, type Single, type Value } from './value.ts'

/** What a role needs besides the call. */
export interface Place {
  /** The folders that relative paths may start from; undefined: where the code was started. */
  readonly folders: readonly (Field | undefined)[]
}

/** Names by which the first and the second argument are given. */
const KEYS = [
  /^(?:path|src|source|file|filename|fname|name|args|cmd|command|commandline|url|uri|target|dirname|database|top|fp|bufsize|dir|list|method)$/,
  /^(?:dst|dest|destination|mode|url|uri|target|new)$/,
]

/** The argument at a place; unknown where it may be among those that are not known. */
export function argument(call: Called, at: number): Value | undefined {
  const given = call.args[at]
  if (given !== undefined) return given
  const named = [...call.named].find(([name]) => KEYS[at]?.test(name) ?? false)?.[1]
  return named ?? (call.more ? COMPUTED : undefined)
}

/** Paths that an argument means. Numbers are open files, and what the language itself prints to is no file. */
export function fieldsOf(value: Value | undefined): readonly Field[] {
  return value === undefined ? [] : alternatives(value).flatMap(fieldsOfOne)
}

function fieldsOfOne(single: Single): readonly Field[] {
  if (single.kind === 'list')
    return [...single.items.flatMap((item) => fieldsOf(item)), ...(single.more ? [COMPUTED.field] : [])]
  if (single.kind === 'table' || (single.kind === 'text' && single.type === 'number')) return []
  if (single.kind === 'thing' && /^(?:sys|process|STD(?:IN|OUT|ERR)|\$std)/.test(single.name)) return []
  const field = fieldOf(single)
  return literal(field) === '' || /^\/dev\/(?:null|tty|std\w+|fd\/\d+)$|^php:\/\//.test(field.text) ? [] : [field]
}

const URL = /^[a-z][a-z0-9+.-]*:\/\//i

type More = Partial<Pick<PathTouch, 'tree' | 'names' | 'undo' | 'why'>>

function touched(place: Place, verb: PathTouch['verb'], value: Value | undefined, more: More = {}): Touch[] {
  return fieldsOf(value).flatMap((field) => {
    if (URL.test(field.text))
      return verb === 'read' ? [fetched(field)] : [{ kind: 'host', verb: 'disclose', host: hostOf(field) }]
    return place.folders.map((folder) => path(verb, folder === undefined ? field : below(folder, field), more))
  })
}

type PathRole = (call: Called, at: number, place: Place) => readonly Touch[]

const simple =
  (verb: PathTouch['verb'], more: More = {}): PathRole =>
  (call, at, place) =>
    touched(place, verb, argument(call, at), more)

function moved(call: Called, at: number, place: Place, into: boolean): readonly Touch[] {
  const [source, target] = [argument(call, at), argument(call, at + 1)]
  const names = into ? { names: fieldsOf(source).map(basename) } : {}
  return [
    ...touched(place, 'read', source),
    ...touched(place, 'delete', source, { tree: true, why: 'it is moved' }),
    ...touched(place, 'create', target, { ...names, tree: true }),
  ]
}

function copied(call: Called, at: number, place: Place, more: More & { into: boolean }): readonly Touch[] {
  const { into, ...tree } = more
  const [source, target] = [argument(call, at), argument(call, at + 1)]
  const names = into ? { names: fieldsOf(source).map(basename) } : {}
  return [...touched(place, 'read', source, tree), ...touched(place, 'create', target, { ...tree, ...names })]
}

/** Deleting all below is asked for by an option. */
function removed(call: Called, at: number, place: Place): readonly Touch[] {
  const recursive = call.named.get('recursive')
  const options = call.args[at + 1]
  const hidden =
    options !== undefined && options.kind !== 'table' && !(options.kind === 'thing' && options.name === '()')
  const tree = hidden || (recursive !== undefined && !(recursive.kind === 'thing' && recursive.name === 'false'))
  return touched(place, 'delete', argument(call, at), tree ? { tree: true } : {})
}

/** A mode, as most languages have it: `r`, `w+`, `ab`. One that can't be told may write. */
function opened(call: Called, at: number, place: Place): readonly Touch[] {
  const file = argument(call, at)
  const mode = argument(call, at + 1) ?? call.named.get('flag') ?? call.named.get('flags')
  const fields = fieldsOf(file)
  const commands = fields.filter((field) => field.text.startsWith('|'))
  if (commands.length > 0) return commands.map((field) => shell({ ...field, text: field.text.slice(1) }))
  const verbs = mode === undefined ? ['read' as const] : alternatives(mode).map(verbOf)
  return verbs.flatMap((verb) => touched(place, verb, file))
}

function verbOf(mode: Single): 'read' | 'update' | 'create' {
  if (mode.kind === 'thing' && /O_RDONLY|RDONLY|^\(\)$/.test(mode.name)) return 'read'
  const text = literalOf(mode)
  if (
    mode.kind === 'table' ||
    (text !== undefined && !/[wax+c]/.test(text) && (mode.kind !== 'text' || mode.type !== 'number'))
  )
    return 'read'
  return text !== undefined && /w/.test(text) ? 'create' : 'update'
}

const PERL_MODES: Readonly<Record<string, PathTouch['verb']>> = {
  '<': 'read',
  '>': 'create',
  '>>': 'update',
  '+<': 'update',
  '+>': 'create',
  '+>>': 'update',
}

/** `open(F, '>', $path)`, `open(F, ">$path")`, `open(F, "$command|")`. */
function perlOpened(call: Called, at: number, place: Place): readonly Touch[] {
  const [mode, file] = [call.args[at + 1], call.args[at + 2]]
  return (mode === undefined ? [] : alternatives(mode)).flatMap((single) => {
    const field = fieldOf(single)
    const [, sign = '', rest = ''] = /^\s*(\+?[<>]{1,2}|\|)?(?::\S*)?\s*([\s\S]*)$/.exec(field.text) ?? []
    if (sign === '|' || field.text.startsWith('-|'))
      return fieldsOf(file ?? { kind: 'text', field: { ...field, text: rest } }).map((command) => shell(command))
    const tail = field.unknown?.suffix ?? field.text
    if (file === undefined && tail.trimEnd().endsWith('|'))
      return [shell(field.unknown === undefined ? known(field.text.replace(/\s*\|\s*$/, '')) : field)]
    const verb = PERL_MODES[sign] ?? (field.unknown !== undefined && field.text === '' ? 'update' : 'read')
    return touched(place, verb, file ?? { kind: 'text', field: { ...field, text: rest } })
  })
}

export const PATH_ROLES: Readonly<Record<string, PathRole>> = {
  read: simple('read'),
  create: simple('create'),
  update: simple('update'),
  delete: simple('delete'),
  tree: simple('delete', { tree: true }),
  rmdir: simple('delete', { undo: 'U2' }),
  folder: simple('create', { undo: 'U2' }),
  extract: (call, at, place) =>
    touched(place, 'create', argument(call, at) ?? { kind: 'text', field: known('.') }, { tree: true }),
  rm: removed,
  move: (call, at, place) => moved(call, at, place, false),
  mv: (call, at, place) => moved(call, at, place, true),
  copy: (call, at, place) => copied(call, at, place, { into: true }),
  'copy-tree': (call, at, place) => copied(call, at, place, { tree: true, into: true }),
  // The target is the copy itself, also where it is a folder.
  'copy-tree-as': (call, at, place) => copied(call, at, place, { tree: true, into: false }),
  open: opened,
  'perl-open': perlOpened,
  /** `path.unlink()`, or `module.unlink(path)` of a module that is not known. */
  unlink: (call, at, place) =>
    touched(place, 'delete', call.args[at + 1]?.kind === 'text' ? call.args[at + 1] : argument(call, at)),
}
