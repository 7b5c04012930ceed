import type { Context, Hono, MiddlewareHandler } from 'hono'
import { type Desk, Refusal } from './desk.ts'
import { needUnlocked, noteFailure } from './lockout.ts'
import type { Rates, Slots } from './rates.ts'
import type { Enrolled } from './store.ts'

/** What people ask, once it is known who asks. */
export type Web = Hono<{ Variables: { person: Enrolled } }>

export interface Allowed {
  /** Sign-ins and codes, per client address. */
  readonly attempts: Rates
  /** Per person. */
  readonly votes: Rates
  readonly streams: Slots
  /** Per guard. */
  readonly filings: Rates
  readonly waits: Slots
}

/** For what takes no session: guesses are slowed down, and who goes on guessing is locked out for a time. */
export function slowing(desk: Desk, { attempts }: Allowed): MiddlewareHandler {
  return async (c, next) => {
    const address = addressOf(c)
    needRate(desk, attempts, address)
    await needUnlocked(desk, { address })
    await next()
    if (c.error instanceof Refusal && GUESSES.includes(c.error.code)) await noteFailure(desk, { address })
  }
}

/** What a guess comes to: no such code, no such passkey. */
const GUESSES: readonly Refusal['code'][] = ['desk/not-found', 'desk/forbidden']

export function needRate({ clock }: Desk, rates: Rates, who: string): void {
  if (!rates.allows(who, clock.micros())) throw new Refusal('desk/too-many', 'too often: wait a minute')
}

/** Answers with how to give it back. */
export function takeSlot(slots: Slots, who: string): () => void {
  const free = slots.take(who)
  if (free === undefined) throw new Refusal('desk/too-many', 'too many at once: close one first')
  return free
}

/** Of the connection; behind a proxy all clients have the proxy's. */
export function addressOf(c: Context): string {
  const { incoming } = c.env as { incoming?: { socket?: { remoteAddress?: string } } }
  return incoming?.socket?.remoteAddress ?? ''
}
