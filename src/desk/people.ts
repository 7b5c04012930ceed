import type { Challenge, Invitation, InviteRequest, JoinStart, OneTime, Role, Signed } from '../wire/desk.ts'
import { type Desk, isAdmin, needAdmin, Refusal, record } from './desk.ts'
import { registered, registrationOptions } from './passkeys.ts'
import { hashOf, newSecret } from './secret.ts'
import { newSession, SIGN_MS } from './sessions.ts'
import type { Code, Enrolled, Reading, Writing } from './store.ts'

const FIRST_MS = 60 * 60 * 1000
const INVITATION_MS = 24 * 60 * 60 * 1000

/** Whoever opens the link in this time is the first person; undefined where somebody is enrolled. */
export async function inviteFirst(desk: Desk): Promise<OneTime | undefined> {
  return await desk.store.change(async (tables) => {
    if ((await tables.people()).length > 0) return undefined
    return await invite(desk, tables, { roles: ['admin', 'approver'], expires: desk.clock.now() + FIRST_MS })
  })
}

export async function invitePerson(desk: Desk, admin: Enrolled, { name, roles }: InviteRequest): Promise<OneTime> {
  const expires = desk.clock.now() + INVITATION_MS
  return await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    return await invite(desk, tables, { name, roles, expires, by: admin.id })
  })
}

interface Invited {
  readonly name?: string
  readonly roles: readonly Role[]
  readonly expires: number
  readonly by?: string
}

async function invite({ origin }: Desk, tables: Writing, invited: Invited): Promise<OneTime> {
  const code = newSecret(16)
  await tables.addCode(hashOf(code), { kind: 'person', ...invited })
  return { code, link: `${origin}/join/${code}`, expires: invited.expires }
}

export async function invitation({ store, clock }: Desk, code: string): Promise<Invitation> {
  const { name, roles, expires } = await invitedBy(store, hashOf(code), clock.now())
  return { ...(name !== undefined && { name }), roles: [...roles], expires }
}

/** INVARIANT: a link is void when who made it is no admin any more; the first person's once somebody is enrolled. */
async function invitedBy(tables: Reading, hash: string, now: number): Promise<Extract<Code, { kind: 'person' }>> {
  const code = await tables.code(hash)
  const by = code?.by
  const isVoid = by === undefined ? (await tables.people()).length > 0 : !(await isAdmin(tables, by))
  if (code?.kind !== 'person' || code.expires <= now || isVoid)
    throw new Refusal('desk/not-found', 'this link was used, or it is too old: ask an admin for another')
  return code
}

export async function startJoining(desk: Desk, code: string, asked: JoinStart): Promise<Challenge> {
  const now = desk.clock.now()
  const nonce = newSecret()
  const person = desk.clock.id('p')
  const name = await desk.store.change(async (tables) => {
    const called = (await invitedBy(tables, hashOf(code), now)).name ?? asked.name
    if (called === undefined) throw new Refusal('desk/malformed', 'say your name')
    await tables.addChallenge(nonce, { kind: 'join', code: hashOf(code), person, name: called, expires: now + SIGN_MS })
    return called
  })
  return { nonce, options: (await registrationOptions(desk.origin, nonce, { id: person, name })) as never }
}

/** Enrols who was invited, with the passkey that he made, and signs him in. Answers with his session. */
export async function join(desk: Desk, code: string, { nonce, response }: Signed): Promise<string> {
  const now = desk.clock.now()
  const asked = await desk.store.change((tables) => tables.takeChallenge(nonce))
  if (asked?.kind !== 'join' || asked.expires <= now || asked.code !== hashOf(code))
    throw new Refusal('desk/conflict', 'this took too long: open the link once more')
  const made = await registered(desk.origin, nonce, response)
  if (made.kind === 'refused') throw new Refusal('desk/forbidden', `the passkey could not be taken: ${made.why}`)
  return await desk.store.change(async (tables) => {
    const { roles, by } = await invitedBy(tables, asked.code, now)
    if ((await tables.passkey(made.key.id)) !== undefined)
      throw new Refusal('desk/conflict', 'this passkey is enrolled already')
    const person = { id: asked.person, name: asked.name }
    await tables.dropCode(asked.code)
    await tables.addPerson({ ...person, roles }, { ...made.key, person: person.id, counter: made.counter })
    await record(desk, tables, 'person.enrolled', {
      subject: person.id,
      data: { person, roles: [...roles], passkey: made.key, ...(by !== undefined && { by }) },
    })
    return await newSession(desk, tables, person.id)
  })
}

/** He can do nothing more here, nor can the guards that act for him; a yes that he gave counts no more. */
export async function removePerson(desk: Desk, admin: Enrolled, id: string): Promise<void> {
  await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    const people = (await tables.people()).filter(({ removed }) => !removed)
    if (!people.some((person) => person.id === id)) throw new Refusal('desk/not-found', 'there is no such person')
    if (!people.some((person) => person.id !== id && person.roles.includes('admin')))
      throw new Refusal('desk/conflict', 'the last admin stays: enrol another one first')
    await tables.removePerson(id)
    await record(desk, tables, 'person.removed', { subject: id, data: { person: id, by: admin.id } })
    for (const guard of await tables.guards())
      if (guard.operator === id && !guard.revoked) await revoke(desk, tables, { guard: guard.id, by: admin.id })
  })
}

export async function revoke(desk: Desk, tables: Writing, data: { guard: string; by: string }): Promise<void> {
  await tables.revokeGuard(data.guard)
  await record(desk, tables, 'guard.revoked', { subject: data.guard, data })
}
