import { afterAll, beforeAll, expect, it } from 'vitest'
import { Authenticator } from '../../src/demo/authenticator.ts'
import type { Challenge, HoldPage, Standing } from '../../src/wire/desk.ts'
import { filing } from './filing.ts'
import { type Answer, newWorld, type Somebody, type SomeGuard, team, type World } from './world.ts'

let world: World
let ada: Somebody
let ben: Somebody
let cho: Somebody
let dan: Somebody
let guard: SomeGuard
beforeAll(async () => {
  world = await newWorld()
  ;({ ada, ben, cho, dan, guard } = await team(world))
})
afterAll(async () => await world.end())

async function filed(): Promise<string> {
  const asked = filing()
  expect(await guard.file(asked)).toMatchObject({ status: 200, body: { state: 'open' } })
  return asked.ticket
}

async function standing(ticket: string): Promise<Standing> {
  return (await guard.send<Standing>('GET', `/v1/holds/${ticket}`)).body
}

async function finish(voter: Somebody, ticket: string, body: unknown): Promise<Answer<HoldPage>> {
  return await voter.send<HoldPage>('POST', `/api/holds/${ticket}/votes`, body)
}

const assert = (voter: Somebody, { body }: Answer<Challenge>): unknown => ({
  nonce: body.nonce,
  response: voter.passkey.get(body.options, { origin: voter.origin }),
})

it('B9: refuses the vote of the one the agent works for, of one who is no approver, and of nobody', async () => {
  const ticket = await filed()
  expect(await dan.vote(ticket, 'approve')).toMatchObject({
    status: 403,
    body: { detail: expect.stringContaining('works for you') },
  })
  expect(await dan.vote(ticket, 'deny')).toMatchObject({ status: 403 })
  const auditor = await ada.invite('Eve', ['auditor'])
  expect(await auditor.vote(ticket, 'approve')).toMatchObject({
    status: 403,
    body: { detail: 'you are not an approver' },
  })
  expect(await standing(ticket)).toMatchObject({ state: 'open', approved: [], asked: ['Ada', 'Ben', 'Cho'] })
})

it('B9: counts one person once', async () => {
  const ticket = await filed()
  expect(await ben.vote(ticket, 'approve')).toMatchObject({ status: 200, body: { state: 'open' } })
  expect(await ben.vote(ticket, 'approve')).toMatchObject({ status: 403 })
  const other = await ben.signIn()
  expect(other.status).toBe(200)
  expect(await ben.vote(ticket, 'approve')).toMatchObject({ status: 403 })
  expect((await standing(ticket)).approved).toHaveLength(1)
})

it('ends with the first No, also of one who had agreed, and takes no vote after it', async () => {
  const ticket = await filed()
  await ben.vote(ticket, 'approve')
  await cho.vote(ticket, 'approve')
  expect(await ben.vote(ticket, 'deny')).toMatchObject({ status: 200, body: { state: 'denied' } })
  expect(await ada.vote(ticket, 'approve')).toMatchObject({ status: 409, body: { detail: 'it is denied' } })
  expect(await standing(ticket)).toMatchObject({ state: 'denied', denied: { name: 'Ben', reason: 'looked at it' } })
})

it.for([
  ['of another origin', { origin: 'http://evil.localhost' }],
  ['without user verification', { userVerified: false }],
] as const)('refuses an assertion %s', async ([, how]) => {
  const ticket = await filed()
  expect(await ben.vote(ticket, 'approve', how)).toMatchObject({ status: 403 })
  expect((await standing(ticket)).approved).toEqual([])
})

it('refuses an assertion a second time, and for another vote than the one that was begun', async () => {
  const ticket = await filed()
  const [yes, no] = [await ben.startVote(ticket, 'approve'), await ben.startVote(ticket, 'deny')]
  const signedYes = assert(ben, yes) as { nonce: string; response: unknown }
  // The signature of a No under the nonce of the Yes.
  expect(
    await finish(ben, ticket, {
      nonce: yes.body.nonce,
      response: ben.passkey.get(no.body.options, { origin: ben.origin }),
    }),
  ).toMatchObject({ status: 403 })
  // And the nonce is gone with it.
  expect(await finish(ben, ticket, signedYes)).toMatchObject({ status: 409 })
  const again = assert(ben, await ben.startVote(ticket, 'approve'))
  expect(await finish(ben, ticket, again)).toMatchObject({ status: 200 })
  expect(await finish(ben, ticket, again)).toMatchObject({ status: 409 })
  expect((await standing(ticket)).approved).toHaveLength(1)
})

it('refuses what another person began, or signed, and what was begun on another ticket', async () => {
  const [ticket, other] = [await filed(), await filed()]
  const begun = await ben.startVote(ticket, 'approve')
  expect(await finish(cho, ticket, assert(cho, begun))).toMatchObject({ status: 403 })
  const second = await ben.startVote(ticket, 'approve')
  expect(await finish(ben, ticket, assert(cho, second))).toMatchObject({
    status: 403,
    body: { detail: 'it is not your passkey' },
  })
  const third = await ben.startVote(ticket, 'approve')
  expect(await finish(ben, other, assert(ben, third))).toMatchObject({ status: 403 })
  // A key of nobody's under the id of Ben's passkey.
  const fourth = await ben.startVote(ticket, 'approve')
  const forged = { ...new Authenticator().get(fourth.body.options, { origin: ben.origin }), ...idOf(ben) }
  expect(await finish(ben, ticket, { nonce: fourth.body.nonce, response: forged })).toMatchObject({ status: 403 })
  for (const each of [ticket, other]) expect((await standing(each)).approved).toEqual([])
})

function idOf({ passkey }: Somebody): { id: string; rawId: string } {
  const id = passkey.id.toString('base64url')
  return { id, rawId: id }
}

it('refuses a vote on another digest than that of the hold', async () => {
  const ticket = await filed()
  const asked = { decision: 'approve', reason: 'looked at it', digest: 'f'.repeat(64) }
  expect(await ben.send('POST', `/api/holds/${ticket}/votes/start`, asked)).toMatchObject({ status: 409 })
})

it('refuses a passkey whose count went back', async () => {
  const [first, second] = [await filed(), await filed()]
  const eli = await ada.invite('Eli')
  expect(await eli.vote(first, 'approve', { countUp: true })).toMatchObject({ status: 200 })
  expect(await eli.vote(second, 'approve')).toMatchObject({ status: 403 })
})

it('refuses what was signed too late, and counts nothing on a hold that waited too long', async () => {
  const ticket = await filed()
  const begun = await ben.startVote(ticket, 'approve')
  world.clock.skip(5 * 60_000 + 1)
  expect(await finish(ben, ticket, assert(ben, begun))).toMatchObject({ status: 409 })
  world.clock.skip(11 * 60 * 60_000)
  await ben.signIn()
  expect(await ben.vote(ticket, 'approve')).toMatchObject({ status: 200 })
  world.clock.skip(13 * 60 * 60_000)
  await cho.signIn()
  expect(await cho.vote(ticket, 'approve')).toMatchObject({ status: 409, body: { detail: 'it is expired' } })
})
