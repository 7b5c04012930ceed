import { useEffect } from 'preact/hooks'
import type { WaitingCall } from '../../../src/wire/console.ts'
import { Failed } from '../../components/act.tsx'
import { Because } from '../../components/because.tsx'
import { Text } from '../../components/text.tsx'
import { moveRow, useKeys } from '../../keys.ts'
import { useLoaded, useNow } from '../../live.ts'
import { partsOf } from '../../marks.ts'
import { ago, count } from '../../words.ts'
import { guard } from '../api.ts'

/** What waits for the one who sits here. */
export function WaitingPage() {
  const { data, error } = useLoaded(guard.waiting, 'waiting')
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1) })
  const waits = data?.yours.length ?? 0
  useEffect(() => {
    document.title = waits > 0 ? `(${waits}) Interlock` : 'Interlock'
  }, [waits])
  return (
    <>
      <h1>Waiting</h1>
      <Failed error={error} />
      <p role="status" class="sr-only">
        {data !== undefined && `${count(waits, 'call')} for you`}
      </p>
      {data !== undefined && (
        <>
          <section>
            <h2>For you to answer</h2>
            {waits === 0 && <p class="muted">Nothing waits for you.</p>}
            <Rows calls={data.yours} />
          </section>
          {data.others.length > 0 && (
            <section>
              <h2>For others to answer, on the desk</h2>
              <Rows calls={data.others} />
            </section>
          )}
        </>
      )}
    </>
  )
}

export function Rows({ calls }: { readonly calls: readonly WaitingCall[] }) {
  const now = useNow()
  return (
    <ul class="rows">
      {calls.map(({ ticket, because, input, agent, run, at }) => (
        <li key={ticket}>
          <a href={`/waiting/${ticket}`} data-row data-ticket={ticket} class="row">
            <Because of={because} />
            <code class="row-what">
              <Text of={inOneLine(input)} strict />
            </code>
            <span class="row-who muted">
              <Text of={agent} />, run <Text of={run} />
            </span>
            <span class="row-state">
              <span class="muted">{ago(at, now)}</span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function inOneLine(input: unknown): string {
  return partsOf(input)
    .map(({ text }) => text)
    .join(' ')
    .slice(0, 300)
}
