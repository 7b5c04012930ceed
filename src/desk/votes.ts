import { challengeOf } from '../people/envelope.ts'
import { isWaiting, mayNotVote, stateAt, vote } from '../people/hold.ts'
import type { Challenge, HoldLine, HoldPage, Holds, Signed, VoteStart } from '../wire/desk.ts'
import { type Desk, Refusal, record } from './desk.ts'
import { move } from './holds.ts'
import { ownSignature } from './own-signature.ts'
import { assertionOptions } from './passkeys.ts'
import { notify } from './reach/notify.ts'
import { newSecret } from './secret.ts'
import { SIGN_MS } from './sessions.ts'
import { lineOf, pageOf } from './standing.ts'
import type { Enrolled, HoldRow, Reading } from './store.ts'

/** How many that ended are listed at once. */
const ENDED = 100

export async function listHolds({ store, origin, clock }: Desk, viewer: Enrolled): Promise<Holds> {
  const seen = { people: await store.people(), origin, now: clock.now() }
  const line = (row: HoldRow): HoldLine => lineOf(row, viewer, seen)
  const waiting = (await store.waiting()).map(line)
  const ended = await store.ended(ENDED)
  const rest = [...(await store.taken()), ...ended].map(line)
  const isOpen = ({ state }: HoldLine): number => Number(state === 'open')
  const sorted = waiting.sort((a, b) => isOpen(b) - isOpen(a) || a.approveBy - b.approveBy)
  return { holds: [...sorted, ...rest], ...nextOf(ended) }
}

/** What ended before the place that `before` names, or the last ones. */
export async function listEnded(desk: Desk, viewer: Enrolled, before: string | undefined): Promise<Holds> {
  const { store, origin, clock } = desk
  const [, at, ticket] = /^(\d{1,15})\.(t-[0-9a-z]{10})$/.exec(before ?? '') ?? []
  if (before !== undefined && ticket === undefined)
    throw new Refusal('desk/malformed', '`before` is no `next` of a page')
  const ended = await store.ended(ENDED, ticket === undefined ? undefined : { changedAt: Number(at), ticket })
  const seen = { people: await store.people(), origin, now: clock.now() }
  return { holds: ended.map((row) => lineOf(row, viewer, seen)), ...nextOf(ended) }
}

function nextOf(ended: readonly HoldRow[]): Pick<Holds, 'next'> {
  const last = ended.length < ENDED ? undefined : ended.at(-1)
  return last === undefined ? {} : { next: `${last.changedAt}.${last.hold.envelope.ticket}` }
}

export async function holdPage({ store, origin, clock }: Desk, viewer: Enrolled, ticket: string): Promise<HoldPage> {
  const row = await needHold(store, ticket)
  const page = pageOf(row, viewer, { people: await store.people(), origin, now: clock.now() })
  const successor = page.state === 'superseded' ? await successorOf(store, row) : undefined
  return { ...page, ...(successor !== undefined && { successor }) }
}

/** Where the same call waits now: who was sent a link to what was filed before finds it. */
async function successorOf(store: Reading, { hold: { envelope } }: HoldRow): Promise<string | undefined> {
  const waiting = await store.waiting(envelope.guard.id)
  return waiting.find(({ hold }) => hold.envelope.action === envelope.action)?.hold.envelope.ticket
}

/** What this person's passkey has to sign: this very vote, on what his page shows. */
export async function startVote(desk: Desk, voter: Enrolled, ticket: string, asked: VoteStart): Promise<Challenge> {
  const now = desk.clock.now()
  const nonce = newSecret()
  const { decision, reason, digest } = asked
  const ballot = { envelope: digest, person: voter.id, decision, reason, nonce }
  const passkeys = await desk.store.change(async (tables) => {
    const { hold } = await needHold(tables, ticket)
    if (hold.digest !== digest) throw new Refusal('desk/conflict', 'that is not what waits here: load the page again')
    if (!isWaiting(hold, now)) throw new Refusal('desk/conflict', `it is ${stateAt(hold, now)}`)
    const why = mayNotVote(hold, voter, decision, { people: await tables.people(), now })
    if (why !== undefined) throw new Refusal('desk/forbidden', why)
    await tables.addChallenge(nonce, { kind: 'vote', ticket, ballot, expires: now + SIGN_MS })
    return await tables.passkeysOf(voter.id)
  })
  return { nonce, options: (await assertionOptions(desk.origin, challengeOf(ballot), passkeys)) as never }
}

export async function castVote(
  desk: Desk,
  voter: Enrolled,
  ticket: string,
  { nonce, response }: Signed,
): Promise<HoldPage> {
  const asked = await desk.store.change((tables) => tables.takeChallenge(nonce))
  if (asked?.kind !== 'vote' || asked.expires <= desk.clock.now())
    throw new Refusal('desk/conflict', 'this took too long: vote again')
  const { ballot } = asked
  if (asked.ticket !== ticket || ballot.person !== voter.id)
    throw new Refusal('desk/forbidden', 'that vote was begun by somebody else, or on something else')
  const about = { challenge: challengeOf(ballot), response, what: 'your vote is' }
  const { passkey, assertion, counter } = await ownSignature(desk, voter.id, about)
  return await desk.store.change(async (tables) => {
    const now = desk.clock.now()
    const people = await tables.people()
    const row = await needHold(tables, ticket)
    if (row.hold.digest !== ballot.envelope) throw new Refusal('desk/conflict', 'that is not what waits here')
    const { person, decision, reason } = ballot
    await move(tables, row, vote(row.hold, { person, decision, reason, at: now }, { people, now }), { now })
    await tables.countPasskey(passkey.id, counter)
    const data = { ballot: { ...ballot }, passkey, assertion, at: now }
    await record(desk, tables, 'hold.voted', { subject: ticket, data })
    const after = await needHold(tables, ticket)
    const { state } = after.hold
    if (state === 'approved' || state === 'denied')
      await notify(desk, tables, { type: `dev.interlock.hold.${state}`, hold: after.hold, people })
    tables.tell({ ticket, state: after.hold.state })
    return pageOf(after, voter, { people, origin: desk.origin, now })
  })
}

async function needHold(tables: Reading, ticket: string): Promise<HoldRow> {
  const row = await tables.hold(ticket)
  if (row === undefined) throw new Refusal('desk/not-found', 'there is no such ticket')
  return row
}
