import { isSame } from '../people/person.ts'
import { signers, takesTwo } from '../people/rights.ts'
import type { OneTime, Rights } from '../wire/desk.ts'
import type { InviteRequest } from '../wire/desk-people.ts'
import { type Desk, needAdmin, Refusal, record } from './desk.ts'
import { propose } from './proposals.ts'
import { changeRights, link, needPerson } from './rights.ts'
import { hashOf, newSecret } from './secret.ts'
import type { Code, Enrolled, Writing } from './store.ts'

const FIRST_MS = 60 * 60 * 1000
const INVITATION_MS = 24 * 60 * 60 * 1000

/** Whoever opens the link in this time is the first person; undefined where somebody is enrolled. */
export async function inviteFirst(desk: Desk): Promise<OneTime | undefined> {
  return await desk.store.change(async (tables) => {
    if ((await tables.people()).length > 0) return undefined
    const rights: Rights = { roles: ['admin', 'approver'], teams: [], seniority: 'junior' }
    return await newLink(desk, tables, { kind: 'person', ...rights, expires: desk.clock.now() + FIRST_MS })
  })
}

/** What gives rights that count works when two have signed it; one admin is enough where there never was another. */
export async function invitePerson(desk: Desk, admin: Enrolled, asked: InviteRequest): Promise<OneTime> {
  return await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    if (asked.email !== undefined && desk.provider === undefined)
      throw new Refusal('desk/conflict', 'this desk knows no identity provider that could tell whose address that is')
    const { email, ...rest } = asked
    const plain = { ...rest, ...(email !== undefined && { email }) }
    const whole = { kind: 'invite', ...plain } as const
    const invited = { kind: 'person', ...plain, by: admin.id } as const
    if (!takesTwo(whole, await tables.people()))
      return await newLink(desk, tables, { ...invited, expires: desk.clock.now() + INVITATION_MS })
    const { id, expires } = await propose(desk, tables, admin, whole)
    return { ...(await newLink(desk, tables, { ...invited, proposal: id, expires })), proposal: id }
  })
}

/** A new passkey for somebody who lost his. Asked for by who could sign it; it always takes two. */
export async function recoverPerson(desk: Desk, by: Enrolled, id: string): Promise<OneTime> {
  return await desk.store.change(async (tables) => {
    await needPerson(tables, id)
    const asked = { kind: 'recover', person: id } as const
    if (!signers(asked, await tables.people()).some((each) => each.id === by.id))
      throw new Refusal('desk/forbidden', 'this is for others to ask for')
    const proposal = await propose(desk, tables, by, asked)
    const code = { kind: 'recovery', person: id, by: by.id, proposal: proposal.id, expires: proposal.expires } as const
    return { ...(await newLink(desk, tables, code)), proposal: proposal.id }
  })
}

async function newLink({ origin }: Desk, tables: Writing, what: Code): Promise<OneTime> {
  const code = newSecret(16)
  await tables.addCode(hashOf(code), what)
  return { code, link: `${origin}/join/${code}`, expires: what.expires }
}

/** At once where it takes away, or where one admin may do it; else it waits for two to sign it. */
export async function askForRights(desk: Desk, admin: Enrolled, id: string, rights: Rights): Promise<void> {
  await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    await needPerson(tables, id)
    const asked = { kind: 'rights', person: id, ...rights } as const
    if (takesTwo(asked, await tables.people())) await propose(desk, tables, admin, asked)
    else await changeRights(desk, tables, { ...rights, person: id, by: admin.id })
  })
}

/** Accounts of one human being count once from now on. */
export async function linkPeople(desk: Desk, admin: Enrolled, [one, other]: readonly [string, string]): Promise<void> {
  await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    const both = [await needPerson(tables, one), await needPerson(tables, other)]
    if (isSame(both[0], both[1])) throw new Refusal('desk/conflict', 'they are linked already')
    await link(desk, tables, { both, by: admin.id })
  })
}

/** Asks for this account to be its own human being's again. */
export async function askToUnlink(desk: Desk, admin: Enrolled, id: string): Promise<void> {
  await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    if ((await needPerson(tables, id)).human === undefined)
      throw new Refusal('desk/conflict', 'this account is linked to no other')
    await propose(desk, tables, admin, { kind: 'unlink', person: id })
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
