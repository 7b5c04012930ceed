import { whatOf } from '../core/action.ts'
import { answer, isAnswered, standing, type Ticket, used } from '../people/ticket.ts'
import { forgive, type History, NO_HISTORY, remember, type Wanted } from '../risk/sequence.ts'
import type { HeldCall } from '../wire/api.ts'
import type { OutcomeRequest } from '../wire/desk.ts'
import { Answered, Closed, Granted, RECORD, Ruled, Said, ToldDesk, Turned } from '../wire/record.ts'
import { floodOf, type Put, putAnother } from './flood.ts'

/** A receipt as the ledger tells it; what only its entries need to hold stays there. */
export interface Filed {
  readonly id: string
  readonly at: number
  readonly run: string
  readonly kind: string
  /** The call in one line. */
  readonly what: string
  readonly cwd: string
  readonly workspace: string
  /** The receipt that it gave back, where it is an undo. */
  readonly undoes?: string
  readonly outcome?: Closed['outcome']
  /** By prediction it changes or takes away something on this machine, and no snapshot was wanted of it. */
  readonly takes: boolean
  /** How many paths it changed. */
  readonly changed: number
  readonly kept: boolean
  readonly undone: boolean
}

/** A receipt that may run, and whose end is not recorded. */
export interface Open {
  readonly receipt: string
  readonly run: string
  readonly at: number
  readonly workspace: string
  readonly perform: Ruled['perform']
  /** The host asks its operator about this hold. */
  readonly asked?: string
  /** The ticket whose approval it has from the desk. */
  readonly approved?: string
  /** The commit that its workspace stood at, where that was kept. */
  readonly head?: string
  /** Names of the objects that it deletes elsewhere than on this disk. */
  readonly deletes: readonly string[]
}

/** What the desk is not known to know: the end of a call that took an approval, or may have; or its operator's No. */
export interface Untold {
  readonly ticket: string
  readonly what: OutcomeRequest | 'withdrawn'
}

/** What was done so far in one run. */
interface Run {
  readonly workspace?: string
  readonly history: History
  readonly goal?: string
}

/** More than this are forgotten, the oldest first: they stay in the ledger. */
const MOST_RECEIPTS = 20_000
/** Of tickets, those that still count stay. */
const MOST_TICKETS = 200
const MOST_RUNS = 500
const MOST_UNTOLD = 500

/**
 * What the ledger says, by receipt, ticket and run. A fold over its entries and nothing besides, so that a
 * restarted guard knows what the killed one knew.
 */
export class Register {
  readonly receipts = new Map<string, Filed>()
  readonly open = new Map<string, Open>()
  readonly tickets = new Map<string, Ticket>()
  /** Why everything is stopped, where the last word was a stop. */
  stopped: string | undefined
  /** Agents that are stopped, and why. */
  readonly stoppedAgents = new Map<string, string>()
  /** By receipt. */
  readonly untold = new Map<string, Untold>()
  readonly #held = new Map<string, HeldCall>()
  /** Calls that may run once the desk's grant is on record. */
  readonly #ungranted = new Map<string, Open>()
  /** What the call of a ticket wanted. */
  readonly #wanted = new Map<string, { readonly run: string; readonly wanted: readonly Wanted[] }>()
  readonly #runs = new Map<string, Run>()
  /** By agent: its calls that were put to people and have no yes. */
  readonly #put = new Map<string, readonly Put[]>()

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
        fits(Ruled.safeParse(entry.data), (ruled) => this.#ruled(entry.subject, at, ruled))
        break
      case RECORD.closed:
        fits(Closed.safeParse(entry.data), (closed) => this.#closed(entry.subject, closed))
        break
      case RECORD.answered:
        fits(Answered.safeParse(entry.data), (answered) => this.#answered(entry.subject, answered, at))
        break
      case RECORD.granted:
        fits(Granted.safeParse(entry.data), ({ ticket }) => this.#granted(entry.subject, ticket))
        break
      case RECORD.told:
        fits(ToldDesk.safeParse(entry.data), () => this.untold.delete(entry.subject))
        break
      case RECORD.said:
        fits(Said.safeParse(entry.data), (said) => this.#said(entry.subject, said))
        break
      case RECORD.turned:
        fits(Turned.safeParse(entry.data), (turned) => this.#turned(turned))
        break
    }
  }

  /** What still runs counts: nobody knows that it won't come about. */
  history(run: string): History {
    const under = [...this.open.values()].filter((open) => open.run === run).flatMap(({ deletes }) => deletes)
    return remember(this.#history(run), { deleted: under })
  }

  /** Where the run's first call was made: a later one from elsewhere does not move it. */
  workspaceOf(run: string): string | undefined {
    return this.#runs.get(run)?.workspace
  }

  goalOf(run: string): string | undefined {
    return this.#runs.get(run)?.goal
  }

  /** What waits: for its operator, or for others on the desk. */
  waiting(now: number, whom: 'operator' | 'others'): readonly HeldCall[] {
    return [...this.#held.values()].flatMap((held) => {
      const ticket = this.tickets.get(held.ticket)
      const goal = this.goalOf(held.run)
      if (ticket === undefined || standing(ticket, now) !== 'open') return []
      return ticket.approvals > 0 === (whom === 'others') ? [{ ...held, ...(goal && { goal }) }] : []
    })
  }

  /** Why this agent is to be stopped, by rule. */
  flood(agent: string, now: number): string | undefined {
    return floodOf(this.#put.get(agent) ?? [], now)
  }

  /** Why a snapshot could not be had when this very call was tried before, where a hold was filed for that. */
  noSnapshot(digest: string, now: number): string | undefined {
    const known = [...this.tickets.values()].filter(
      (ticket) => ticket.digest === digest && ticket.noSnapshot !== undefined,
    )
    return known.find((ticket) => ['open', 'confirmed'].includes(standing(ticket, now)))?.noSnapshot
  }

  #ruled(id: string, at: number, ruled: Ruled): void {
    const { run, kind, cwd, workspace, input } = ruled
    const undoes = kind === 'undo' ? String((input as { undoes?: unknown } | null)?.undoes) : undefined
    const filed = {
      id,
      at,
      run,
      kind,
      cwd,
      workspace,
      what: whatOf(input),
      takes: takes(ruled),
      changed: 0,
      kept: false,
      undone: false,
    }
    keep(this.receipts, id, { ...filed, ...(undoes && { undoes }) }, MOST_RECEIPTS)
    const runs = ruled.ruling === 'allow' || ruled.released === true || ruled.asked === true
    if (runs) this.open.set(id, openOf(id, at, ruled))
    else this.open.delete(id)
    if (!runs && ruled.approvals !== undefined) keep(this.#ungranted, id, openOf(id, at, ruled), MOST_TICKETS)
    else this.#ungranted.delete(id)
    if (undoes === undefined && workspace !== '') this.#run(run, { workspace: this.workspaceOf(run) ?? workspace })
    if (ruled.ticket !== undefined) this.#file(ruled.ticket, id, at, ruled)
    if (ruled.ruling === 'deny' && ruled.wanted !== undefined) this.#remember(run, { refused: ruled.wanted })
  }

  #turned({ state, why, agent }: Turned): void {
    if (agent !== undefined) {
      this.stoppedAgents.set(agent, why)
      return
    }
    this.stopped = state === 'stopped' ? why : undefined
    if (state === 'stopped') return
    this.stoppedAgents.clear()
    this.#put.clear()
  }

  #answered(receipt: string, { ticket, answer: said, person }: Answered, at: number): void {
    const before = this.tickets.get(ticket)
    if (said === 'refused' && person === undefined && before?.state === 'open' && before.approvals > 0)
      keep(this.untold, receipt, { ticket, what: 'withdrawn' }, MOST_UNTOLD)
    this.#turn(ticket, (known) => {
      const turned = answer(known, said, at)
      return turned === known || person === undefined ? turned : { ...turned, refusedBy: person }
    })
    this.#learn(ticket, said)
  }

  /** From here on the receipt may run, and nothing else passes on the ticket. */
  #granted(receipt: string, ticket: string): void {
    this.#turn(ticket, used)
    this.#learn(ticket, 'confirmed')
    const open = this.#ungranted.get(receipt)
    this.#ungranted.delete(receipt)
    if (open !== undefined) this.open.set(receipt, { ...open, approved: ticket })
  }

  /** A No to a call is a No to what it wanted, a later yes takes it back. */
  #learn(ticket: string, said: Answered['answer']): void {
    if (said === 'confirmed') this.#unput(ticket)
    const about = this.#wanted.get(ticket)
    if (about === undefined) return
    const { run, wanted } = about
    if (said === 'refused') this.#remember(run, { refused: wanted })
    else this.#run(run, { history: forgive(this.#history(run), wanted) })
  }

  #file(ticket: string, receipt: string, at: number, ruled: Ruled): void {
    if (ruled.released === true) this.#turn(ticket, used)
    if (this.tickets.has(ticket)) return
    const { run, digest, policy, preconditions, because, agent, input, cwd, effects, precedents, claim, noSnapshot } =
      ruled
    const { approvals = 0 } = ruled
    // As on the desk: what was filed before of the same call comes to nothing.
    if (approvals > 0)
      for (const each of this.tickets.values())
        if (each.approvals > 0 && each.digest === digest) this.#turn(each.id, used)
    const filed = { id: ticket, receipt, digest, policy, preconditions, approvals, state: 'open', at } as const
    this.tickets.set(ticket, { ...filed, ...(noSnapshot && { noSnapshot }) })
    keep(this.#put, agent, putAnother(this.#put.get(agent) ?? [], { ticket, at }), MOST_RUNS)
    for (const id of needless([...this.tickets.values()], at)) {
      this.tickets.delete(id)
      this.#held.delete(id)
      this.#wanted.delete(id)
    }
    if (ruled.wanted !== undefined) this.#wanted.set(ticket, { run, wanted: ruled.wanted })
    const shown = { ticket, receipt, at, agent, run, input, cwd, because, effects, ...(approvals > 0 && { approvals }) }
    this.#held.set(ticket, { ...shown, ...(precedents && { precedents }), ...(claim && { claim }) })
  }

  #unput(ticket: string): void {
    for (const [agent, put] of this.#put)
      this.#put.set(
        agent,
        put.filter((each) => each.ticket !== ticket),
      )
  }

  #turn(id: string, how: (ticket: Ticket) => Ticket): void {
    const ticket = this.tickets.get(id)
    if (ticket === undefined) return
    const turned = how(ticket)
    this.tickets.set(id, turned)
    if (turned.state !== 'open') this.#held.delete(id)
  }

  #closed(id: string, { outcome, changes, snapshot, why, perhapsTaken }: Closed): void {
    const open = this.open.get(id)
    this.open.delete(id)
    this.#ungranted.delete(id)
    const ticket = open?.approved ?? perhapsTaken
    if (ticket !== undefined) keep(this.untold, id, untoldOf(id, ticket, { outcome, why }), MOST_UNTOLD)
    if (open?.asked !== undefined) {
      this.#turn(open.asked, used)
      // It ran: its operator had said yes.
      if (outcome === 'done' || outcome === 'failed') this.#unput(open.asked)
    }
    if (open !== undefined && (outcome === 'done' || outcome === 'unknown'))
      this.#remember(open.run, { deleted: open.deletes })
    const made = changes.filter(({ change }) => change === 'created').map(({ path }) => path)
    if (open !== undefined && made.length > 0) this.#remember(open.run, { created: made })
    const filed = this.receipts.get(id)
    if (filed === undefined) return
    this.receipts.set(id, { ...filed, outcome, changed: changes.length, kept: snapshot })
    const undone = filed.undoes === undefined ? undefined : this.receipts.get(filed.undoes)
    if (undone !== undefined && outcome === 'done') this.receipts.set(undone.id, { ...undone, undone: true })
    // What takes back the undo brings back what it undid.
    const again = undone?.undoes === undefined ? undefined : this.receipts.get(undone.undoes)
    if (again !== undefined && outcome === 'done') this.receipts.set(again.id, { ...again, undone: false })
  }

  #history(run: string): History {
    return this.#runs.get(run)?.history ?? NO_HISTORY
  }

  #remember(run: string, more: Partial<History>): void {
    this.#run(run, { history: remember(this.#history(run), more) })
  }

  #said(subject: string, { run, what, text }: Said): void {
    if (what === 'goal') this.#run(run, { goal: text })
    for (const [ticket, held] of this.#held)
      if (what === 'claim' && held.receipt === subject) this.#held.set(ticket, { ...held, claim: text })
  }

  #run(run: string, more: Partial<Run>): void {
    const before = this.#runs.get(run) ?? { history: NO_HISTORY }
    this.#runs.delete(run)
    keep(this.#runs, run, { ...before, ...more }, MOST_RUNS)
  }
}

function takes({ effects, safeguards }: Ruled): boolean {
  if (safeguards.includes('snapshot')) return false
  return effects.some(
    ({ verb, place }) => /^(?:update|delete|replace)$/.test(verb) && /^(?:workspace|home|host)$/.test(place),
  )
}

function untoldOf(receipt: string, ticket: string, { outcome, why }: Pick<Closed, 'outcome' | 'why'>): Untold {
  const told = outcome === 'refused' ? 'failed' : outcome
  const words = outcome === 'refused' ? `it did not run: ${why ?? 'no reason was kept'}` : why
  return { ticket, what: { receipt, outcome: told, ...(words && { why: words.slice(0, 2000) }) } }
}

function openOf(receipt: string, at: number, ruled: Ruled): Open {
  const { run, workspace, perform, effects, asked, ticket, head } = ruled
  const deletes = effects.filter(({ verb, resource }) => verb === 'delete' && !resource.startsWith('path:'))
  const names = deletes.map(({ resource }) => resource)
  const open = { receipt, run, at, workspace, perform, deletes: names, ...(head && { head }) }
  return asked === true && ticket !== undefined ? { ...open, asked: ticket } : open
}

function fits<T>(parsed: { success: true; data: T } | { success: false }, use: (data: T) => void): void {
  if (parsed.success) use(parsed.data)
}

/**
 * Those that have to go, the oldest first. INVARIANT: a No stays as long as it counts, and so does a yes, however many
 * are filed after it: only people make them, and so they are few.
 */
function needless(tickets: readonly Ticket[], now: number): readonly string[] {
  const over = tickets.length - MOST_TICKETS
  if (over <= 0) return []
  return tickets
    .filter((ticket) => !isAnswered(ticket, now))
    .slice(0, over)
    .map(({ id }) => id)
}

/** Sets, and answers with the oldest that had to go for it. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): readonly string[] {
  map.set(key, value)
  const dropped = map.size > most ? [...map.keys()].slice(0, map.size - most) : []
  for (const old of dropped) map.delete(old)
  return dropped
}
