import * as z from 'zod'
import { Decision, Digest, Envelope, Id, Name, Rights } from './desk.ts'
import { Proposal } from './desk-people.ts'
import { QuorumRules } from './quorum.ts'

/** The entries of a desk's ledger. Together they are enough to judge each vote and each grant again, with nothing else. */

const Base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)
const Named = z.strictObject({ id: Id, name: Name })

/** What a passkey signed: all that is needed to verify it. */
export const Assertion = z.object({
  id: Base64url,
  rawId: Base64url,
  type: z.literal('public-key'),
  response: z.object({ clientDataJSON: Base64url, authenticatorData: Base64url, signature: Base64url }),
})

/** The public half of a passkey, as COSE has it, and the site that it was made for: it signs for no other. */
export const PasskeyKey = z.strictObject({ id: Base64url, publicKey: Base64url, origin: z.string() })

export const PersonEnrolled = Rights.extend({
  person: Named,
  passkey: PasskeyKey,
  /** The admin who invited; nobody did the first person. */
  by: Id.optional(),
  /** The address that he was invited by, and who he is to the identity provider. */
  email: z.string().optional(),
  subject: z.string().optional(),
  /** Two agreed to it. */
  proposal: Id.optional(),
  /** Rights that count, given by one admin alone. */
  alone: z.literal(true).optional(),
})
export const PersonRemoved = z.strictObject({ person: Id, by: Id })
/** From now on he has these rights and no others. */
export const PersonChanged = Rights.extend({
  person: Id,
  by: Id,
  proposal: Id.optional(),
  alone: z.literal(true).optional(),
})
/** He has a new passkey; all that he had have ended. */
export const PersonRecovered = z.strictObject({ person: Id, passkey: PasskeyKey, proposal: Id })
/** He has one more, which one that he had signed. */
export const PasskeyAdded = z.strictObject({
  person: Id,
  passkey: PasskeyKey,
  nonce: z.string(),
  by: PasskeyKey,
  assertion: Assertion,
})
/** These accounts are one human being's: they count once. */
export const PeopleLinked = z.strictObject({ people: z.array(Id).min(2), human: Id, by: Id })
export const PersonUnlinked = z.strictObject({ person: Id, by: Id, proposal: Id })

export const PeopleProposed = z.strictObject({ proposal: Proposal, digest: Digest })
export const PeopleAgreed = z.strictObject({
  agreement: z.strictObject({ proposal: Digest, person: Id, nonce: z.string() }),
  passkey: PasskeyKey,
  assertion: Assertion,
})
export const PeopleWithdrawn = z.strictObject({ by: Id })

export const GuardEnrolled = z.strictObject({
  guard: Named,
  /** What it calls itself. */
  called: Name,
  operator: Named,
  key: z.string(),
  /** The desk's public key, which the guard will take grants from. */
  desk: z.string(),
  by: Id,
})
/** By an admin; by itself where it left. */
export const GuardRevoked = z.strictObject({ guard: Id, by: Id })

/** Too many attempts failed, of somebody with a passkey of this person or from this address. */
export const AccessLocked = z.strictObject({
  person: Id.optional(),
  address: z.string().optional(),
  until: z.int(),
})
/** Who has to agree to what, by `desk.yaml`, from now on. */
export const QuorumSet = z.strictObject({ rules: QuorumRules, digest: Digest })

export const HoldFiled = z.strictObject({ envelope: Envelope, digest: Digest })
export const HoldVoted = z.strictObject({
  ballot: z.strictObject({ envelope: Digest, person: Id, decision: Decision, reason: z.string(), nonce: z.string() }),
  passkey: PasskeyKey,
  assertion: Assertion,
  at: z.int(),
})
export const HoldGranted = z.strictObject({
  receipt: Id,
  envelope: Digest,
  /** The desk's signature over `GrantClaims`. */
  grant: z.string(),
  /** Whose yes it rests on. */
  people: z.array(Id),
  at: z.int(),
})
export const HoldClosed = z.strictObject({
  receipt: Id,
  outcome: z.enum(['done', 'failed', 'unknown']),
  why: z.string().optional(),
})
/** It ended, and no call took its approval. `unknown`: one did, and nobody told what became of it. */
export const HoldEnded = z.strictObject({
  state: z.enum(['expired', 'superseded', 'withdrawn', 'unknown']),
  why: z.string(),
})

/** By the last part of their type, after `dev.interlock.`. */
export const DESK_RECORD = {
  'person.enrolled': PersonEnrolled,
  'person.removed': PersonRemoved,
  'person.changed': PersonChanged,
  'person.recovered': PersonRecovered,
  'person.unlinked': PersonUnlinked,
  'passkey.added': PasskeyAdded,
  'people.linked': PeopleLinked,
  'people.proposed': PeopleProposed,
  'people.agreed': PeopleAgreed,
  'people.withdrawn': PeopleWithdrawn,
  'guard.enrolled': GuardEnrolled,
  'guard.revoked': GuardRevoked,
  'access.locked': AccessLocked,
  'quorum.set': QuorumSet,
  'hold.filed': HoldFiled,
  'hold.voted': HoldVoted,
  'hold.granted': HoldGranted,
  'hold.closed': HoldClosed,
  'hold.ended': HoldEnded,
} as const

export type DeskRecord = { readonly [Kind in keyof typeof DESK_RECORD]: z.infer<(typeof DESK_RECORD)[Kind]> }
export type Assertion = z.infer<typeof Assertion>
export type PasskeyKey = z.infer<typeof PasskeyKey>
