import { type Hold, stateAt } from '../people/hold.ts'
import { type Desk, record } from './desk.ts'
import { move, ticketOf } from './holds.ts'
import { notify } from './reach/notify.ts'
import type { HoldRow } from './store.ts'

/** A guard that has not told by then what became of its call never will. */
const RUNS_MS = 12 * 60 * 60 * 1000

/** Writes down what time has ended, and forgets what is over. */
export async function sweep(desk: Desk): Promise<void> {
  const now = desk.clock.now()
  await desk.store.change(async (tables) => {
    await tables.tidy(now)
    const end = async (row: HoldRow, state: 'expired' | 'unknown', why: string): Promise<void> => {
      const hold: Hold = { ...row.hold, state }
      await move(tables, row, { kind: 'moved', hold }, { now, why })
      await record(desk, tables, 'hold.ended', { subject: ticketOf(row), data: { state, why } })
      tables.tell({ ticket: ticketOf(row), state })
    }
    for (const row of await tables.waiting()) {
      if (stateAt(row.hold, now) !== 'expired') continue
      await end(row, 'expired', WHY_EXPIRED[row.hold.state] ?? '')
      if (row.hold.state === 'open')
        await notify(desk, tables, {
          type: 'dev.interlock.hold.expired',
          hold: row.hold,
          people: await tables.people(),
        })
    }
    for (const row of await tables.taken())
      if (now - row.changedAt > RUNS_MS) await end(row, 'unknown', 'its guard never told what became of it')
  })
}

const WHY_EXPIRED: Partial<Record<Hold['state'], string>> = {
  open: 'not enough people agreed in time',
  approved: 'the call did not come in time',
}
