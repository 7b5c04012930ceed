import type { Challenge, Signed } from '../wire/desk.ts'
import { Assertion } from '../wire/desk-record.ts'
import { type Desk, Refusal } from './desk.ts'
import { forgetFailures, needUnlocked, noteFailure } from './lockout.ts'
import { asserted, assertionOptions } from './passkeys.ts'
import { hashOf, newSecret } from './secret.ts'
import type { Enrolled, SessionRow, Writing } from './store.ts'

export const SESSION_MS = 12 * 60 * 60 * 1000
/** How long a passkey's answer may take. */
export const SIGN_MS = 5 * 60 * 1000

export async function startSignIn(desk: Desk): Promise<Challenge> {
  const nonce = newSecret()
  const expires = desk.clock.now() + SIGN_MS
  await desk.store.change((tables) => tables.addChallenge(nonce, { kind: 'sign-in', expires }))
  return { nonce, options: (await assertionOptions(desk.origin, nonce)) as never }
}

/** Answers with the session. */
export async function signIn(desk: Desk, { nonce, response }: Signed): Promise<string> {
  const asked = await desk.store.change((tables) => tables.takeChallenge(nonce))
  if (asked?.kind !== 'sign-in' || asked.expires <= desk.clock.now())
    throw new Refusal('desk/conflict', 'this took too long: try again')
  const assertion = Assertion.safeParse(response)
  const passkey = assertion.success ? await desk.store.passkey(assertion.data.id) : undefined
  if (!assertion.success || passkey === undefined || passkey.ended)
    throw new Refusal('desk/forbidden', 'nobody is enrolled here with this passkey')
  const suspect = { person: passkey.person }
  await needUnlocked(desk, suspect)
  const signed = await asserted(passkey, nonce, assertion.data)
  if (signed.kind === 'refused') {
    await noteFailure(desk, suspect)
    throw new Refusal('desk/forbidden', `the passkey was not accepted: ${signed.why}`)
  }
  await forgetFailures(desk, suspect)
  return await desk.store.change(async (tables) => {
    const person = (await tables.people()).find(({ id }) => id === passkey.person)
    if (person === undefined || person.removed) throw new Refusal('desk/forbidden', 'you are no longer enrolled')
    await tables.countPasskey(passkey.id, signed.counter)
    return await newSession(desk, tables, person.id)
  })
}

export async function newSession(
  { clock }: Desk,
  tables: Writing,
  person: string,
  by: SessionRow['by'] = 'passkey',
): Promise<string> {
  const session = newSecret()
  await tables.addSession(hashOf(session), { person, by, expires: clock.now() + SESSION_MS })
  return session
}

/** Whose session it is; undefined where it is nobody's any more. */
export async function whose(desk: Desk, session: string): Promise<Enrolled | undefined> {
  return (await inSession(desk, session))?.person
}

/** Likewise, with what opened it. */
export async function inSession(
  { store, clock }: Desk,
  session: string,
): Promise<{ readonly person: Enrolled; readonly by: SessionRow['by'] } | undefined> {
  const row = await store.session(hashOf(session), clock.now())
  if (row === undefined) return undefined
  const person = (await store.people()).find(({ id, removed }) => id === row.person && !removed)
  return person && { person, by: row.by }
}

export async function signOut({ store }: Desk, session: string): Promise<void> {
  await store.change((tables) => tables.endSession(hashOf(session)))
}
