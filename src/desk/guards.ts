import { decodeJwt, jwtVerify } from 'jose'
import { sha256Url } from '../core/digest.ts'
import { fingerprintOf, publicKeyOf } from '../core/key.ts'
import {
  type CodeRequest,
  type EnrollReply,
  type EnrollRequest,
  GuardClaims,
  type GuardLine,
  type OneTime,
} from '../wire/desk.ts'
import { type Desk, isAdmin, needAdmin, Refusal, record } from './desk.ts'
import { revoke } from './people.ts'
import { hashOf, newSecret } from './secret.ts'
import type { Enrolled, GuardRow, Reading } from './store.ts'

const CODE_MS = 60 * 60 * 1000
/** The longest that a guard's token may last, and how far its clock may be from ours. */
const TOKEN_S = 60
const SKEW_S = 60
/** How exactly it is told when a guard was last seen. */
const SEEN_MS = 60_000

/** Lets a guard enrol that acts for this person. He is no admin: one could enrol the people who then agree with him. */
export async function newGuardCode(desk: Desk, admin: Enrolled, { name, operator }: CodeRequest): Promise<OneTime> {
  const code = newSecret(16)
  const expires = desk.clock.now() + CODE_MS
  await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    await operatorOf(tables, operator)
    await tables.addCode(hashOf(code), { kind: 'guard', name, operator, expires, by: admin.id })
  })
  return { code, link: desk.origin, expires }
}

export async function enrollGuard(desk: Desk, { code, name: called, key }: EnrollRequest): Promise<EnrollReply> {
  const now = desk.clock.now()
  return await desk.store.change(async (tables) => {
    const found = await tables.code(hashOf(code))
    if (found?.kind !== 'guard' || found.expires <= now || found.by === undefined || !(await isAdmin(tables, found.by)))
      throw new Refusal('desk/not-found', 'this code was used, or it is too old: ask an admin for another')
    if ((await tables.guards()).some((guard) => guard.key === key))
      throw new Refusal('desk/conflict', 'this key is enrolled already')
    const operator = await operatorOf(tables, found.operator)
    const guard = { id: desk.clock.id('g'), name: found.name }
    await tables.dropCode(hashOf(code))
    await tables.addGuard({ ...guard, operator: operator.id, key: canonicalKey(key), enrolledAt: now })
    await record(desk, tables, 'guard.enrolled', {
      subject: guard.id,
      data: { guard, called, operator, key, desk: desk.key.public, by: found.by },
    })
    return { guard: guard.id, operator, key: desk.key.public, origin: desk.origin }
  })
}

async function operatorOf(tables: Reading, id: string): Promise<{ id: string; name: string }> {
  const person = (await tables.people()).find((each) => each.id === id && !each.removed)
  if (person === undefined) throw new Refusal('desk/conflict', 'whoever it would act for is not enrolled')
  if (person.roles.includes('admin'))
    throw new Refusal('desk/conflict', 'an admin could invite whoever agrees with him: no agent acts for one')
  return { id, name: person.name }
}

/** Two texts may stand for the same 32 bytes. */
function canonicalKey(key: string): string {
  if (Buffer.from(key, 'base64url').toString('base64url') !== key)
    throw new Refusal('desk/malformed', 'that is no Ed25519 key')
  return key
}

export async function revokeGuard(desk: Desk, admin: Enrolled, id: string): Promise<void> {
  await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    const guard = await tables.guard(id)
    if (guard === undefined || guard.revoked) throw new Refusal('desk/not-found', 'there is no such guard')
    await revoke(desk, tables, { guard: id, by: admin.id })
  })
}

export async function guardLines({ store }: Desk): Promise<GuardLine[]> {
  const people = await store.people()
  return (await store.guards()).map(({ key, operator, ...guard }) => ({
    ...guard,
    operator: people.find(({ id }) => id === operator)?.name ?? operator,
    fingerprint: fingerprintOf(key),
  }))
}

/** What a guard's request was, to compare with what it signed. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: Uint8Array
}

/** Whose token it is. Refuses one that is not of an enrolled guard, for this desk, this request and this minute. */
export async function authentic(desk: Desk, token: string, { method, path, body }: Asked): Promise<GuardRow> {
  const guard = await guardNamedIn(desk, token)
  const now = desk.clock.now()
  const claims = await jwtVerify(token, publicKeyOf(guard.key), {
    algorithms: ['EdDSA'],
    audience: desk.origin,
    clockTolerance: SKEW_S,
    currentDate: new Date(now),
  }).then(
    ({ payload }) => GuardClaims.safeParse(payload).data,
    () => undefined,
  )
  if (claims === undefined) throw unknown('it is not signed by that guard for this desk, or it is too old')
  const { iat, exp, htm, htu, bh } = claims
  if (exp - iat > TOKEN_S || iat > now / 1000 + SKEW_S) throw unknown('it would last too long')
  if (htm !== method || htu !== path || bh !== sha256Url(body)) throw unknown('it was signed for another request')
  if (guard.revoked) throw new Refusal('desk/forbidden', 'this guard was revoked')
  if (now - (guard.seenAt ?? 0) > SEEN_MS) await desk.store.change((tables) => tables.seeGuard(guard.id, now))
  return guard
}

async function guardNamedIn({ store }: Desk, token: string): Promise<GuardRow> {
  let issuer: string | undefined
  try {
    issuer = decodeJwt(token).iss
  } catch {
    throw unknown('it is none')
  }
  const guard = issuer === undefined ? undefined : await store.guard(issuer)
  if (guard === undefined) throw unknown('no such guard is enrolled')
  return guard
}

function unknown(why: string): Refusal {
  return new Refusal('desk/no-credential', `the guard's token is not accepted: ${why}`)
}
