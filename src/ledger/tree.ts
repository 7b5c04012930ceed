import { join } from 'node:path'
import type { Files } from '../store/files.ts'
import { LedgerError } from './error.ts'
import { HASH_BYTES, rootOf } from './merkle.ts'
import { type Edge, entryEnds, hashed, hashesAt, type Level, TILE_WIDTH, tilePath, tileWidth } from './tiles.ts'

export interface TileName {
  readonly level: Level
  readonly index: number
  /** Of the tree that it is read for. */
  readonly size: number
}

/** What a tile (or bundle) holds in a tree of `size`. A wider file serves too: partial ones go once it is full. */
export async function readTile(files: Files, dir: string, { level, index, size }: TileName): Promise<Buffer> {
  const width = tileWidth(level, index, size)
  for (const held of new Set([width, TILE_WIDTH])) {
    const path = tilePath(level, index, held)
    const bytes = await files.read(join(dir, path))
    if (bytes === undefined) continue
    const ends = level === 'entries' ? entryEnds(bytes) : [bytes.length]
    const count = level === 'entries' ? ends?.length : bytes.length / HASH_BYTES
    if (ends === undefined || count !== held) throw damaged(`\`${path}\` does not hold ${held} of its kind`)
    return bytes.subarray(0, level === 'entries' ? ends[width - 1] : width * HASH_BYTES)
  }
  const path = tilePath(level, index, width)
  throw new LedgerError('ledger/truncated', `\`${path}\` is missing from the ledger`, { hint: RESTORE })
}

/** Reads back and re-hashes what a tree of `size` has more than one of `from`; nothing in memory is trusted. */
export async function reread(files: Files, dir: string, { from, size }: { from: number; size: number }): Promise<Edge> {
  const tile = (level: Level, index: number): Promise<Buffer> => readTile(files, dir, { level, index, size })
  const levels: Buffer[] = []
  let bundle: Buffer = Buffer.alloc(0)
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    levels[level] = Buffer.alloc(0)
    for (let index = hashesAt(level + 1, from); index * TILE_WIDTH < hashesAt(level, size); index++) {
      const row = await tile(level, index)
      const isPartial = row.length < TILE_WIDTH * HASH_BYTES
      if (isPartial) levels[level] = row
      else if (!rootOf(row).equals(hashIn(await tile(level + 1, Math.floor(index / TILE_WIDTH)), index)))
        throw damaged(`\`${tilePath(level, index)}\` does not hash to the tile above it`)
      if (level > 0) continue
      const entries = hashed(await tile('entries', index))
      if (entries?.leaves.equals(row) !== true)
        throw damaged(`the entries of \`${tilePath('entries', index)}\` do not hash to their tile`)
      if (isPartial) bundle = entries.bundle
    }
  }
  return { size, bundle, levels }
}

function hashIn(tile: Buffer, index: number): Buffer {
  const at = (index % TILE_WIDTH) * HASH_BYTES
  return tile.subarray(at, at + HASH_BYTES)
}

export const RESTORE =
  'put the whole ledger folder back from a backup, or run `interlock log recover --accept-loss`, which keeps what is whole and records the loss'

export function damaged(message: string): LedgerError {
  return new LedgerError('ledger/damaged', message, { hint: RESTORE })
}
