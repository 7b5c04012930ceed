import { canonical, type Digest, digestOf, type Json, sha256Url } from '../core/digest.ts'
import type { Decision, Envelope, Filing } from '../wire/desk.ts'
import type { QuorumRule } from '../wire/quorum.ts'
import { quorumFor } from './quorum.ts'

/** How long a hold may wait for its votes, and an approved one for its call. Milliseconds. */
const APPROVE_BY_MS = 24 * 60 * 60 * 1000
const RUN_WITHIN_MS = 60 * 60 * 1000

export interface Filed {
  readonly guard: Envelope['guard']
  readonly operator: Envelope['operator']
  readonly nonce: string
  readonly now: number
  /** Of `desk.yaml`. */
  readonly rules: readonly QuorumRule[]
}

/** What people will sign. */
export function envelopeOf(filing: Filing, { guard, operator, nonce, now, rules }: Filed): Envelope {
  return {
    ...filing,
    guard,
    operator,
    nonce,
    quorum: quorumFor(filing, rules),
    filedAt: now,
    approveBy: now + APPROVE_BY_MS,
    runWithin: RUN_WITHIN_MS,
  }
}

export function envelopeDigest(envelope: Envelope): Digest {
  return digestOf('interlock-envelope/v1', envelope as unknown as Json)
}

/** One person's answer to one envelope. */
export interface Ballot {
  readonly envelope: string
  readonly person: string
  readonly decision: Decision
  readonly reason: string
  /** Given out by the desk, used once. */
  readonly nonce: string
}

/** What the passkey signs, base64url: the envelope, and whether it is a yes or a no, by whom and why. */
export function challengeOf({ envelope, person, decision, reason, nonce }: Ballot): string {
  return sha256Url(`interlock-vote/v1\n${canonical({ envelope, person, decision, reason, nonce })}`)
}
