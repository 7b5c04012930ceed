import type { Trait, UndoClass, Verb } from '../core/effect.ts'
import type { Field } from '../lang/field.ts'
import type { ObjectTouch, Where } from './grammar.ts'

type Make = (system: string, name: Field, where: Where) => ObjectTouch

const made = new Map<string, Make>()

/** `delete container host U4 stateful`: verb and type, then where, undo class and traits in any order. */
export function shorthand(text: string): Make {
  const existing = made.get(text)
  if (existing !== undefined) return existing
  const [verb = 'update', type = 'item', ...rest] = text.split(' ')
  const undo = rest.find((word): word is UndoClass => /^U[0-4]$/.test(word))
  const place = rest.find((word): word is Where => /^(?:remote|host|workspace)$/.test(word))
  const traits = rest.filter((word) => word !== undo && word !== place) as Trait[]
  const make: Make = (system, name, where) => ({
    kind: 'object',
    verb: verb as Verb,
    system,
    type,
    name,
    where: place ?? where,
    ...(undo === undefined ? {} : { undo }),
    ...(traits.length === 0 ? {} : { traits }),
  })
  made.set(text, make)
  return make
}
