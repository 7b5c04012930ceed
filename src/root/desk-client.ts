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

/** Most guards are enrolled nowhere. */
export function deskModule(): Promise<typeof import('../approvals/client.ts')> {
  return import('../approvals/client.ts')
}

/** One that can't be read is none: what needs approval is denied, and nothing else suffers; `status` tells why. */
function open(state: string, clock: Clock): Desk | undefined {
  try {
    const enrolment = readEnrolment(state)
    if (enrolment === undefined) return undefined
    const key = readKey(state)
    let opened: Promise<Desk> | undefined
    const client = (): Promise<Desk> => {
      opened ??= deskModule().then(({ deskClient }) => deskClient(enrolment, key, clock))
      return opened
    }
    return {
      origin: enrolment.origin,
      operator: enrolment.operator.name,
      standing: async (ticket, waitMs) => await (await client()).standing(ticket, waitMs),
      file: async (filing, receipt) => await (await client()).file(filing, receipt),
      tell: async (ticket, outcome) => await (await client()).tell(ticket, outcome),
      withdraw: async (ticket) => await (await client()).withdraw(ticket),
      leave: async () => await (await client()).leave(),
    }
  } catch {
    return undefined
  }
}
