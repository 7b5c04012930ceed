import { humanOf } from '../people/person.ts'
import { isMore } from '../people/rights.ts'
import type { Rights } from '../wire/desk.ts'
import { type Desk, Refusal, record } from './desk.ts'
import type { Enrolled, Reading, Writing } from './store.ts'

/** From now on he has these rights and no others. `proposal`: two agreed to it. */
export async function changeRights(
  desk: Desk,
  tables: Writing,
  { person, by, proposal, roles, teams, seniority }: Rights & { person: string; by: string; proposal?: string },
): Promise<void> {
  const before = await needPerson(tables, person)
  const others = (await tables.people()).filter(({ id, removed }) => id !== person && !removed)
  if (!roles.includes('admin') && !others.some((each) => each.roles.includes('admin')))
    throw new Refusal('desk/conflict', 'the last admin stays one: enrol another one first')
  const guards = (await tables.guards()).filter(({ operator, revoked }) => operator === person && !revoked)
  if (roles.includes('admin') && guards.length > 0)
    throw new Refusal('desk/conflict', 'no agent acts for an admin: revoke the guards that act for him first')
  const rights = { roles, teams, seniority }
  const gives = proposal === undefined && isMore(rights, before)
  const alone = gives || (proposal === undefined && before.alone && isMore(rights))
  await tables.changeRights(person, { ...rights, alone })
  await record(desk, tables, 'person.changed', {
    subject: person,
    data: { person, ...rights, by, ...(proposal !== undefined && { proposal }), ...(gives && { alone: true }) },
  })
}

/** Also all that were linked to one of them before. */
export async function link(
  desk: Desk,
  tables: Writing,
  { both, by }: { readonly both: readonly Enrolled[]; readonly by: string },
): Promise<void> {
  const humans = both.map(humanOf)
  const people = (await tables.people()).filter((each) => humans.includes(humanOf(each))).map(({ id }) => id)
  const human = desk.clock.id('u')
  await tables.setHuman(people, human)
  await record(desk, tables, 'people.linked', { subject: human, data: { people, human, by } })
}

/** This account is no other human being's any more. */
export async function unlink(
  desk: Desk,
  tables: Writing,
  data: { readonly person: string; readonly by: string; readonly proposal: string },
): Promise<void> {
  await tables.setHuman([data.person], undefined)
  await record(desk, tables, 'person.unlinked', { subject: data.person, data })
}

export async function needPerson(tables: Pick<Reading, 'people'>, id: string): Promise<Enrolled> {
  const person = (await tables.people()).find((each) => each.id === id && !each.removed)
  if (person === undefined) throw new Refusal('desk/not-found', 'there is no such person')
  return person
}
