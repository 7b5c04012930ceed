import { type Files, nodeFiles } from '../store/files.ts'
import { HASH_BYTES, leafHash, nodeHash, rootOf } from './merkle.ts'
import { entryEnds, TILE_WIDTH } from './tiles.ts'
import { damaged, readTile } from './tree.ts'

/** An entry's bytes as they stand in the tree, and the hashes that lead from it to the root (RFC 6962 section 2.1.1). */
export interface EntryProof {
  readonly index: number
  readonly bytes: Buffer
  readonly leaf: Buffer
  readonly hashes: readonly Buffer[]
}

const LEVEL_BITS = 8

/** Proofs for a tree of `size`, from the tiles. They are the ledger's own word: `checkInclusion` decides. */
export function prover(dir: string, size: number, files: Files = nodeFiles): (index: number) => Promise<EntryProof> {
  const tiles = new Map<string, Promise<Buffer>>()
  const tile = (level: number | 'entries', index: number): Promise<Buffer> => {
    const key = `${level}/${index}`
    const known = tiles.get(key) ?? readTile(files, dir, { level, index, size })
    tiles.set(key, known)
    return known
  }
  /** The root over the leaves `from` up to, not including, `to`. */
  const subtree = async (from: number, to: number): Promise<Buffer> => {
    const count = to - from
    const split = splitOf(count)
    if (split * 2 !== count && count > 1)
      return nodeHash(await subtree(from, from + split), await subtree(from + split, to))
    // A whole subtree of 2^k leaves: its hashes stand side by side in one tile.
    const level = Math.floor(Math.log2(count) / LEVEL_BITS)
    const width = 2 ** (level * LEVEL_BITS)
    const at = from / width
    const row = await tile(level, Math.floor(at / TILE_WIDTH))
    const start = (at % TILE_WIDTH) * HASH_BYTES
    return rootOf(row.subarray(start, start + (count / width) * HASH_BYTES))
  }
  const path = async (index: number, from: number, to: number): Promise<Buffer[]> => {
    if (to - from === 1) return []
    const middle = from + splitOf(to - from)
    return index < middle
      ? [...(await path(index, from, middle)), await subtree(middle, to)]
      : [...(await path(index, middle, to)), await subtree(from, middle)]
  }
  return async (index) => {
    const bundle = await tile('entries', Math.floor(index / TILE_WIDTH))
    const ends = entryEnds(bundle) ?? []
    const [start, end] = [ends[(index % TILE_WIDTH) - 1] ?? 0, ends[index % TILE_WIDTH]]
    if (end === undefined) throw damaged(`entry ${index} is not in its bundle`)
    const bytes = bundle.subarray(start + 2, end)
    return { index, bytes, leaf: leafHash(bytes), hashes: await path(index, 0, size) }
  }
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}
