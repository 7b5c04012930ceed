import type { Instead, Trait, UndoClass, Verb } from '../core/effect.ts'
import { type Field, joinFields, known, literal } from '../lang/field.ts'
import type { Elsewhere, ObjectTouch, PathTouch, RunTouch, Touch } from './grammar.ts'

/** Makers of touches, so that tables stay readable. */
export function path(verb: Verb, field: Field, more: Partial<Omit<PathTouch, 'kind' | 'verb' | 'path'>> = {}): Touch {
  return { kind: 'path', verb, path: field, ...more }
}

export function object(
  verb: Verb,
  [system, type]: readonly [system: string, type: string],
  name: Field = known(''),
  more: Partial<Pick<ObjectTouch, 'where' | 'undo' | 'traits' | 'assumed' | 'why' | 'instead'>> = {},
): ObjectTouch {
  return { kind: 'object', verb, system, type, name, ...more }
}

export function run(argv: readonly Field[], more: Partial<Omit<RunTouch, 'kind' | 'argv'>> = {}): Touch {
  return { kind: 'run', argv, ...more }
}

export function shell(text: Field, elsewhere?: Elsewhere): Touch {
  return { kind: 'code', language: 'sh', text, ...(elsewhere === undefined ? {} : { elsewhere }) }
}

/** What a shell reads in a home before anything else. */
export function startup(home: Field): Touch {
  return { kind: 'load', from: home, by: 'a shell', written: true }
}

export function opaque(why: string, instead?: Instead): Touch {
  return { kind: 'opaque', why, ...(instead && { instead }) }
}

/** The field without its first `count` known characters. */
export function from(field: Field, count: number): Field {
  return { ...field, text: field.text.slice(count) }
}

/** What stands before and behind the first `mark` in the known text; the unknown part stays behind. */
export function cut(field: Field, mark: string): readonly [before: string, after: Field] | undefined {
  const at = field.text.indexOf(mark)
  return at < 0 ? undefined : [field.text.slice(0, at), from(field, at + mark.length)]
}

/** The last segment of a path. */
export function basename(field: Field): Field {
  const { text, unknown } = field
  const tail = unknown === undefined ? text.replace(/\/+$/, '') : text
  if (unknown?.suffix.includes('/')) return known(unknown.suffix.slice(unknown.suffix.lastIndexOf('/') + 1))
  return from({ ...field, text: tail }, tail.lastIndexOf('/') + 1)
}

/** Where `-i SUFFIX` of `sed`, Perl and Ruby leaves what stood in `file`; a `*` in the suffix stands for its name. */
export function backups(file: Field, suffix: Field | undefined): readonly Touch[] {
  if (suffix === undefined || suffix.text === '') return []
  const name = literal(suffix)
  if (name?.includes('*') !== true) return [path('create', joinFields(file, suffix))]
  const own = literal(basename(file))
  if (own === undefined) return []
  const folder = known(name.includes('/') ? '' : file.text.slice(0, file.text.length - own.length))
  return [path('create', joinFields(folder, known(name.replaceAll('*', own))))]
}

/** `name` below `folder`, or `name` itself where it is absolute. */
export function below(folder: Field, name: Field): Field {
  if (/^[/~]/.test(name.text)) return name
  if (folder.unknown !== undefined) {
    const suffix = `${folder.unknown.suffix}/${name.text}${name.unknown?.suffix ?? ''}`
    return { text: folder.text, glob: folder.glob || name.glob, unknown: { ...folder.unknown, suffix } }
  }
  const head = folder.text.endsWith('/') || folder.text === '' ? folder.text : `${folder.text}/`
  return { ...name, text: head + name.text, glob: folder.glob || name.glob }
}

/** Several arguments as the one text that a shell is given. */
export function joined(fields: readonly Field[]): Field {
  const words: string[] = []
  for (const [i, field] of fields.entries()) {
    words.push(field.text)
    if (field.unknown === undefined) continue
    const rest = fields.slice(i + 1).map((next) => ` ${next.text}${next.unknown?.suffix ?? ''}`)
    const suffix = field.unknown.suffix + rest.join('')
    return { text: words.join(' '), glob: false, unknown: { ...field.unknown, shape: 'text', suffix } }
  }
  return known(words.join(' '))
}

/** `field` with every `mark` replaced by what can't be known. */
export function filled(field: Field, mark: string, value: Field): Field {
  const parts = cut(field, mark)
  if (parts === undefined) return field
  const [before, after] = parts
  const suffix = after.text + (after.unknown?.suffix ?? '')
  if (value.unknown === undefined && after.unknown === undefined) {
    return { text: before + value.text + suffix.replaceAll(mark, value.text), glob: field.glob || value.glob }
  }
  const unknown = value.unknown ?? { why: 'not known', shape: 'text' as const, suffix: '' }
  return { text: before + value.text, glob: field.glob, unknown: { ...unknown, suffix: unknown.suffix + suffix } }
}

/** What arrives on standard input, as an argument. */
export const INPUT: Field = {
  text: '',
  glob: false,
  unknown: { why: 'it comes from the input', shape: 'text', suffix: '' },
}

/** A host named by a URL, by `user@host:path` or by itself. */
export function hostOf(field: Field): Field {
  const start = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@?#]*@)?/i.exec(field.text)?.[0].length ?? 0
  const rest = field.text.slice(start)
  const end = rest.startsWith('[') ? rest.indexOf(']') + 1 : rest.search(/[/:?#]/)
  return end > 0 || rest.startsWith(':') ? known(rest.slice(0, end) || 'localhost') : { ...field, text: rest }
}

export function isLoopback(host: Field): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0)$/.test(host.text) && host.unknown === undefined
}

/** Fetching from `url`; a `file:` URL is a path. */
export function fetched(url: Field): Touch {
  const file = /^file:\/*(?=\/|$)/i.exec(url.text)
  if (file !== null) return path('read', { ...url, text: `/${url.text.replace(/^file:\/*/i, '')}` })
  return { kind: 'host', verb: 'read', host: hostOf(url) }
}

/** It has the shape of a path rather than of a name. */
export function looksLikePath(field: Field): boolean {
  const { text } = field
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return false
  return /^[./~]|\/|^[a-z]:\\/i.test(text) || FILE.test(text)
}

const FILE =
  /^[\w.*?[\]-]+\.(?:txt|md|rst|log|json5?|jsonl|ya?ml|toml|ini|cfg|conf|env|lock|xml|html?|css|scss|csv|tsv|sql|db|sqlite3?|[cm]?[jt]sx?|py|rb|rs|go|java|kt|c|cc|cpp|h|hpp|cs|php|pl|lua|swift|sh|bash|zsh|ps1|bat|tar|t?gz|bz2|xz|zip|jar|whl|png|jpe?g|gif|svg|pdf|bak|tmp|old|orig|patch|diff|tf|tfvars|tfstate|proto|vue|ipynb|pem|key|crt)$/i

export const REBUILDABLE: { readonly undo: UndoClass; readonly traits: readonly Trait[] } = {
  undo: 'U2',
  traits: ['rebuildable'],
}
