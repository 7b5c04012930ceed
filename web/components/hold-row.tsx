import type { HoldLine } from '../../src/wire/desk.ts'
import { ago, isUrgent, isWaiting, left, STATES } from '../words.ts'
import { Because } from './because.tsx'
import { Text } from './text.tsx'

export function HoldRow({ hold, now }: { readonly hold: HoldLine; readonly now: number }) {
  const { ticket, state } = hold
  return (
    <li>
      <a href={`/holds/${ticket}`} data-row data-ticket={ticket} class="row">
        <Because of={hold.because} />
        <code class="row-what">
          <Text of={hold.what} strict />
        </code>
        <span class="row-who muted">
          <Text of={hold.agent} /> on <Text of={hold.guard} />, for <Text of={hold.operator} />
        </span>
        <span class="row-state">
          {isWaiting(state) ? (
            <>
              <span>
                {hold.approved} of {hold.needs} approved
                {state === 'open' && hold.missing !== undefined && `, missing: ${hold.missing.join(', ')}`}
              </span>
              {state === 'open' && (
                <span class={isUrgent(hold.approveBy, now) ? 'urgent' : 'muted'}>{left(hold.approveBy, now)}</span>
              )}
            </>
          ) : (
            <>
              <span>{STATES[state]}</span>
              <span class="muted">{ago(hold.filedAt, now)}</span>
            </>
          )}
        </span>
      </a>
    </li>
  )
}
