import type { HoldLine } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed } from '../components/act.tsx'
import { HoldRow } from '../components/hold-row.tsx'
import { Text } from '../components/text.tsx'
import { moveRow, useKeys } from '../keys.ts'
import { useLoaded, useNow } from '../live.ts'
import { go } from '../route.ts'
import { ago, count, isWaiting } from '../words.ts'

/** As much as a desk knows of runs: what each of them had to ask people for. */
export function RunsPage() {
  const { data, error } = useLoaded(desk.holds, 'holds')
  const now = useNow()
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1), Escape: () => go('/') })
  const runs = newestFirst(data?.holds ?? [])
  return (
    <>
      <h1>Runs</h1>
      <Failed error={error} />
      <p class="muted">
        What agents asked people for, run by run. What else they did is in the ledgers of their guards.
      </p>
      {data !== undefined && runs.length === 0 && <p class="muted">Nothing was asked yet.</p>}
      {runs.map(({ run, holds, first }) => (
        <section key={`${first.guard} ${run}`}>
          <h2>
            <Text of={first.agent} />, run <Text of={run} />
          </h2>
          <p class="muted">
            on <Text of={first.guard} />, for <Text of={first.operator} />, last {ago(first.filedAt, now)}:{' '}
            {told(holds)}
          </p>
          <ul class="rows">
            {holds.map((hold) => (
              <HoldRow key={hold.ticket} hold={hold} now={now} />
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

interface Run {
  readonly run: string
  readonly holds: readonly HoldLine[]
  /** The newest. */
  readonly first: HoldLine
}

const MOST_RUNS = 100

/** Two guards may name a run alike. */
function newestFirst(holds: readonly HoldLine[]): readonly Run[] {
  const groups = Map.groupBy(
    holds.toSorted((a, b) => b.filedAt - a.filedAt),
    ({ guard, run }) => `${guard} ${run}`,
  )
  return [...groups.values()].slice(0, MOST_RUNS).flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ run: first.run, holds: group, first }]
  })
}

function told(holds: readonly HoldLine[]): string {
  const waiting = holds.filter(({ state }) => isWaiting(state)).length
  return `${count(holds.length, 'hold')}${waiting > 0 ? `, ${waiting} waiting` : ''}`
}
