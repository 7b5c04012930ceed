import { afterEach, beforeEach, expect, it } from 'vitest'
import { Authenticator } from '../../src/demo/authenticator.ts'
import type { Entry } from '../../src/desk/verify.ts'
import type { Challenge, OneTime, Role } from '../../src/wire/desk.ts'
import type { People } from '../../src/wire/desk-people.ts'
import { filing } from './filing.ts'
import {
  type Answer,
  entriesOf,
  faultsIn,
  newWorld,
  plain,
  Somebody,
  type SomeGuard,
  team,
  type World,
} from './world.ts'

let world: World
let ada: Somebody
let ben: Somebody
let cho: Somebody
let dan: Somebody
let guard: SomeGuard
beforeEach(async () => {
  world = await newWorld()
  ;({ ada, ben, cho, dan, guard } = await team(world))
})
afterEach(async () => {
  expect(world.faults).toEqual([])
  await world.end()
})

/** Asks for a link, and answers with what it waits for. */
async function invited(by: Somebody, roles: readonly Role[], name = 'Eve'): Promise<OneTime & { proposal: string }> {
  const { body } = await by.send<OneTime>('POST', '/api/people/invitations', { name, roles })
  return { ...body, proposal: body.proposal ?? '' }
}

async function secondAdmin(): Promise<Somebody> {
  return await ada.invite('Zoe', ['admin'])
}

async function people(): Promise<People> {
  return (await ada.send<People>('GET', '/api/people')).body
}

const faults = async (): Promise<readonly string[]> => faultsIn(await entriesOf(world))

it('lets one admin give rights alone while there is no other, and says so', async () => {
  const { people: all, byTwo } = await people()
  expect(byTwo).toBe(false)
  expect(all.map(({ name, alone }) => [name, alone])).toEqual([
    ['Ada', true],
    ['Ben', true],
    ['Cho', true],
    ['Dan', true],
  ])
  expect(await faults()).toEqual([])
})

it('lets an invited approver or admin in only when two admins have signed it', async () => {
  const zoe = await secondAdmin()
  for (const roles of [['approver'], ['admin', 'auditor']] as const) {
    const link = await invited(ada, roles)
    const open = (): Promise<Somebody> => new Somebody(world.origin).join(link.code)
    expect((await plain(world.origin, 'GET', `/api/invitations/${link.code}`)).body).toMatchObject({ waits: true })
    await expect(open()).rejects.toThrow()
    expect(await ada.agree(link.proposal)).toMatchObject({ status: 200 })
    await expect(open()).rejects.toThrow()
    expect(await zoe.agree(link.proposal)).toMatchObject({ status: 200, body: { proposals: [{ agreed: true }] } })
    const eve = await open()
    expect((await people()).people.find(({ id }) => id === eve.id)).not.toHaveProperty('alone')
    await expect(open()).rejects.toThrow()
  }
  expect(await faults()).toEqual([])
})

it('takes one admin for an operator and an auditor, who agree to nothing', async () => {
  await secondAdmin()
  const eve = await ada.invite('Eve', ['operator', 'auditor'], { teams: ['payments'], seniority: 'principal' })
  expect((await people()).people.find(({ id }) => id === eve.id)).toMatchObject({ teams: ['payments'] })
  expect(await faults()).toEqual([])
})

it('counts no signature twice, of nobody who may not sign, and none that is not for this very proposal', async () => {
  const zoe = await secondAdmin()
  const [one, other] = [await invited(ada, ['approver']), await invited(ada, ['admin'], 'Fay')]
  await ada.agree(one.proposal)
  expect(await ada.agree(one.proposal)).toMatchObject({ status: 409, body: { detail: 'you have signed it' } })
  expect(await ben.agree(one.proposal)).toMatchObject({ status: 403 })
  expect(await zoe.agree(one.proposal, { userVerified: false })).toMatchObject({ status: 403 })
  expect(await zoe.agree(one.proposal, { origin: 'http://evil.localhost' })).toMatchObject({ status: 403 })
  const start = (proposal: string): Promise<Answer<{ nonce: string; options: unknown }>> =>
    zoe.send('POST', `/api/proposals/${proposal}/start`, {})
  const signed = async (at: string, begun: string, challenge = begun): Promise<Answer> => {
    const [{ body }, of] = [await start(begun), await start(challenge)]
    const response = zoe.passkey.get(begun === challenge ? body.options : of.body.options, { origin: zoe.origin })
    return await zoe.send('POST', `/api/proposals/${at}`, { nonce: body.nonce, response })
  }
  expect(await signed(other.proposal, one.proposal)).toMatchObject({ status: 403 })
  expect(await signed(one.proposal, one.proposal, other.proposal)).toMatchObject({ status: 403 })
  const { body } = await start(one.proposal)
  const forged = new Authenticator().get(body.options, { origin: zoe.origin })
  const id = zoe.passkey.id.toString('base64url')
  const response = { ...forged, id, rawId: id }
  expect(await zoe.send('POST', `/api/proposals/${one.proposal}`, { nonce: body.nonce, response })).toMatchObject({
    status: 403,
  })
  expect((await people()).proposals.map(({ signed }) => signed)).toEqual([['Ada'], []])
})

it('counts the signature of an admin no more who was removed since', async () => {
  const zoe = await secondAdmin()
  const link = await invited(ada, ['approver'])
  await ada.agree(link.proposal)
  await zoe.agree(link.proposal)
  await ada.send('DELETE', `/api/people/${zoe.id}`, {})
  await expect(new Somebody(world.origin).join(link.code)).rejects.toThrow('works when two have agreed')
  // With the other admin gone, an approver stands in: nobody becomes the only one by removing the other.
  expect(await ben.agree(link.proposal)).toMatchObject({ status: 200 })
  await new Somebody(world.origin).join(link.code)
  expect(await faults()).toEqual([])
})

it('never goes back to one admin alone by removing the other', async () => {
  const zoe = await secondAdmin()
  await ada.send('DELETE', `/api/people/${zoe.id}`, {})
  const link = await invited(ada, ['approver'])
  expect(link.proposal).not.toBe('')
  await ada.agree(link.proposal)
  await expect(new Somebody(world.origin).join(link.code)).rejects.toThrow()
})

it('changes rights at once where that takes away, and with two where it gives', async () => {
  const zoe = await secondAdmin()
  const rights = async (of: Somebody, to: object): Promise<unknown> => {
    expect(await ada.send('POST', `/api/people/${of.id}/rights`, to)).toMatchObject({ status: 200 })
    return (await people()).people.find(({ id }) => id === of.id)
  }
  for (const more of [
    { roles: ['approver'], teams: ['payments'] },
    { roles: ['approver'], seniority: 'senior' },
    { roles: ['approver', 'admin'] },
  ]) {
    expect(await rights(ben, more)).toMatchObject({ roles: ['approver'], teams: [], seniority: 'junior' })
    const [waits] = (await people()).proposals
    await zoe.agree(waits?.proposal.id ?? '')
    await ada.agree(waits?.proposal.id ?? '')
    expect((await people()).people.find(({ id }) => id === ben.id)).toMatchObject(more)
    expect(await rights(ben, { roles: ['approver'] })).toMatchObject({ roles: ['approver'], teams: [] })
    expect((await people()).proposals).toEqual([])
  }
  expect(await rights(cho, { roles: ['auditor'] })).toMatchObject({ roles: ['auditor'] })
  expect(await faults()).toEqual([])
})

it('makes no admin of somebody whom an agent acts for, and keeps the last admin', async () => {
  const asked = await ada.send('POST', `/api/people/${dan.id}/rights`, { roles: ['admin'] })
  expect(asked).toMatchObject({ status: 409, body: { detail: expect.stringContaining('no agent acts for an admin') } })
  expect(await ada.send('POST', `/api/people/${ada.id}/rights`, { roles: ['approver'] })).toMatchObject({ status: 409 })
  expect(await ben.send('POST', `/api/people/${ben.id}/rights`, { roles: ['admin'] })).toMatchObject({ status: 403 })
})

it('forgets what was withdrawn, or waited for too long', async () => {
  const zoe = await secondAdmin()
  const [one, other] = [await invited(ada, ['approver']), await invited(ada, ['approver'], 'Fay')]
  expect(await ben.send('DELETE', `/api/proposals/${one.proposal}`, {})).toMatchObject({ status: 403 })
  expect(await zoe.send('DELETE', `/api/proposals/${one.proposal}`, {})).toMatchObject({ status: 200 })
  expect(await ada.agree(one.proposal)).toMatchObject({ status: 404 })
  await ada.agree(other.proposal)
  world.clock.skip(3 * 24 * 60 * 60_000)
  for (const each of [ada, zoe]) await each.signIn()
  expect(await zoe.agree(other.proposal)).toMatchObject({ status: 404 })
  expect((await people()).proposals).toEqual([])
  expect(await faults()).toEqual([])
})

it('gives a new passkey for the same person when two have signed, and ends the old one', async () => {
  const ticket = filing()
  await guard.file(ticket)
  await ben.vote(ticket.ticket, 'approve')
  const { body } = await ada.send<OneTime>('POST', `/api/people/${ben.id}/recovery`, {})
  const fresh = new Somebody(world.origin)
  await ada.agree(body.proposal ?? '')
  await expect(fresh.join(body.code)).rejects.toThrow('works when two have agreed')
  // He is no judge of his own recovery, and an approver stands in for the second admin.
  expect(await ben.agree(body.proposal ?? '')).toMatchObject({ status: 403 })
  await cho.agree(body.proposal ?? '')
  await fresh.join(body.code)
  expect(fresh.id).toBe(ben.id)
  expect(await ben.send('GET', '/api/holds')).toMatchObject({ status: 401 })
  expect(await ben.signIn()).toMatchObject({ status: 403 })
  expect(await fresh.signIn()).toMatchObject({ status: 200 })
  expect(await fresh.vote(ticket.ticket, 'approve')).toMatchObject({
    status: 403,
    body: { detail: 'you have approved it; you can still deny it' },
  })
  await ada.vote(ticket.ticket, 'approve')
  expect((await guard.file(ticket, 'r-0000000000')).body.grant).toEqual(expect.any(String))
  expect(await faults()).toEqual([])
})

it('lets no one admin take over the account of the other', async () => {
  const zoe = await secondAdmin()
  const { body } = await ada.send<OneTime>('POST', `/api/people/${zoe.id}/recovery`, {})
  await ada.agree(body.proposal ?? '')
  await expect(new Somebody(world.origin).join(body.code)).rejects.toThrow()
  expect(await ben.send('POST', `/api/people/${cho.id}/recovery`, {})).toMatchObject({ status: 403 })
})

it('counts two accounts of one human being once, and their No', async () => {
  expect(await ada.send('POST', `/api/people/${ben.id}/link`, { other: cho.id })).toMatchObject({ status: 200 })
  const [one, other] = [filing(), filing()]
  for (const each of [one, other]) await guard.file(each)
  await ben.vote(one.ticket, 'approve')
  expect(await cho.vote(one.ticket, 'approve')).toMatchObject({ status: 403 })
  expect(await ada.vote(one.ticket, 'approve')).toMatchObject({ status: 200, body: { state: 'approved' } })
  await ben.vote(other.ticket, 'approve')
  expect(await cho.vote(other.ticket, 'deny')).toMatchObject({ status: 200, body: { state: 'denied' } })
  expect(await faults()).toEqual([])
})

it('counts an account that is linked to the operator as the operator', async () => {
  const ticket = filing()
  await guard.file(ticket)
  await ben.vote(ticket.ticket, 'approve')
  await ada.send('POST', `/api/people/${dan.id}/link`, { other: ben.id })
  expect(
    (await guard.send<{ approved: unknown[]; asked: string[] }>('GET', `/v1/holds/${ticket.ticket}`)).body,
  ).toMatchObject({
    approved: [],
    asked: ['Ada', 'Cho'],
  })
  expect(await ben.vote(ticket.ticket, 'deny')).toMatchObject({ status: 403 })
  await ada.vote(ticket.ticket, 'approve')
  await cho.vote(ticket.ticket, 'approve')
  expect((await guard.file(ticket, 'r-0000000000')).body.grant).toEqual(expect.any(String))
  expect(await faults()).toEqual([])
})

it('parts linked accounts only when two others have signed it', async () => {
  await ada.send('POST', `/api/people/${ben.id}/link`, { other: cho.id })
  await ada.send('DELETE', `/api/people/${ben.id}/link`, {})
  const [waits] = (await people()).proposals
  const id = waits?.proposal.id ?? ''
  for (const each of [ben, cho]) expect(await each.agree(id)).toMatchObject({ status: 403 })
  await ada.agree(id)
  expect((await people()).people.find((each) => each.id === ben.id)).toHaveProperty('human')
  await dan.agree(id)
  expect((await people()).people.find((each) => each.id === ben.id)).not.toHaveProperty('human')
  expect(await faults()).toEqual([])
})

it('finds rights in the ledger that two did not give', async () => {
  const zoe = await secondAdmin()
  const link = await invited(ada, ['approver'])
  for (const each of [ada, zoe]) await each.agree(link.proposal)
  await new Somebody(world.origin).join(link.code)
  const entries = await entriesOf(world)
  expect(await faultsIn(entries)).toEqual([])
  const typed = (type: string): Entry[] => entries.filter(({ entry }) => entry.type === `dev.interlock.${type}`)
  const without = (gone: Entry | undefined): Entry[] => entries.filter((each) => each !== gone)
  const changed = (of: Entry | undefined, change: object): Entry[] =>
    entries.map((each) =>
      each === of ? { ...each, entry: { ...each.entry, data: { ...(each.entry.data as object), ...change } } } : each,
    )
  const joined = typed('person.enrolled').at(-1)
  for (const signature of typed('people.agreed'))
    expect(await faultsIn(without(signature))).toEqual(['fewer than two had signed it who could'])
  expect(await faultsIn(changed(joined, { roles: ['approver', 'admin'] }))).toEqual([
    'it is not what two had agreed to',
  ])
  expect(await faultsIn(changed(joined, { seniority: 'principal' }))).toEqual(['it is not what two had agreed to'])
  expect(await faultsIn(changed(joined, { proposal: undefined, alone: true }))).toEqual([
    'one admin alone gave rights that take two',
  ])
  const [first, second] = typed('people.agreed')
  const { assertion } = (second?.entry.data ?? {}) as { assertion?: unknown }
  expect((await faultsIn(changed(first, { assertion })))[0]).toMatch(/^the passkey did not sign this/)
  const alone = typed('person.enrolled')[1]
  expect(await faultsIn(changed(alone, { alone: undefined }))).toContain(
    'it says wrongly whether one admin alone gave rights',
  )
})

it('takes one more passkey of a person only when one that he has signed it', async () => {
  const key = new Authenticator()
  const begin = async (): Promise<Challenge> => {
    const { body } = await ben.send<Challenge>('POST', '/api/passkeys/start', {})
    const response = key.create(body.options, { origin: ben.origin })
    return (await ben.send<Challenge>('POST', '/api/passkeys/sign', { nonce: body.nonce, response })).body
  }
  const add = async (of: Authenticator, as = ben): Promise<Answer> => {
    const { nonce, options } = await begin()
    const response = of.get(options, { origin: ben.origin })
    return await as.send('POST', '/api/passkeys', { nonce, response })
  }
  expect(await add(key)).toMatchObject({ status: 403, body: { detail: 'it is not your passkey' } })
  expect(await add(cho.passkey)).toMatchObject({ status: 403 })
  expect(await add(ben.passkey, cho)).toMatchObject({ status: 403 })
  expect(await add(ben.passkey)).toMatchObject({ status: 200 })
  expect(await add(ben.passkey)).toMatchObject({ status: 409 })
  const held = filing({ approvals: 1 })
  await guard.file(held)
  const old = ben.passkey
  ben.passkey = key
  expect(await ben.signIn()).toMatchObject({ status: 200 })
  expect(await ben.vote(held.ticket, 'approve')).toMatchObject({ status: 200, body: { state: 'approved' } })
  ben.passkey = old
  expect(await ben.signIn()).toMatchObject({ status: 200 })
  const entries = await entriesOf(world)
  expect(await faultsIn(entries)).toEqual([])
  const unsigned = entries.filter(({ entry }) => entry.type !== 'dev.interlock.passkey.added')
  expect(await faultsIn(unsigned)).toContain('it was not signed with a passkey of that person')
})
