import { CodedError } from '../core/errors.ts'
import { standing, type Ticket } from '../people/ticket.ts'
import type { CallReply, UndoReply, UndoRequest } from '../wire/api.ts'
import { RECORD, type Turned } from '../wire/record.ts'
import { closing } from './close.ts'
import { govern } from './govern.ts'
import type { Filed } from './register.ts'
import { closeEntry, eventOf, type Gate, type Manner, stagesOf } from './stages.ts'
import { undo } from './undo.ts'

export class GuardError extends CodedError<'guard/unknown-receipt' | 'guard/unknown-ticket'> {}

export interface Ended {
  readonly outcome: 'done' | 'failed' | 'unknown'
  readonly code?: number
  /** What else the host saw of it, in words. */
  readonly why?: string
}

/** What a client of the guard can ask for. Calls may overlap. */
export interface Guard {
  call(call: unknown, manner: Manner): Promise<CallReply>
  /** The host says what became of a call that was handed over to it. Nothing happens to one that is closed already. */
  close(receipt: string, end: Ended): Promise<void>
  /** Receipts of a run that were handed over and have not come back. */
  openOf(run: string): readonly string[]
  say(run: string, what: 'goal' | 'claim', text: string, receipt?: string): Promise<void>
  waiting(): readonly Ticket[]
  standing(ticket: string): string
  confirm(
    ticket: string,
    answer: 'confirmed' | 'refused',
    by: { by: string; forgeable: boolean },
  ): Promise<{ because: string }>
  receipts(last: number): readonly Filed[]
  undo(request: UndoRequest): Promise<UndoReply>
  turn(state: Turned['state'], why: string): Promise<object>
  status(): object
}

export function guardOf(g: Gate): Guard {
  return {
    call: (call, manner) => govern(call, stagesOf(g, manner)),
    close: async (receipt, { outcome, code, why }) => {
      const entry = g.open.get(receipt)
      if (entry === undefined && g.register.receipts.get(receipt)?.closed !== undefined) return
      if (entry === undefined)
        throw new GuardError('guard/unknown-receipt', `no call waits to be closed under \`${receipt}\``)
      g.open.delete(receipt)
      await closeEntry(g, entry, { ...(await closing(entry, outcome, code, g.snapshots)), ...(why && { why }) })
    },
    openOf: (run) =>
      [...g.open.values()].filter((entry) => entry.captured.action.agent.run === run).map((entry) => entry.receipt),
    say: async (run, what, text, receipt) => {
      const event = eventOf(g.clock, RECORD.said, receipt ?? run, { run, what, text: text.slice(0, 20_000) })
      await g.ledger.append(event)
      g.register.apply(event)
    },
    waiting: () => [...g.register.tickets.values()].filter((ticket) => standing(ticket, g.clock.now()) === 'open'),
    standing: (id) => standing(ticketOf(g, id), g.clock.now()),
    confirm: async (id, answer, { by, forgeable }) => {
      const ticket = ticketOf(g, id)
      const now = standing(ticket, g.clock.now())
      if (now !== 'open')
        throw new GuardError('guard/unknown-ticket', `\`${id}\` is ${now}`, {
          hint: 'the agent has to try the call again',
        })
      const event = eventOf(g.clock, RECORD.answered, ticket.receipt, { ticket: id, answer, by, forgeable })
      await g.ledger.append(event)
      g.register.apply(event)
      return { because: ticket.because }
    },
    receipts: (last) => [...g.register.receipts.values()].slice(-last),
    undo: (request) => undo(request, g),
    turn: async (state, why) => {
      if (state === 'stopped') await g.breaker.stop(why)
      else await g.breaker.resume()
      await g.ledger.append(eventOf(g.clock, RECORD.turned, 'breaker', { state, why, by: 'the operator' }))
      return { state }
    },
    status: () => ({
      policy: g.policy.hash,
      stopped: g.breaker.stopped(),
      open: g.open.size,
      receipts: g.register.receipts.size,
    }),
  }
}

function ticketOf(g: Gate, id: string): Ticket {
  const ticket = g.register.tickets.get(id)
  if (ticket === undefined)
    throw new GuardError('guard/unknown-ticket', `there is no ticket \`${id}\``, {
      hint: '`interlock confirm` lists what waits',
    })
  return ticket
}
