import { beforeAll, expect, it } from 'vitest'
import { deskKeyOf, newDeskKey, readGrant, signGrant } from '../../src/desk/key.ts'
import { type Entry, review } from '../../src/desk/verify.ts'
import { filing } from './filing.ts'
import { entriesOf, faultsIn, newWorld, team } from './world.ts'

/** What a desk at work has written: people, a guard, a hold that was granted and closed, and one that was denied. */
let entries: readonly Entry[]
beforeAll(async () => {
  const world = await newWorld()
  const { ada, ben, cho, guard } = await team(world)
  const [granted, denied, other, back] = [filing(), filing(), filing({ approvals: 1 }), filing()]
  for (const each of [granted, denied, other, back]) await guard.file(each)
  await guard.send('POST', `/v1/holds/${back.ticket}/withdrawal`, {})
  for (const voter of [ada, ben]) await voter.vote(granted.ticket, 'approve')
  await cho.vote(denied.ticket, 'deny')
  await cho.vote(other.ticket, 'approve')
  await guard.file(granted, 'r-0000000000')
  await guard.send('POST', `/v1/holds/${granted.ticket}/outcome`, { receipt: 'r-0000000000', outcome: 'done' })
  await ada.send('DELETE', `/api/people/${cho.id}`, {})
  await guard.send('DELETE', '/v1/guards', {})
  entries = await entriesOf(world)
  await world.end()
})

const reviewed = faultsIn

type Data = Record<string, unknown>

/** The index of the nth entry of a type. */
function at(type: string, nth = 0): number {
  return entries.filter(({ entry }) => entry.type === `dev.interlock.${type}`)[nth]?.index ?? -1
}

function dataOf<T>(index: number): T {
  return entries[index]?.entry.data as T
}

function withData(index: number, change: (data: Data) => Data): Entry[] {
  const changed = (each: Entry): Entry => ({ ...each, entry: { ...each.entry, data: change(each.entry.data as Data) } })
  return entries.map((each) => (each.index === index ? changed(each) : each))
}

const without = (index: number): Entry[] => entries.filter((each) => each.index !== index)
const inside = (data: Data, member: string): Data => data[member] as Data

it('finds what a desk wrote to be true', async () => {
  async function* all(): AsyncGenerator<Entry> {
    yield* entries
  }
  expect(await review(all())).toEqual({ people: 4, guards: 1, holds: 4, votes: 4, grants: 1, faults: [] })
})

it('finds a vote that was turned, moved to another, or reasoned for him', async () => {
  const turned = (change: Data): Promise<readonly string[]> =>
    reviewed(withData(at('hold.voted', 3), (data) => ({ ...data, ballot: { ...inside(data, 'ballot'), ...change } })))
  const unsigned = [expect.stringMatching(/^the passkey did not sign this: /)]
  expect(await turned({ decision: 'deny' })).toEqual(unsigned)
  expect(await turned({ reason: 'it is fine' })).toEqual(unsigned)
  expect(await turned({ nonce: 'another' })).toEqual(unsigned)
  const ben = dataOf<{ person: { id: string } }>(at('person.enrolled', 1)).person
  expect(await turned({ person: ben.id })).toEqual(['it was not signed with a passkey of that person'])
})

it('finds a vote with the signature or the key of another', async () => {
  const [first, second] = [at('hold.voted'), at('hold.voted', 1)]
  const other = dataOf<Data>(second)
  for (const member of ['assertion', 'passkey'])
    expect((await reviewed(withData(first, (data) => ({ ...data, [member]: other[member] })))).length).toBeGreaterThan(
      0,
    )
  const forged = withData(first, (data) => ({
    ...data,
    passkey: { ...inside(data, 'passkey'), publicKey: inside(other, 'passkey').publicKey },
  }))
  expect(await reviewed(forged)).toContain('the passkey is not as it was enrolled')
})

it('finds a grant without its votes', async () => {
  expect(await reviewed(without(at('hold.voted', 1)))).toContain('it names others than those whose yes counted')
  const named = at('hold.granted')
  const alone = withData(named, (data) => ({ ...data, people: (data.people as string[]).slice(0, 1) })).filter(
    ({ index }) => index !== at('hold.voted', 1),
  )
  expect(await reviewed(alone)).toContain('the desk should have refused: it is open')
})

it('finds a vote that was counted twice, and a grant that was given twice', async () => {
  const twice = (index: number): Entry[] => entries.flatMap((each) => (each.index === index ? [each, each] : [each]))
  expect(await reviewed(twice(at('hold.voted')))).toEqual(['the vote was counted before'])
  expect(await reviewed(twice(at('hold.granted')))).toEqual(['the desk should have refused: it is taken'])
  expect(await reviewed(twice(at('hold.filed')))).toEqual(['that ticket was filed before'])
})

it('finds an envelope that is not what people signed', async () => {
  const changed = withData(at('hold.filed'), (data) => ({
    ...data,
    envelope: { ...inside(data, 'envelope'), because: 'nothing much' },
  }))
  expect(await reviewed(changed)).toContain('the envelope does not have the digest that people were to sign')
})

it('finds a grant that another desk signed, or for another call', async () => {
  const index = at('hold.granted')
  const { grant: given } = dataOf<{ grant: string }>(index)
  const claims = await readGrant(given, dataOf<{ desk: string }>(at('guard.enrolled')).desk)
  if (claims === undefined) throw new Error('the grant is not readable')
  const grant = await signGrant(deskKeyOf(newDeskKey()), claims)
  const signedByAnother = await reviewed(withData(index, (all) => ({ ...all, grant })))
  expect(signedByAnother[0]).toBe('the grant is not signed by the desk that the guard knows')
  const forAnother = await reviewed(withData(index, (all) => ({ ...all, receipt: 'r-1111111111' })))
  expect(forAnother[0]).toBe('the grant names another receipt')
})

it('finds a guard that acts for an admin', async () => {
  const admin = dataOf<{ person: { id: string; name: string } }>(at('person.enrolled')).person
  const hers = withData(at('guard.enrolled'), (data) => ({ ...data, operator: admin }))
  expect((await reviewed(hers))[0]).toBe('it acts for nobody, or for an admin')
})

it('finds people whom nobody could have let in, and votes of those who could not vote', async () => {
  expect(await reviewed(without(at('person.enrolled')))).toContain('nobody who could had invited him')
  const demoted = withData(at('person.enrolled', 1), ({ alone: _, ...data }) => ({ ...data, roles: ['auditor'] }))
  expect(await reviewed(demoted)).toContain('the desk should have refused: you are not an approver')
  const removed = [...entries]
  removed.splice(at('hold.voted', 2), 0, ...removed.splice(at('person.removed'), 1))
  expect(await reviewed(removed)).toContain('the desk should have refused: you are no longer enrolled')
})

it('finds an entry of ours that holds something else', async () => {
  expect(await reviewed(withData(at('hold.closed'), () => ({})))).toEqual(['it is not what such an entry holds'])
})
