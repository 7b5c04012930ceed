import type { Decision, Envelope, HoldState, OutcomeRequest } from '../wire/desk.ts'
import { has, isSame, type Person } from './person.ts'
import { missing } from './quorum.ts'

/** A call that waits for people other than its operator. Its states only move forward. */
export interface Hold {
  readonly envelope: Envelope
  /** Of the envelope. */
  readonly digest: string
  readonly state: HoldState
  /** One of each person, in the order they came. */
  readonly votes: readonly Vote[]
  /** The call that has its grant. */
  readonly receipt?: string
}

export interface Vote {
  readonly person: string
  readonly decision: Decision
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export type Move = { readonly kind: 'moved'; readonly hold: Hold } | { readonly kind: 'refused'; readonly why: string }

/** A clock that corrects itself by a little is no attack. */
const SLACK_MS = 60 * 1000

/** INVARIANT: a clock that was set back expires what waits: it never lengthens a wait. */
export function stateAt(hold: Hold, now: number): HoldState {
  const { state, envelope } = hold
  const since = state === 'open' ? envelope.filedAt : state === 'approved' ? lastYes(hold) : undefined
  if (since === undefined) return state
  const until = state === 'open' ? envelope.approveBy : since + envelope.runWithin
  return now <= until && now >= since - SLACK_MS ? state : 'expired'
}

/** At this time, among these people. */
interface Seen {
  readonly people: readonly Person[]
  readonly now: number
}

/** Why this person's vote would not be taken; undefined where it would. */
export function mayNotVote(hold: Hold, person: Person, decision: Decision, { people, now }: Seen): string | undefined {
  if (!isWaiting(hold, now)) return `it is ${stateAt(hold, now)}`
  if (person.removed) return 'you are no longer enrolled'
  if (isOperator(person, hold.envelope, people)) return 'the agent works for you: another person has to agree'
  if (!person.roles.includes(hold.envelope.quorum.role)) return 'you are not an approver'
  if (decision === 'deny') return undefined
  if (hasApproved(hold, person.id)) return 'you have approved it; you can still deny it'
  const other = people.find((each) => isSame(each, person) && hasApproved(hold, each.id))
  return other === undefined ? undefined : 'your other account has approved it; you can still deny it'
}

/** Also by another account of the same human being. */
function isOperator(person: Person, { operator }: Envelope, people: readonly Person[]): boolean {
  return person.id === operator.id || people.some((each) => each.id === operator.id && isSame(each, person))
}

/** A yes counts towards the quorum; a No ends it, also where it comes after enough of yes. */
export function vote(hold: Hold, ballot: Vote, { people, now }: Seen): Move {
  const person = people.find(({ id }) => id === ballot.person)
  if (person === undefined) return refused('you are not enrolled')
  const why = mayNotVote(hold, person, ballot.decision, { people, now })
  if (why !== undefined) return refused(why)
  const votes = [...hold.votes.filter((each) => each.person !== person.id), ballot]
  const voted = { ...hold, votes }
  if (ballot.decision === 'deny') return moved({ ...voted, state: 'denied' })
  // Who approved and was removed since takes nothing back here: `take` counts again.
  return moved({ ...voted, state: hasQuorum(voted, people) ? 'approved' : hold.state })
}

/** Enough distinct human beings who may still vote said yes, of those whom it asks for, and nobody said No. */
export function hasQuorum({ envelope, votes }: Hold, people: readonly Person[]): boolean {
  if (votes.some(({ decision }) => decision === 'deny')) return false
  const yes = voters(envelope, people).filter(({ id }) => votes.some((each) => each.person === id))
  return missing(envelope.quorum, yes).length === 0
}

/** Whose yes counts for this envelope. */
export function voters<T extends Person>(envelope: Envelope, people: readonly T[]): readonly T[] {
  return people.filter((person) => has(person, envelope.quorum.role) && !isOperator(person, envelope, people))
}

/** What a guard must share with an envelope for its call to be the one that was approved. */
export type Terms = Pick<Envelope, 'action' | 'preconditions' | 'policy'>

/** The single use of an approval: from here on nothing passes on it again, whatever becomes of the call. */
export function take(
  hold: Hold,
  terms: Terms & { readonly guard: string; readonly receipt: string },
  { people, now }: Seen,
): Move {
  const { envelope } = hold
  const state = stateAt(hold, now)
  if (state !== 'approved') return refused(`it is ${state}`)
  if (envelope.guard.id !== terms.guard) return refused('another guard asked for it')
  if (!isAbout(envelope, terms)) return refused('it is another call, or what it rests on has changed since')
  if (!hasQuorum(hold, people)) return refused('some who approved are no longer approvers')
  return moved({ ...hold, state: 'taken', receipt: terms.receipt })
}

export function isAbout(envelope: Envelope, { action, preconditions, policy }: Terms): boolean {
  return envelope.action === action && envelope.preconditions === preconditions && envelope.policy === policy
}

/** What became of the call that took it. */
export function close(hold: Hold, { receipt, outcome }: Pick<OutcomeRequest, 'receipt' | 'outcome'>): Move {
  if (hold.state !== 'taken' || hold.receipt !== receipt) return refused('no such call runs on it')
  return moved({ ...hold, state: outcome })
}

/** The same call was filed anew with other facts: nothing passes on this one any more. */
export function supersede(hold: Hold, now: number): Move {
  return isWaiting(hold, now) ? moved({ ...hold, state: 'superseded' }) : refused(`it is ${stateAt(hold, now)}`)
}

/** Its operator wants it no more: nobody needs to look at it, and nothing passes on it. */
export function withdraw(hold: Hold, now: number): Move {
  return isWaiting(hold, now) ? moved({ ...hold, state: 'withdrawn' }) : refused(`it is ${stateAt(hold, now)}`)
}

export function isWaiting(hold: Hold, now: number): boolean {
  const state = stateAt(hold, now)
  return state === 'open' || state === 'approved'
}

function hasApproved({ votes }: Hold, id: string): boolean {
  return votes.some(({ person, decision }) => person === id && decision === 'approve')
}

function lastYes({ votes, envelope }: Hold): number {
  return Math.max(envelope.filedAt, ...votes.map(({ at }) => at))
}

function moved(hold: Hold): Move {
  return { kind: 'moved', hold }
}

function refused(why: string): Move {
  return { kind: 'refused', why }
}
