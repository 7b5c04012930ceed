import { whatOf } from '../../core/action.ts'
import type { RunLine, Step } from '../../wire/console.ts'
import { Answered, Closed, Granted, RECORD, Ruled, Said } from '../../wire/record.ts'

/** An entry as the ledger has it, with its place. */
export interface Told {
  readonly index: number
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly data: unknown
}

/** What only the guard knows of a call: that it can still be given back. */
export type Call = Omit<Step, 'kept' | 'undone'>

interface Run {
  readonly run: string
  agent: string
  workspace: string
  goal?: string
  readonly calls: string[]
}

/** The oldest are forgotten: they stay in the ledger. */
const MOST_CALLS = 5_000

/** What a person reads of runs and calls: a fold over the ledger, as far back as it was given. */
export class Chronicle {
  readonly #calls = new Map<string, Call>()
  readonly #runs = new Map<string, Run>()
  readonly #runOf = new Map<string, string>()
  readonly #tickets = new Map<string, string[]>()
  readonly #goals = new Map<string, string>()
  #next = 0

  /** The place of the next entry. */
  get next(): number {
    return this.#next
  }

  /** Entries that don't fit are of another version, or of no call. */
  apply(entry: Told): void {
    if (entry.index < this.#next) return
    this.#next = entry.index + 1
    const { data, subject } = entry
    switch (entry.type) {
      case RECORD.ruled:
        fits(Ruled.safeParse(data), (ruled) => this.#ruled(entry, ruled))
        break
      case RECORD.closed:
        fits(Closed.safeParse(data), (closed) => this.#closed(subject, closed))
        break
      case RECORD.answered:
        fits(Answered.safeParse(data), (said) => this.#answered(said))
        break
      case RECORD.granted:
        fits(Granted.safeParse(data), ({ ticket, approved }) =>
          this.#say(ticket, `approved by ${approved.map(({ name }) => name).join(' and ')}`),
        )
        if (this.#calls.get(subject)?.outcome === 'waits') this.#change(subject, { outcome: 'runs' })
        break
      case RECORD.said:
        fits(Said.safeParse(data), ({ run, what, text }) => {
          if (what === 'claim') this.#change(subject, { claim: text })
          else this.#sayGoal(run, text)
        })
        break
    }
  }

  /** Newest first. */
  runs(most: number): readonly RunLine[] {
    return [...this.#runs.values()]
      .slice(-most)
      .reverse()
      .map((run) => this.#line(run))
  }

  run(id: string): { readonly line: RunLine; readonly calls: readonly Call[] } | undefined {
    const run = this.#runs.get(id)
    return run && { line: this.#line(run), calls: this.#callsOf(run) }
  }

  call(receipt: string): Call | undefined {
    return this.#calls.get(receipt)
  }

  /** Where runs were made, the newest first. */
  workspaces(most: number): readonly string[] {
    const all = [...this.#runs.values()].map(({ workspace }) => workspace).filter((path) => path !== '')
    return [...new Set(all.reverse())].slice(0, most)
  }

  #ruled({ index, subject, time }: Told, ruled: Ruled): void {
    const { run: id, kind, ruling, rule, because, safeguards, ticket, claim, agent, workspace, input } = ruled
    const before = ticket === undefined ? undefined : this.#tickets.get(ticket)?.map((each) => this.#calls.get(each))
    const answered = before?.find((each) => each?.answered !== undefined)?.answered
    const may = ruling === 'allow' || ruled.released === true || ruled.asked === true
    const call: Call = {
      receipt: subject,
      at: Date.parse(time),
      kind,
      what: kind === 'undo' ? `undo ${String((input as { undoes?: unknown } | null)?.undoes)}` : whatOf(input),
      ruling,
      rule,
      because,
      safeguards,
      outcome: may ? 'runs' : ruling === 'hold' ? 'waits' : 'did not run',
      changed: 0,
      diverged: false,
      index,
      ...(ticket && { ticket }),
      ...(claim && { claim }),
      ...(answered && { answered }),
    }
    this.#calls.delete(subject)
    this.#calls.set(subject, call)
    this.#runOf.set(subject, id)
    const goal = this.#goals.get(id)
    const run = this.#runs.get(id) ?? { run: id, agent, workspace, calls: [], ...(goal && { goal }) }
    if (run.workspace === '') run.workspace = workspace
    // An undo is the operator's, in the run that it takes back.
    if (kind !== 'undo') run.agent = agent
    if (!run.calls.includes(subject)) run.calls.push(subject)
    // The newest last.
    this.#runs.delete(id)
    this.#runs.set(id, run)
    if (ticket !== undefined) this.#file(ticket, subject, ruled.released === true)
    this.#forget()
  }

  /** A call that an answer released takes the place of the one that waited. */
  #file(ticket: string, receipt: string, released: boolean): void {
    const before = this.#tickets.get(ticket) ?? []
    if (released) for (const each of before) this.#end(each)
    this.#tickets.set(ticket, [...before, receipt])
  }

  #end(receipt: string): void {
    if (this.#calls.get(receipt)?.outcome === 'waits') this.#change(receipt, { outcome: 'did not run' })
  }

  #closed(receipt: string, { outcome, code, why, changes, diverged }: Closed): void {
    const seen = { changed: changes.length, diverged, ...(code !== undefined && { code }), ...(why && { why }) }
    this.#change(receipt, { outcome, ...seen })
  }

  #answered({ ticket, answer, by, person, forgeable }: Answered): void {
    const who = person?.name ?? by
    this.#say(ticket, `${answer} by ${who}${person !== undefined || !forgeable ? '' : ', which could be forged'}`)
    if (answer === 'refused') for (const receipt of this.#tickets.get(ticket) ?? []) this.#end(receipt)
  }

  #say(ticket: string, answered: string): void {
    for (const receipt of this.#tickets.get(ticket) ?? []) this.#change(receipt, { answered })
  }

  #sayGoal(run: string, goal: string): void {
    const known = this.#runs.get(run)
    if (known !== undefined) known.goal = goal
    else this.#goals.set(run, goal)
  }

  #change(receipt: string, more: Partial<Call>): void {
    const call = this.#calls.get(receipt)
    if (call !== undefined) this.#calls.set(receipt, { ...call, ...more })
  }

  #callsOf({ calls }: Run): readonly Call[] {
    return calls.flatMap((receipt) => this.#calls.get(receipt) ?? [])
  }

  #line(run: Run): RunLine {
    const calls = this.#callsOf(run)
    const [first, last] = [calls[0], calls.at(-1)]
    const having = (wanted: (call: Call) => boolean): number => calls.filter(wanted).length
    return {
      run: run.run,
      agent: run.agent,
      workspace: run.workspace,
      ...(run.goal && { goal: run.goal }),
      what: last?.what ?? '',
      since: first?.at ?? 0,
      last: last?.at ?? 0,
      calls: calls.length,
      stopped: having(({ ruling }) => ruling !== 'allow'),
      waiting: new Set(calls.filter(({ outcome, answered }) => outcome === 'waits' && !answered).map((c) => c.ticket))
        .size,
      open: having(({ outcome }) => outcome === 'runs'),
      changed: calls.reduce((sum, { changed }) => sum + changed, 0),
    }
  }

  #forget(): void {
    for (const [receipt, { ticket }] of this.#calls) {
      if (this.#calls.size <= MOST_CALLS) return
      this.#calls.delete(receipt)
      const run = this.#runs.get(this.#runOf.get(receipt) ?? '')
      this.#runOf.delete(receipt)
      if (ticket !== undefined) this.#tickets.delete(ticket)
      if (run === undefined) continue
      run.calls.splice(run.calls.indexOf(receipt), 1)
      if (run.calls.length === 0) this.#runs.delete(run.run)
    }
  }
}

function fits<T>(parsed: { success: true; data: T } | { success: false }, use: (data: T) => void): void {
  if (parsed.success) use(parsed.data)
}
