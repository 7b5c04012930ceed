import { canonical, type Json, sha256Url } from '../core/digest.ts'
import type { Challenge, Signed } from '../wire/desk.ts'
import type { PasskeyKey } from '../wire/desk-record.ts'
import { type Desk, Refusal, record } from './desk.ts'
import { ownSignature } from './own-signature.ts'
import { assertionOptions, registered, registrationOptions } from './passkeys.ts'
import { needPerson } from './rights.ts'
import { newSecret } from './secret.ts'
import { SIGN_MS } from './sessions.ts'
import type { Challenged, Enrolled } from './store.ts'

/** What one's passkey signs to let another one sign for him too, base64url. */
export function passkeyChallenge(added: { person: string; passkey: PasskeyKey; nonce: string }): string {
  return sha256Url(`interlock-passkey/v1\n${canonical(added as unknown as Json)}`)
}

/** One more passkey of one's own: it is made first, and then one that he has signs it. */
export async function startOwnPasskey(desk: Desk, { id, name }: Enrolled): Promise<Challenge> {
  const nonce = newSecret()
  const expires = desk.clock.now() + SIGN_MS
  await desk.store.change((tables) => tables.addChallenge(nonce, { kind: 'new-passkey', person: id, expires }))
  const has = await desk.store.passkeysOf(id)
  return { nonce, options: (await registrationOptions(desk.origin, nonce, { id, name, has })) as never }
}

export async function signOwnPasskey(desk: Desk, { id }: Enrolled, { nonce, response }: Signed): Promise<Challenge> {
  await taken(desk, nonce, { kind: 'new-passkey', person: id })
  const made = await registered(desk.origin, nonce, response)
  if (made.kind === 'refused') throw new Refusal('desk/forbidden', `the passkey could not be taken: ${made.why}`)
  const { key, counter } = made
  const next = newSecret()
  const expires = desk.clock.now() + SIGN_MS
  await desk.store.change((tables) =>
    tables.addChallenge(next, { kind: 'add-passkey', person: id, passkey: key, counter, expires }),
  )
  const challenge = passkeyChallenge({ person: id, passkey: key, nonce: next })
  const has = await desk.store.passkeysOf(id)
  return { nonce: next, options: (await assertionOptions(desk.origin, challenge, has)) as never }
}

export async function addOwnPasskey(desk: Desk, { id: person }: Enrolled, { nonce, response }: Signed): Promise<void> {
  const { passkey, counter } = await taken(desk, nonce, { kind: 'add-passkey', person })
  const challenge = passkeyChallenge({ person, passkey, nonce })
  const by = await ownSignature(desk, person, { challenge, response })
  await desk.store.change(async (tables) => {
    await needPerson(tables, person)
    if ((await tables.passkey(passkey.id)) !== undefined)
      throw new Refusal('desk/conflict', 'this passkey is enrolled already')
    if ((await tables.passkey(by.passkey.id))?.ended !== false)
      throw new Refusal('desk/forbidden', 'your passkey has ended')
    await tables.countPasskey(by.passkey.id, by.counter)
    await tables.addPasskey({ ...passkey, person, counter })
    const data = { person, passkey, nonce, by: by.passkey, assertion: by.assertion }
    await record(desk, tables, 'passkey.added', { subject: person, data })
  })
}

type Own = Extract<Challenged, { kind: 'new-passkey' | 'add-passkey' }>

async function taken<Kind extends Own['kind']>(
  { store, clock }: Desk,
  nonce: string,
  { kind, person }: { readonly kind: Kind; readonly person: string },
): Promise<Extract<Own, { kind: Kind }>> {
  const asked = await store.change((tables) => tables.takeChallenge(nonce))
  if (asked?.kind !== kind || asked.expires <= clock.now())
    throw new Refusal('desk/conflict', 'this took too long: begin again')
  const own = asked as Extract<Own, { kind: Kind }>
  if (own.person !== person) throw new Refusal('desk/forbidden', 'that was begun by somebody else')
  return own
}
