import { sha256 } from '../core/digest.ts'

/** Of a raw public key in base64url: what both sides show, so that people can compare. */
export function fingerprintOf(key: string): string {
  return (sha256(Buffer.from(key, 'base64url')).slice(0, 32).match(/.{4}/g) ?? []).join(' ')
}
