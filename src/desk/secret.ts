import { randomBytes } from 'node:crypto'
import { sha256 } from '../core/digest.ts'

/** What only its holder knows: a code, a session, a nonce. */
export function newSecret(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** What the desk keeps of one: who reads the database can't use it. */
export function hashOf(secret: string): string {
  return sha256(`interlock-secret/v1\n${secret}`)
}
