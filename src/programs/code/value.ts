import { type Field, known, type Unknown } from '../../lang/field.ts'
import { below } from '../touch.ts'
import { Unreadable } from './scan.ts'

/** What an expression can stand for. */
export type Value =
  /** A text, or a path object (`path`), or a number, as text. */
  | TextValue
  /** A module, a function, or what a function returns, by its full name: `os.remove`, `open()`. */
  | Thing
  /** `more`: there are others, which are not known. */
  | { readonly kind: 'list'; readonly items: readonly Value[]; readonly more: boolean }
  | { readonly kind: 'table'; readonly entries: ReadonlyMap<string, Value> }
  /** One of these. */
  | { readonly kind: 'choice'; readonly of: readonly Single[] }

export interface TextValue {
  readonly kind: 'text'
  readonly field: Field
  readonly type?: 'path' | 'number'
}

export interface Thing {
  readonly kind: 'thing'
  readonly name: string
  /** The first argument of the call that made it. */
  readonly detail?: Single
  readonly downloaded?: true
}

export type Single = Exclude<Value, { readonly kind: 'choice' }>

/** More texts than this are one unknown text. */
const MANY = 24
const MOST = 300
const LONGEST = 4096

export function text(value: string, type?: TextValue['type']): TextValue {
  return { kind: 'text', field: known(value), ...(type && { type }) }
}

export function textOf(field: Field, type?: TextValue['type']): TextValue {
  return { kind: 'text', field, ...(type && { type }) }
}

export function unknown(why: string, more: Partial<Unknown> = {}): TextValue {
  return textOf({ text: '', glob: false, unknown: { why, shape: 'text', suffix: '', ...more } })
}

export const COMPUTED = unknown('what it computes')

export function token(why: string): TextValue {
  return unknown(why, { shape: 'token' })
}

/** A new path in a temporary folder. */
export function temporary(): TextValue {
  const field: Field = {
    text: '/tmp/',
    glob: false,
    unknown: { why: 'a new temporary path', shape: 'temporary', suffix: '' },
  }
  return textOf(field, 'path')
}

export function alternatives(value: Value): readonly Single[] {
  return value.kind === 'choice' ? value.of : [value]
}

/** One of several; of none at all: nothing that could happen. */
export function choice(values: readonly Value[]): Value {
  const all = values.flatMap(alternatives)
  const of = all.length > MANY ? fewer(all) : all
  const [first, ...more] = of
  return first !== undefined && more.length === 0 ? first : { kind: 'choice', of }
}

/** Which functions a name may stand for is kept, whatever texts it may stand for too. */
function fewer(all: readonly Single[]): readonly Single[] {
  const things = new Map(all.flatMap((single) => (single.kind === 'thing' ? [[single.name, single] as const] : [])))
  if (things.size > MOST) throw new Unreadable('code/unclear', 'a name that stands for too many things')
  return [...things.values(), ...(things.size < all.length ? [unknown('one of many texts')] : [])]
}

export function each(value: Value, make: (single: Single) => Value): Value {
  return value.kind === 'choice' ? choice(value.of.map(make)) : make(value)
}

/** As one text. */
export function fieldOf(value: Single): Field {
  switch (value.kind) {
    case 'text':
      return value.field
    case 'thing': {
      const downloaded = value.downloaded === true
      const why = downloaded ? `what \`${value.name}\` brings from the network` : whatIs(value.name)
      return { text: '', glob: false, unknown: { why, shape: 'text', suffix: '', ...(downloaded && { downloaded }) } }
    }
    default:
      return COMPUTED.field
  }
}

/** In words, for people. */
function whatIs(name: string): string {
  const plain = name.replace(/@[\d.]+/g, '')
  return name.endsWith('()') ? `what \`${plain}\` gives` : `the value of \`${plain}\``
}

export function isDownloaded(value: Single): boolean {
  return value.kind === 'thing'
    ? value.downloaded === true
    : value.kind === 'text' && value.field.unknown?.downloaded === true
}

/** One text after the other. */
export function concat(values: readonly Value[]): Value {
  return values.reduce<Value>(
    (left, right) => each(left, (a) => each(right, (b) => textOf(joined(fieldOf(a), fieldOf(b))))),
    text(''),
  )
}

function joined(a: Field, b: Field): Field {
  if (a.text.length + b.text.length > LONGEST) return COMPUTED.field
  const glob = a.glob || b.glob
  if (a.unknown === undefined) return { ...b, text: a.text + b.text, glob }
  if (b.unknown === undefined) return { ...a, glob, unknown: { ...a.unknown, suffix: a.unknown.suffix + b.text } }
  const shape = a.unknown.shape === 'text' || b.unknown.shape !== 'token' ? 'text' : a.unknown.shape
  const downloaded = a.unknown.downloaded === true || b.unknown.downloaded === true
  return {
    text: a.text,
    glob,
    unknown: { why: a.unknown.why, shape, suffix: b.unknown.suffix, ...(downloaded && { downloaded }) },
  }
}

/** Paths below each other; an absolute one starts anew. */
export function joinPaths(values: readonly Value[]): Value {
  const [first = COMPUTED, ...more] = values.map((value) => each(value, (single) => textOf(fieldOf(single), 'path')))
  return more.reduce(
    (left, right) => each(left, (a) => each(right, (b) => textOf(pathBelow(fieldOf(a), fieldOf(b)), 'path'))),
    first,
  )
}

function pathBelow(folder: Field, name: Field): Field {
  // What is not known at all could be absolute.
  if (name.unknown?.shape === 'text' && name.text === '') return name
  if (name.text === '~' || name.text.startsWith('~/')) return below(folder, { ...name, text: `./${name.text}` })
  if (
    name.text.startsWith('/') ||
    (folder.text === '' && folder.unknown === undefined) ||
    name.unknown?.shape === 'temporary'
  )
    return name
  if (folder.unknown === undefined) return below(folder, name)
  return joined(joined(folder, known('/')), name)
}

/** The folder that a path is in. */
export function parentOf(field: Field): Field {
  if (field.unknown !== undefined)
    return { ...field, unknown: { ...field.unknown, suffix: `${field.unknown.suffix}/..` } }
  const path = field.text.replace(/\/+$/, '')
  if (/^(?:\.\.?|.*\/\.\.?)?$/.test(path)) return { ...field, text: field.text === '/' ? '/' : `${path || '.'}/..` }
  const at = path.lastIndexOf('/')
  return { ...field, text: at > 0 ? path.slice(0, at) : at === 0 ? '/' : '.' }
}

/** What a loop over it gives. */
export function elementOf(value: Value): Value {
  return each(value, (single) => {
    if (single.kind === 'list')
      return choice(single.more || single.items.length === 0 ? [...single.items, COMPUTED] : single.items)
    return single.kind === 'thing' ? { ...single, name: `${single.name}[]` } : COMPUTED
  })
}

export function literalOf(value: Value | undefined): string | undefined {
  if (value?.kind !== 'text' || value.field.unknown !== undefined || value.field.glob) return undefined
  return value.field.text
}
