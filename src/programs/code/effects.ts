import { type Field, known } from '../../lang/field.ts'
import type { Touch } from '../grammar.ts'
import { opaque, run } from '../touch.ts'
import { COMMAND_ROLES } from './commands.ts'
import type { CodeLanguage } from './language.ts'
import { foreign, NETWORK_ROLES } from './network.ts'
import { argument, fieldsOf, PATH_ROLES, type Place } from './paths.ts'
import { row } from './reader.ts'
import type { Called } from './rules.ts'
import { alternatives, COMPUTED, type Value } from './value.ts'

/** Roles whose unknown argument could do anything. */
const GRAVE =
  /^(?:- )*[!@]?(?:delete|tree|rm|move|mv|unlink|rmdir|shell|argv|command|spawn|exec|system|code|body|script|made|opaque|kill)\b/

export function isGrave(language: CodeLanguage, name: string): boolean {
  return GRAVE.test(row(language.effects, name) ?? '')
}

/** What one call does. */
export function effectsOf(call: Called, language: CodeLanguage, place: Place, free: boolean): readonly Touch[] {
  const computed = computedCall(call.name, language)
  if (computed !== undefined) return [computed]
  const found = row(language.effects, call.name)
  if (found === undefined) return foreign(call, language, free)
  if (found.startsWith('!')) return commandLine(found.slice(1), call)
  return found.split(' ').flatMap((role, at) => (role === '-' ? [] : apply(role, call, at, { language, place })))
}

/** A function whose name is made while it runs, of a module that can do harm. */
function computedCall(name: string, language: CodeLanguage): Touch | undefined {
  const ofModule =
    name.endsWith('.?') &&
    !name.startsWith('*') &&
    language.effects[name.slice(0, -2)] === undefined &&
    Object.keys(language.effects).some((key) => key.startsWith(name.slice(0, -1)))
  const hidden = name === '?' || name.startsWith('?.') || name.startsWith('?(')
  return ofModule || hidden ? opaque('it calls a function whose name is computed') : undefined
}

function apply(
  role: string,
  call: Called,
  at: number,
  { language, place }: { readonly language: CodeLanguage; readonly place: Place },
): readonly Touch[] {
  if (role === 'opaque') return [opaque(`\`${call.name}\` runs what can't be read`)]
  const ofReceiver = role.startsWith('@')
  const name = ofReceiver ? role.slice(1) : role
  const from = ofReceiver ? { ...call, args: [call.receiver ?? COMPUTED, ...call.args] } : call
  const start = ofReceiver ? 0 : at
  const make = PATH_ROLES[name] ?? NETWORK_ROLES[name]
  if (make !== undefined) return make(from, start, place)
  // `delete…`: this argument and all behind it.
  const each = name.endsWith('…') ? PATH_ROLES[name.slice(0, -1)] : undefined
  if (each !== undefined)
    return from.args.length === 0
      ? each(from, 0, place)
      : from.args.flatMap((_, i) => (i < start ? [] : each(from, i, place)))
  return COMMAND_ROLES[name]?.(from, start, place, language.name) ?? []
}

/** A call that does what a command line would: `{1}` is its second argument, `{*}` all of them, `{of}` what it is called on was made of. */
function commandLine(template: string, call: Called): readonly Touch[] {
  const argv: Field[] = []
  for (const word of template.split(' ')) {
    const [, place, isMode] = /^\{(\w+|\*)(:mode)?\}$/.exec(word) ?? []
    if (place === undefined) argv.push(known(word))
    else if (place === 'name') argv.push(known(call.name.slice(call.name.lastIndexOf('.') + 1)))
    else if (place === '*') argv.push(...call.args.flatMap((value) => fieldsOf(asText(value))))
    else {
      const value = place === 'of' ? madeOf(call.receiver) : argument(call, Number(place))
      // Without its value, an option goes too.
      if (value === undefined && argv.at(-1)?.text.startsWith('-')) argv.pop()
      else if (value === undefined) return []
      else argv.push(fieldsOf(isMode === undefined ? asText(value) : mode(value))[0] ?? COMPUTED.field)
    }
  }
  return [run(argv, call.more ? { more: 'arguments' } : {})]
}

function madeOf(receiver: Value | undefined): Value {
  const first = receiver === undefined ? undefined : alternatives(receiver)[0]
  return first?.kind === 'thing' && first.detail !== undefined ? first.detail : COMPUTED
}

/** Numbers too. */
function asText(value: Value): Value {
  return value.kind === 'text' ? { kind: 'text', field: value.field } : value
}

/** A file mode as `chmod` has it. */
function mode(value: Value): Value {
  if (value.kind !== 'text' || value.type !== 'number') return value
  const { text } = value.field
  const number = /^0[oO]?[0-7]+$/.test(text) ? Number.parseInt(text.replace(/[oO]/, ''), 8) : Number(text)
  return Number.isInteger(number) ? { kind: 'text', field: known(number.toString(8)) } : COMPUTED
}
