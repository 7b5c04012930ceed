/** A hold that waits for its operator. States only move forward. */
export interface Ticket {
  readonly id: string
  readonly receipt: string
  readonly run: string
  /** What the yes is bound to: the action's bytes, the policy that judged it, and the facts it rests on. */
  readonly digest: string
  readonly policy: string
  readonly preconditions: string
  readonly because: string
  readonly state: 'open' | 'confirmed' | 'refused' | 'used'
  /** Milliseconds since 1970: when it was filed, and when it was answered. */
  readonly at: number
  readonly answeredAt?: number
}

/** How long a hold may wait for its answer, and a yes for its call. */
const ANSWER_BY_MS = 24 * 60 * 60 * 1000
const RUN_BY_MS = 15 * 60 * 1000

export type Standing = 'open' | 'confirmed' | 'refused' | 'used' | 'expired'

export function standing(ticket: Ticket, now: number): Standing {
  if (ticket.state === 'open') return now - ticket.at > ANSWER_BY_MS ? 'expired' : 'open'
  if (ticket.state === 'confirmed') return now - (ticket.answeredAt ?? 0) > RUN_BY_MS ? 'expired' : 'confirmed'
  return ticket.state
}

export function answer(ticket: Ticket, said: 'confirmed' | 'refused', now: number): Ticket {
  return standing(ticket, now) === 'open' ? { ...ticket, state: said, answeredAt: now } : ticket
}

/** Whether a yes releases this very call: same bytes, same policy, same facts, in time, not used yet. */
export function releases(
  ticket: Ticket,
  call: Pick<Ticket, 'digest' | 'policy' | 'preconditions'>,
  now: number,
): boolean {
  const same =
    ticket.digest === call.digest && ticket.policy === call.policy && ticket.preconditions === call.preconditions
  return same && standing(ticket, now) === 'confirmed'
}
