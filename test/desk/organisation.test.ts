import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Challenge, HoldPage, Invitation, OneTime, Outside, Session } from '../../src/wire/desk.ts'
import type { People } from '../../src/wire/desk-people.ts'
import { filing } from './filing.ts'
import { CLIENT, identityProvider, signInThere } from './identity-provider.ts'
import { entriesOf, faultsIn, firstPerson, freePort, newWorld, Somebody, SomeGuard, type World } from './world.ts'

let world: World
let provider: { end(): Promise<void> }
let ada: Somebody
beforeAll(async () => {
  const port = await freePort()
  const settings = `oidc: { issuer: 'http://localhost:${port}', client: ${CLIENT.id}, secret: client.secret }`
  world = await newWorld({ 'desk.yaml': settings, 'client.secret': CLIENT.secret })
  provider = await identityProvider(port, world.origin)
  ada = await firstPerson(world)
})
afterAll(async () => {
  expect(world.faults).toEqual([])
  expect(await faultsIn(await entriesOf(world))).toEqual([])
  await world.end()
  await provider.end()
})

/** Through the provider and back, in one browser. Answers with where the desk sends him then. */
async function outside(who: Somebody, login: string, code?: string): Promise<string> {
  const { body } = await who.send<Outside>('POST', '/api/organisation/start', code === undefined ? {} : { code })
  return await back(who, await signInThere(body.url, login))
}

async function back(who: Somebody, at: URL): Promise<string> {
  const answer = await who.send('GET', at.pathname + at.search)
  return answer.headers.get('location') ?? String(answer.status)
}

async function invited(name: string, email: string, roles = ['approver']): Promise<OneTime> {
  return (await ada.send<OneTime>('POST', '/api/people/invitations', { name, roles, email })).body
}

it('lets only whom the provider knows by that address use a link that names one', async () => {
  const { code } = await invited('Ben', 'Ben@Example.org')
  const ben = new Somebody(world.origin)
  const looked = async (by: Somebody): Promise<unknown> =>
    (await by.send<Invitation>('GET', `/api/invitations/${code}`)).body
  expect(await looked(ben)).toMatchObject({ email: 'ben@example.org', proved: false })
  await expect(ben.join(code)).rejects.toThrow('this link is for ben@example.org')
  for (const other of ['mallory', 'unproved-ben']) {
    const mallory = new Somebody(world.origin)
    expect(await outside(mallory, other, code)).toBe('/join')
    await expect(mallory.join(code)).rejects.toThrow('this link is for ben@example.org')
  }
  expect(await outside(ben, 'ben', code)).toBe('/join')
  expect(await looked(ben)).toMatchObject({ proved: true })
  // What one browser has shown is of no use to another, nor for another link.
  await expect(new Somebody(world.origin).join(code)).rejects.toThrow('this link is for')
  const other = await invited('Benno', 'ben@example.org')
  await expect(ben.join(other.code)).rejects.toThrow('this link is for')
  await ben.join(code)
  expect((await ben.send<Session>('GET', '/api/session')).body).toMatchObject({ person: { name: 'Ben' } })
})

it('opens a session that reads, and in which nothing but a passkey changes anything', async () => {
  const { code } = await invited('Zoe', 'zoe@example.org', ['admin', 'approver'])
  const zoe = new Somebody(world.origin)
  await outside(zoe, 'zoe', code)
  await zoe.join(code)
  zoe.cookie = ''
  expect(await outside(zoe, 'zoe')).toBe('/')
  expect((await zoe.send<Session>('GET', '/api/session')).body).toMatchObject({ person: { name: 'Zoe' }, reads: true })
  expect(await zoe.send('GET', '/api/people')).toMatchObject({ status: 200 })
  const reads = { status: 403, body: { detail: expect.stringContaining('to read: sign in with your passkey') } }
  const link = await ada.send<OneTime>('POST', '/api/people/invitations', { name: 'Fay', roles: ['admin'] })
  for (const [method, path, body] of [
    ['POST', '/api/people/invitations', { name: 'X', roles: ['operator'] }],
    ['POST', `/api/people/${ada.id}/rights`, { roles: ['auditor'] }],
    ['POST', `/api/people/${ada.id}/recovery`, {}],
    ['POST', `/api/people/${ada.id}/link`, { other: zoe.id }],
    ['DELETE', `/api/people/${ada.id}`, {}],
    ['DELETE', `/api/proposals/${link.body.proposal}`, {}],
    ['POST', '/api/guards/codes', { name: 'x', operator: zoe.id }],
    ['DELETE', '/api/guards/g-0000000000', {}],
  ] as const)
    expect(await zoe.send(method, path, body), path).toMatchObject(reads)
  // What her passkey signs itself it signs here too.
  expect(await zoe.agree(link.body.proposal ?? '')).toMatchObject({ status: 200 })
  const dan = await ada.invite('Dan', ['operator'])
  const guard = await new SomeGuard(world).enroll(ada, dan)
  const held = filing({ approvals: 1 })
  await guard.file(held)
  expect(await zoe.vote(held.ticket, 'approve')).toMatchObject({ status: 200, body: { state: 'approved' } })
  const other = filing({ approvals: 1 })
  await guard.file(other)
  const { body } = await zoe.send<HoldPage>('GET', `/api/holds/${other.ticket}`)
  const asked = { decision: 'approve', reason: 'so it is', digest: body.digest }
  const begun = await zoe.send<Challenge>('POST', `/api/holds/${other.ticket}/votes/start`, asked)
  const signed = ada.passkey.get(begun.body.options, { origin: ada.origin })
  const vote = { nonce: begun.body.nonce, response: signed }
  expect(await zoe.send('POST', `/api/holds/${other.ticket}/votes`, vote)).toMatchObject({ status: 403 })
})

it('lets in nobody who is not enrolled, who was removed, or whose way back another browser began', async () => {
  const { code } = await invited('Gil', 'gil@example.org', ['auditor'])
  const gil = new Somebody(world.origin)
  await outside(gil, 'gil', code)
  await gil.join(code)
  expect(await outside(new Somebody(world.origin), 'stranger')).toBe('/not-signed-in')
  const start = async (by: Somebody): Promise<URL> =>
    await signInThere((await by.send<Outside>('POST', '/api/organisation/start', {})).body.url, 'gil')
  const [one, other] = [new Somebody(world.origin), new Somebody(world.origin)]
  const [at] = [await start(one), await start(other)]
  expect(await back(other, at)).toBe('/not-signed-in')
  // And is gone with that.
  expect(await back(one, at)).toBe('/not-signed-in')
  const changed = await start(one)
  changed.searchParams.set('code', 'another')
  expect(await back(one, changed)).toBe('/not-signed-in')
  const late = await start(one)
  world.clock.skip(10 * 60_000 + 1)
  expect(await back(one, late)).toBe('/not-signed-in')
  await ada.send('DELETE', `/api/people/${gil.id}`, {})
  expect(await outside(gil, 'gil')).toBe('/not-signed-in')
})

it('counts two accounts of one account of the provider as one human being', async () => {
  const accounts: string[] = []
  for (const name of ['Hal', 'Hal again']) {
    const { code } = await invited(name, 'hal@example.org', ['operator'])
    const hal = new Somebody(world.origin)
    await outside(hal, 'hal', code)
    accounts.push((await hal.join(code)).id)
  }
  const { people } = (await ada.send<People>('GET', '/api/people')).body
  const humans = people.filter(({ id }) => accounts.includes(id)).map(({ human }) => human)
  expect(humans).toEqual([expect.stringMatching(/^u-/), humans[0]])
})

it('needs a provider for an invitation that names an address', async () => {
  const other = await newWorld()
  const admin = await firstPerson(other)
  const asked = { name: 'X', roles: ['approver'], email: 'x@example.org' }
  expect(await admin.send('POST', '/api/people/invitations', asked)).toMatchObject({ status: 409 })
  expect(await admin.send('POST', '/api/organisation/start', {})).toMatchObject({ status: 404 })
  expect((await admin.send<Session>('GET', '/api/session')).body).not.toHaveProperty('provider')
  await other.end()
})
