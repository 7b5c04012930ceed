/** A hold that waits for people. States only move forward. */
export interface Ticket {
  readonly id: string
  readonly receipt: string
  /** What the yes is bound to: the action's bytes, the policy that judged it, and the facts it rests on. */
  readonly digest: string
  readonly policy: string
  readonly preconditions: string
  /** How many others have to agree, on the desk; 0 where its operator answers. */
  readonly approvals: number
  /** It was filed because no snapshot could be had, for this reason. */
  readonly noSnapshot?: string
  readonly state: 'open' | 'confirmed' | 'refused' | 'used'
  /** Milliseconds since 1970: when it was filed, and when it was answered. */
  readonly at: number
  readonly answeredAt?: number
  /** Who on the desk said No, and why; absent where it was the operator. */
  readonly refusedBy?: { readonly name: string; readonly reason: string }
}

/** What a call must share with a ticket to be the one that it is about. */
export type Terms = Pick<Ticket, 'digest' | 'policy' | 'preconditions'>

/** How long a hold may wait for its answer, and a yes for its call. */
const ANSWER_BY_MS = 24 * 60 * 60 * 1000
const RUN_BY_MS = 15 * 60 * 1000
/** The desk tells when approvals expire; after this it needs not be asked. */
const FORGOTTEN_MS = 26 * 60 * 60 * 1000

export type Standing = Ticket['state'] | 'expired'

/** INVARIANT: a clock that was set back expires a yes: it never lengthens one. */
export function standing({ state, approvals, at, answeredAt = at }: Ticket, now: number): Standing {
  if (state === 'open') return within(at, approvals > 0 ? FORGOTTEN_MS : ANSWER_BY_MS, now) ? 'open' : 'expired'
  if (state === 'confirmed') return within(answeredAt, RUN_BY_MS, now) ? 'confirmed' : 'expired'
  return state
}

/** A clock that corrects itself by a little is no attack. */
const SLACK_MS = 60 * 1000

function within(since: number, most: number, now: number): boolean {
  return now - since <= most && since - now <= SLACK_MS
}

/** The first answer counts. INVARIANT: no operator's yes releases what others have to approve. */
export function answer(ticket: Ticket, said: 'confirmed' | 'refused', now: number): Ticket {
  if (standing(ticket, now) !== 'open' || (said === 'confirmed' && ticket.approvals > 0)) return ticket
  return { ...ticket, state: said, answeredAt: now }
}

/** Its call ran, or will not: either way nothing passes on it any more. */
export function used(ticket: Ticket): Ticket {
  return ticket.state === 'refused' ? ticket : { ...ticket, state: 'used' }
}

export function isAbout(ticket: Ticket, terms: Terms): boolean {
  const { digest, policy, preconditions } = terms
  return ticket.digest === digest && ticket.policy === policy && ticket.preconditions === preconditions
}

/** Somebody said yes or No, and that still counts. */
export function isAnswered(ticket: Ticket, now: number): boolean {
  return standing(ticket, now) === 'confirmed' || isRefused(ticket, now)
}

function isRefused({ state, answeredAt = 0 }: Ticket, now: number): boolean {
  return state === 'refused' && within(answeredAt, ANSWER_BY_MS, now)
}

/** Whether a yes releases this very call: same bytes, same policy, same facts, in time, not used yet. */
export function releases(ticket: Ticket, terms: Terms, now: number): boolean {
  return isAbout(ticket, terms) && standing(ticket, now) === 'confirmed'
}

/** A No holds for this very call for a day: asking again is no new question. */
export function refuses(ticket: Ticket, terms: Terms, now: number): boolean {
  return isAbout(ticket, terms) && isRefused(ticket, now)
}
