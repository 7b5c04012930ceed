import { EXIT } from '../core/ruling.ts'
import type { UndoReply } from '../wire/api.ts'
import { askGuard, type Person, type Reach } from './guard.ts'
import { json, line, note, table } from './render.ts'
import { whatOf } from './what.ts'

export interface UndoOptions {
  readonly last?: boolean
  readonly list?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** A receipt as the guard lists it. */
interface Listed {
  readonly id: string
  readonly at: number
  readonly ruled: { readonly run: string; readonly kind: string; readonly input: unknown }
  readonly closed?: {
    readonly changes: readonly { readonly path: string }[]
    readonly snapshot: boolean
    readonly lost: readonly unknown[]
  }
}

/** Gives back what a receipt or a run changed, after showing it. */
export async function undo(what: string | undefined, options: UndoOptions, { reach, agree }: Person): Promise<number> {
  if (options.list === true) return await list(reach)
  const which = options.last === true ? '--last' : what
  if (which === undefined) {
    note('interlock: name a receipt or a run, or say --last; `interlock undo --list` shows what can be given back')
    return EXIT.usage
  }
  const plan = (await askGuard(reach, 'POST', '/v1/undo', { what: which, dryRun: true })) as UndoReply
  if (options.dryRun === true) return show(plan, options)
  if (options.yes !== true) {
    show(plan, {})
    if (!(await agree('Give this back?'))) {
      note('interlock: nothing was changed')
      return EXIT.hold
    }
  }
  return show((await askGuard(reach, 'POST', '/v1/undo', { what: which, dryRun: false })) as UndoReply, options)
}

function show(reply: UndoReply, options: UndoOptions): number {
  if (options.json === true) json(reply)
  else {
    const changed = reply.restored.filter(({ did }) => did !== 'nothing to do')
    table(changed.map(({ path, did }) => [did, path]))
    table(reply.refused.map(({ path, why }) => ['left', `${path}: ${why}`]))
    if (changed.length + reply.refused.length === 0) line('  nothing to give back: all is as it was')
    if (reply.receipt !== undefined)
      line(`  receipt ${reply.receipt}; \`interlock undo ${reply.receipt}\` takes this back in turn`)
  }
  return reply.refused.length === 0 ? EXIT.done : EXIT.fault
}

async function list(reach: Reach): Promise<number> {
  const { receipts } = (await askGuard(reach, 'GET', '/v1/receipts?last=2000')) as { receipts: readonly Listed[] }
  const kept = receipts.filter(({ closed }) => closed?.snapshot === true && closed.changes.length > 0)
  if (kept.length === 0) line('nothing that was changed is kept here')
  table(
    kept.map(({ id, at, ruled, closed }) => [
      id,
      new Date(at).toISOString().slice(0, 19).replace('T', ' '),
      `${closed?.changes.length ?? 0} paths`,
      whatOf(ruled.input),
    ]),
    '',
  )
  return EXIT.done
}
