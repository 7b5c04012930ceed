import { createPublicKey, type KeyObject } from 'node:crypto'
import { sha256 } from './digest.ts'

/** Raw Ed25519 public keys in base64url, as guard and desk give them to each other. */

/** Throws where it is none. */
export function publicKeyOf(raw: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })
}

/** What both sides show, so that people can compare. */
export function fingerprintOf(raw: string): string {
  return (sha256(Buffer.from(raw, 'base64url')).slice(0, 32).match(/.{4}/g) ?? []).join(' ')
}
