import { join } from 'node:path'
import { makeFolders, replaceFile } from '../store/files.ts'
import { LedgerError } from './error.ts'
import { EMPTY_ROOT } from './merkle.ts'
import {
  type Checkpoint,
  checkpointText,
  newSigningKey,
  openNote,
  parseCheckpoint,
  parseSigningKey,
  parseVerifierKey,
  type SigningKey,
  signNote,
} from './note.ts'
import type { Setting } from './places.ts'
import { type Edge, EMPTY_EDGE, type Entries, edgeRoot, firstOf, grow, hashed, NO_ENTRIES } from './tiles.ts'
import { damaged, RESTORE, reread } from './tree.ts'
import { replay } from './wal.ts'

/** What a ledger folder holds, once it agrees with everything that was signed before. */
export interface Found {
  readonly key: SigningKey
  readonly heads: { readonly checkpoint: Buffer; readonly copy: Buffer }
  /** The tree that the checkpoint signs. */
  readonly edge: Edge
  /** Acknowledged, and not yet in it. */
  readonly pending: Entries
}

/**
 * Opens what is there, or makes a new ledger where nothing is. Refuses whatever contradicts the checkpoint or its copy:
 * both are written before anything builds on them, the copy first.
 */
export async function recover(setting: Setting): Promise<Found> {
  const { files, at } = setting
  const [checkpoint, copied] = [await files.read(at.checkpoint), await files.read(at.copy)]
  const key = await keyIn(setting)
  if (checkpoint === undefined) return await begin(setting, key, copied)
  if (key === undefined) throw damaged(`the signing key \`${at.key}\` is missing`)
  if (copied === undefined) throw copyLost(`the checkpoint copy \`${at.copy}\` is missing`)
  const vkey = (await files.read(at.vkey))?.toString('utf8')
  if (vkey !== `${key.vkey}\n`) throw damaged(`\`${at.vkey}\` does not belong to the signing key`)
  const heads = { checkpoint, copy: copied }
  const { edge, pending } = await agree(setting, headOf(checkpoint, key, at.checkpoint), headOf(copied, key, at.copy))
  return { key, heads, edge, pending }
}

export async function keyIn({ files, at }: Setting): Promise<SigningKey | undefined> {
  const text = await files.read(at.key)
  const key = text && parseSigningKey(text.toString('utf8').trimEnd())
  if (text !== undefined && key === undefined) throw damaged(`the signing key \`${at.key}\` is malformed`)
  return key
}

/** A new key, kept. */
export async function makeKey({ files, at, clock }: Setting): Promise<SigningKey> {
  const text = newSigningKey(`interlock/${clock.id('ledger')}`)
  const key = parseSigningKey(text)
  if (key === undefined) throw new Error('a new signing key does not parse')
  await replaceFile(files, at.key, Buffer.from(`${text}\n`))
  return key
}

async function agree(
  { files, at }: Setting,
  head: Checkpoint,
  copy: Checkpoint,
): Promise<{ edge: Edge; pending: Entries }> {
  if (copy.size < head.size)
    throw copyLost(`the checkpoint copy \`${at.copy}\` has ${copy.size} entries, the ledger ${head.size}`)
  // The last bundle is hashed again at least; all of it is what `log verify` is for.
  const edge = await reread(files, at.dir, { from: Math.max(0, head.size - 1), size: head.size })
  if (!edgeRoot(edge).equals(head.root)) throw damaged('the tiles do not hash to the root that the checkpoint signs')
  const left = await replay(files, at.wal, head.size)
  if (left.kind === 'damaged') throw damaged(`write-ahead log \`${left.where}\`: ${left.why}`)
  const pending = hashed(left.bundle)
  if (pending === undefined) throw damaged('the write-ahead log does not hold whole entries')
  // CRASH: between the copy and the checkpoint the copy is ahead, and the write-ahead log reaches it.
  const ahead = firstOf(pending, copy.size - head.size)
  if (ahead === undefined)
    throw rolledBack(`the ledger ends before entry ${copy.size - 1}, which its checkpoint copy \`${at.copy}\` knows`)
  if (!edgeRoot(grow(edge, [ahead]).edge).equals(copy.root)) throw forked(copy.size)
  return { edge, pending }
}

/** CRASH: every step can be made again; the checkpoint is the last of them, and no entry precedes it. */
async function begin(setting: Setting, found: SigningKey | undefined, copied: Buffer | undefined): Promise<Found> {
  const { files, at, known } = setting
  if ((await files.list(at.recovering)).length > 0)
    throw rolledBack(`a recovery of \`${at.dir}\` was interrupted, and the ledger is still in \`${at.recovering}\``)
  if ([...(await files.list(at.wal)), ...(await files.list(join(at.dir, 'tile')))].length > 0)
    throw new LedgerError('ledger/truncated', `the checkpoint \`${at.checkpoint}\` is missing`, { hint: RESTORE })
  if (copied !== undefined && (found === undefined || headOf(copied, found, at.copy).size > 0))
    throw rolledBack(`the ledger \`${at.dir}\` is gone, its checkpoint copy \`${at.copy}\` is not`)
  const key = found ?? (await makeKey(setting))
  const empty = Buffer.from(signNote(checkpointText({ origin: key.name, size: 0, root: EMPTY_ROOT }), key))
  await makeFolders(files, at.dir, known)
  await replaceFile(files, at.vkey, Buffer.from(`${key.vkey}\n`))
  await replaceFile(files, at.copy, empty)
  await replaceFile(files, at.checkpoint, empty)
  return { key, heads: { checkpoint: empty, copy: empty }, edge: EMPTY_EDGE, pending: NO_ENTRIES }
}

export function headOf(note: Buffer, key: SigningKey, path: string): Checkpoint {
  const verifier = parseVerifierKey(key.vkey)
  const opened = verifier && openNote(note, verifier)
  if (opened?.kind !== 'signed') throw damaged(`\`${path}\` can't be trusted: ${opened?.why ?? 'the key is malformed'}`)
  const head = parseCheckpoint(opened.text)
  if (head?.origin !== key.name) throw damaged(`\`${path}\` is no checkpoint of \`${key.name}\``)
  return head
}

export function copyLost(message: string): LedgerError {
  const hint =
    'put the copy back; if it is lost, nobody can tell whether the ledger was rolled back: `interlock log recover --accept-loss` records that and goes on'
  return new LedgerError('ledger/copy-lost', message, { hint })
}

function rolledBack(message: string): LedgerError {
  return new LedgerError('ledger/rolled-back', message, { hint: RESTORE })
}

function forked(size: number): LedgerError {
  const message = `two signed checkpoints of ${size} entries have different roots`
  return new LedgerError('ledger/forked', message, { hint: RESTORE })
}
