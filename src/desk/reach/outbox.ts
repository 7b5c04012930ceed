import { reasonOf } from '../../core/errors.ts'
import type { ReachLine } from '../../wire/reach.ts'
import type { Desk } from '../desk.ts'
import type { NoticeRow } from '../store.ts'
import type { Receiver } from './receiver.ts'

/** How long a desk has for what it took on; after that another may send it, and so it may come twice. */
const LEASE_MS = 60_000
const SEND_MS = 15_000
const AT_ONCE = 10
/** Others who share the database leave something behind when they die. */
const LOOK_MS = 5_000

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]
/** A hold waits for a day: nobody needs to be told after it. */
const AGAIN_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR]

/** What goes wrong is said here; it keeps no filing and no vote. */
export interface Told {
  /** For the desk's terminal: a receiver does not take notices, or takes them again. */
  note(text: string): void
  fault(error: unknown): void
}

/** Delivers what stands in the outbox, each receiver on its own. Answers with how to end it. */
export function startDelivery(desk: Desk, told: Told): () => Promise<void> {
  const runs = desk.receivers.map((receiver) => deliveryTo(receiver, desk, told))
  const poke = (): void => {
    for (const run of runs) run.poke()
  }
  const unlisten = desk.changes.listen(poke)
  const often = setInterval(poke, LOOK_MS)
  poke()
  return async () => {
    unlisten()
    clearInterval(often)
    await Promise.all(runs.map((run) => run.stop()))
  }
}

function deliveryTo(receiver: Receiver, desk: Desk, told: Told): { poke(): void; stop(): Promise<void> } {
  const ending = new AbortController()
  let again = false
  let running: Promise<void> | undefined
  let failing = false
  const settled = (why: string | undefined): void => {
    if (why !== undefined && !failing) told.note(`${receiver.name} does not take notices: ${why}; they are tried again`)
    if (why === undefined && failing) told.note(`${receiver.name} takes notices again`)
    failing = why !== undefined
  }
  const run = async (): Promise<void> => {
    while (again && !ending.signal.aborted) {
      again = false
      const rows = await claim(desk, receiver.name)
      again ||= rows.length === AT_ONCE
      await Promise.all(rows.map((row) => deliver(row, { receiver, desk, ending: ending.signal, settled, told })))
    }
  }
  const poke = (): void => {
    again = true
    if (ending.signal.aborted) return
    running ??= run()
      .catch(told.fault)
      .finally(() => {
        running = undefined
      })
  }
  return {
    poke,
    stop: async () => {
      ending.abort()
      await running
    },
  }
}

async function claim({ store, clock }: Desk, receiver: string): Promise<readonly NoticeRow[]> {
  const now = clock.now()
  // Changes follow one another, over all desks: most of what a desk hears of leaves it nothing to do.
  if (!(await store.hasNotice(receiver, now))) return []
  return await store.change((tables) => tables.claimNotices(receiver, { now, until: now + LEASE_MS, most: AT_ONCE }))
}

interface Delivering {
  readonly receiver: Receiver
  readonly desk: Desk
  readonly ending: AbortSignal
  readonly settled: (why: string | undefined) => void
  readonly told: Told
}

/** CRASH: before it is dropped it was taken, perhaps: it is sent again, under the same id. */
async function deliver(row: NoticeRow, { receiver, desk, ending, settled, told }: Delivering): Promise<void> {
  const signal = AbortSignal.any([ending, AbortSignal.timeout(SEND_MS)])
  const why = await receiver.send(row.event, { to: row.to, signal }).then(
    () => undefined,
    (error: unknown) => reasonOf(error),
  )
  // Whether it was taken is not known: the lease ends, and another desk, or this one's next start, sends it.
  if (why !== undefined && ending.aborted) return
  settled(why)
  if (why === undefined) return await desk.store.change((tables) => tables.dropNotice(row.id))
  const wait = AGAIN_MS[row.tries - 1]
  const due = desk.clock.now() + (wait ?? 0)
  const words = row.to === undefined ? why : `${row.to}: ${why}`
  await desk.store.change((tables) => tables.deferNotice(row, { due, why: words, isLost: wait === undefined }))
  if (wait === undefined) told.note(`${receiver.name} was not told of \`${row.event.subject}\`: it is given up`)
}

/** Whom the desk tells, and whether they take it. */
export async function reachLines({ store, receivers }: Pick<Desk, 'store' | 'receivers'>): Promise<ReachLine[]> {
  const counts = await store.undelivered()
  return receivers.map(({ name, host }) => {
    const { waiting, lost, failing } = counts.find(({ receiver }) => receiver === name) ?? { waiting: 0, lost: 0 }
    return { receiver: name, host, waiting, lost, ...(failing && { failing }) }
  })
}
