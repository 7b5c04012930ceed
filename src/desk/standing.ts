import { whatOf } from '../core/action.ts'
import { mayNotVote, stateAt, voters as votersIn } from '../people/hold.ts'
import { missing, termsWords } from '../people/quorum.ts'
import type { HoldLine, HoldPage, Standing } from '../wire/desk.ts'
import type { Enrolled, HoldRow } from './store.ts'

export interface Seen {
  readonly people: readonly Enrolled[]
  readonly origin: string
  readonly now: number
}

/** `approved` names only those whose yes counts at this time. */
export function standingOf({ hold }: HoldRow, { people, origin, now }: Seen): Standing {
  const { envelope, votes } = hold
  const said = votes.flatMap(({ person, decision, reason, at }) => {
    const found = people.find(({ id }) => id === person)
    return found === undefined ? [] : [{ decision, found, said: { id: person, name: found.name, at, reason } }]
  })
  const denied = said.find(({ decision }) => decision === 'deny')?.said
  const voters = votersIn(envelope, people)
  const yes = said.filter((each) => each.decision === 'approve' && voters.includes(each.found))
  const terms = termsWords(envelope.quorum)
  const lacks = missing(
    envelope.quorum,
    yes.map(({ found }) => found),
  )
  return {
    ticket: envelope.ticket,
    state: stateAt(hold, now),
    needs: envelope.quorum.count,
    ...(terms !== '' && { terms, missing: [...lacks] }),
    approved: yes.map((each) => each.said),
    ...(denied && { denied }),
    asked: voters.filter(({ id }) => !votes.some(({ person }) => person === id)).map(({ name }) => name),
    approveBy: envelope.approveBy,
    page: `${origin}/holds/${envelope.ticket}`,
  }
}

export function lineOf(row: HoldRow, viewer: Enrolled, seen: Seen): HoldLine {
  const { envelope } = row.hold
  const { ticket, state, needs, approved, approveBy, missing: lacks } = standingOf(row, seen)
  return {
    ticket,
    state,
    because: envelope.because,
    what: whatOf(envelope.input),
    agent: envelope.agent,
    run: envelope.run,
    guard: envelope.guard.name,
    operator: envelope.operator.name,
    filedAt: envelope.filedAt,
    approveBy,
    needs,
    approved: approved.length,
    ...(lacks && { missing: lacks }),
    asksYou: state === 'open' && mayNotVote(row.hold, viewer, 'approve', seen) === undefined,
  }
}

export function pageOf(row: HoldRow, viewer: Enrolled, seen: Seen): HoldPage {
  const { envelope, digest } = row.hold
  const mayNot = mayNotVote(row.hold, viewer, 'approve', seen)
  return {
    ...standingOf(row, seen),
    envelope,
    digest,
    ...(mayNot !== undefined && { mayNot }),
    ...(row.why !== undefined && { outcome: row.why }),
  }
}
