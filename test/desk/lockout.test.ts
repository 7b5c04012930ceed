import { afterEach, beforeEach, expect, it } from 'vitest'
import { deskApp } from '../../src/desk/app.ts'
import { bookOf } from '../../src/root/book.ts'
import type { Challenge } from '../../src/wire/desk.ts'
import { filing } from './filing.ts'
import { entriesOf, faultsIn, newWorld, type Somebody, type SomeGuard, team, type World } from './world.ts'

const MINUTE = 60_000

let world: World
let ada: Somebody
let ben: Somebody
let guard: SomeGuard
beforeEach(async () => {
  world = await newWorld()
  ;({ ada, ben, guard } = await team(world))
})
afterEach(async () => {
  expect(world.faults).toEqual([])
  expect(await faultsIn(await entriesOf(world))).toEqual([])
  await world.end()
})

const locks = async (): Promise<unknown[]> =>
  (await entriesOf(world))
    .filter(({ entry }) => entry.type === 'dev.interlock.access.locked')
    .map(({ entry }) => entry.data)

/** As from an address of another machine. */
async function from(address: string, method: string, path: string, body?: object): Promise<number> {
  const book = bookOf({ state: '/none' }, () => 0)
  const app = deskApp({ desk: world.running.desk, book, web: undefined, fault: (error) => world.faults.push(error) })
  const headers = { origin: world.origin, 'content-type': 'application/json' }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  return (await app.request(path, init, { incoming: { socket: { remoteAddress: address } } })).status
}

it('locks a person after ten failed signatures of his passkey, for a quarter of an hour, and records it', async () => {
  for (let i = 0; i < 10; i++) expect(await ben.signIn({ userVerified: false })).toMatchObject({ status: 403 })
  expect(await ben.signIn()).toMatchObject({ status: 429, body: { detail: expect.stringMatching(/wait 15 minutes$/) } })
  expect(await locks()).toEqual([{ person: ben.id, until: expect.any(Number) }])
  // Others go on, and so does he where he is signed in already.
  expect(await ada.signIn()).toMatchObject({ status: 200 })
  const held = filing({ approvals: 1 })
  await guard.file(held)
  expect(await ben.vote(held.ticket, 'approve')).toMatchObject({ status: 200 })
  world.clock.skip(15 * MINUTE)
  expect(await ben.signIn()).toMatchObject({ status: 200 })
})

it('forgets failures with a success, and after a quarter of an hour', async () => {
  for (const pause of [0, 15 * MINUTE]) {
    for (let i = 0; i < 9; i++) await ben.signIn({ userVerified: false })
    world.clock.skip(pause)
    expect(await ben.signIn(pause === 0 ? {} : { userVerified: false })).toMatchObject({
      status: pause === 0 ? 200 : 403,
    })
  }
  expect(await ben.signIn()).toMatchObject({ status: 200 })
  expect(await locks()).toEqual([])
})

it('locks an address that guesses codes or passkeys, and no other one', async () => {
  for (let i = 0; i < 5; i++) {
    expect(await from('192.0.2.1', 'GET', `/api/invitations/${i}`)).toBe(404)
    expect(await from('192.0.2.1', 'POST', '/v1/guards', { code: 'x', name: 'x', key: guard.public })).toBe(404)
  }
  for (const path of ['/api/invitations/x', '/api/organisation/callback'])
    expect(await from('192.0.2.1', 'GET', path)).toBe(429)
  expect(await from('192.0.2.1', 'POST', '/api/session/start', {})).toBe(429)
  expect(await from('192.0.2.1', 'POST', '/v1/guards', { code: 'x', name: 'x', key: guard.public })).toBe(429)
  expect(await from('192.0.2.2', 'POST', '/api/session/start', {})).toBe(200)
  expect(await locks()).toEqual([{ address: '192.0.2.1', until: expect.any(Number) }])
  world.clock.skip(15 * MINUTE)
  expect(await from('192.0.2.1', 'POST', '/api/session/start', {})).toBe(200)
})

it('locks nobody out for what came through a proxy on the same machine', async () => {
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    for (let i = 0; i < 12; i++) expect(await from(address, 'GET', `/api/invitations/${i}`)).toBe(404)
  expect(await locks()).toEqual([])
})

it('a clock that is set back lengthens no lock', async () => {
  for (let i = 0; i < 10; i++) await ben.signIn({ userVerified: false })
  world.clock.skip(-60 * MINUTE)
  expect(await ben.signIn()).toMatchObject({ status: 200 })
})

it.for([
  ['of another origin', { origin: 'http://evil.localhost' }],
  ['without user verification', { userVerified: false }],
] as const)('refuses to sign in by an assertion %s', async ([, how]) => {
  expect(await ben.signIn(how)).toMatchObject({ status: 403 })
})

it('refuses to sign in by an assertion that is replayed, expired, or for another challenge', async () => {
  const begin = async (): Promise<Challenge> => (await ben.send<Challenge>('POST', '/api/session/start', {})).body
  const finish = async (nonce: string, response: unknown): Promise<number> =>
    (await ben.send('POST', '/api/session', { nonce, response })).status
  const [one, other] = [await begin(), await begin()]
  const signed = ben.passkey.get(one.options, { origin: ben.origin })
  expect(await finish(other.nonce, signed)).toBe(403)
  expect(await finish(one.nonce, signed)).toBe(200)
  expect(await finish(one.nonce, signed)).toBe(409)
  const late = await begin()
  world.clock.skip(5 * MINUTE + 1)
  expect(await finish(late.nonce, ben.passkey.get(late.options, { origin: ben.origin }))).toBe(409)
  // A challenge to sign in is none to vote, nor the other way round.
  const held = filing()
  await guard.file(held)
  const vote = await ben.startVote(held.ticket, 'approve')
  const asVote = ben.passkey.get(vote.body.options, { origin: ben.origin })
  expect(await finish(vote.body.nonce, asVote)).toBe(409)
  const again = await begin()
  const body = { nonce: again.nonce, response: ben.passkey.get(again.options, { origin: ben.origin }) }
  expect(await ben.send('POST', `/api/holds/${held.ticket}/votes`, body)).toMatchObject({ status: 409 })
})

it('counts a person once who is signed in twice, whichever session he votes in', async () => {
  const held = filing()
  await guard.file(held)
  const first = ben.cookie
  await ben.vote(held.ticket, 'approve')
  await ben.signIn()
  expect(ben.cookie).not.toBe(first)
  expect(await ben.vote(held.ticket, 'approve')).toMatchObject({ status: 403 })
  ben.cookie = first
  expect(await ben.vote(held.ticket, 'deny')).toMatchObject({ status: 200, body: { state: 'denied' } })
})
