import type { Context, Hono } from 'hono'
import { type Desk, Refusal } from './desk.ts'
import type { Rates } from './rates.ts'
import type { Enrolled } from './store.ts'

/** What people ask, once it is known who asks. */
export type Web = Hono<{ Variables: { person: Enrolled } }>

export interface Allowed {
  /** Sign-ins and codes, per client address. */
  readonly attempts: Rates
  /** Per person. */
  readonly votes: Rates
}

export function needRate({ clock }: Desk, rates: Rates, who: string): void {
  if (!rates.allows(who, clock.micros())) throw new Refusal('desk/too-many', 'too often: wait a minute')
}

/** Of the connection; behind a proxy all clients have the proxy's. */
export function addressOf(c: Context): string {
  const { incoming } = c.env as { incoming?: { socket?: { remoteAddress?: string } } }
  return incoming?.socket?.remoteAddress ?? ''
}
