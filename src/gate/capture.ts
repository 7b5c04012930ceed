import { type Action, freezeAction } from '../core/action.ts'
import type { Json } from '../core/digest.ts'
import { CodedError } from '../core/errors.ts'
import { CallRequest } from '../wire/api.ts'

export class CallError extends CodedError<'call/malformed' | 'call/too-long' | 'call/too-deep'> {}

/** Longer calls are refused before anything looks at them. In UTF-16 units of their JSON. */
const LONGEST = 256 * 1024
const DEEPEST = 64

export interface Captured {
  readonly action: Action
  readonly request: CallRequest
}

/** The bytes, frozen and digested once. Whatever does not fit is refused with the reason. */
export function capture(call: unknown, home: string): Captured {
  const parsed = CallRequest.safeParse(call)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new CallError(
      'call/malformed',
      `the call does not fit: ${issue?.path.join('.') || 'call'}: ${issue?.message ?? 'unreadable'}`,
    )
  }
  const request = parsed.data
  if (depth(request.input, 0) > DEEPEST)
    throw new CallError('call/too-deep', `the call is nested deeper than ${DEEPEST}`)
  if (JSON.stringify(request.input).length > LONGEST)
    throw new CallError('call/too-long', 'the call is longer than 256 KiB')
  const { kind, cwd, agent, target } = request
  const input = request.input as Json
  return {
    request,
    action: freezeAction({ kind, input, cwd, home: request.home ?? home, agent, ...(target && { target }) }),
  }
}

function depth(value: unknown, at: number): number {
  if (value === null || typeof value !== 'object' || at > DEEPEST) return at
  return Math.max(at, ...Object.values(value).map((inner) => depth(inner, at + 1)))
}
