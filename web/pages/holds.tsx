import { useEffect, useState } from 'preact/hooks'
import type { HoldLine } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed } from '../components/act.tsx'
import { HoldRow } from '../components/hold-row.tsx'
import { moveRow, useKeys } from '../keys.ts'
import { useLoaded, useNow } from '../live.ts'
import { byUrgency, count, isWaiting } from '../words.ts'

export function HoldsPage() {
  const { data, error } = useLoaded(desk.holds, 'holds')
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1) })
  const holds = data?.holds ?? []
  const waiting = byUrgency(holds)
  const yours = waiting.filter(({ asksYou }) => asksYou)
  const others = waiting.filter(({ asksYou }) => !asksYou)
  const ended = holds.filter(({ state }) => !isWaiting(state)).sort((a, b) => b.filedAt - a.filedAt)
  useTitle(yours.length)
  useReturn(data !== undefined)
  return (
    <>
      <h1>Holds</h1>
      <Failed error={error} />
      <p role="status" class="sr-only">
        {data !== undefined && `${count(yours.length, 'hold')} for you`}
      </p>
      {data !== undefined && (
        <>
          <List name="For you to answer" empty="Nothing waits for you." holds={yours} />
          {others.length > 0 && <List name="Waiting for others, or to run" holds={others} />}
          {ended.length > 0 && <List name="Ended" holds={ended} />}
        </>
      )}
    </>
  )
}

const PAGE = 100

interface ListProps {
  readonly name: string
  readonly empty?: string
  readonly holds: readonly HoldLine[]
}

function List({ name, empty, holds }: ListProps) {
  const [shown, setShown] = useState(PAGE)
  const now = useNow()
  const more = holds.length - shown
  return (
    <section>
      <h2>
        {name} <span class="muted">{holds.length > 0 && holds.length.toLocaleString('en')}</span>
      </h2>
      {holds.length === 0 && <p class="muted">{empty}</p>}
      <ul class="rows">
        {holds.slice(0, shown).map((hold) => (
          <HoldRow key={hold.ticket} hold={hold} now={now} />
        ))}
      </ul>
      {more > 0 && (
        <button type="button" data-row onClick={() => setShown(shown + PAGE)}>
          Show {Math.min(more, PAGE)} of {count(more, 'more hold')}
        </button>
      )}
    </section>
  )
}

/** How many wait, also where the page is only a tab. */
function useTitle(waiting: number): void {
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) Interlock` : 'Interlock'
    return () => {
      document.title = 'Interlock'
    }
  }, [waiting])
}

/** Coming back from a hold, its row has the focus. */
function useReturn(loaded: boolean): void {
  useEffect(() => {
    const ticket = sessionStorage.getItem('last')
    if (loaded && ticket !== null) document.querySelector<HTMLElement>(`[data-ticket="${CSS.escape(ticket)}"]`)?.focus()
  }, [loaded])
}
