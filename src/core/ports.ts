import type { Json } from './digest.ts'
import type { Change } from './receipt.ts'

/**
 * The append-only record. Calls may overlap; entries are ordered by index.
 * When `append` resolves, the entry survives power loss. It rejects with `ledger/not-durable`
 * where that is unknown: the caller must refuse to run, and every later call rejects too.
 */
export interface Ledger {
  append(entry: LedgerEntry): Promise<Sealed>
  /** Writes what is pending, signs the checkpoint, releases the lock. */
  close(): Promise<void>
}

/** A CloudEvents 1.0 shape; `data` holds no secret and is at most 60,000 bytes as JSON. */
export interface LedgerEntry {
  readonly id: string
  /** `dev.interlock.action.ruled`, `dev.interlock.action.closed`, … */
  readonly type: string
  /** The receipt that it belongs to. */
  readonly subject: string
  /** RFC 3339, UTC. */
  readonly time: string
  readonly data: Json
}

export interface Sealed {
  readonly index: number
  /** RFC 6962 leaf hash, base64. */
  readonly leaf: string
}

/** Pre-images of what an action is about to change. Owned by the guard; one at a time per state folder. */
export interface Snapshots {
  /** Keeps the pre-images of `targets` under `id`. Nothing in the workspace is altered. */
  take(id: string, targets: readonly SnapshotTarget[]): Promise<Taken>
  /** After the call: what changed since, stored contents of linked files included. */
  close(id: string, walk: readonly string[]): Promise<Closed>
}

export interface SnapshotTarget {
  /** Absolute; with `glob` a pattern. */
  readonly path: string
  readonly tree: boolean
  readonly glob: boolean
  /** The one predicted effect is unlink: a hard link may stand for a copy. */
  readonly unlinkOnly: boolean
}

export type Taken =
  | { readonly kind: 'kept'; readonly files: number; readonly bytes: number; readonly leftOut: readonly string[] }
  | { readonly kind: 'infeasible'; readonly why: string }

export interface Closed {
  readonly changes: readonly Change[]
  /** Paths whose pre-image is lost, with the reason. */
  readonly lost: readonly { readonly path: string; readonly why: string }[]
}
