import { join } from 'node:path'
import { type Files, nodeFiles } from '../store/files.ts'
import { StoredEntry } from '../wire/ledger-entry.ts'
import { LedgerError } from './error.ts'
import { openNote, parseCheckpoint, parseVerifierKey } from './note.ts'
import { entryEnds, TILE_WIDTH } from './tiles.ts'
import { damaged, readTile } from './tree.ts'
import { replay } from './wal.ts'

export interface ReadEntry {
  readonly index: number
  readonly entry: StoredEntry
}

/**
 * The entries from index `from` up to, not including, `to`, those not yet in tiles too, also beside a guard at work.
 * Signatures and hashes are for `verifyLedger` to check.
 */
export async function* readEntries(
  { dir, files = nodeFiles }: { dir: string; files?: Files },
  { from = 0, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number } = {},
): AsyncGenerator<ReadEntry> {
  let at = from
  while (at < to) {
    const size = await publishedSize(files, dir)
    while (at < Math.min(size, to)) {
      const index = Math.floor(at / TILE_WIDTH)
      const bundle = await readTile(files, dir, { level: 'entries', index, size })
      for (const entry of parseEntries(bundle, index * TILE_WIDTH))
        if (entry.index >= at && entry.index < to) yield entry
      at = (index + 1) * TILE_WIDTH
    }
    at = Math.min(at, Math.max(from, size))
    const left = await replay(files, join(dir, 'wal'), size)
    // A guard that published meanwhile has taken the write-ahead log away from under us.
    if ((await publishedSize(files, dir)) !== size) continue
    if (left.kind === 'damaged') throw damaged(`write-ahead log \`${left.where}\`: ${left.why}`)
    for (const entry of parseEntries(left.bundle, size)) if (entry.index >= at && entry.index < to) yield entry
    return
  }
}

async function publishedSize(files: Files, dir: string): Promise<number> {
  const [note, vkey] = [await files.read(join(dir, 'checkpoint')), await files.read(join(dir, 'vkey'))]
  if (note === undefined || vkey === undefined)
    throw new LedgerError('ledger/truncated', `there is no ledger in \`${dir}\``, {
      hint: 'it is made when the guard first starts',
    })
  const key = parseVerifierKey(vkey.toString('utf8').trimEnd())
  const opened = key && openNote(note, key)
  const head = opened?.kind === 'signed' ? parseCheckpoint(opened.text) : undefined
  if (head === undefined) throw damaged('the checkpoint is not signed by the key beside it')
  return head.size
}

function* parseEntries(bundle: Buffer, first: number): Generator<ReadEntry> {
  let start = 0
  for (const [i, end] of (entryEnds(bundle) ?? []).entries()) {
    yield { index: first + i, entry: parseEntry(bundle.toString('utf8', start + 2, end), first + i) }
    start = end
  }
}

function parseEntry(text: string, index: number): StoredEntry {
  try {
    return StoredEntry.parse(JSON.parse(text))
  } catch (cause) {
    throw new LedgerError('ledger/damaged', `entry ${index} is none of ours`, {
      cause,
      hint: 'run `interlock log verify`',
    })
  }
}
