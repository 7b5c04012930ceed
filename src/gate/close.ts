import { reasonOf } from '../core/errors.ts'
import type { Closed as SnapshotClosed } from '../core/ports.ts'
import type { Closed } from '../wire/record.ts'
import type { Gate } from './gate.ts'
import { headOf, treeOf } from './head.ts'
import { record } from './record.ts'

/** How a call ended, as far as somebody told. */
export type End = Pick<Closed, 'outcome' | 'code' | 'why' | 'answered' | 'perhapsTaken'>

export interface Closing {
  readonly receipt: string
  readonly workspace: string
  /** The commit that it stood at before. */
  readonly head?: string
  /** Values that must not be written. */
  readonly secrets?: readonly string[]
}

/** Closes a receipt, with what is seen to have changed. Durable when it resolves. */
export async function closeReceipt(g: Gate, at: Closing, end: End): Promise<void> {
  const seen = await look(g, at)
  const { changes, overlaps, lost, unseen = [] } = seen.closed
  const head = movedTo(at)
  const why = [end.why, seen.blind].filter((each) => each !== undefined).join('; ')
  const data: Closed = {
    ...end,
    ...(why !== '' && { why }),
    changes: [...changes],
    diverged: changes.some((change) => !change.predicted),
    snapshot: seen.kept,
    overlaps: [...overlaps],
    lost: [...lost],
    ...(unseen.length > 0 && { unseen: [...unseen] }),
    ...(head && { head }),
  }
  await record(g, { type: 'closed', subject: at.receipt, data, ...(at.secrets && { secrets: at.secrets }) })
}

/** As it is seen when the receipt closes: what other processes did meanwhile is not told from what the call did. */
function movedTo({ workspace, head }: Closing): Closed['head'] {
  const commit = head === undefined ? undefined : headOf(workspace)
  if (commit === undefined || commit === head) return undefined
  const tree = treeOf(workspace, commit)
  return { commit, ...(tree && { tree }) }
}

const NOTHING: SnapshotClosed = { changes: [], overlaps: [], lost: [] }

interface Look {
  readonly closed: SnapshotClosed
  readonly kept: boolean
  /** Why it could not be seen. */
  readonly blind?: string
}

/** That nothing can be seen does not keep a receipt open. */
async function look(g: Gate, { receipt, workspace }: Closing): Promise<Look> {
  // Most calls change nothing here.
  if (!g.snapshots.has(receipt)) return { closed: NOTHING, kept: false }
  try {
    return { closed: await g.snapshots.close(receipt, [workspace]), kept: true }
  } catch (error) {
    return { closed: NOTHING, kept: false, blind: `what changed could not be seen: ${reasonOf(error)}` }
  }
}
