import type { Kind } from '../core/action.ts'
import type { Json } from '../core/digest.ts'
import type { Draft, Facts } from '../core/study.ts'
import { predictFile } from './file/predict.ts'
import { type Notes, within } from './notes.ts'
import { predictShell } from './shell/predict.ts'
import { predictTool } from './tool/predict.ts'

/**
 * What an action of any kind would touch; `notes` takes how it was read. Pure; throws only where we have a bug, which
 * the gate answers with a deny.
 */
export function predict(kind: Kind, input: Json, facts: Facts, notes?: Notes): readonly Draft[] {
  switch (kind) {
    case 'shell':
      return typeof input === 'string' ? predictShell(input, facts, notes) : [malformed('a shell action is a text')]
    case 'file':
      return within(
        notes,
        () => call(input, ['operation', 'path', 'to']),
        () => predictFile(input, facts),
      )
    case 'tool':
      return within(
        notes,
        () => call(input, ['name', 'arguments']),
        () => predictTool(input, (other, bytes) => predict(other, bytes, facts, notes)),
      )
  }
}

/** A call by these fields: the first is its name. */
function call(input: Json, fields: readonly string[]): { kind: 'call'; name: string; text: string } {
  const given = (input !== null && typeof input === 'object' ? input : {}) as Readonly<Record<string, Json>>
  const [name = '', ...rest] = fields.flatMap((field) => {
    const value = given[field]
    return value === undefined ? [] : [typeof value === 'string' ? value : JSON.stringify(value)]
  })
  return { kind: 'call', name, text: rest.join(' ') }
}

function malformed(why: string): Draft {
  return { verb: 'execute', resource: { kind: 'anything' }, by: 'the call', certainty: 'opaque', why }
}
