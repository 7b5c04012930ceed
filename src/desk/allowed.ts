import type { Context } from 'hono'
import { type Desk, Refusal } from './desk.ts'
import type { Rates, Slots } from './rates.ts'

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
