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
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index++)
    if (!hashed(await tile('entries', index))?.leaves.equals(await tile(0, index)))
      throw damaged(`the entries of \`${tilePath('entries', index)}\` do not hash to their tile`)
  const levels: Buffer[] = []
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    for (let index = hashesAt(level + 1, from); index < hashesAt(level + 1, size); index++) {
      const above = await tile(level + 1, Math.floor(index / TILE_WIDTH))
      const at = (index % TILE_WIDTH) * HASH_BYTES
      if (!rootOf(await tile(level, index)).equals(above.subarray(at, at + HASH_BYTES)))
        throw damaged(`\`${tilePath(level, index)}\` does not hash to the tile above it`)
    }
    levels.push(await partial(level))
  }
  return { size, bundle: await partial('entries'), levels }

  async function partial(level: Level): Promise<Buffer> {
    const held = hashesAt(level, size)
    return held % TILE_WIDTH === 0 ? Buffer.alloc(0) : await tile(level, Math.floor(held / TILE_WIDTH))
  }
}

export const RESTORE =
  'put the whole ledger folder back from a backup, or run `interlock log recover --accept-loss`, which keeps what is whole and records the loss'

export function damaged(message: string): LedgerError {
  return new LedgerError('ledger/damaged', message, { hint: RESTORE })
}
