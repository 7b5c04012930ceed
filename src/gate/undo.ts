import { digestOf } from '../core/digest.ts'
import { CodedError, reasonOf } from '../core/errors.ts'
import type { Restored } from '../core/ports.ts'
import type { UndoReply, UndoRequest } from '../wire/api.ts'
import type { Closed, Ruled } from '../wire/record.ts'
import type { Gate } from './gate.ts'
import { record } from './record.ts'
import type { Filed } from './register.ts'

export class NothingToUndo extends CodedError<'undo/nothing'> {}

/** Gives back what receipts changed, the newest first. Each is itself an action with a receipt, and so undone in turn. */
export async function undo({ what, dryRun }: UndoRequest, g: Gate): Promise<UndoReply> {
  const reply: UndoReply = { receipts: [], restored: [], refused: [], notes: [] }
  for (const filed of chosen(what, g)) {
    const { receipt, result } = await undoOne(filed, dryRun, g)
    if (receipt !== undefined) reply.receipts.push(receipt)
    // A dry run sees what is there now, not what giving back the newer ones would leave for the older: those decide.
    const given = new Set(reply.restored.map(({ path }) => path))
    reply.restored.push(...result.restored.filter(({ path }) => !given.has(path)))
    reply.refused.push(...result.refused.filter(({ path }) => !(dryRun && given.has(path))))
    reply.notes.push(...result.notes)
  }
  return reply
}

/** It changed something, or may have, and what was there before is still kept. */
export function canGiveBack({ id, kept, changed, outcome }: Filed, g: Gate): boolean {
  return kept && (changed > 0 || outcome === 'unknown') && g.snapshots.has(id)
}

/**
 * A run: what it did, but for what is given back already. `--last`: the last action that changed something; where of that
 * one nothing was kept, no other is meant.
 */
function chosen(what: string, g: Gate): readonly Filed[] {
  const kept = [...g.register.receipts.values()].filter((filed) => canGiveBack(filed, g))
  const left = kept.filter(({ undoes, undone }) => undoes === undefined && !undone)
  const ofRun = left.filter(({ run }) => run === what).reverse()
  if (what === '--last') return [lastOf(left, g)]
  const named = kept.find(({ id }) => id === what)
  const found = named ? [named] : ofRun
  if (found.length > 0) return found
  throw new NothingToUndo('undo/nothing', whyNothing(what, g), {
    hint: '`interlock undo --list` shows what can be given back',
  })
}

function lastOf(left: readonly Filed[], g: Gate): Filed {
  const last = left.at(-1)
  const ran = ['done', 'failed', 'unknown']
  const newest = [...g.register.receipts.values()].findLast(
    ({ id, outcome, takes, undoes }) =>
      id === last?.id || (takes && undoes === undefined && ran.includes(outcome ?? '')),
  )
  if (last !== undefined && newest === last) return last
  const hint = '`interlock undo --list` shows what can be given back'
  if (newest === undefined || last === undefined)
    throw new NothingToUndo('undo/nothing', 'nothing is kept that was changed', { hint })
  throw new NothingToUndo('undo/nothing', `of the last action, \`${newest.what}\`, nothing was kept`, {
    hint: `the one before it is \`${last.what}\`: \`interlock undo ${last.id}\` gives that back`,
  })
}

function whyNothing(what: string, g: Gate): string {
  const filed = g.register.receipts.get(what)
  if (filed === undefined) return `nothing is kept that \`${what}\` changed`
  if (g.register.open.has(what)) return `\`${what}\` still runs, as far as is known`
  if (filed.kept && !g.snapshots.has(what)) return `what was kept of \`${what}\` went with age or size`
  return `of \`${what}\` nothing was kept: it changed nothing that a snapshot could hold, or did not run`
}

async function undoOne(filed: Filed, dryRun: boolean, g: Gate): Promise<{ receipt?: string; result: Restored }> {
  if (dryRun)
    return { result: await g.snapshots.restore(filed.id, { dryRun }).catch((error: unknown) => failed(filed, error)) }
  const receipt = g.clock.id('r')
  await record(g, { type: 'ruled', subject: receipt, data: ruledOf(filed, g) })
  let why: string | undefined
  const result = await g.snapshots.restore(filed.id, { dryRun, as: receipt }).catch((error: unknown) => {
    why = reasonOf(error)
    return failed(filed, error)
  })
  await record(g, {
    type: 'closed',
    subject: receipt,
    data: { ...closedOf(result), ...(why && { outcome: 'unknown', why }) },
  })
  return { receipt, result }
}

/** One that can't be given back does not keep the others from it. */
function failed({ id }: Filed, error: unknown): Restored {
  return { restored: [], refused: [{ path: id, why: reasonOf(error) }], notes: [] }
}

function ruledOf({ id, run, cwd, workspace }: Filed, g: Gate): Ruled {
  return {
    run,
    cwd,
    workspace,
    agent: 'operator',
    kind: 'undo',
    input: { undoes: id },
    perform: 'guard',
    digest: digestOf('interlock-undo/v1', { undoes: id }),
    policy: g.policy.hash,
    preconditions: '',
    level: 'advised',
    ruling: 'allow',
    rule: 'undo/asked',
    because: `it gives back what ${id} changed`,
    safeguards: ['snapshot'],
    effects: [],
  }
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
