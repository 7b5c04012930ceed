import type { Filing, GrantClaims, OutcomeRequest, Standing } from '../wire/desk.ts'

/** The desk that this guard is enrolled with. Calls may overlap; none of them rejects, and each ends within its bound. */
export interface Desk {
  readonly origin: string
  /** Whose agents this guard judges, as the desk named him when it was enrolled. */
  readonly operator: string
  /** Where a hold stands: at once, or, while it is open, after at most `waitMs`. */
  standing(ticket: string, waitMs?: number): Promise<Looked>
  /**
   * Files a held call; or takes its approval for the call under `receipt`, where it was filed before and is approved.
   * What it answers as `grant` was signed by the desk for this guard and is in time; what it is about is to be compared.
   */
  file(filing: Filing, receipt: string): Promise<Looked>
  /** Its operator said No: it waits no more. */
  withdraw(ticket: string): Promise<Told>
  /** Ends the enrolment on the desk's side. */
  leave(): Promise<Told>
  /** What became of a call that took an approval. */
  tell(ticket: string, outcome: OutcomeRequest): Promise<Told>
}

export type Looked =
  | { readonly kind: 'stands'; readonly standing: Standing; readonly grant?: SignedGrant }
  /** The desk has no such hold of this guard. */
  | { readonly kind: 'none' }
  | Failed

/** Not had, and why. `perhaps`: what was asked for may have happened all the same. */
export interface Failed {
  readonly kind: 'failed'
  readonly why: string
  readonly perhaps: boolean
}

export interface SignedGrant {
  /** As it came, a compact JWS. */
  readonly text: string
  readonly claims: GrantClaims
}

/** `refused` for good: the desk has no use for it. `unanswered`: to be told again. */
export type Told = { readonly kind: 'told' } | { readonly kind: 'refused' | 'unanswered'; readonly why: string }
