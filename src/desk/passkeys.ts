import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import * as z from 'zod'
import { reasonOf } from '../core/errors.ts'
import type { Assertion, PasskeyKey } from '../wire/desk-record.ts'

/** EdDSA, ES256, RS256: what every Node can verify, also in years. */
const ALGORITHMS = [-8, -7, -257]
const TIMEOUT_MS = 5 * 60 * 1000

export type Signed =
  | { readonly kind: 'signed'; readonly counter: number }
  | { readonly kind: 'refused'; readonly why: string }

/** `challenge` is base64url, as it comes back. `has`: passkeys of his; their devices make no other one. */
export async function registrationOptions(
  origin: string,
  challenge: string,
  { id, name, has = [] }: { readonly id: string; readonly name: string; readonly has?: readonly { id: string }[] },
): Promise<unknown> {
  return await generateRegistrationOptions({
    rpName: 'Interlock',
    rpID: siteOf(origin),
    userID: bytes(Buffer.from(id)),
    userName: name,
    userDisplayName: name,
    challenge: bytes(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: has.map(({ id }) => ({ id })),
  })
}

const Attestation = z.object({
  id: z.string(),
  rawId: z.string(),
  type: z.literal('public-key'),
  response: z.object({ clientDataJSON: z.string(), attestationObject: z.string() }),
})

export type Registered =
  | { readonly kind: 'made'; readonly key: PasskeyKey; readonly counter: number }
  | { readonly kind: 'refused'; readonly why: string }

export async function registered(origin: string, challenge: string, response: unknown): Promise<Registered> {
  const parsed = Attestation.safeParse(response)
  if (!parsed.success) return { kind: 'refused', why: 'that is no answer of a passkey' }
  try {
    const { registrationInfo: made } = await verifyRegistrationResponse({
      response: { ...parsed.data, clientExtensionResults: {} } satisfies RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: siteOf(origin),
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (made === undefined) return { kind: 'refused', why: 'its signature is wrong' }
    const { id, publicKey, counter } = made.credential
    return { kind: 'made', key: { id, publicKey: Buffer.from(publicKey).toString('base64url'), origin }, counter }
  } catch (error) {
    return { kind: 'refused', why: reasonOf(error) }
  }
}

/** Without `passkeys`: whichever the browser finds for this site. */
export async function assertionOptions(
  origin: string,
  challenge: string,
  passkeys?: readonly { readonly id: string }[],
): Promise<unknown> {
  return await generateAuthenticationOptions({
    rpID: siteOf(origin),
    challenge: bytes(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_MS,
    userVerification: 'required',
    ...(passkeys && { allowCredentials: passkeys.map(({ id }) => ({ id })) }),
  })
}

/** The passkey's own signature over this challenge, made for this site by a person who proved to be there. */
export async function asserted(
  { id, publicKey, origin, counter }: PasskeyKey & { readonly counter: number },
  challenge: string,
  assertion: Assertion,
): Promise<Signed> {
  if (assertion.id !== id) return { kind: 'refused', why: 'it is another passkey' }
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...assertion, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: siteOf(origin),
      requireUserVerification: true,
      credential: { id, publicKey: bytes(Buffer.from(publicKey, 'base64url')), counter },
    })
    if (!verified) return { kind: 'refused', why: 'its signature is wrong' }
    return { kind: 'signed', counter: authenticationInfo.newCounter }
  } catch (error) {
    return { kind: 'refused', why: reasonOf(error) }
  }
}

/** What passkeys call a site: its host without the port. */
function siteOf(origin: string): string {
  return new URL(origin).hostname
}

/** The library's types take no buffer that could be shared. */
function bytes(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer)
}
