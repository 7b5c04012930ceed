import type { Kind } from '../core/action.ts'
import type { Json } from '../core/digest.ts'
import type { Draft, Facts } from '../core/study.ts'
import { predictFile } from './file/predict.ts'
import { predictShell } from './shell/predict.ts'
import { predictTool } from './tool/predict.ts'

/** What an action of any kind would touch. Pure; throws only where we have a bug, which the gate answers with a deny. */
export function predict(kind: Kind, input: Json, facts: Facts): readonly Draft[] {
  switch (kind) {
    case 'shell':
      return typeof input === 'string' ? predictShell(input, facts) : [malformed('a shell action is a text')]
    case 'file':
      return predictFile(input, facts)
    case 'tool':
      return predictTool(input, (other, bytes) => predict(other, bytes, facts))
  }
}

function malformed(why: string): Draft {
  return { verb: 'execute', resource: { kind: 'anything' }, by: 'the call', certainty: 'opaque', why }
}
