import { Fragment } from 'preact'
import type { HoldPage } from '../../src/wire/desk.ts'
import { useNow } from '../live.ts'
import { count, isUrgent, isWaiting, left, STATES } from '../words.ts'
import { Text } from './text.tsx'

/** Where it stands, in one line. */
export function Standing({ hold }: { readonly hold: HoldPage }) {
  const now = useNow()
  const { state, approved, needs, envelope } = hold
  const lastYes = Math.max(envelope.filedAt, ...approved.map(({ at }) => at))
  const until = state === 'open' ? hold.approveBy : lastYes + envelope.runWithin
  return (
    <p class="standing" role="status">
      <strong>{STATES[state]}</strong>
      <span>
        {approved.length} of {needs} approved
        {state === 'open' && hold.missing !== undefined && `; missing: ${hold.missing.join(', ')}`}
      </span>
      {isWaiting(state) && (
        <span class={isUrgent(until, now) ? 'urgent' : ''}>
          {left(until, now)} {state === 'open' ? 'to vote' : 'to run'}
        </span>
      )}
      {hold.outcome !== undefined && <Text of={hold.outcome} />}
      {hold.successor !== undefined && <a href={`/holds/${hold.successor}`}>where it waits now</a>}
    </p>
  )
}

/** Who asked, who may vote, who did. */
export function People({ hold }: { readonly hold: HoldPage }) {
  const { envelope, approved, denied, asked } = hold
  return (
    <section aria-labelledby="who">
      <h2 id="who">Who</h2>
      <dl class="facts">
        <dt>asks</dt>
        <dd>
          <Text of={envelope.agent} /> on <Text of={envelope.guard.name} />, run{' '}
          <code>
            <Text of={envelope.run} />
          </code>
          , <When at={envelope.filedAt} />
        </dd>
        <dt>works for</dt>
        <dd>
          <Text of={envelope.operator.name} />, whose own vote does not count
        </dd>
        <dt>needs</dt>
        <dd>
          {count(hold.needs, 'approval')}
          {hold.terms !== undefined && `, ${hold.terms}`}
          {envelope.quorum.rules !== undefined && (
            <>
              {' '}
              <span class="muted">
                by <code>{envelope.quorum.rules.join(', ')}</code>
              </span>
            </>
          )}
        </dd>
        {isWaiting(hold.state) && (
          <>
            <dt>may vote</dt>
            <dd>
              {asked.length === 0 && 'nobody more'}
              {asked.map((name, i) => (
                <Fragment key={name}>
                  {i > 0 && ', '}
                  <Text of={name} />
                </Fragment>
              ))}
            </dd>
          </>
        )}
        {approved.map((said) => (
          <Vote key={said.id} name="approved" said={said} />
        ))}
        {denied !== undefined && <Vote name="denied" said={denied} />}
      </dl>
    </section>
  )
}

interface VoteProps {
  readonly name: string
  readonly said: HoldPage['approved'][number]
}

function Vote({ name, said }: VoteProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <strong>
          <Text of={said.name} />
        </strong>
        , <When at={said.at} />: <Text of={said.reason} />
      </dd>
    </>
  )
}

export function When({ at }: { readonly at: number }) {
  const date = new Date(at)
  return (
    <time dateTime={date.toISOString()}>
      {date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  )
}
