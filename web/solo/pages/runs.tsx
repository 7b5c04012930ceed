import type { RunLine } from '../../../src/wire/console.ts'
import { Failed } from '../../components/act.tsx'
import { Text } from '../../components/text.tsx'
import { moveRow, useKeys } from '../../keys.ts'
import { useLoaded, useNow } from '../../live.ts'
import { go } from '../../route.ts'
import { ago, count } from '../../words.ts'
import { guard } from '../api.ts'

/** What agents did here, run by run, as the ledger tells it. */
export function RunsPage() {
  const { data, error } = useLoaded(guard.runs, 'runs')
  const now = useNow()
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1), Escape: () => go('/') })
  return (
    <>
      <h1>Runs</h1>
      <Failed error={error} />
      {data?.runs.length === 0 && <p class="muted">No agent has done anything here yet.</p>}
      <ul class="rows">
        {data?.runs.map((run) => (
          <li key={run.run}>
            <a href={`/runs/${encodeURIComponent(run.run)}`} data-row class="row">
              <span class="row-because">
                <strong>
                  <Text of={run.goal ?? run.what} />
                </strong>
              </span>
              <span class="row-what muted">{told(run)}</span>
              <span class="row-who muted">
                <Text of={run.agent} /> in <Text of={run.workspace} />
              </span>
              <span class="row-state">
                <span class={run.waiting > 0 ? 'urgent' : ''}>{standing(run)}</span>
                <span class="muted">{ago(run.last, now)}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}

function told({ calls, stopped, changed }: RunLine): string {
  return [
    count(calls, 'call'),
    ...(stopped > 0 ? [`${stopped} held or denied`] : []),
    ...(changed > 0 ? [`${count(changed, 'path')} changed`] : []),
  ].join(', ')
}

function standing({ waiting, open }: RunLine): string {
  if (waiting > 0) return `${waiting} waiting`
  return open > 0 ? 'under way' : ''
}
