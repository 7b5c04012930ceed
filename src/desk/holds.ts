import { envelopeDigest, envelopeOf } from '../people/envelope.ts'
import {
  close,
  type Hold,
  isAbout,
  isWaiting,
  type Move,
  stateAt,
  supersede,
  take,
  voters,
  withdraw,
} from '../people/hold.ts'
import { missing, termsWords } from '../people/quorum.ts'
import type {
  Envelope,
  FileReply,
  FileRequest,
  Filing,
  GrantClaims,
  Left,
  OutcomeRequest,
  Standing,
} from '../wire/desk.ts'
import { type Desk, Refusal, record } from './desk.ts'
import { signGrant } from './key.ts'
import { revoke } from './people.ts'
import { notify } from './reach/notify.ts'
import { newSecret } from './secret.ts'
import { type Seen, standingOf } from './standing.ts'
import type { Enrolled, GuardRow, HoldRow, Writing } from './store.ts'

/** More from one guard is a flood: people would stop reading. */
const MOST_WAITING = 100
/** How long a guard has to use its grant. */
const GRANT_S = 60

/** Files a hold, or takes its approval for the call under `receipt`. */
export async function fileOrTake(desk: Desk, guard: GuardRow, { filing, receipt }: FileRequest): Promise<FileReply> {
  const asked = await desk.store.hold(filing.ticket)
  if (asked !== undefined) {
    // Most who come again come too early: they need not wait for those who change something.
    needSame(asked, guard, filing)
    const seen = { people: await desk.store.people(), origin: desk.origin, now: desk.clock.now() }
    if (stateAt(asked.hold, seen.now) !== 'approved') return standingOf(asked, seen)
  }
  return await desk.store.change(async (tables) => {
    await needEnrolled(tables, guard)
    const seen = { people: await tables.people(), origin: desk.origin, now: desk.clock.now() }
    const row = await tables.hold(filing.ticket)
    if (row === undefined) {
      const replaced = await fileNew(desk, tables, { filing, guard, seen })
      for (const ticket of replaced) tables.tell({ ticket, state: 'superseded' })
      tables.tell({ ticket: filing.ticket, state: 'open' })
    } else {
      needSame(row, guard, filing)
      if (stateAt(row.hold, seen.now) === 'approved') {
        const reply = await takeApproved(desk, tables, { row, receipt, seen })
        tables.tell({ ticket: filing.ticket, state: 'taken' })
        return reply
      }
    }
    return await standingNow(tables, filing.ticket, seen)
  })
}

/** The very call that was filed under its ticket. */
function needSame({ hold: { envelope } }: HoldRow, guard: GuardRow, filing: Filing): void {
  if (envelope.guard.id !== guard.id) throw new Refusal('desk/conflict', 'that ticket is not of this guard')
  if (!isAbout(envelope, filing) || filing.approvals !== envelope.approvals)
    throw new Refusal('desk/conflict', 'under this ticket another call was filed, or what it rests on has changed')
}

/** It may have been revoked since its token was looked at. */
async function needEnrolled(tables: Writing, { id }: GuardRow): Promise<void> {
  if ((await tables.guard(id))?.revoked !== false) throw new Refusal('desk/forbidden', 'this guard was revoked')
}

/** Answers with the tickets that this one takes the place of. */
async function fileNew(
  desk: Desk,
  tables: Writing,
  { filing, guard, seen: { people, now } }: { filing: Filing; guard: GuardRow; seen: Seen },
): Promise<readonly string[]> {
  const operator = people.find(({ id, removed }) => id === guard.operator && !removed)
  if (operator === undefined) throw new Refusal('desk/conflict', 'whoever the guard acts for is not enrolled')
  const envelope = envelopeOf(filing, {
    guard: { id: guard.id, name: guard.name },
    operator: { id: operator.id, name: operator.name },
    nonce: newSecret(16),
    now,
    rules: desk.rules,
  })
  needQuorum(envelope, people)
  const waiting = (await tables.waiting(guard.id)).filter(({ hold }) => isWaiting(hold, now))
  const same = waiting.filter(({ hold }) => hold.envelope.action === filing.action)
  if (waiting.length - same.length >= MOST_WAITING)
    throw new Refusal('desk/too-many', `${MOST_WAITING} calls of this guard wait already: people answer them first`)
  for (const row of same) {
    const why = 'the same call was filed anew'
    await move(tables, row, supersede(row.hold, now), { now, why })
    await record(desk, tables, 'hold.ended', { subject: ticketOf(row), data: { state: 'superseded', why } })
  }
  const hold: Hold = { envelope, digest: envelopeDigest(envelope), state: 'open', votes: [] }
  await tables.addHold(hold)
  await record(desk, tables, 'hold.filed', { subject: filing.ticket, data: { envelope, digest: hold.digest } })
  // Once for a call: the page of what was filed before leads to this one. A vote that it voids is to be given again.
  const isTold = same.length > 0 && same.every((row) => row.hold.votes.length === 0)
  if (!isTold) await notify(desk, tables, { type: 'dev.interlock.hold.asked', hold, people })
  return same.map(ticketOf)
}

/** A hold that nobody can release is none: its guard has to know at once. */
function needQuorum({ quorum, operator, ...rest }: Envelope, people: readonly Enrolled[]): void {
  const able = voters({ quorum, operator, ...rest }, people)
  const lacks = missing(quorum, able)
  if (lacks.length === 0) return
  const names = able.map(({ name }) => name)
  const who = names.length === 0 ? 'nobody' : `only ${names.join(', ')}`
  const terms = termsWords(quorum)
  const asked = `${quorum.count} approvers other than ${operator.name}${terms && `, ${terms},`} would have to agree`
  const why = `${who} is enrolled${terms && `: ${lacks.join(' and ')} is missing`}`
  throw new Refusal('desk/quorum-unreachable', `${asked}, and ${why}`)
}

/** INVARIANT: the version that was read is the one that is taken: of two who try, one gets the grant. */
async function takeApproved(
  desk: Desk,
  tables: Writing,
  { row, receipt, seen }: { row: HoldRow; receipt: string; seen: Seen },
): Promise<FileReply> {
  const { envelope, digest } = row.hold
  const { guard, ticket, action, preconditions, policy } = envelope
  const { people, now } = seen
  const terms = { action, preconditions, policy }
  await move(tables, row, take(row.hold, { ...terms, guard: guard.id, receipt }, { people, now }), { now })
  const iat = Math.floor(now / 1000)
  const of = { ticket, receipt, envelope: digest }
  const claims: GrantClaims = { iss: desk.origin, aud: guard.id, iat, exp: iat + GRANT_S, ...of, ...terms }
  const grant = await signGrant(desk.key, claims)
  const standing = await standingNow(tables, ticket, seen)
  await record(desk, tables, 'hold.granted', {
    subject: ticket,
    data: { receipt, envelope: digest, grant, people: standing.approved.map(({ id }) => id), at: now },
  })
  return { ...standing, grant }
}

/** Where it stands; a hold that waits is waited for, `ms` at most. */
export async function standing(
  desk: Desk,
  guard: GuardRow,
  ticket: string,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<Standing> {
  const until = desk.clock.micros() + ms * 1000
  for (;;) {
    const left = Math.max(0, (until - desk.clock.micros()) / 1000)
    const answered = new AbortController()
    // Before we look, so that nothing changes unseen in between.
    const changed = desk.changes.next(ticket, left, AbortSignal.any([signal, answered.signal]))
    try {
      const seen = { people: await desk.store.people(), origin: desk.origin, now: desk.clock.now() }
      const now = standingOf(await ownHold(desk.store, guard, ticket), seen)
      if (now.state !== 'open' || left === 0 || signal.aborted) return now
      await changed
    } finally {
      answered.abort()
    }
  }
}

/** What became of the call. */
export async function closeHold(
  desk: Desk,
  guard: GuardRow,
  ticket: string,
  { receipt, outcome, why }: OutcomeRequest,
): Promise<Standing> {
  return await desk.store.change(async (tables) => {
    const seen = { people: await tables.people(), origin: desk.origin, now: desk.clock.now() }
    const row = await ownHold(tables, guard, ticket)
    // A guard that heard no answer says it again.
    if (row.hold.state === outcome && row.hold.receipt === receipt) return standingOf(row, seen)
    await move(tables, row, close(row.hold, { receipt, outcome }), { now: seen.now, ...(why !== undefined && { why }) })
    const data = { receipt, outcome, ...(why !== undefined && { why }) }
    await record(desk, tables, 'hold.closed', { subject: ticket, data })
    tables.tell({ ticket, state: outcome })
    return await standingNow(tables, ticket, seen)
  })
}

/** The operator's own No: whatever people have said, it is not to run. */
export async function withdrawHold(desk: Desk, guard: GuardRow, ticket: string): Promise<Standing> {
  return await desk.store.change(async (tables) => {
    const seen = { people: await tables.people(), origin: desk.origin, now: desk.clock.now() }
    const row = await ownHold(tables, guard, ticket)
    // A guard that heard no answer says it again.
    if (row.hold.state === 'withdrawn') return standingOf(row, seen)
    await endByGuard(desk, tables, { row, seen, why: 'its operator said No' })
    tables.tell({ ticket, state: 'withdrawn' })
    return await standingNow(tables, ticket, seen)
  })
}

/** The guard is enrolled no more, by its own word: nothing that it filed waits. */
export async function leave(desk: Desk, guard: GuardRow): Promise<Left> {
  return await desk.store.change(async (tables) => {
    await needEnrolled(tables, guard)
    const seen = { people: await tables.people(), origin: desk.origin, now: desk.clock.now() }
    const waiting = (await tables.waiting(guard.id)).filter(({ hold }) => isWaiting(hold, seen.now))
    for (const row of waiting) {
      await endByGuard(desk, tables, { row, seen, why: 'its guard left' })
      tables.tell({ ticket: ticketOf(row), state: 'withdrawn' })
    }
    await revoke(desk, tables, { guard: guard.id, by: guard.id })
    return { withdrawn: waiting.length }
  })
}

async function endByGuard(
  desk: Desk,
  tables: Writing,
  { row, seen: { people, now }, why }: { row: HoldRow; seen: Seen; why: string },
): Promise<void> {
  const moved = withdraw(row.hold, now)
  await move(tables, row, moved, { now, why })
  await record(desk, tables, 'hold.ended', { subject: ticketOf(row), data: { state: 'withdrawn', why } })
  await notify(desk, tables, { type: 'dev.interlock.hold.withdrawn', hold: row.hold, people })
}

async function ownHold(tables: Pick<Writing, 'hold'>, guard: GuardRow, ticket: string): Promise<HoldRow> {
  const row = await tables.hold(ticket)
  if (row?.hold.envelope.guard.id !== guard.id) throw new Refusal('desk/not-found', 'this guard filed no such ticket')
  return row
}

async function standingNow(tables: Writing, ticket: string, seen: Seen): Promise<Standing> {
  const row = await tables.hold(ticket)
  if (row === undefined) throw new Error(`the hold \`${ticket}\` is gone`)
  return standingOf(row, seen)
}

/** Compare and swap. */
export async function move(
  tables: Writing,
  { hold, version }: HoldRow,
  moved: Move,
  { now, why }: { readonly now: number; readonly why?: string },
): Promise<void> {
  if (moved.kind === 'refused') throw new Refusal('desk/conflict', moved.why)
  const from = { version, now, ...(why !== undefined && { why }) }
  if (!(await tables.moveHold(moved.hold, from)))
    throw new Refusal('desk/conflict', `\`${hold.envelope.ticket}\` has just changed: look at it again`)
}

export function ticketOf({ hold }: HoldRow): string {
  return hold.envelope.ticket
}
