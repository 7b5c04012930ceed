import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { compactVerify, SignJWT } from 'jose'
import { publicKeyOf } from '../core/key.ts'
import { GrantClaims } from '../wire/desk.ts'

/** The desk's own key. Guards have pinned its public half, and take a grant from nobody else. */
export interface DeskKey {
  readonly secret: KeyObject
  /** Raw Ed25519, base64url. */
  readonly public: string
}

/** As it is kept: PKCS #8, PEM. */
export function newDeskKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

export function deskKeyOf(pem: string): DeskKey {
  const secret = createPrivateKey(pem)
  return { secret, public: createPublicKey(secret).export({ format: 'jwk' }).x ?? '' }
}

export async function signGrant(key: DeskKey, claims: GrantClaims): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA' }).sign(key.secret)
}

/** What the desk with this public key granted, however long ago; undefined where it did not. */
export async function readGrant(grant: string, key: string): Promise<GrantClaims | undefined> {
  try {
    const { payload } = await compactVerify(grant, publicKeyOf(key), { algorithms: ['EdDSA'] })
    return GrantClaims.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  } catch {
    return undefined
  }
}
