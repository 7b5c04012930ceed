import { isMore } from '../people/rights.ts'
import type { Challenge, Invitation, JoinStart, Signed } from '../wire/desk.ts'
import { type Desk, isAdmin, Refusal, record } from './desk.ts'
import { provedBy } from './organisation.ts'
import { type Registered, registered, registrationOptions } from './passkeys.ts'
import { isInForce } from './proposals.ts'
import { link, needPerson } from './rights.ts'
import { hashOf, newSecret } from './secret.ts'
import { newSession, SIGN_MS } from './sessions.ts'
import type { Challenged, Code, Reading, Writing } from './store.ts'

type Link = Extract<Code, { kind: 'person' | 'recovery' }>
type Joins = Extract<Challenged, { kind: 'join' }>
type Made = Extract<Registered, { kind: 'made' }>

/** `proof`: what the browser kept from the identity provider. */
export async function invitation(desk: Desk, code: string, proof: string): Promise<Invitation> {
  const { store } = desk
  const link = await linkOf(desk, store, hashOf(code))
  const waits = link.proposal !== undefined && !(await isInForce(desk, store, link.proposal))
  const rest = { expires: link.expires, ...(waits && { waits }) }
  if (link.kind === 'person') {
    const { name, email, roles, teams, seniority } = link
    const identity = await store.change((tables) => provedBy(tables, proof, hashOf(code)))
    const proved = email !== undefined && identity?.email === email
    const called = { ...(name !== undefined && { name }), ...(email !== undefined && { email, proved }) }
    return { ...called, roles, teams, seniority, ...rest }
  }
  const { name, roles, teams, seniority } = await needPerson(store, link.person)
  return { name, roles, teams, seniority, recovers: true, ...rest }
}

/** INVARIANT: a link is void when who made it is no admin any more; the first person's once somebody is enrolled. */
async function linkOf({ clock }: Desk, tables: Reading, hash: string): Promise<Link> {
  const code = await tables.code(hash)
  const by = code?.by
  const isVoid =
    code?.kind === 'person' && (by === undefined ? (await tables.people()).length > 0 : !(await isAdmin(tables, by)))
  if (code === undefined || code.kind === 'guard' || code.expires <= clock.now() || isVoid)
    throw new Refusal('desk/not-found', 'this link was used, or it is too old: ask an admin for another')
  return code
}

/** The link, where it may be used at this time. */
async function linkInForce(desk: Desk, tables: Reading, hash: string): Promise<Link> {
  const link = await linkOf(desk, tables, hash)
  if (link.proposal !== undefined && !(await isInForce(desk, tables, link.proposal)))
    throw new Refusal('desk/conflict', 'this link works when two have agreed to it: ask the admin who sent it')
  return link
}

export async function startJoining(desk: Desk, code: string, asked: JoinStart, proof: string): Promise<Challenge> {
  const now = desk.clock.now()
  const nonce = newSecret()
  const person = await desk.store.change(async (tables) => {
    const link = await linkInForce(desk, tables, hashOf(code))
    const known = link.kind === 'recovery' ? await needPerson(tables, link.person) : undefined
    const name = known?.name ?? (link.kind === 'person' ? link.name : undefined) ?? asked.name
    if (name === undefined) throw new Refusal('desk/malformed', 'say your name')
    const id = known?.id ?? desk.clock.id('p')
    const identity = await provedBy(tables, proof, hashOf(code))
    if (link.kind === 'person' && link.email !== undefined && identity?.email !== link.email)
      throw new Refusal('desk/forbidden', `this link is for ${link.email}: sign in with your organisation first`)
    const of = { code: hashOf(code), person: id, name, ...(identity && { subject: identity.subject }) }
    await tables.addChallenge(nonce, { kind: 'join', ...of, expires: now + SIGN_MS })
    return { id, name }
  })
  return { nonce, options: (await registrationOptions(desk.origin, nonce, person)) as never }
}

/** Enrols who was invited, or gives back his account, with the passkey that he made. Answers with his session. */
export async function join(desk: Desk, code: string, { nonce, response }: Signed): Promise<string> {
  const now = desk.clock.now()
  const asked = await desk.store.change((tables) => tables.takeChallenge(nonce))
  if (asked?.kind !== 'join' || asked.expires <= now || asked.code !== hashOf(code))
    throw new Refusal('desk/conflict', 'this took too long: open the link once more')
  const made = await registered(desk.origin, nonce, response)
  if (made.kind === 'refused') throw new Refusal('desk/forbidden', `the passkey could not be taken: ${made.why}`)
  return await desk.store.change(async (tables) => {
    const used = await linkInForce(desk, tables, asked.code)
    if ((await tables.passkey(made.key.id)) !== undefined)
      throw new Refusal('desk/conflict', 'this passkey is enrolled already')
    await tables.dropCode(asked.code)
    if (used.proposal !== undefined) await tables.dropProposal(used.proposal)
    if (used.kind === 'recovery') await recover(desk, tables, used, made)
    else await enrol(desk, tables, used, { joins: asked, made })
    return await newSession(desk, tables, asked.person)
  })
}

async function enrol(
  desk: Desk,
  tables: Writing,
  { roles, teams, seniority, email, by, proposal }: Extract<Code, { kind: 'person' }>,
  { joins, made }: { readonly joins: Joins; readonly made: Made },
): Promise<void> {
  const rights = { roles, teams, seniority }
  const alone = proposal === undefined && isMore(rights)
  const { subject } = joins
  const known = subject === undefined ? undefined : (await tables.people()).find((each) => each.subject === subject)
  const person = { id: joins.person, name: joins.name }
  const outside = subject === undefined ? {} : { subject }
  const passkey = { ...made.key, person: person.id, counter: made.counter }
  await tables.addPerson({ ...person, ...rights, ...outside, alone }, passkey)
  await record(desk, tables, 'person.enrolled', {
    subject: person.id,
    data: {
      person,
      ...rights,
      ...outside,
      ...(email !== undefined && { email }),
      passkey: made.key,
      ...(by !== undefined && { by }),
      ...(proposal !== undefined && { proposal }),
      ...(alone && { alone }),
    },
  })
  // Two accounts of one account of the provider are one human being's.
  if (known !== undefined && by !== undefined)
    await link(desk, tables, { both: [known, await needPerson(tables, person.id)], by })
}

/** What he signed before stays signed: the ledger has the keys. */
async function recover(
  desk: Desk,
  tables: Writing,
  { person, proposal }: Extract<Code, { kind: 'recovery' }>,
  made: Made,
): Promise<void> {
  await needPerson(tables, person)
  await tables.endPasskeys(person)
  await tables.addPasskey({ ...made.key, person, counter: made.counter })
  await record(desk, tables, 'person.recovered', { subject: person, data: { person, passkey: made.key, proposal } })
}
