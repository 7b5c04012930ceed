import fc from 'fast-check'
import { expect, it } from 'vitest'
import { envelopeDigest, envelopeOf } from '../../src/people/envelope.ts'
import { type Hold, hasQuorum, take, vote } from '../../src/people/hold.ts'
import type { Person } from '../../src/people/person.ts'
import { missing, quorumFor, termsWords } from '../../src/people/quorum.ts'
import { Seniority } from '../../src/wire/desk.ts'
import { type QuorumRule, QuorumRules } from '../../src/wire/quorum.ts'
import { filing } from '../desk/filing.ts'

const START = 1_000_000_000_000
const TEAMS = ['payments', 'platform', 'web']
const idOf = (n: number): string => `p-000000000${n}`

const rights = {
  roles: fc.constantFrom<Person['roles'][]>(['approver'], ['approver', 'admin'], ['auditor'], ['operator']),
  teams: fc.subarray(TEAMS),
  seniority: fc.constantFrom(...Seniority.options),
  removed: fc.nat(7).map((n) => n === 0),
  human: fc.nat(9).map((n) => (n < 3 ? `u-000000000${n}` : undefined)),
}
/** Eight people; the first is the operator. Some are one human being, some are gone. */
const people: fc.Arbitrary<Person[]> = fc
  .array(fc.record(rights), { minLength: 8, maxLength: 8 })
  .map((all) => all.map(({ human, ...each }, i) => ({ id: idOf(i), ...each, ...(human && { human }) })))

const VERBS = ['read', 'update', 'delete', 'grant'] as const
const ENVIRONMENTS = ['development', 'staging', 'production'] as const
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
const rule = fc.record({
  environments: optional(fc.subarray([...ENVIRONMENTS], { minLength: 1 })),
  systems: optional(fc.subarray(['shop', 'sh*', '*'], { minLength: 1 })),
  verbs: optional(fc.subarray([...VERBS], { minLength: 1 })),
  tiers: optional(fc.subarray([1, 2, 3, 4], { minLength: 1 })),
  needs: fc.record({ count: fc.integer({ min: 1, max: 4 }), teams: fc.subarray(TEAMS), seniority: rights.seniority }),
})
const rules = fc
  .array(rule, { maxLength: 4 })
  .map((all) => QuorumRules.parse(all.map((each, i) => ({ ...each, id: `rule-${i}` }))))

const effect = fc
  .record({
    verb: fc.constantFrom(...VERBS),
    environment: fc.constantFrom(...ENVIRONMENTS),
    system: fc.constantFrom('shop', 'shelf', 'blog'),
    tier: optional(fc.integer({ min: 1, max: 4 })),
    certainty: fc.constantFrom('known', 'opaque'),
  })
  .map(({ verb, environment, system, tier, certainty }) => ({
    ...{ verb, resource: 'x', place: `${environment}:${system}`, undo: 'U4' as const, certainty },
    ...(tier && { tier }),
  }))
const filed = fc
  .record({ approvals: fc.integer({ min: 1, max: 3 }), effects: fc.array(effect, { maxLength: 3 }) })
  .map((change) => filing(change))

function holdOf(asked: ReturnType<typeof filing>, all: readonly QuorumRule[]): Hold {
  const operator = { id: idOf(0), name: 'Op' }
  const guard = { id: 'g-0000000000', name: 'laptop' }
  const envelope = envelopeOf(asked, { guard, operator, nonce: 'n'.repeat(16), now: START, rules: all })
  return { envelope, digest: envelopeDigest(envelope), state: 'open', votes: [] }
}

const said = (ids: readonly number[], decision: 'approve' | 'deny' = 'approve'): Hold['votes'] =>
  ids.map((n) => ({ person: idOf(n), decision, reason: 'so', at: START }))

const votes = fc.subarray([0, 1, 2, 3, 4, 5, 6, 7])

it('never passes below its terms, counted apart from the code that decides', () => {
  let passed = 0
  fc.assert(
    fc.property(people, rules, filed, votes, (all, ruled, asked, yes) => {
      const hold = { ...holdOf(asked, ruled), votes: said(yes) }
      if (!hasQuorum(hold, all)) return
      passed += 1
      const { count, teams = [], seniority = 'junior' } = hold.envelope.quorum
      const operator = all[0]
      const agreed = all.filter((one, i) => {
        const isOperator = one.id === operator?.id || (one.human !== undefined && one.human === operator?.human)
        return yes.includes(i) && !one.removed && one.roles.includes('approver') && !isOperator
      })
      expect(new Set(agreed.map(({ id, human }) => human ?? id)).size).toBeGreaterThanOrEqual(count)
      expect(count).toBeGreaterThanOrEqual(asked.approvals)
      for (const team of teams) expect(agreed.some((one) => one.teams.includes(team))).toBe(true)
      const order: readonly string[] = ['junior', 'senior', 'principal']
      expect(Math.max(...agreed.map((one) => order.indexOf(one.seniority)))).toBeGreaterThanOrEqual(
        order.indexOf(seniority),
      )
    }),
    { numRuns: 3000 },
  )
  expect(passed).toBeGreaterThan(100)
})

it('no further yes ever unmakes it, and one No always does', () => {
  let passed = 0
  fc.assert(
    fc.property(people, rules, filed, fc.tuple(votes, fc.nat(7)), (all, ruled, asked, [yes, other]) => {
      const hold = holdOf(asked, ruled)
      if (!hasQuorum({ ...hold, votes: said(yes) }, all)) return
      passed += 1
      const more = said([...new Set([...yes, other])])
      expect(hasQuorum({ ...hold, votes: more }, all)).toBe(true)
      expect(hasQuorum({ ...hold, votes: [...more, ...said([other], 'deny')] }, all)).toBe(false)
    }),
    { numRuns: 3000 },
  )
  expect(passed).toBeGreaterThan(100)
})

it('one more rule, or one more effect, never asks for less', () => {
  const cases = fc.tuple(filed, rules, rules, fc.array(effect, { maxLength: 3 }))
  fc.assert(
    fc.property(cases, people, ([asked, some, others, effects], all) => {
      const joined = [...some, ...others.map((each) => ({ ...each, id: `more-${each.id}` }))]
      const less = quorumFor(asked, some)
      const more = quorumFor({ ...asked, effects: [...asked.effects, ...effects] }, joined)
      expect(more.count).toBeGreaterThanOrEqual(less.count)
      if (missing(more, all).length === 0) expect(missing(less, all)).toEqual([])
    }),
    { numRuns: 2000 },
  )
})

const RULES = QuorumRules.parse([
  {
    id: 'payments',
    environments: ['production'],
    systems: ['payments-*'],
    needs: { count: 2, teams: ['payments'], seniority: 'senior' },
  },
  { id: 'tier-1', tiers: [1], verbs: ['delete'], needs: { count: 3 } },
])
const on = (change: object): ReturnType<typeof filing> =>
  filing({
    approvals: 1,
    effects: [
      {
        verb: 'update',
        resource: 'x',
        place: 'production:payments-api',
        undo: 'U2',
        certainty: 'known',
        tier: 2,
        ...change,
      },
    ],
  })

it.for([
  [{}, ['payments'], 'one who is senior or more, one of team payments', 2],
  [{ place: 'staging:payments-api' }, undefined, '', 1],
  [{ place: 'production:shop' }, undefined, '', 1],
  [{ verb: 'read' }, undefined, '', 1],
  [{ verb: 'delete', tier: 1 }, ['payments', 'tier-1'], 'one who is senior or more, one of team payments', 3],
  [{ verb: 'delete', place: 'production:shop', tier: 1 }, ['tier-1'], '', 3],
  // What the guard does not tell may be all that a rule is about.
  [{ verb: 'delete', place: 'production:shop', tier: undefined }, ['tier-1'], '', 3],
  [
    { place: 'host', tier: undefined, certainty: 'opaque' },
    ['payments', 'tier-1'],
    'one who is senior or more, one of team payments',
    3,
  ],
  [{ verb: 'delete', place: 'workspace', tier: undefined }, undefined, '', 1],
] as const)('of %o: by %o', ([change, ids, terms, count]) => {
  const quorum = quorumFor(on(change), RULES)
  expect([quorum.rules, termsWords(quorum), quorum.count]).toEqual([ids, terms, count])
})

it('lets no pattern take long, and each mean what it says', () => {
  const at = (pattern: string, system: string): boolean => {
    const [only] = QuorumRules.parse([{ id: 'a', systems: [pattern], needs: {} }])
    return quorumFor(on({ place: `production:${system}` }), only === undefined ? [] : [only]).rules !== undefined
  }
  expect(at('*', 'shop')).toBe(true)
  expect(at('shop', 'shop-1')).toBe(false)
  expect(at('s*p', 'sp')).toBe(true)
  expect(at('s*s', 's')).toBe(false)
  expect(at('a*b*c', 'aXbYc')).toBe(true)
  expect(at('a*b*b', 'ab')).toBe(false)
  const since = performance.now()
  expect(at(`${'*a'.repeat(90)}b`, 'a'.repeat(10_000))).toBe(false)
  expect(performance.now() - since).toBeLessThan(500)
})

it('counts a yes of whoever is asked for, also when it comes last', () => {
  const everybody: Person[] = [1, 2, 3].map((n) => ({
    id: idOf(n),
    roles: ['approver'],
    teams: n === 3 ? ['payments'] : [],
    seniority: n === 3 ? 'senior' : 'junior',
    removed: false,
  }))
  let hold = holdOf(on({}), RULES)
  for (const n of [1, 2, 3]) {
    expect(hold.state).toBe('open')
    const move = vote(
      hold,
      { person: idOf(n), decision: 'approve', reason: 'so', at: START },
      { people: everybody, now: START },
    )
    if (move.kind === 'moved') hold = move.hold
  }
  expect(hold.state).toBe('approved')
  // He left the team since: `take` counts again.
  const left = everybody.map((one) => ({ ...one, teams: [] }))
  const { action, preconditions, policy, guard } = hold.envelope
  const terms = { action, preconditions, policy, guard: guard.id, receipt: 'r-0000000000' }
  expect(take(hold, terms, { people: left, now: START }).kind).toBe('refused')
  expect(take(hold, terms, { people: everybody, now: START }).kind).toBe('moved')
})
