import { deskClient } from '../approvals/client.ts'
import type { Desk } from '../approvals/desk.ts'
import { readEnrolment, readKey, stampOf } from '../approvals/enrolment.ts'
import type { Clock } from '../core/clock.ts'

/** The desk of this state folder, read again when the enrolment changed: no guard has to be started anew for it. */
export function deskIn(state: string, clock: Clock): () => Desk | undefined {
  let known: { readonly stamp: string | undefined; readonly desk: Desk | undefined } | undefined
  return () => {
    const stamp = stampOf(state)
    if (known?.stamp !== stamp) known = { stamp, desk: open(state, clock) }
    return known?.desk
  }
}

/** One that can't be read is none: what needs approval is denied, and nothing else suffers; `status` tells why. */
function open(state: string, clock: Clock): Desk | undefined {
  try {
    const enrolment = readEnrolment(state)
    return enrolment && deskClient(enrolment, readKey(state), clock)
  } catch {
    return undefined
  }
}
