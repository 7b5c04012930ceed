import { Fragment } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Decision, HoldLine, HoldPage, PersonLine } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed } from '../components/act.tsx'
import { Ballot, maySay } from '../components/ballot.tsx'
import { Bytes } from '../components/bytes.tsx'
import { EffectTable, Picture } from '../components/effects.tsx'
import { HoldRow } from '../components/hold-row.tsx'
import { People, Standing } from '../components/standing.tsx'
import { Text } from '../components/text.tsx'
import { useKeys } from '../keys.ts'
import { useLoaded, useNow } from '../live.ts'
import { go } from '../route.ts'
import { byUrgency, isWaiting, lossOf } from '../words.ts'

interface HoldViewProps {
  readonly me: PersonLine
  readonly ticket: string
}

/** One hold, in the order in which one makes up one's mind. */
export function HoldView({ me, ticket }: HoldViewProps) {
  const { data: hold, error, set } = useLoaded(() => desk.hold(ticket), ticket)
  const [decision, setDecision] = useState<Decision>()
  const { data } = useLoaded(desk.holds, 'holds')
  const lines = data?.holds ?? []
  const say = (said: Decision): void => {
    if (hold !== undefined && maySay(hold, me.id).includes(said)) setDecision(said)
  }
  useKeys({
    a: () => say('approve'),
    d: () => say('deny'),
    j: () => goBeside(lines, ticket, 1),
    k: () => goBeside(lines, ticket, -1),
    Escape: () => (decision === undefined ? go('/') : setDecision(undefined)),
  })
  useEffect(() => sessionStorage.setItem('last', ticket), [ticket])
  if (hold === undefined)
    return (
      <>
        <h1>{ticket}</h1>
        <Failed error={error} />
        <p>
          <a href="/">To the holds</a>
        </p>
      </>
    )
  return (
    <article>
      <p class="muted">
        <a href="/">Holds</a> / <span class="mono">{hold.ticket}</span>
      </p>
      <Failed error={error} />
      <Sentence hold={hold} />
      <Standing hold={hold} />
      <Contents hold={hold} />
      {isWaiting(hold.state) && (
        <Ballot hold={hold} me={me} decision={decision} onDecision={setDecision} onVoted={set} />
      )}
      <AlsoWaiting hold={hold} lines={lines} />
    </article>
  )
}

function Sentence({ hold }: { readonly hold: HoldPage }) {
  const { names, says, lost } = lossOf(hold.envelope.effects)
  return (
    <h1 class="sentence">
      {names.map((name, i) => (
        <Fragment key={name}>
          {i > 0 && (i === names.length - 1 ? ' and ' : ', ')}
          <code class={lost ? 'lost' : ''}>
            <Text of={name} strict />
          </code>
        </Fragment>
      ))}
      {says}
    </h1>
  )
}

function Contents({ hold }: { readonly hold: HoldPage }) {
  const { envelope } = hold
  return (
    <>
      <section aria-labelledby="does">
        <h2 id="does">What it would do</h2>
        <Picture effects={envelope.effects} />
        <EffectTable effects={envelope.effects} />
      </section>
      <section aria-labelledby="runs">
        <h2 id="runs">Exactly what would run</h2>
        <Bytes input={envelope.input} />
        <p class="muted">
          {envelope.kind} in{' '}
          <code>
            <Text of={envelope.cwd} strict />
          </code>
          {envelope.target !== undefined && (
            <>
              , on <Text of={`${envelope.target.environment}:${envelope.target.system}`} strict />
            </>
          )}
        </p>
      </section>
      <section aria-labelledby="why">
        <h2 id="why">Why it is held</h2>
        <p class="prose">
          <Text of={envelope.because} />
        </p>
        <p class="muted">
          rule{' '}
          <code>
            <Text of={envelope.rule} />
          </code>
        </p>
        {envelope.precedents !== undefined && envelope.precedents.length > 0 && (
          <>
            <h3>It happened</h3>
            <ul class="prose">
              {envelope.precedents.map((precedent) => (
                <li key={precedent}>
                  <Text of={precedent} />
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <Words hold={hold} />
      <People hold={hold} />
    </>
  )
}

function Words({ hold: { envelope } }: { readonly hold: HoldPage }) {
  if (envelope.goal === undefined && envelope.claim === undefined) return null
  return (
    <section aria-labelledby="for">
      <h2 id="for">What it is for</h2>
      {envelope.goal !== undefined && (
        <>
          <h3>The goal that the run was given</h3>
          <blockquote class="prose">
            <Text of={envelope.goal} />
          </blockquote>
        </>
      )}
      {envelope.claim !== undefined && (
        <>
          <h3>The agent's claim, which nobody checked</h3>
          <blockquote class="prose claim">
            <Text of={envelope.claim} />
          </blockquote>
        </>
      )}
    </section>
  )
}

function AlsoWaiting({ hold, lines }: { readonly hold: HoldPage; readonly lines: readonly HoldLine[] }) {
  const now = useNow()
  const { ticket, envelope } = hold
  const rest = lines.filter((line) => line.run === envelope.run && line.ticket !== ticket && isWaiting(line.state))
  if (rest.length === 0) return null
  return (
    <section aria-labelledby="also">
      <h2 id="also">Also waiting from this run</h2>
      <ul class="rows">
        {rest.map((line) => (
          <HoldRow key={line.ticket} hold={line} now={now} />
        ))}
      </ul>
    </section>
  )
}

/** To the hold before or after this one, among those that wait for the reader. */
function goBeside(lines: readonly HoldLine[], ticket: string, step: 1 | -1): void {
  const tickets = byUrgency(lines.filter(({ asksYou }) => asksYou)).map((line) => line.ticket)
  const at = tickets.indexOf(ticket)
  const next = tickets[at < 0 ? 0 : at + step]
  if (next !== undefined) go(`/holds/${next}`)
}
