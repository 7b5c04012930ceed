import type { Hold } from '../people/hold.ts'
import { has } from '../people/person.ts'
import { rulesDigest } from '../people/quorum.ts'
import type { Proposal } from '../wire/desk-people.ts'
import type { Assertion, DeskRecord, PasskeyKey } from '../wire/desk-record.ts'
import type { QuorumRule } from '../wire/quorum.ts'
import { asserted } from './passkeys.ts'
import type { Enrolled } from './store.ts'

/** As far as the ledger has told. */
export interface Known {
  readonly people: Map<string, Enrolled>
  readonly passkeys: Map<string, PasskeyKey & { readonly person: string; readonly ended: boolean }>
  readonly proposals: Map<string, Proposed>
  readonly guards: Map<string, Guard>
  readonly holds: Map<string, Hold>
  readonly nonces: Set<string>
  /** Those of `desk.yaml` that ever were in force, by their digest. */
  readonly rules: Map<string, readonly QuorumRule[]>
}

export interface Proposed {
  readonly proposal: Proposal
  readonly signed: readonly string[]
}

export interface Guard {
  readonly operator: string
  /** The desk's public key, as this guard pinned it. */
  readonly desk: string
  readonly revoked: boolean
}

/** Why the entry can't be true; undefined where it can, and is known from now on. */
export type Judge<Kind extends keyof DeskRecord> = (
  known: Known,
  data: DeskRecord[Kind],
  subject: string,
) => string | undefined | Promise<string | undefined>

export function newKnown(): Known {
  return {
    people: new Map(),
    passkeys: new Map(),
    proposals: new Map(),
    guards: new Map(),
    holds: new Map(),
    nonces: new Set(),
    rules: new Map(),
  }
}

/** A hold that names none rests on none: as long as there never were any, or when they were taken away. */
export function rulesOf({ rules }: Known, digest: string | undefined): readonly QuorumRule[] | undefined {
  if (digest !== undefined) return rules.get(digest)
  return rules.size === 0 ? [] : rules.get(rulesDigest([]))
}

export function isAdmin({ people }: Known, id: string): boolean {
  const person = people.get(id)
  return person !== undefined && has(person, 'admin')
}

interface Signature {
  readonly person: string
  readonly challenge: string
  readonly passkey: PasskeyKey
  readonly assertion: Assertion
}

/** Why this is not what that person's own passkey signed. */
export async function notSigned(known: Known, signature: Signature): Promise<string | undefined> {
  const { person, challenge, passkey, assertion } = signature
  const enrolled = known.passkeys.get(passkey.id)
  if (enrolled?.person !== person) return 'it was not signed with a passkey of that person'
  if (enrolled.ended) return 'it was signed with a passkey that had ended'
  if (enrolled.publicKey !== passkey.publicKey || enrolled.origin !== passkey.origin)
    return 'the passkey is not as it was enrolled'
  const signed = await asserted({ ...enrolled, counter: 0 }, challenge, assertion)
  return signed.kind === 'signed' ? undefined : `the passkey did not sign this: ${signed.why}`
}
