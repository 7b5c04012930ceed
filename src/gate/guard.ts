import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../core/errors.ts'
import { type Standing, standing, type Terms, type Ticket } from '../people/ticket.ts'
import type { CallReply, HeldCall, ReceiptLine, UndoReply, UndoRequest } from '../wire/api.ts'
import type { ApprovalReply, DeskReply, WaitingApprovals } from '../wire/approvals.ts'
import type { PasskeyEnrolled, SignedAnswer, Turned } from '../wire/record.ts'
import { closeReceipt, type End } from './close.ts'
import { withDeadline } from './deadline.ts'
import type { Gate } from './gate.ts'
import { govern } from './govern.ts'
import type { Manner } from './open.ts'
import { deskOf, leaveDesk, standingOnDesk, tellDesk, waitingForOthers } from './others.ts'
import { LONGEST_WORDS, record, sayGoal } from './record.ts'
import type { Filed, Open } from './register.ts'
import { faulted } from './reply.ts'
import { canGiveBack, undo } from './undo.ts'
import { unjudged } from './unjudged.ts'

export class GuardError extends CodedError<
  'guard/unknown-receipt' | 'guard/unknown-ticket' | 'guard/late' | 'guard/not-a-host' | 'guard/for-others'
> {}

/** Who is at the other end, as far as the operating system tells. */
export interface Asker {
  readonly by: string
  readonly forgeable: boolean
  /** Where his passkey signed what he says. */
  readonly signed?: SignedAnswer
}

/** What a client of the guard can ask for. Calls may overlap. */
export interface Guard {
  /** Never rejects: what goes wrong is a deny, or the outcome `unknown`. */
  call(call: unknown, manner: Manner): Promise<CallReply>
  /** The host says what became of a call that was handed over to it. Nothing happens to one that is closed already. */
  close(receipt: string, end: End): Promise<void>
  /** Closes what was handed over longer than `ms` ago and has not come back as `unknown`; all of it where `ms` is 0. */
  abandon(ms: number, why: string): Promise<void>
  /** The words that the operator gave the run. */
  setGoal(run: string, text: string): Promise<void>
  /** What the agent said of its reasons for a call. */
  claim(receipt: string, text: string, model?: string): Promise<void>
  waiting(whom?: 'operator' | 'others'): readonly HeldCall[]
  standing(ticket: string): Standing
  /** What a yes to it is bound to. */
  terms(ticket: string): Terms
  confirm(ticket: string, answer: 'confirmed' | 'refused', asker: Asker): Promise<void>
  /** What waits for others, on the desk. */
  approvals(): Promise<WaitingApprovals>
  /** Where one such hold stands: at once, or, while it is open, after at most `waitMs`. */
  approval(ticket: string, waitMs: number): Promise<ApprovalReply>
  desk(): Promise<DeskReply>
  /** Ends the enrolment. Answers with why the desk was not told, where it wasn't. */
  leaveDesk(asker: Asker): Promise<string | undefined>
  /** Tells the desk what became of calls that it approved and does not know the end of. */
  tellDesk(): Promise<void>
  /** Only records it: who keeps it does so first. */
  enrolled(passkey: PasskeyEnrolled): Promise<void>
  confirmFile(file: { readonly path: string; readonly sha256: string }, asker: Asker): Promise<void>
  /** Calls that may run now, and whose end is not recorded. */
  open(): readonly Open[]
  receipts(last: number, run?: string): readonly ReceiptLine[]
  undo(request: UndoRequest): Promise<UndoReply>
  turn(state: Turned['state'], why: string, by: string): Promise<void>
  /** Resolves when no call, undo or close is under way, or after `ms`. */
  quiet(ms: number): Promise<void>
  status(): Status
}

export interface Status {
  readonly policy: string
  readonly stopped?: string
  /** Agents that a rule stopped, and why. */
  readonly stoppedAgents: readonly { readonly agent: string; readonly why: string }[]
  readonly open: number
  /** Of its operator, and of others on the desk. */
  readonly waiting: number
  readonly waitingForOthers: number
}

/** A judgement takes milliseconds and a snapshot two seconds at most: what lasts longer is denied. */
const ANSWER_MS = 10_000

/** `keepHash` makes a confirmed file's hash count, durably. */
export function guardOf(g: Gate, keepHash: (sha256: string) => Promise<void>, answerMs = ANSWER_MS): Guard {
  const under = new Set<Promise<unknown>>()
  const during = <T>(work: Promise<T>): Promise<T> => {
    under.add(work)
    return work.finally(() => under.delete(work))
  }
  const closing = new Map<string, Promise<void>>()
  const closeOnce = (open: Open, end: End): Promise<void> => {
    const ending = closing.get(open.receipt) ?? closeReceipt(g, open, end).finally(() => closing.delete(open.receipt))
    closing.set(open.receipt, ending)
    return ending
  }
  let telling: Promise<void> | undefined
  /** Who closed it needs not wait; what fails is tried again. */
  const tell = (): void => {
    if (telling !== undefined || g.register.untold.size === 0) return
    telling = during(tellDesk(g).catch(() => undefined)).finally(() => {
      telling = undefined
    })
  }
  return {
    call: (call, manner) =>
      during(
        withDeadline(
          answerMs,
          async (deadline) => {
            const { stagesOf } = await judging()
            return await govern(call, stagesOf(g, manner, deadline))
          },
          () => late(g),
        ),
      ).finally(tell),
    close: async (receipt, end) => {
      const open = g.register.open.get(receipt)
      if (open?.perform === 'host') return await during(closeOnce(open, end)).finally(tell)
      if (open !== undefined) throw new GuardError('guard/not-a-host', `the guard itself runs \`${receipt}\``)
      if (!g.register.receipts.has(receipt))
        throw new GuardError('guard/unknown-receipt', `there is no receipt \`${receipt}\``)
    },
    abandon: async (ms, why) => {
      const before = g.clock.now() - ms
      for (const open of [...g.register.open.values()])
        if (ms === 0 || (open.at <= before && open.perform === 'host'))
          await closeOnce(open, { outcome: 'unknown', why })
    },
    setGoal: (run, text) => sayGoal(g, run, text),
    claim: async (receipt, text, model) => {
      const run = g.register.receipts.get(receipt)?.run
      if (run !== undefined)
        await record(g, {
          type: 'said',
          subject: receipt,
          data: { run, what: 'claim', text: text.slice(0, LONGEST_WORDS), ...(model && { model }) },
        })
    },
    waiting: (whom = 'operator') => g.register.waiting(g.clock.now(), whom),
    standing: (id) => standing(ticketOf(g, id), g.clock.now()),
    terms: (id) => {
      const { digest, policy, preconditions } = ticketOf(g, id)
      return { digest, policy, preconditions }
    },
    approvals: () => waitingForOthers(g),
    approval: (ticket, waitMs) => standingOnDesk(g, ticket, waitMs),
    desk: () => deskOf(g),
    leaveDesk: (asker) => leaveDesk(g, asker),
    tellDesk: async () => tell(),
    confirm: async (id, answer, asker) => {
      const ticket = ticketOf(g, id)
      if (ticket.approvals > 0 && answer === 'confirmed')
        throw new GuardError('guard/for-others', `\`${id}\` waits for others: its operator's own yes does not count`, {
          hint: '`interlock approvals` tells who was asked, and where',
        })
      const now = standing(ticket, g.clock.now())
      if (now !== 'open')
        throw new GuardError('guard/unknown-ticket', `\`${id}\` is ${now}`, {
          hint: 'the agent has to try the call again',
        })
      await record(g, { type: 'answered', subject: ticket.receipt, data: { ticket: id, answer, ...asker } })
      tell()
    },
    enrolled: (passkey) => record(g, { type: 'passkeyEnrolled', subject: 'operator', data: passkey }),
    confirmFile: async (file, asker) => {
      await record(g, { type: 'fileConfirmed', subject: file.path, data: { ...file, ...asker } })
      await keepHash(file.sha256)
    },
    open: () => [...g.register.open.values()],
    receipts: (last, run) => {
      const all = [...g.register.receipts.values()]
      const wanted = run === undefined ? all : all.filter((filed) => filed.run === run)
      return wanted.slice(-last).map((filed) => lineOf(filed, g))
    },
    undo: (request) => during(undo(request, g)),
    turn: async (state, why, by) => {
      if (state === 'resumed') await g.breaker.resume()
      else if (g.breaker.stopped() === undefined) await g.breaker.stop(why)
      await record(g, { type: 'turned', subject: 'breaker', data: { state, why, by } })
    },
    quiet: async (ms) => void (await Promise.race([Promise.allSettled(under), sleep(ms, undefined, { ref: false })])),
    status: () => {
      const stopped = g.breaker.stopped()
      const [waiting, waitingOthers] = (['operator', 'others'] as const).map(
        (whom) => g.register.waiting(g.clock.now(), whom).length,
      ) as [number, number]
      const stoppedAgents = [...g.register.stoppedAgents].map(([agent, why]) => ({ agent, why }))
      const known = {
        stoppedAgents,
        policy: g.policy.hash,
        open: g.register.open.size,
        waiting,
        waitingForOthers: waitingOthers,
      }
      return { ...known, ...(stopped && { stopped }) }
    },
  }
}

/** All that understands and judges. A guard answers before it is loaded; a call waits for it, within its deadline. */
export function judging(): Promise<typeof import('./stages.ts')> {
  return import('./stages.ts')
}

/** What is still under way finds that it may not begin. */
function late(g: Gate): CallReply {
  const error = new GuardError('guard/late', 'it took too long', { hint: 'try it again, or in smaller parts' })
  const receipt = g.clock.id('r')
  // Nobody waits for this: a ledger that hangs may be why it is late.
  record(g, { type: 'ruled', subject: receipt, data: unjudged(undefined, error.message) }).catch(() => undefined)
  return faulted(receipt, error)
}

function lineOf(filed: Filed, g: Gate): ReceiptLine {
  const { id, at, run, kind, what, outcome, changed, undone } = filed
  return { id, at, run, kind, what, changed, kept: canGiveBack(filed, g), undone, ...(outcome && { outcome }) }
}

function ticketOf(g: Gate, id: string): Ticket {
  const ticket = g.register.tickets.get(id)
  if (ticket === undefined)
    throw new GuardError('guard/unknown-ticket', `there is no ticket \`${id}\``, {
      hint: '`interlock confirm` lists what waits',
    })
  return ticket
}
