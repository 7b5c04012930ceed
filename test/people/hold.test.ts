import fc from 'fast-check'
import { expect, it } from 'vitest'
import { envelopeDigest, envelopeOf } from '../../src/people/envelope.ts'
import {
  close,
  type Hold,
  hasQuorum,
  type Move,
  stateAt,
  supersede,
  take,
  vote,
  withdraw,
} from '../../src/people/hold.ts'
import type { Person } from '../../src/people/person.ts'
import type { HoldState, Role } from '../../src/wire/desk.ts'
import { filing } from '../desk/filing.ts'

/** One thing that happens to a hold, at a time that may lie before the last one. */
type Step = { readonly later: number } & (
  | { readonly kind: 'vote'; readonly person: number; readonly decision: 'approve' | 'deny' }
  | { readonly kind: 'take'; readonly receipt: number; readonly drifted: boolean; readonly foreign: boolean }
  | { readonly kind: 'close'; readonly receipt: number; readonly outcome: 'done' | 'failed' | 'unknown' }
  | { readonly kind: 'supersede' | 'withdraw' }
  | { readonly kind: 'remove' | 'demote'; readonly person: number }
)

const MINUTE = 60_000
const person = fc.nat(5)
const receipt = fc.nat(2)
/** Mostly minutes; now and then a day, and now and then the clock is set back. */
const later = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 20 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 * 60 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: -3 * 60 * MINUTE, max: 0 }) },
)
const decision = fc.nat(15).map((n) => (n === 0 ? ('deny' as const) : ('approve' as const)))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ kind: fc.constant('vote' as const), later, person, decision }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('take' as const),
      later,
      receipt,
      drifted: fc.nat(5).map((n) => n === 0),
      foreign: fc.nat(5).map((n) => n === 0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('close' as const),
      later,
      receipt,
      outcome: fc.constantFrom('done' as const, 'failed' as const, 'unknown' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'demote' as const), later, person }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('supersede' as const, 'withdraw' as const), later }) },
)

/** Six people: the first is the operator, the last no approver. */
function crowd(): Person[] {
  const roles: readonly (readonly Role[])[] = [
    ['operator', 'approver'],
    ['approver', 'admin'],
    ['approver'],
    ['approver'],
    ['approver'],
    ['auditor'],
  ]
  return roles.map((each, i) => ({
    id: `p-000000000${i}`,
    roles: [...each],
    teams: [],
    seniority: 'junior',
    removed: false,
  }))
}

const START = 1_000_000_000_000

function newHold(approvals: number): Hold {
  const operator = { id: 'p-0000000000', name: 'Op' }
  const guard = { id: 'g-0000000000', name: 'laptop' }
  const envelope = envelopeOf(filing({ approvals }), { guard, operator, nonce: 'n'.repeat(16), now: START, rules: [] })
  return { envelope, digest: envelopeDigest(envelope), state: 'open', votes: [] }
}

function moved(hold: Hold, done: Step, people: readonly Person[], now: number): Move | undefined {
  const { action, preconditions, policy, guard } = hold.envelope
  switch (done.kind) {
    case 'vote': {
      const ballot = { person: `p-000000000${done.person}`, decision: done.decision, reason: 'so', at: now }
      return vote(hold, ballot, { people, now })
    }
    case 'take': {
      const terms = { action, preconditions: done.drifted ? 'x' : preconditions, policy }
      const by = { guard: done.foreign ? 'g-0000000001' : guard.id, receipt: `r-000000000${done.receipt}` }
      return take(hold, { ...terms, ...by }, { people, now })
    }
    case 'close':
      return close(hold, { receipt: `r-000000000${done.receipt}`, outcome: done.outcome })
    case 'supersede':
      return supersede(hold, now)
    case 'withdraw':
      return withdraw(hold, now)
    case 'remove':
    case 'demote':
      return undefined
  }
}

/** Where each state may lead. */
const NEXT: Readonly<Record<HoldState, readonly HoldState[]>> = {
  open: ['open', 'approved', 'denied', 'superseded', 'withdrawn'],
  approved: ['approved', 'denied', 'superseded', 'withdrawn', 'taken'],
  taken: ['done', 'failed', 'unknown'],
  denied: [],
  expired: [],
  superseded: [],
  withdrawn: [],
  done: [],
  failed: [],
  unknown: [],
}

it('never approves below the quorum, never lets a call pass twice, and goes on only forward', () => {
  const runs = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }))
  let taken = 0
  fc.assert(
    fc.property(runs, ([approvals, steps]) => {
      let hold = newHold(approvals)
      let people = crowd()
      let now = START
      let takes = 0
      for (const each of steps) {
        now += each.later
        if (each.kind === 'remove' || each.kind === 'demote') {
          const change = each.kind === 'remove' ? { removed: true } : { roles: [] }
          people = people.map((one, i) => (i === each.person ? { ...one, ...change } : one))
        }
        const before = hold
        const move = moved(hold, each, people, now)
        if (move?.kind !== 'moved') continue
        hold = move.hold
        expect(NEXT[before.state]).toContain(hold.state)
        // Nothing is done to what time has ended.
        if (each.kind !== 'close') expect(['open', 'approved']).toContain(stateAt(before, now))
        if (hold.state === 'approved' && before.state === 'open')
          expect(yes(hold, people)).toBeGreaterThanOrEqual(approvals)
        if (hold.votes.some((one) => one.decision === 'deny')) expect(hold.state).toBe('denied')
        if (hold.state === 'taken') {
          takes += 1
          expect(yes(hold, people)).toBeGreaterThanOrEqual(approvals)
          expect(each).toMatchObject({ drifted: false, foreign: false })
          expect(now).toBeGreaterThanOrEqual(START - MINUTE)
        }
      }
      expect(takes).toBeLessThanOrEqual(1)
      taken += takes
    }),
    { numRuns: 1000 },
  )
  // The thousand runs are about something.
  expect(taken).toBeGreaterThan(50)
})

/** Distinct people whose yes counts, counted apart from the code that decides. */
function yes({ votes }: Hold, people: readonly Person[]): number {
  const said = votes.filter(({ decision }) => decision === 'approve').map(({ person }) => person)
  const may = (id: string): boolean =>
    id !== 'p-0000000000' && people.some((one) => one.id === id && !one.removed && one.roles.includes('approver'))
  return new Set(said.filter(may)).size
}

it('no clock, wherever it is set, lengthens a wait', () => {
  const times = fc.tuple(fc.integer({ min: 0, max: 23 * 60 * MINUTE }), fc.integer({ min: -(10 ** 10), max: 10 ** 10 }))
  fc.assert(
    fc.property(times, ([after, shown]) => {
      const at = START + after
      const agreed = { person: 'p-0000000001', decision: 'approve', reason: 'so', at } as const
      const move = vote(newHold(1), agreed, { people: crowd(), now: at })
      const approved = move.kind === 'moved' ? move.hold : newHold(1)
      const inTime = at + shown >= at - MINUTE && at + shown <= at + approved.envelope.runWithin
      expect(stateAt(approved, at + shown)).toBe(inTime ? 'approved' : 'expired')
      const open = newHold(1)
      const waits = START + shown >= START - MINUTE && START + shown <= open.envelope.approveBy
      expect(stateAt(open, START + shown)).toBe(waits ? 'open' : 'expired')
    }),
    { numRuns: 1000 },
  )
})

it('B3: nobody is enough for nothing', () => {
  const none = newHold(1)
  const asksNobody = { ...none, envelope: { ...none.envelope, quorum: { count: 0, role: 'approver' as const } } }
  expect(hasQuorum(asksNobody, crowd())).toBe(false)
  expect(hasQuorum(none, [])).toBe(false)
})

it('takes back no approval when a yes is added after others were removed', () => {
  const at = START
  let hold = newHold(2)
  const say = (n: number, people: readonly Person[]): void => {
    const move = vote(hold, { person: `p-000000000${n}`, decision: 'approve', reason: 'so', at }, { people, now: at })
    if (move.kind === 'moved') hold = move.hold
  }
  say(1, crowd())
  say(2, crowd())
  const fewer = crowd().map((one, i) => (i === 1 || i === 2 ? { ...one, removed: true } : one))
  say(3, fewer)
  expect(hold.state).toBe('approved')
  const { action, preconditions, policy, guard } = hold.envelope
  const terms = { action, preconditions, policy, guard: guard.id, receipt: 'r-0000000000' }
  expect(take(hold, terms, { people: fewer, now: at })).toMatchObject({ kind: 'refused' })
  say(4, fewer)
  expect(take(hold, terms, { people: fewer, now: at })).toMatchObject({ kind: 'moved' })
})
