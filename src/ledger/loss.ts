import { basename, dirname, join } from 'node:path'
import type { Json } from '../core/digest.ts'
import { type Files, removeTree } from '../store/files.ts'
import { LedgerError } from './error.ts'
import { OpenLedger } from './log.ts'
import { HASH_BYTES } from './merkle.ts'
import { type LedgerOptions, locked, type Places, places, type Setting } from './places.ts'
import { recover } from './recover.ts'
import { type Entries, firstOf, hashed, NO_ENTRIES, TILE_WIDTH, tilePath } from './tiles.ts'
import { replay } from './wal.ts'

export interface Accepted {
  readonly origin: string
  /** How many entries were whole; the one after them records the loss. */
  readonly kept: number
  /** Where the old folder lies now, untouched; undefined where there was none. */
  readonly aside: string | undefined
}

/**
 * Goes on after a loss that `openLedger` refuses, and says so in the ledger itself. The old key has signed a tree that
 * is no longer there and may sign no other, so a new ledger with a new key and origin takes the place of the old one.
 * It begins with the entries that are whole, then names who accepted the loss, why, and what was signed last.
 */
export async function acceptLoss(options: LedgerOptions, who: { by: string; reason: string }): Promise<Accepted> {
  return await locked(options, async (setting, lock) => {
    const { files, at } = setting
    const next = { ...places({ ...options, dir: at.recovering }), copy: `${at.copy}.recovering` }
    // CRASH: between the moves there is no ledger to refuse; the new one is whole, and the moves go on.
    const moving = (await files.list(at.dir)).length === 0 && (await files.read(next.checkpoint)) !== undefined
    if (!moving) {
      const refusal = await refusalOf(setting)
      for (const path of [next.dir, next.key, next.copy]) await removeTree(files, path)
      await build({ ...setting, at: next }, await salvage(files, at), {
        ...who,
        refused: { code: refusal.code, message: refusal.message },
        checkpoint: (await files.read(at.checkpoint))?.toString('utf8') ?? null,
        copy: (await files.read(at.copy))?.toString('utf8') ?? null,
      })
    }
    const aside = await asideOf(files, at, moving)
    await move(files, { at, next, aside })
    const { key, edge } = await recover(setting)
    const there = (await files.list(aside)).length > 0
    lock.release()
    return { origin: key.name, kept: edge.size - 1, aside: there ? aside : undefined }
  })
}

async function refusalOf(setting: Setting): Promise<LedgerError> {
  try {
    await recover(setting)
  } catch (cause) {
    if (cause instanceof LedgerError) return cause
    throw cause
  }
  throw new LedgerError('ledger/intact', 'the ledger agrees with its checkpoint and the copy: there is no loss', {
    hint: 'start the guard as always',
  })
}

async function build(setting: Setting, entries: Entries, loss: { readonly [key: string]: Json }): Promise<void> {
  const { clock } = setting
  const ledger = await OpenLedger.start(
    setting,
    { release: () => undefined },
    { ...(await recover(setting)), pending: entries },
  )
  const kept = entries.leaves.length / HASH_BYTES
  const time = new Date(clock.now()).toISOString()
  const id = clock.id('loss')
  await ledger.append({ id, type: 'dev.interlock.ledger.loss-accepted', subject: id, time, data: { ...loss, kept } })
  await ledger.close()
}

/** The entries that hash to their tiles, up to the first that does not, and what the write-ahead log has after them. */
async function salvage(files: Files, at: Places): Promise<Entries> {
  let kept = NO_ENTRIES
  for (let index = 0; kept.leaves.length === index * TILE_WIDTH * HASH_BYTES; index++) {
    const whole = await wholeEntries(files, at.dir, index)
    if (whole.leaves.length === 0) break
    kept = joined([kept, whole])
  }
  const left = await replay(files, at.wal, kept.leaves.length / HASH_BYTES)
  return joined([kept, hashed(left.bundle) ?? NO_ENTRIES])
}

/** The most that any file of the bundle at `index` holds. */
async function wholeEntries(files: Files, dir: string, index: number): Promise<Entries> {
  let best = NO_ENTRIES
  for (const width of [...(await files.list(join(dir, `${tilePath('entries', index)}.p`))).map(Number), TILE_WIDTH]) {
    const bundle = await files.read(join(dir, tilePath('entries', index, width)))
    const row = await files.read(join(dir, tilePath(0, index, width)))
    const entries = bundle && hashed(bundle)
    if (entries === undefined || row === undefined) continue
    let count = 0
    const hash = (of: Buffer): Buffer => of.subarray(count * HASH_BYTES, (count + 1) * HASH_BYTES)
    while (count * HASH_BYTES < entries.leaves.length && hash(entries.leaves).equals(hash(row))) count += 1
    if (count * HASH_BYTES > best.leaves.length) best = firstOf(entries, count) ?? NO_ENTRIES
  }
  return best
}

function joined(parts: readonly Entries[]): Entries {
  const [bundles, rows] = [parts.map(({ bundle }) => bundle), parts.map(({ leaves }) => leaves)]
  return { bundle: Buffer.concat(bundles), leaves: Buffer.concat(rows) }
}

/** Where the old folder goes; the place that was given last, if it has gone already. */
async function asideOf(files: Files, at: Places, moving: boolean): Promise<string> {
  const prefix = `${basename(at.dir)}.lost-`
  const names = (await files.list(dirname(at.dir))).filter((name) => name.startsWith(prefix))
  const last = Math.max(0, ...names.map((name) => Number.parseInt(name.slice(prefix.length), 10)))
  return `${at.dir}.lost-${moving ? last : last + 1}`
}

async function move(files: Files, { at, next, aside }: { at: Places; next: Places; aside: string }): Promise<void> {
  if ((await files.list(at.dir)).length > 0) await files.rename(at.dir, aside)
  if ((await files.read(next.key)) !== undefined) {
    if ((await files.read(at.key)) !== undefined) await files.rename(at.key, `${aside}.key`)
    await files.rename(next.key, at.key)
  }
  await files.rename(next.dir, at.dir)
  await files.syncFolder(dirname(at.dir))
  // CRASH: before this the copy is of the old ledger, which refuses to open until the loss is accepted once more.
  await files.rename(next.copy, at.copy)
  await files.syncFolder(dirname(at.copy))
}
