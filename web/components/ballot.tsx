import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Decision, HoldPage, PersonLine } from '../../src/wire/desk.ts'
import { vote } from '../passkey.ts'
import { isWaiting } from '../words.ts'
import { useAct, Wrong } from './act.tsx'
import { Text } from './text.tsx'

/** What this person can still say: enough of yes is enough, and a No is taken until it runs. */
export function maySay(hold: HoldPage, person: string): readonly Decision[] {
  const { state, mayNot, approved } = hold
  if (!isWaiting(state)) return []
  if (mayNot !== undefined) return approved.some(({ id }) => id === person) ? ['deny'] : []
  return state === 'open' ? ['approve', 'deny'] : ['deny']
}

interface BallotProps {
  readonly hold: HoldPage
  readonly me: PersonLine
  readonly decision: Decision | undefined
  onDecision(decision: Decision | undefined): void
  onVoted(hold: HoldPage): void
}

export function Ballot({ hold, me, decision, onDecision, onVoted }: BallotProps) {
  const can = maySay(hold, me.id)
  return (
    <section aria-labelledby="vote" class="ballot">
      <h2 id="vote">Your vote</h2>
      {hold.mayNot !== undefined && (
        <p>
          {can.length === 0 && "You can't vote: "}
          <Text of={hold.mayNot} />
        </p>
      )}
      {can.length > 0 && decision === undefined && (
        <p class="buttons">
          {can.includes('approve') && (
            <button type="button" class="main" onClick={() => onDecision('approve')}>
              Approve… <kbd>a</kbd>
            </button>
          )}
          <button type="button" onClick={() => onDecision('deny')}>
            Deny… <kbd>d</kbd>
          </button>
        </p>
      )}
      {decision !== undefined && can.includes(decision) && (
        <Reason key={decision} hold={hold} decision={decision} onDecision={onDecision} onVoted={onVoted} />
      )}
    </section>
  )
}

const SAYS = {
  approve: 'You approve this very call, once, as it is shown above.',
  deny: 'You deny this very call. One No ends it.',
}

function Reason({ hold, decision, onDecision, onVoted }: Omit<BallotProps, 'me'> & { readonly decision: Decision }) {
  const [reason, setReason] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const { busy, wrong, run } = useAct()
  // Before the next key comes: what is typed is the reason, and no command.
  useLayoutEffect(() => field.current?.focus(), [])
  const sign = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      onVoted(await vote(hold.ticket, { decision, reason: reason.trim(), digest: hold.digest }))
      onDecision(undefined)
    })
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onDecision(undefined)
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
      event.currentTarget instanceof HTMLFormElement && event.currentTarget.requestSubmit()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <form onSubmit={sign} onKeyDown={onKey}>
      <p>
        <strong>{SAYS[decision]}</strong>
      </p>
      <label>
        Your reason, which is kept with your vote
        <textarea
          ref={field}
          required
          minLength={3}
          maxLength={2000}
          rows={3}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <p class="buttons">
        <button type="submit" class={decision === 'approve' ? 'main' : ''} disabled={busy}>
          {decision === 'approve' ? 'Approve' : 'Deny'} with your passkey <kbd>Ctrl Enter</kbd>
        </button>
        <button type="button" class="quiet" onClick={() => onDecision(undefined)}>
          Back <kbd>Esc</kbd>
        </button>
      </p>
      <Wrong of={wrong} />
      <p class="muted">
        Your passkey signs your answer, your reason and the digest of all that stands above:{' '}
        <code class="digest">{hold.digest}</code>
      </p>
    </form>
  )
}
