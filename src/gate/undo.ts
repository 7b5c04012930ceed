import { digestOf } from '../core/digest.ts'
import { CodedError } from '../core/errors.ts'
import type { Restored } from '../core/ports.ts'
import type { UndoReply, UndoRequest } from '../wire/api.ts'
import { type Closed, RECORD, type Ruled } from '../wire/record.ts'
import type { Filed } from './register.ts'
import { eventOf, type Gate } from './stages.ts'

export class NothingToUndo extends CodedError<'undo/nothing'> {}

/** Gives back what receipts changed, the newest first. Itself an action with a receipt, and so undone in turn. */
export async function undo({ what, dryRun }: UndoRequest, g: Gate): Promise<UndoReply> {
  const restored: UndoReply['restored'] = []
  const refused: UndoReply['refused'] = []
  const receipts: string[] = []
  for (const filed of undoable(what, g)) {
    const one = dryRun ? await g.snapshots.restore(filed.id, { dryRun }) : await undoOne(filed, g)
    restored.push(...one.restored)
    refused.push(...one.refused, ...one.notes.map((why) => ({ path: filed.id, why })))
    if ('receipt' in one && typeof one.receipt === 'string') receipts.push(one.receipt)
  }
  return { restored, refused, ...(receipts.length > 0 && { receipt: receipts.join(' ') }) }
}

function undoable(what: string, g: Gate): readonly Filed[] {
  const changed = [...g.register.receipts.values()].filter(
    (filed) => filed.closed?.snapshot === true || filed.closed?.outcome === 'unknown',
  )
  const found = changed
    .filter(
      ({ id, ruled, closed }) =>
        id === what || ruled.run === what || (what === '--last' && (closed?.changes.length ?? 0) > 0),
    )
    .reverse()
  const chosen = what === '--last' ? found.slice(0, 1) : found
  if (chosen.length === 0)
    throw new NothingToUndo('undo/nothing', `nothing is kept that \`${what}\` changed`, {
      hint: '`interlock undo --list` shows what can be given back',
    })
  return chosen
}

async function undoOne(filed: Filed, g: Gate): Promise<Restored & { readonly receipt: string }> {
  const receipt = g.clock.id('r')
  const { run, cwd, workspace, policy, preconditions, level } = filed.ruled
  const ruled: Ruled = {
    run,
    cwd,
    workspace,
    policy,
    preconditions,
    level,
    agent: 'operator',
    kind: 'undo',
    input: { undoes: filed.id },
    digest: digestOf('interlock-undo/v1', { undoes: filed.id }),
    ruling: 'allow',
    rule: 'undo/asked',
    because: `it gives back what ${filed.id} changed`,
    safeguards: ['snapshot'],
    effects: [],
  }
  const opened = eventOf(g.clock, RECORD.ruled, receipt, ruled)
  await g.ledger.append(opened)
  g.register.apply(opened)
  const result = await g.snapshots.restore(filed.id, { dryRun: false, as: receipt })
  const ended = eventOf(g.clock, RECORD.closed, receipt, closedOf(result))
  await g.ledger.append(ended)
  g.register.apply(ended)
  return { ...result, receipt }
}

function closedOf({ restored, refused }: Restored): Closed {
  const changes = restored
    .filter(({ did }) => did !== 'nothing to do')
    .map(({ path, did }) => ({
      path,
      change: did === 'removed' ? ('deleted' as const) : ('changed' as const),
      predicted: true,
    }))
  return {
    outcome: refused.length === 0 ? 'done' : 'failed',
    changes,
    diverged: false,
    snapshot: true,
    overlaps: [],
    lost: [...refused],
  }
}
