import { useEffect, useState } from 'preact/hooks'
import type { Decision, HoldLine, HoldPage, PersonLine } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed } from '../components/act.tsx'
import { Ballot, maySay } from '../components/ballot.tsx'
import { Does, Exactly, Sentence, Undoing, Why, Words } from '../components/call.tsx'
import { HoldRow } from '../components/hold-row.tsx'
import { People, Standing } from '../components/standing.tsx'
import { useKeys } from '../keys.ts'
import { useLoaded, useNow } from '../live.ts'
import { go } from '../route.ts'
import { byUrgency, isWaiting } from '../words.ts'

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
      <Sentence effects={hold.envelope.effects} />
      <Standing hold={hold} />
      <Contents hold={hold} />
      {isWaiting(hold.state) && (
        <Ballot hold={hold} me={me} decision={decision} onDecision={setDecision} onVoted={set} />
      )}
      <AlsoWaiting hold={hold} lines={lines} />
    </article>
  )
}

function Contents({ hold }: { readonly hold: HoldPage }) {
  const { envelope } = hold
  return (
    <>
      <Does effects={envelope.effects} />
      <Exactly call={envelope} />
      <Undoing effects={envelope.effects} />
      <Why call={envelope} />
      <Words call={envelope} />
      <People hold={hold} />
    </>
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
