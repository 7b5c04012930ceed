import { type Action, freezeAction } from '../core/action.ts'
import { isDeeper } from '../core/depth.ts'
import type { Json } from '../core/digest.ts'
import { CodedError } from '../core/errors.ts'
import { misfit } from '../core/misfit.ts'
import { CallRequest } from '../wire/api.ts'

export class CallError extends CodedError<
  'call/malformed' | 'call/too-long' | 'call/too-deep' | 'call/no-folder' | 'call/too-much'
> {}

/** Longer calls are refused before anything looks at them. In UTF-16 units of their JSON. */
const LONGEST = 256 * 1024
const DEEPEST = 64

export interface Captured {
  readonly action: Action
  readonly request: CallRequest
}

/** The bytes, frozen and digested once. Whatever does not fit is refused with the reason. */
export function capture(call: unknown, home: string): Captured {
  const given: unknown = call !== null && typeof call === 'object' && 'input' in call ? call.input : null
  // Before the schema, which an attacker's nesting would take down into the stack.
  if (isDeeper(given, DEEPEST))
    throw new CallError('call/too-deep', `the call is nested deeper than ${DEEPEST}`, { hint: SMALLER })
  if ((JSON.stringify(given)?.length ?? 0) > LONGEST)
    throw new CallError('call/too-long', 'the call is longer than 256 KiB', { hint: SMALLER })
  const parsed = CallRequest.safeParse(call)
  if (!parsed.success) throw new CallError('call/malformed', `the call does not fit: ${misfit(parsed.error, 'call')}`)
  const request = parsed.data
  const { kind, cwd, agent, target } = request
  const input = request.input as Json
  if (holdsNul(kind === 'shell' ? [input, cwd] : [cwd]))
    throw new CallError('call/malformed', 'the call holds a character that no command line can')
  const action = freezeAction({ kind, input, cwd, home: request.home ?? home, agent, ...(target && { target }) })
  return { request, action }
}

const SMALLER = 'do it in smaller parts'

function holdsNul(values: readonly Json[]): boolean {
  return values.some((value) => typeof value === 'string' && value.includes('\0'))
}
