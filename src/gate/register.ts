import { answer, type Ticket } from '../people/ticket.ts'
import { type History, NO_HISTORY, remember } from '../risk/sequence.ts'
import { Answered, Closed, RECORD, Ruled, Said } from '../wire/record.ts'

/** A receipt as the ledger tells it. */
export interface Filed {
  readonly id: string
  readonly at: number
  readonly ruled: Ruled
  readonly closed?: Closed
  readonly claim?: string
}

/**
 * What the ledger says, by receipt, ticket and run. A fold over its entries and nothing besides, so that a
 * restarted guard knows what the killed one knew.
 */
export class Register {
  readonly receipts = new Map<string, Filed>()
  readonly tickets = new Map<string, Ticket>()
  readonly goals = new Map<string, string>()
  readonly #deleted = new Map<string, History>()

  /** Entries that don't fit are of another version; they stay in the ledger and are not acted on. */
  apply(entry: {
    readonly type: string
    readonly subject: string
    readonly time: string
    readonly data: unknown
  }): void {
    const at = Date.parse(entry.time)
    switch (entry.type) {
      case RECORD.ruled:
        this.#with(Ruled.safeParse(entry.data), (ruled) => this.#ruled(entry.subject, at, ruled))
        break
      case RECORD.closed:
        this.#with(Closed.safeParse(entry.data), (closed) => this.#closed(entry.subject, closed))
        break
      case RECORD.answered:
        this.#with(Answered.safeParse(entry.data), ({ ticket, answer: said }) => {
          const found = this.tickets.get(ticket)
          if (found !== undefined) this.tickets.set(ticket, answer(found, said, at))
        })
        break
      case RECORD.said:
        this.#with(Said.safeParse(entry.data), ({ run, what, text }) => {
          if (what === 'goal') this.goals.set(run, text)
          const filed = this.receipts.get(entry.subject)
          if (what === 'claim' && filed !== undefined) this.receipts.set(entry.subject, { ...filed, claim: text })
        })
    }
  }

  history(run: string): History {
    return this.#deleted.get(run) ?? NO_HISTORY
  }

  #with<T>(parsed: { success: true; data: T } | { success: false }, use: (data: T) => void): void {
    if (parsed.success) use(parsed.data)
  }

  #ruled(id: string, at: number, ruled: Ruled): void {
    this.receipts.set(id, { id, at, ruled })
    const { ticket, run, digest, policy, preconditions, because } = ruled
    if (ticket === undefined) return
    const known = this.tickets.get(ticket)
    if (ruled.released === true && known !== undefined) this.tickets.set(ticket, { ...known, state: 'used' })
    if (known === undefined)
      this.tickets.set(ticket, {
        id: ticket,
        receipt: id,
        run,
        digest,
        policy,
        preconditions,
        because,
        state: 'open',
        at,
      })
  }

  #closed(id: string, closed: Closed): void {
    const filed = this.receipts.get(id)
    if (filed === undefined) return
    this.receipts.set(id, { ...filed, closed })
    const { ticket, asked, run, effects } = filed.ruled
    const held = ticket === undefined ? undefined : this.tickets.get(ticket)
    if (asked === true && held !== undefined) this.tickets.set(held.id, { ...held, state: 'used' })
    if (closed.outcome === 'failed') return
    const gone = effects
      .filter((effect) => effect.verb === 'delete' && !effect.resource.startsWith('path:'))
      .map((effect) => effect.resource)
    this.#deleted.set(run, remember(this.history(run), gone))
  }
}
