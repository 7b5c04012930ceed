import { bell, line, note } from '../cli/render.ts'
import { reasonOf } from '../core/errors.ts'
import type { Desk } from '../desk/desk.ts'
import { standingOf } from '../desk/standing.ts'

/** One line in this terminal for each call that is held from now on, with its bell. */
export function ringFor({ store, changes, origin, clock }: Desk): void {
  const ring = async (ticket: string): Promise<void> => {
    const row = await store.hold(ticket)
    // A first vote leaves it open too: only what nobody has changed yet is new.
    if (row?.version !== 1) return
    const { needs, page } = standingOf(row, { people: await store.people(), origin, now: clock.now() })
    const { because, operator } = row.hold.envelope
    const who = needs === 1 ? 'one person' : `${needs} people`
    line(`waits  ${page}  for ${who} other than ${operator.name}: ${because}`)
    bell()
  }
  changes.listen((event) => {
    if (event?.state !== 'open') return
    ring(event.ticket).catch((error: unknown) => note(`interlock desk: ${reasonOf(error)}`))
  })
}
