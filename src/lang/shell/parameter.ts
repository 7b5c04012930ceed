import type { ParameterDefaultOperation, ParameterOperation, Word } from 'unbash'
import { type Field, known } from '../field.ts'
import { fields, unset, type Value } from './scope.ts'

/** What an operation needs of the expansion around it. */
export interface Operands {
  /** All that a word can turn out to be, as one argument. */
  expand(word: Word): readonly Field[]
  assigned(name: string, value: Value): void
}

/** `${name<operation>}`: exact on known text, unknown where the value is. */
export function operate(
  name: string,
  value: Value | undefined,
  op: ParameterOperation,
  by: Operands,
): readonly Field[] {
  const values = value === undefined ? [] : fields(value)
  switch (op.type) {
    case 'Default':
      return withDefault(name, values, op, by)
    case 'Remove': {
      const pattern = one(op.operand, by)
      return each(name, values, (text) => (pattern === undefined ? undefined : remove(text, pattern, op.operator)))
    }
    case 'Replace': {
      const [pattern, replacement] = [one(op.pattern, by), one(op.replacement, by)]
      return each(name, values, (text) =>
        pattern === undefined || replacement === undefined
          ? undefined
          : replace(text, pattern, replacement, op.operator),
      )
    }
    case 'Slice': {
      const [offset, length] = [number(op.offset, by), op.length && number(op.length, by)]
      if (offset === undefined || (op.length && length === undefined)) return [unset(name)]
      return each(name, values, (text) => slice(text, offset, length))
    }
    case 'CaseModification':
      return each(name, values, (text) => changeCase(text, op.operator))
    default:
      return [unset(name)]
  }
}

function withDefault(
  name: string,
  values: readonly Field[],
  { operator, operand }: ParameterDefaultOperation,
  by: Operands,
): readonly Field[] {
  const fallback = by.expand(operand)
  const set = values.filter((field) => field.text !== '' || field.unknown !== undefined)
  const gone = values.some((field) => field.absent === 'all')
  const given = values.length > 0 && ((set.length === values.length && !gone) || !operator.startsWith(':'))
  if (operator.endsWith('+'))
    return values.length === 0 || set.length < values.length ? [known(''), ...fallback] : fallback
  if (operator.endsWith('?')) return values.length === 0 ? [unset(name)] : values
  // What may be empty here may as well not be set.
  if (given) return set.length === values.length || operator.endsWith('=') ? values : [...values, ...fallback]
  // Not set as far as is known here: the environment may still set it, which a script's author could not know either.
  if (operator.endsWith('=')) by.assigned(name, { kind: 'scalar', any: [...set, ...fallback] })
  return set.length > 0 ? [...set, ...fallback] : fallback
}

function each(name: string, values: readonly Field[], change: (text: string) => string | undefined): readonly Field[] {
  if (values.length === 0) return [unset(name)]
  return values.map((field) => {
    const text = field.unknown === undefined ? change(field.text) : undefined
    if (text !== undefined) return known(text)
    if (field.unknown === undefined) return unset(name)
    const { paths: _, ...unknown } = field.unknown
    return { ...unset(name), unknown: { ...unknown, suffix: '' } }
  })
}

function one(word: Word, by: Operands): string | undefined {
  const [field, ...more] = by.expand(word)
  return field !== undefined && field.unknown === undefined && more.length === 0 ? field.text : undefined
}

function number(word: Word, by: Operands): number | undefined {
  const text = one(word, by)?.trim()
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined
}

function slice(text: string, offset: number, length: number | undefined): string {
  const from = offset < 0 ? Math.max(0, text.length + offset) : offset
  if (length === undefined) return text.slice(from)
  return length < 0 ? text.slice(from, text.length + length) : text.slice(from, from + length)
}

function changeCase(text: string, operator: string): string {
  const upper = operator.startsWith('^')
  if (operator.length === 2) return upper ? text.toUpperCase() : text.toLowerCase()
  const first = text.slice(0, 1)
  return (upper ? first.toUpperCase() : first.toLowerCase()) + text.slice(1)
}

/** A shell pattern as a regular expression source; only `*`, `?` and `[…]` are special. */
function pattern(glob: string, lazy: boolean): string | undefined {
  // A pattern with many stars over a long text backtracks; nothing real needs more.
  if ((glob.match(/\*/g)?.length ?? 0) > 2 || glob.length > 200) return undefined
  return glob.replace(/\[!?[^\]]+\]|[\s\S]/g, (c) => {
    if (c === '*') return lazy ? '[\\s\\S]*?' : '[\\s\\S]*'
    if (c === '?') return '[\\s\\S]'
    if (c.length > 2 && c.startsWith('[')) return c.replace('[!', '[^').replace(/\\/g, '\\\\')
    return c.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
}

const LONG = 2_000

function remove(text: string, glob: string, operator: '#' | '##' | '%' | '%%'): string | undefined {
  const source = pattern(glob, operator === '#')
  if (source === undefined || text.length > LONG) return undefined
  if (operator.startsWith('#')) return text.replace(new RegExp(`^(?:${source})`), '')
  // The shortest suffix starts at the last position that matches, the longest at the first.
  const match = new RegExp(`^(?:${source})$`)
  const starts = Array.from({ length: text.length + 1 }, (_, i) => (operator === '%' ? text.length - i : i))
  const at = text.length > 256 ? undefined : starts.find((i) => match.test(text.slice(i)))
  return at === undefined ? (text.length > 256 ? undefined : text) : text.slice(0, at)
}

function replace(
  text: string,
  glob: string,
  replacement: string,
  operator: '/' | '//' | '/#' | '/%',
): string | undefined {
  const source = pattern(glob, false)
  if (source === undefined || source === '' || text.length > LONG) return source === '' ? text : undefined
  const anchored = operator === '/#' ? `^(?:${source})` : operator === '/%' ? `(?:${source})$` : source
  return text.replace(new RegExp(anchored, operator === '//' ? 'g' : ''), () => replacement)
}
