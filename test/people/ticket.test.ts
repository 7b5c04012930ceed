import fc from 'fast-check'
import { expect, it } from 'vitest'
import { answer, refuses, releases, standing, type Ticket, used } from '../../src/people/ticket.ts'

const TERMS = { digest: 'd', policy: 'p', preconditions: 'f' }
const OPEN: Ticket = { ...TERMS, id: 't-1', receipt: 'r-1', approvals: 0, state: 'open', at: 0 }
const MINUTE = 60_000

const steps = fc.array(
  fc.record({ what: fc.constantFrom('confirmed', 'refused', 'used'), after: fc.integer({ min: 0, max: 40 * 60 }) }),
  {
    maxLength: 8,
  },
)

it('moves forward only: what was refused, used or expired never passes again', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let [ticket, now, over] = [OPEN, 0, false]
      for (const { what, after } of all) {
        now += after * MINUTE
        over ||= ['refused', 'used', 'expired'].includes(standing(ticket, now))
        ticket = what === 'used' ? used(ticket) : answer(ticket, what, now)
        if (over) expect(releases(ticket, TERMS, now)).toBe(false)
      }
    }),
  )
})

it('passes only on a yes, for the same bytes, policy and facts', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom('digest', 'policy', 'preconditions'), (all, other) => {
      let [ticket, now, yes] = [OPEN, 0, false]
      for (const { what, after } of all) {
        now += after * MINUTE
        yes ||= what === 'confirmed' && standing(ticket, now) === 'open'
        ticket = what === 'used' ? used(ticket) : answer(ticket, what, now)
      }
      if (!yes) expect(releases(ticket, TERMS, now)).toBe(false)
      expect(releases(ticket, { ...TERMS, [other]: 'x' }, now)).toBe(false)
      expect(refuses(ticket, { ...TERMS, [other]: 'x' }, now)).toBe(false)
    }),
  )
})

it.for([
  ['a hold waits a day', OPEN, 24 * 60, 'open'],
  ['and no longer', OPEN, 24 * 60 + 1, 'expired'],
  ['a yes counts for a quarter of an hour', answer(OPEN, 'confirmed', 0), 15, 'confirmed'],
  ['and no longer', answer(OPEN, 'confirmed', 0), 16, 'expired'],
  ['a clock that was set back lengthens no yes', answer(OPEN, 'confirmed', 0), -5, 'expired'],
  ['a yes that comes too late is none', answer(OPEN, 'confirmed', 25 * 60 * MINUTE), 25 * 60, 'expired'],
] as const)('%s', ([, ticket, minutes, expected]) => {
  expect(standing(ticket, minutes * MINUTE)).toBe(expected)
})

it('a No holds for a day', () => {
  const refused = answer(OPEN, 'refused', 0)
  expect(refuses(refused, TERMS, 60 * MINUTE)).toBe(true)
  expect(refuses(refused, TERMS, 25 * 60 * MINUTE)).toBe(false)
})
