import { Assertion, type PasskeyKey } from '../wire/desk-record.ts'
import { type Desk, Refusal } from './desk.ts'
import { asserted } from './passkeys.ts'

/** What a passkey of one's own signed, as the ledger keeps it, and how often the passkey was used. */
export interface OwnSignature {
  readonly passkey: PasskeyKey
  readonly assertion: Assertion
  readonly counter: number
}

/** This person's signature over `challenge`. Refused where the passkey is not his, or has ended, or signed something else. */
export async function ownSignature(
  { store }: Desk,
  person: string,
  { challenge, response, what = 'it is' }: { challenge: string; response: unknown; what?: string },
): Promise<OwnSignature> {
  const parsed = Assertion.safeParse(response)
  const found = parsed.success ? await store.passkey(parsed.data.id) : undefined
  if (!parsed.success || found?.person !== person || found.ended)
    throw new Refusal('desk/forbidden', 'it is not your passkey')
  const signed = await asserted(found, challenge, parsed.data)
  if (signed.kind === 'refused') throw new Refusal('desk/forbidden', `${what} not taken: ${signed.why}`)
  const { id, publicKey, origin } = found
  return { passkey: { id, publicKey, origin }, assertion: parsed.data, counter: signed.counter }
}
