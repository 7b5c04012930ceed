import type { ReachLine } from '../../src/wire/reach.ts'
import { desk } from '../api.ts'
import { useLoaded, useNow } from '../live.ts'
import { ago } from '../words.ts'
import { Failed } from './act.tsx'
import { Text } from './text.tsx'

/** Whom the desk tells outside this page, and whether they take it. */
export function Receivers() {
  const { data, error } = useLoaded(desk.reach, 'reach')
  const receivers = data?.receivers ?? []
  return (
    <section aria-labelledby="told">
      <h2 id="told">Who is told</h2>
      <Failed error={error} />
      {data !== undefined && receivers.length === 0 && (
        <p class="muted">
          Nobody outside this page. <code>desk.yaml</code> names webhooks, rooms and mailboxes.
        </p>
      )}
      <ul class="rows">
        {receivers.map((receiver) => (
          <Receiver key={receiver.receiver} of={receiver} />
        ))}
      </ul>
    </section>
  )
}

function Receiver({ of: { receiver, host, waiting, lost, failing } }: { readonly of: ReachLine }) {
  const now = useNow()
  return (
    <li class="line">
      <strong>
        <Text of={receiver} />
      </strong>
      <span>
        <Text of={host} />
      </span>
      {failing === undefined && lost === 0 && <span class="muted">takes what it is sent</span>}
      {failing !== undefined && (
        <span class="urgent" role="alert">
          does not take {waiting === 1 ? 'a notice' : `${waiting} notices`}, the oldest from {ago(failing.since, now)}:{' '}
          <Text of={failing.why} strict />
        </span>
      )}
      {lost > 0 && <span class="urgent">{lost} given up</span>}
    </li>
  )
}
