import { dirname, join } from 'node:path'
import { makeFolders, type NewFile, replaceFile, writeFiles } from '../store/files.ts'
import { LedgerError } from './error.ts'
import { checkpointText, type SigningKey, signNote } from './note.ts'
import type { Setting } from './places.ts'
import {
  type Edge,
  type Entries,
  edgeRoot,
  grow,
  hashesAt,
  type Level,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from './tiles.ts'
import { damaged, reread } from './tree.ts'

/** What checkpoint and copy held when we last looked. */
export interface Heads {
  checkpoint: Buffer | undefined
  copy: Buffer | undefined
}

/** Writes the tiles that `added` makes or widens. Answers with the edge as the disk returns it. */
export async function writeTiles(setting: Setting, from: Edge, added: readonly Entries[]): Promise<Edge> {
  const { files, at, known } = setting
  const grown = grow(from, added)
  const tiles = grown.files.map(({ path, bytes }) => ({ path: join(at.dir, path), bytes }))
  await writeFiles(files, { staging: at.staging, known }, tiles)
  // A signature can't be taken back: it is given to what the disk returns, if that is what was acknowledged.
  const edge = await reread(files, at.dir, { from: from.size, size: grown.edge.size })
  if (!edgeRoot(edge).equals(edgeRoot(grown.edge)))
    throw damaged('the tiles on the disk are not those that were written')
  return edge
}

export function checkpointOf(edge: Edge, key: SigningKey): string {
  return signNote(checkpointText({ origin: key.name, size: edge.size, root: edgeRoot(edge) }), key)
}

/** The copy first: a checkpoint that nothing outside knows of could be rolled back unseen. */
export async function replaceHeads({ files, at }: Setting, heads: Heads, note: string): Promise<void> {
  for (const head of ['copy', 'checkpoint'] as const) {
    const found = await files.read(at[head])
    if (found === undefined ? heads[head] !== undefined : heads[head]?.equals(found) !== true)
      throw new LedgerError('ledger/forked', `somebody else wrote \`${at[head]}\``)
  }
  for (const head of ['copy', 'checkpoint'] as const) {
    heads[head] = Buffer.from(note)
    await replaceFile(files, at[head], Buffer.from(note))
  }
}

/** A reader of an older checkpoint finds the full tile instead. */
export async function dropPartials(setting: Setting, before: number, edge: Edge): Promise<void> {
  for (const level of ['entries', ...edge.levels.keys()] as const) await dropPartial(setting, level, { before, edge })
}

async function dropPartial(
  { files, at }: Setting,
  level: Level,
  { before, edge }: { before: number; edge: Edge },
): Promise<void> {
  const index = Math.floor(hashesAt(level, before) / TILE_WIDTH)
  if (hashesAt(level, before) % TILE_WIDTH === 0 || tileWidth(level, index, edge.size) < TILE_WIDTH) return
  const folder = join(at.dir, `${tilePath(level, index)}.p`)
  for (const name of await files.list(folder)) await files.remove(join(folder, name))
  await files.remove(folder)
}

export async function keepBlob({ files, known }: Setting, { path, bytes }: NewFile): Promise<void> {
  await makeFolders(files, dirname(path), known)
  await replaceFile(files, path, bytes)
}
