import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Member } from '../../src/people/rights.ts'
import { isAgreed, isMore, signers, takesTwo } from '../../src/people/rights.ts'
import { type Rights, Seniority } from '../../src/wire/desk.ts'
import type { Asked } from '../../src/wire/desk-people.ts'

const idOf = (n: number): string => `p-000000000${n}`
const rights = {
  roles: fc.subarray<Rights['roles'][number]>(['operator', 'approver', 'auditor', 'admin'], { minLength: 1 }),
  teams: fc.subarray(['payments', 'web']),
  seniority: fc.constantFrom(...Seniority.options),
}
const member = fc.record({
  ...rights,
  removed: fc.nat(3).map((n) => n === 0),
  human: fc.nat(9).map((n) => (n < 2 ? `u-000000000${n}` : undefined)),
})
const people: fc.Arbitrary<Member[]> = fc.array(member, { minLength: 6, maxLength: 6 }).map((all) =>
  all.map(({ human, ...each }, i) => ({
    id: idOf(i),
    ...each,
    ...(human && { human }),
    wasAdmin: each.roles.includes('admin'),
  })),
)
const person = fc.nat(5).map(idOf)
const asked: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({ kind: fc.constant('invite' as const), name: fc.constant('Eve'), ...rights }),
  fc.record({ kind: fc.constant('rights' as const), person, ...rights }),
  fc.record({ kind: fc.constantFrom('recover' as const, 'unlink' as const), person }),
)
const signed = fc.subarray([0, 1, 2, 3, 4, 5].map(idOf))

it('is never agreed by one human being, by who is gone, or by himself where it is about his own accounts', () => {
  let agreed = 0
  fc.assert(
    fc.property(people, asked, signed, (all, what, who) => {
      if (!isAgreed(what, who, all)) return
      agreed += 1
      const about =
        what.kind === 'recover' || what.kind === 'unlink' ? all.find(({ id }) => id === what.person) : undefined
      const human = ({ id, human = id }: Member): string => human
      const counted = all.filter(
        (one) =>
          who.includes(one.id) &&
          !one.removed &&
          (one.roles.includes('admin') || one.roles.includes('approver')) &&
          (about === undefined || human(one) !== human(about)),
      )
      expect(new Set(counted.map(human)).size).toBeGreaterThanOrEqual(2)
      const admins = signers(what, all).filter(({ roles }) => roles.includes('admin'))
      // With two admins there it is theirs; with one, never without him.
      const distinct = new Set(admins.map(human)).size
      const bySigners = new Set(admins.filter(({ id }) => who.includes(id)).map(human)).size
      expect(bySigners).toBeGreaterThanOrEqual(Math.min(2, distinct))
    }),
    { numRuns: 3000 },
  )
  expect(agreed).toBeGreaterThan(100)
})

it('one more signature never takes an agreement back', () => {
  fc.assert(
    fc.property(people, asked, signed, (all, what, who) => {
      if (isAgreed(what, who, all))
        expect(
          isAgreed(
            what,
            all.map(({ id }) => id),
            all,
          ),
        ).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

it('takes two from the second admin on, whoever of them is there still', () => {
  const one: Member = {
    id: idOf(0),
    roles: ['admin'],
    teams: [],
    seniority: 'junior',
    removed: false,
    wasAdmin: true,
  }
  const ben: Member = { ...one, id: idOf(1), roles: ['approver'], wasAdmin: false }
  const gone: Member = { ...one, id: idOf(2), removed: true }
  const invite: Asked = { kind: 'invite', name: 'Eve', roles: ['approver'], teams: [], seniority: 'junior' }
  expect(takesTwo(invite, [one, ben])).toBe(false)
  expect(takesTwo(invite, [one, ben, { ...gone, removed: false }])).toBe(true)
  expect(takesTwo(invite, [one, ben, gone])).toBe(true)
  // Nobody else is left who could sign.
  expect(takesTwo(invite, [one, gone])).toBe(false)
  expect(takesTwo({ kind: 'recover', person: ben.id }, [one, ben])).toBe(true)
  expect(takesTwo({ ...invite, roles: ['operator', 'auditor'] }, [one, ben, { ...gone, removed: false }])).toBe(false)
})

it('calls more what lets one agree to more, and nothing else', () => {
  const of = (roles: Rights['roles'], teams: string[] = [], seniority: Rights['seniority'] = 'junior'): Rights => ({
    roles,
    teams,
    seniority,
  })
  expect(isMore(of(['approver']), of(['operator', 'auditor']))).toBe(true)
  expect(isMore(of(['approver', 'admin']), of(['approver']))).toBe(true)
  expect(isMore(of(['approver'], ['web']), of(['approver']))).toBe(true)
  expect(isMore(of(['approver'], [], 'senior'), of(['approver'], [], 'junior'))).toBe(true)
  expect(isMore(of(['operator'], ['web'], 'principal'), of(['operator']))).toBe(false)
  expect(isMore(of(['approver']), of(['approver', 'admin'], ['web'], 'senior'))).toBe(false)
  expect(isMore(of(['approver', 'auditor']), of(['approver']))).toBe(false)
})
