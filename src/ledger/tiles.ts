import { hash } from 'node:crypto'
import type { NewFile } from '../store/files.ts'
import { HASH_BYTES, rootOf } from './merkle.ts'

/** C2SP tlog-tiles: where the tree's hashes and entries lie in files, and what the files hold. */

export const TILE_WIDTH = 256

/** A level of the tree, or the entries themselves. */
export type Level = number | 'entries'

/** `tile/0/x001/x234/067`, and `….p/5` while it holds only five. */
export function tilePath(level: Level, index: number, width: number = TILE_WIDTH): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const name = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/')
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/** How many hashes a level has in a tree of `size`: one for each full tile of the level below. */
export function hashesAt(level: Level, size: number): number {
  return level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level)
}

/** How many of them the tile at `index` holds. */
export function tileWidth(level: Level, index: number, size: number): number {
  return Math.min(TILE_WIDTH, Math.max(0, hashesAt(level, size) - index * TILE_WIDTH))
}

/** Entries one after the other, as bundles hold them: each after its length in two bytes. */
export interface Entries {
  readonly bundle: Buffer
  /** The row of their leaf hashes. */
  readonly leaves: Buffer
}

export const NO_ENTRIES: Entries = { bundle: Buffer.alloc(0), leaves: Buffer.alloc(0) }

/** The first `count` of them; undefined where there are fewer. */
export function firstOf({ bundle, leaves }: Entries, count: number): Entries | undefined {
  if (leaves.length < count * HASH_BYTES) return undefined
  const end = count === 0 ? 0 : entryEnds(bundle)?.[count - 1]
  return { bundle: bundle.subarray(0, end), leaves: leaves.subarray(0, count * HASH_BYTES) }
}

/** Texts as a bundle, with `room` bytes before them. */
export function bundleOf(entries: readonly { readonly text: string; readonly length: number }[], room = 0): Buffer {
  const bundle = Buffer.allocUnsafe(entries.reduce((sum, { length }) => sum + 2 + length, room))
  let at = room
  for (const { text, length } of entries) {
    at = bundle.writeUInt16BE(length, at)
    at += bundle.write(text, at)
  }
  return bundle
}

/** Where each entry ends; undefined unless `bundle` is whole entries and nothing else. */
export function entryEnds(bundle: Buffer): number[] | undefined {
  const ends: number[] = []
  let at = 0
  while (at + 2 <= bundle.length) {
    at += 2 + bundle.readUInt16BE(at)
    ends.push(at)
  }
  return at === bundle.length ? ends : undefined
}

/** The entries of a bundle, hashed. */
export function hashed(bundle: Buffer): Entries | undefined {
  const ends = entryEnds(bundle)
  if (ends === undefined) return undefined
  const leaves = Buffer.allocUnsafe(ends.length * HASH_BYTES)
  const longest = ends.reduce((most, end, i) => Math.max(most, end - (ends[i - 1] ?? 0)), 0)
  const leaf = Buffer.alloc(1 + longest)
  let start = 0
  for (const [i, end] of ends.entries()) {
    const length = bundle.copy(leaf, 1, start + 2, end)
    leaves.write(hash('sha256', leaf.subarray(0, 1 + length), 'binary'), i * HASH_BYTES, 'binary')
    start = end
  }
  return { bundle, leaves }
}

/** What the partial tiles at the right edge of the tree hold: all that is needed to grow it and to compute its root. */
export interface Edge {
  readonly size: number
  readonly bundle: Buffer
  /** The row of each level, lowest first. */
  readonly levels: readonly Buffer[]
}

export const EMPTY_EDGE: Edge = { size: 0, bundle: Buffer.alloc(0), levels: [] }

/** The edge after `added`, and every file that they make or widen. */
export function grow(edge: Edge, added: readonly Entries[]): { edge: Edge; files: NewFile[] } {
  const files: NewFile[] = []
  let risen = Buffer.concat(added.map(({ leaves }) => leaves))
  const size = edge.size + risen.length / HASH_BYTES
  const cut = (level: Level, held: Buffer, ends: readonly number[]): { full: Buffer[]; rest: Buffer } => {
    const index = Math.floor(hashesAt(level, edge.size) / TILE_WIDTH)
    const tiles = cutTiles(held, ends)
    for (const [i, { bytes, width }] of tiles.entries()) files.push({ path: tilePath(level, index + i, width), bytes })
    const full = tiles.filter(({ width }) => width === TILE_WIDTH).map(({ bytes }) => bytes)
    return { full, rest: tiles[full.length]?.bytes ?? Buffer.alloc(0) }
  }
  const held = Buffer.concat([edge.bundle, ...added.map(({ bundle }) => bundle)])
  const bundle = cut('entries', held, entryEnds(held) ?? []).rest
  const levels = [...edge.levels]
  for (let level = 0; risen.length > 0; level++) {
    const row = Buffer.concat([levels[level] ?? Buffer.alloc(0), risen])
    const { full, rest } = cut(
      level,
      row,
      Array.from({ length: row.length / HASH_BYTES }, (_, i) => (i + 1) * HASH_BYTES),
    )
    levels[level] = rest
    risen = Buffer.concat(full.map(rootOf))
  }
  return { edge: { size, bundle, levels }, files }
}

/** Cuts `held`, whose parts end at `ends`, into tiles. */
function cutTiles(held: Buffer, ends: readonly number[]): { bytes: Buffer; width: number }[] {
  const tiles = []
  for (let at = 0; at < ends.length; at += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, ends.length - at)
    tiles.push({ bytes: held.subarray(ends[at - 1] ?? 0, ends[at + width - 1]), width })
  }
  return tiles
}

export function edgeRoot({ levels }: Edge): Buffer {
  let below: Buffer = Buffer.alloc(0)
  for (const row of levels) if (row.length + below.length > 0) below = rootOf(Buffer.concat([row, below]))
  return rootOf(below)
}
