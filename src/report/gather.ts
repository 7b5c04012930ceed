import type { z } from 'zod'
import {
  Answered,
  Closed,
  FileConfirmed,
  Granted,
  RECORD,
  Ruled,
  Said,
  Started,
  ToldDesk,
  Turned,
} from '../wire/record.ts'

/** An entry of the ledger, with its place. */
export interface Line {
  readonly index: number
  readonly entry: { readonly type: string; readonly subject: string; readonly time: string; readonly data: unknown }
}

export interface At<T> {
  readonly index: number
  readonly at: string
  readonly subject: string
  readonly data: T
}

/** All that the ledger holds of one run, in its order; nothing is concluded yet. */
export interface Gathered {
  readonly run: string
  readonly ruled: readonly At<Ruled>[]
  readonly closed: readonly At<Closed>[]
  readonly answered: readonly At<Answered>[]
  readonly granted: readonly At<Granted>[]
  readonly told: readonly At<ToldDesk>[]
  readonly said: readonly At<Said>[]
  readonly turned: readonly At<Turned>[]
  readonly files: readonly At<FileConfirmed>[]
  /** The guard that was at work when the run began, and those that started while it went on. */
  readonly started: readonly At<Started>[]
  readonly losses: readonly At<unknown>[]
  /** Entries that can't be read. */
  readonly unread: readonly number[]
}

export const LOSS = 'dev.interlock.ledger.loss-accepted'

/** Which run is meant by its own name, a receipt, a ticket, or as the `--last` one; undefined where there is none. */
export async function runOf(lines: AsyncIterable<Line>, what: string): Promise<string | undefined> {
  let found: string | undefined
  for await (const { entry } of lines) {
    if (entry.type !== RECORD.ruled) continue
    const { run, ticket } = (entry.data ?? {}) as Partial<Ruled>
    if (typeof run !== 'string' || run === '') continue
    if (what === '--last') found = run
    else if (run === what || entry.subject === what || ticket === what) return run
  }
  return found
}

/** What is told of a run while it is read: its receipts, its tickets, its folder. */
interface Known {
  readonly receipts: Set<string>
  readonly tickets: Set<string>
  workspace: string
}

type Mutable = { -readonly [Key in keyof Gathered]: Gathered[Key] extends readonly (infer T)[] ? T[] : Gathered[Key] }

/** One walk over the ledger; what belongs to other runs is passed over. */
export async function gather(lines: AsyncIterable<Line>, run: string): Promise<Gathered> {
  const all: Mutable = {
    run,
    ruled: [],
    closed: [],
    answered: [],
    granted: [],
    told: [],
    said: [],
    turned: [],
    files: [],
    started: [],
    losses: [],
    unread: [],
  }
  const known: Known = { receipts: new Set(), tickets: new Set(), workspace: '' }
  for await (const line of lines) take(line, all, known)
  return within(all)
}

function take({ index, entry }: Line, all: Mutable, known: Known): void {
  const { type, subject, time } = entry
  const keep = <T>(schema: z.ZodType<T>, into: At<T>[], belongs: (data: T) => boolean): void => {
    const parsed = schema.safeParse(entry.data)
    if (parsed.success && belongs(parsed.data)) into.push({ index, at: time, subject, data: parsed.data })
    else if (!parsed.success && known.receipts.has(subject)) all.unread.push(index)
  }
  const ofReceipt = (): boolean => known.receipts.has(subject)
  switch (type) {
    case RECORD.ruled:
      keep(Ruled, all.ruled, (data) => ofRun(data, subject, all.run, known))
      break
    case RECORD.closed:
      keep(Closed, all.closed, ofReceipt)
      break
    case RECORD.granted:
      keep(Granted, all.granted, ofReceipt)
      break
    case RECORD.told:
      keep(ToldDesk, all.told, ofReceipt)
      break
    case RECORD.said:
      keep(Said, all.said, (data) => data.run === all.run)
      break
    case RECORD.answered:
      keep(Answered, all.answered, ({ ticket }) => known.tickets.has(ticket))
      break
    case RECORD.turned:
      keep(Turned, all.turned, () => true)
      break
    case RECORD.fileConfirmed:
      keep(FileConfirmed, all.files, () => true)
      break
    case RECORD.started:
      keep(Started, all.started, () => true)
      break
    case LOSS:
      all.losses.push({ index, at: time, subject, data: entry.data })
  }
}

function ofRun(data: Ruled, subject: string, run: string, known: Known): boolean {
  if (data.run !== run) return false
  known.receipts.add(subject)
  if (data.ticket !== undefined) known.tickets.add(data.ticket)
  if (known.workspace === '') known.workspace = data.workspace
  return true
}

/** Without what was said of the whole guard, or of other folders, before the run began or after it was over. */
function within(all: Mutable): Gathered {
  const first = all.ruled[0]?.index ?? 0
  const last = Math.max(first, ...[...all.ruled, ...all.closed].map(({ index }) => index))
  const inside = ({ index }: { index: number }): boolean => index >= first && index <= last
  const workspace = all.ruled[0]?.data.workspace
  const standing = all.started.findLastIndex(({ index }) => index < first)
  return {
    ...all,
    turned: all.turned.filter(inside),
    files: all.files.filter(({ data, index }) => index <= last && data.path === `${workspace}/interlock.yaml`),
    started: all.started.filter((each, i) => i === standing || inside(each)),
  }
}
