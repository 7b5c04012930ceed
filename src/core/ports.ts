import type { Json } from './digest.ts'

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

/** A CloudEvents 1.0 shape; `data` holds no secret; what is long lies beside it, by its hash. */
export interface LedgerEntry {
  readonly id: string
  /** `dev.interlock.action.ruled`, `dev.interlock.action.closed`, … */
  readonly type: string
  /** What it is about: mostly a receipt. */
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

/**
 * Pre-images of what an action is about to change, and the way back to them. Owned by the guard; one at a time per state
 * folder. Calls may overlap. All but `take` reject with `undo/unknown` where `id` has no snapshot, or was pruned.
 */
export interface Snapshots {
  /** Keeps the pre-images of `targets` under `id`; durable when it resolves. Nothing in the workspace is altered. */
  take(id: string, targets: readonly SnapshotTarget[]): Promise<Taken>
  /** After the call: what changed since, stored contents of linked files included. A second close answers the same. */
  close(id: string, walk: readonly string[]): Promise<Closed>
  /**
   * Gives back what changed while `id` was open. What is there now is kept first, as the closed snapshot `as`, so that
   * this can be undone in turn; where it can't be, all is refused. A dry run changes nothing and answers the same.
   */
  restore(id: string, how: RestoreHow): Promise<Restored>
  /** It is there, and was not pruned. */
  has(id: string): boolean
  /** Drops snapshots beyond the bounds of age and size; answers with their ids. */
  prune(): Promise<readonly string[]>
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
  | {
      readonly kind: 'kept'
      readonly files: number
      readonly bytes: number
      /** Big folders that can be built again, and what can't be given back: pipes, sockets, devices. */
      readonly leftOut: readonly string[]
      /** False where extended attributes can't be read here, and so will not come back. */
      readonly attributes: boolean
    }
  | { readonly kind: 'infeasible'; readonly why: string }

/** A path that an action changed, with what it was before. Mode, times and owner are inside the snapshot. */
export interface Change {
  readonly path: string
  readonly change: 'created' | 'changed' | 'deleted'
  /** False where prediction did not name it. */
  readonly predicted: boolean
}

export interface Closed {
  readonly changes: readonly Change[]
  /** Ids of snapshots that were open at the same time over the same paths. */
  readonly overlaps: readonly string[]
  /** Paths whose pre-image is lost, with the reason. */
  readonly lost: readonly { readonly path: string; readonly why: string }[]
  /** Folders that could not be looked through: there may be changes that this does not list. */
  readonly unseen?: readonly string[]
}

export type RestoreHow =
  | { readonly dryRun: true }
  | { readonly dryRun: false /** Where the present state is kept. */; readonly as: string }

export interface Restored {
  readonly restored: readonly { readonly path: string; readonly did: 'restored' | 'removed' | 'nothing to do' }[]
  readonly refused: readonly { readonly path: string; readonly why: string }[]
  /** What did not come back in full, and that the end of the action was never recorded. */
  readonly notes: readonly string[]
}
