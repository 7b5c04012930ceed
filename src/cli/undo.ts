import { EXIT } from '../core/ruling.ts'
import type { ReceiptLines, UndoReply } from '../wire/api.ts'
import { askGuard, type Person, type Reach } from './guard.ts'
import { json, line, note, table } from './render.ts'

export interface UndoOptions {
  readonly last?: boolean
  readonly list?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** Gives back what a receipt or a run changed, after showing it. */
export async function undo(what: string | undefined, options: UndoOptions, { reach, agree }: Person): Promise<number> {
  if (options.list === true) return await list(options, reach)
  const which = options.last === true ? '--last' : what
  if (which === undefined || (options.last === true && what !== undefined)) {
    note('interlock: name a receipt or a run, or say --last; `interlock undo --list` shows what can be given back')
    return EXIT.usage
  }
  const ask = async (dryRun: boolean): Promise<UndoReply> =>
    (await askGuard(reach, 'POST', '/v1/undo', { what: which, dryRun })) as UndoReply
  if (options.dryRun === true) return show(await ask(true), options)
  if (options.yes !== true) {
    show(await ask(true), {})
    if ((await agree('Give this back?')) !== 'yes') {
      note('interlock: nothing was changed; a person agrees in a terminal, or `--yes` says so')
      return EXIT.hold
    }
  }
  return show(await ask(false), options)
}

function show(reply: UndoReply, options: UndoOptions): number {
  const { receipts, restored, refused, notes } = reply
  if (options.json === true) json(reply)
  else {
    const changed = restored.filter(({ did }) => did !== 'nothing to do')
    table(changed.map(({ path, did }) => [did, path]))
    table(refused.map(({ path, why }) => ['left', `${path}: ${why}`]))
    for (const each of notes) line(`  note      ${each}`)
    if (changed.length + refused.length === 0) line('  nothing to give back: all is as it was')
    for (const receipt of receipts) line(`  receipt ${receipt}; \`interlock undo ${receipt}\` takes this back in turn`)
  }
  return refused.length === 0 ? EXIT.done : EXIT.fault
}

async function list(options: UndoOptions, reach: Reach): Promise<number> {
  const { receipts } = (await askGuard(reach, 'GET', '/v1/receipts?last=20000')) as ReceiptLines
  const kept = receipts.filter((each) => each.kept && !each.undone)
  if (options.json === true) for (const each of kept) json(each)
  else if (kept.length === 0) line('nothing that was changed is kept here')
  const rowOf = ({ id, at, changed, what }: (typeof kept)[number]): readonly string[] => {
    return [
      id,
      new Date(at).toISOString().slice(0, 19).replace('T', ' '),
      `${changed} path${changed === 1 ? '' : 's'}`,
      what,
    ]
  }
  if (options.json !== true) table(kept.map(rowOf), '')
  return EXIT.done
}
