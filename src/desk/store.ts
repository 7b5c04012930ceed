import type { LedgerEntry } from '../core/ports.ts'
import type { Ballot } from '../people/envelope.ts'
import type { Hold } from '../people/hold.ts'
import type { Agreement, Member } from '../people/rights.ts'
import type { HoldEvent, Rights } from '../wire/desk.ts'
import type { Proposal } from '../wire/desk-people.ts'
import type { PasskeyKey } from '../wire/desk-record.ts'
import type { NoticeEvent } from '../wire/reach.ts'
import type { Identity, Outbound } from './identity.ts'

/**
 * What a desk remembers, and all others that share its database. Calls may overlap. `change` is one transaction: it sees
 * all that was committed before it, its writes are durable together when it resolves, and nothing of them is there when
 * it rejects. Changes follow one another, over all desks. Inside one only what it is handed may be used.
 */
export interface Store extends Reading {
  change<T>(work: (tables: Writing) => Promise<T>): Promise<T>
  /** What was committed, by whichever desk. Answers with how to stop listening. */
  listen(heard: (heard: Heard) => void): () => void
  /** Of all entries that were ever recorded, in their order: those from this index on. */
  entries(from: number, most: number): Promise<readonly LedgerEntry[]>
  /** The checkpoint that was signed last. */
  head(): Promise<string | undefined>
  /** Whether this desk makes the ledger, as one of all. To be asked again every few seconds. */
  leads(): Promise<boolean>
  /** Notes a checkpoint in place of `last`; false where another was noted meanwhile, or another desk leads. */
  noteHead(next: string, last: string | undefined): Promise<boolean>
  /** What is noted under this name; `value` where nothing was. */
  pin(name: Pinned, value: string): Promise<string>
  pinned(name: Pinned): Promise<string | undefined>
  /** Where all of this lives now; undefined: here. */
  movedTo(): Promise<string | undefined>
  setMoved(place: string): Promise<void>
  close(): Promise<void>
}

/** The public halves of the keys that all desks of a database share. */
export type Pinned = 'desk-key' | 'ledger-key'

export type Heard =
  | { readonly kind: 'hold'; readonly event: HoldEvent }
  /** There are entries that the ledger does not have. */
  | { readonly kind: 'recorded' }
  /** For a while nothing was heard of others. */
  | { readonly kind: 'missed' }

export interface Reading extends OutboxReading {
  people(): Promise<readonly Enrolled[]>
  /** Also one that has ended. */
  passkey(id: string): Promise<Passkey | undefined>
  /** Those that have not ended. */
  passkeysOf(person: string): Promise<readonly Passkey[]>
  proposal(id: string): Promise<ProposalRow | undefined>
  /** Of this person or address, as far as it is remembered. */
  failures(who: string): Promise<Failures | undefined>
  /** The digest of the rules that were last put on record. */
  quorumSet(): Promise<string | undefined>
  /** The oldest first. */
  proposals(): Promise<readonly ProposalRow[]>
  /** Whose session it is, at this time. */
  session(hash: string, now: number): Promise<SessionRow | undefined>
  /** Undefined where it was used. */
  code(hash: string): Promise<Code | undefined>
  guard(id: string): Promise<GuardRow | undefined>
  guards(): Promise<readonly GuardRow[]>
  hold(ticket: string): Promise<HoldRow | undefined>
  /** `open` and `approved` as they are kept: time may have ended them. */
  waiting(guard?: string): Promise<readonly HoldRow[]>
  /** Those whose call runs, as far as is known. */
  taken(): Promise<readonly HoldRow[]>
  /** What ended last comes first; of those before one, where it is named. */
  ended(most: number, before?: Ended): Promise<readonly HoldRow[]>
}

export interface Writing extends Reading, OutboxWriting {
  addPerson(person: NewPerson, passkey: NewPasskey): Promise<void>
  changeRights(id: string, rights: Rights & { readonly alone: boolean }): Promise<void>
  /** Makes these accounts one human being's; undefined: nobody else's. */
  setHuman(ids: readonly string[], human: string | undefined): Promise<void>
  addPasskey(passkey: NewPasskey): Promise<void>
  /** All that he has; his sessions end with them. */
  endPasskeys(person: string): Promise<void>
  setFailures(who: string, failures: Failures | undefined): Promise<void>
  setQuorum(digest: string): Promise<void>
  addProposal(proposal: Proposal): Promise<void>
  /** Notes who signed, in place of the version that was read; false where somebody else did so first. */
  signProposal(id: string, signed: readonly string[], version: number): Promise<boolean>
  dropProposal(id: string): Promise<void>
  /** His sessions end with it. */
  removePerson(id: string): Promise<void>
  /** How often a passkey was used, by its own count. */
  countPasskey(id: string, counter: number): Promise<void>
  addSession(hash: string, session: SessionRow & { readonly expires: number }): Promise<void>
  endSession(hash: string): Promise<void>
  addCode(hash: string, code: Code): Promise<void>
  dropCode(hash: string): Promise<void>
  addChallenge(nonce: string, challenge: Challenged): Promise<void>
  /** It is gone with this. */
  takeChallenge(nonce: string): Promise<Challenged | undefined>
  addGuard(guard: Omit<GuardRow, 'revoked'>): Promise<void>
  revokeGuard(id: string): Promise<void>
  seeGuard(id: string, now: number): Promise<void>
  addHold(hold: Hold): Promise<void>
  /** Puts `hold` in place of the version that was read; false where somebody else did so first. */
  moveHold(hold: Hold, from: { version: number; now: number; why?: string }): Promise<boolean>
  /** Everybody hears it, once it is committed. */
  tell(event: HoldEvent): void
  /** For the ledger, in the order of these calls. */
  record(entry: LedgerEntry): Promise<void>
  /** Drops sessions, codes and challenges that are over, and notices that nobody will take. */
  tidy(now: number): Promise<void>
}

/** The place of a hold among those that ended. */
export interface Ended {
  readonly changedAt: number
  readonly ticket: string
}

/** What receivers are still to be told. */
export interface OutboxReading {
  /** By receiver; one that is told of all does not show. */
  undelivered(): Promise<readonly Undelivered[]>
  /** Whether there is one to be claimed. */
  hasNotice(receiver: string, now: number): Promise<boolean>
}

export interface OutboxWriting {
  addNotice(notice: Omit<NoticeRow, 'tries'>, now: number): Promise<void>
  /** The oldest that are due, for whoever asked alone until `until`; their tries count this one. */
  claimNotices(receiver: string, by: { now: number; until: number; most: number }): Promise<readonly NoticeRow[]>
  /** It was taken. */
  dropNotice(id: string): Promise<void>
  /** It was not taken at this try: due again then, or given up. */
  deferNotice(of: Pick<NoticeRow, 'id' | 'tries'>, how: { due: number; why: string; isLost: boolean }): Promise<void>
}

export interface NoticeRow {
  readonly id: string
  readonly receiver: string
  /** Which of the receiver's addresses. */
  readonly to?: string
  readonly event: NoticeEvent
  readonly tries: number
}

export interface Undelivered {
  readonly receiver: string
  readonly waiting: number
  /** Given up. */
  readonly lost: number
  /** The oldest that waits, and why one of them was not taken. */
  readonly failing?: { readonly since: number; readonly why: string }
}

export interface Enrolled extends Member {
  readonly name: string
  /** One admin alone gave him rights that count. */
  readonly alone: boolean
  /** Who he is to the identity provider, where he joined by it. */
  readonly subject?: string
}
export type NewPerson = Omit<Enrolled, 'removed' | 'wasAdmin'>

export interface Passkey extends PasskeyKey {
  readonly person: string
  readonly counter: number
  readonly ended: boolean
}
export type NewPasskey = Omit<Passkey, 'ended'>

export interface Failures {
  readonly count: number
  readonly locked: boolean
  readonly expires: number
}

export interface SessionRow {
  readonly person: string
  /** What opened it: only a passkey lets him change something. */
  readonly by: 'passkey' | 'organisation'
}

export interface ProposalRow {
  readonly proposal: Proposal
  /** Who signed it. */
  readonly signed: readonly string[]
  readonly version: number
}

/** What a one-time code is for. `proposal`: it works when that was agreed to. */
export type Code = { readonly expires: number; readonly by?: string } & (
  | ({ readonly kind: 'person'; readonly name?: string; readonly email?: string; readonly proposal?: string } & Rights)
  | { readonly kind: 'recovery'; readonly person: string; readonly proposal: string }
  | { readonly kind: 'guard'; readonly name: string; readonly operator: string }
)

/** What somebody was asked to sign with a passkey. */
export type Challenged = { readonly expires: number } & (
  | {
      readonly kind: 'join'
      readonly code: string
      readonly person: string
      readonly name: string
      readonly subject?: string
    }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'outside'; readonly outbound: Outbound; readonly browser: string; readonly code?: string }
  | { readonly kind: 'proof'; readonly identity: Identity; readonly code: string }
  | { readonly kind: 'new-passkey'; readonly person: string }
  | { readonly kind: 'add-passkey'; readonly person: string; readonly passkey: PasskeyKey; readonly counter: number }
  | { readonly kind: 'agree'; readonly id: string; readonly agreement: Agreement }
  | { readonly kind: 'vote'; readonly ticket: string; readonly ballot: Ballot }
)

export interface GuardRow {
  readonly id: string
  readonly name: string
  readonly operator: string
  /** Raw Ed25519, base64url. */
  readonly key: string
  readonly enrolledAt: number
  readonly seenAt?: number
  readonly revoked: boolean
}

export interface HoldRow {
  readonly hold: Hold
  readonly version: number
  readonly changedAt: number
  /** Why it ended so. */
  readonly why?: string
}
