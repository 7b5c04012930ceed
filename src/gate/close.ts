import type { Closed as SnapshotClosed, Snapshots } from '../core/ports.ts'
import type { Closed } from '../wire/record.ts'
import type { Entry } from './govern.ts'
import { targetsOf } from './settle.ts'

/** What was seen to have changed, for the entry that closes a receipt. */
export async function closing(
  entry: Entry,
  outcome: Closed['outcome'],
  code: number | undefined,
  snapshots: Snapshots,
): Promise<Closed> {
  const kept = targetsOf(entry.judged).length > 0
  const nothing: SnapshotClosed = { changes: [], lost: [], overlaps: [] }
  const seen = kept ? await snapshots.close(entry.receipt, [entry.judged.study.facts.surroundings.workspace]) : nothing
  return {
    outcome,
    ...(code !== undefined && { code }),
    changes: [...seen.changes],
    diverged: seen.changes.some((change) => !change.predicted),
    snapshot: kept,
    overlaps: [...seen.overlaps],
    lost: [...seen.lost],
  }
}
