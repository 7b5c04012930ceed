import { type Desk, Refusal } from './desk.ts'
import { CALLBACK, type Identity, type Provider } from './identity.ts'
import { hashOf, newSecret } from './secret.ts'
import { newSession } from './sessions.ts'
import type { Writing } from './store.ts'

/** How long signing in at the organisation may take, and what it proved be used to join. */
export const OUTSIDE_MS = 10 * 60 * 1000

/** Where to go; `browser` is kept by this browser alone, so that nobody can finish what another one began. */
export async function goOutside(
  desk: Desk,
  code?: string,
): Promise<{ readonly url: string; readonly browser: string }> {
  const { url, ...outbound } = await needProvider(desk).begin()
  const browser = newSecret()
  const expires = desk.clock.now() + OUTSIDE_MS
  const rest = { browser: hashOf(browser), expires, ...(code !== undefined && { code: hashOf(code) }) }
  await desk.store.change((tables) => tables.addChallenge(outbound.state, { kind: 'outside', outbound, ...rest }))
  return { url, browser }
}

/** Who came back: with a session, or with what lets him use the link that he followed. */
export type Back = { readonly kind: 'session' | 'proof'; readonly secret: string }

export async function comeBack(desk: Desk, query: string, browser: string): Promise<Back> {
  const provider = needProvider(desk)
  const callback = new URL(`${desk.origin}${CALLBACK}${query}`)
  const state = callback.searchParams.get('state') ?? ''
  const began = await desk.store.change((tables) => tables.takeChallenge(state))
  if (began?.kind !== 'outside' || began.expires <= desk.clock.now())
    throw new Refusal('desk/conflict', 'this took too long: try again')
  if (began.browser !== hashOf(browser)) throw new Refusal('desk/forbidden', 'another browser began that')
  const identity = await provider.end(callback, began.outbound)
  return began.code === undefined
    ? { kind: 'session', secret: await signInAs(desk, identity) }
    : { kind: 'proof', secret: await proofOf(desk, identity, began.code) }
}

/** Who followed the link with this code, by what his browser keeps; good until it is used to join. */
export async function provedBy(tables: Writing, proof: string, code: string): Promise<Identity | undefined> {
  const proved = await tables.takeChallenge(hashOf(proof))
  if (proved?.kind !== 'proof' || proved.code !== code) return undefined
  // A passkey that was not made in time is tried again.
  await tables.addChallenge(hashOf(proof), proved)
  return proved.identity
}

/** A session that reads: what changes something is signed by a passkey, or done in a session that a passkey opened. */
async function signInAs(desk: Desk, { subject }: Identity): Promise<string> {
  return await desk.store.change(async (tables) => {
    const person = (await tables.people()).find((each) => each.subject === subject && !each.removed)
    if (person === undefined) throw new Refusal('desk/forbidden', 'nobody is enrolled here who joined as that')
    return await newSession(desk, tables, person.id, 'organisation')
  })
}

async function proofOf(desk: Desk, identity: Identity, code: string): Promise<string> {
  const proof = newSecret()
  const expires = desk.clock.now() + OUTSIDE_MS
  await desk.store.change((tables) => tables.addChallenge(hashOf(proof), { kind: 'proof', identity, code, expires }))
  return proof
}

function needProvider({ provider }: Desk): Provider {
  if (provider === undefined) throw new Refusal('desk/not-found', 'this desk knows no identity provider')
  return provider
}
