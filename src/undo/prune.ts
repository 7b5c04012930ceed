import type { Digest } from '../core/digest.ts'
import type { Bounds } from '../wire/config.ts'
import { UndoError } from './error.ts'
import type { Objects } from './objects.ts'
import type { Shelf } from './shelf.ts'

const DAY_MS = 86_400_000
const MIB = 1 << 20

/**
 * Drops closed snapshots that are too old, then the oldest ones while all together take too much room, and the contents
 * that no snapshot refers to any more. Open ones are left alone while their call can still end. CRASH: the next run
 * sweeps what is left.
 */
export function prune(shelf: Shelf, objects: Objects, { now, bounds }: { now: number; bounds: Bounds }): string[] {
  const sizes = objects.sizes()
  const uses = new Map<Digest, number>()
  const closed = shelf
    .ids()
    .filter((id) => shelf.isClosed(id))
    .map((id) => ({ id, at: shelf.closedAt(id), size: shelf.size(id), hashes: objectsOf(shelf, id) }))
    .toSorted((a, b) => a.at - b.at)
  for (const { hashes } of closed) for (const hash of hashes) uses.set(hash, (uses.get(hash) ?? 0) + 1)

  const drop = (hash: Digest): void => {
    total -= sizes.get(hash) ?? 0
    sizes.delete(hash)
    objects.remove(hash)
  }
  let total = shelf.ids().reduce((sum, id) => sum + shelf.size(id), 0)
  for (const size of sizes.values()) total += size
  for (const hash of [...sizes.keys()]) if (!uses.has(hash)) drop(hash)

  const orphans = shelf.ids().filter((id) => !shelf.isClosed(id) && now - shelf.takenAt(id) >= bounds.keepDays * DAY_MS)
  for (const id of orphans) shelf.remove(id)

  const gone = [...orphans]
  for (const { id, at, size, hashes } of closed) {
    if (now - at < bounds.keepDays * DAY_MS && total <= bounds.keepMiB * MIB) continue
    shelf.remove(id)
    total -= size
    for (const hash of hashes) {
      const left = (uses.get(hash) ?? 1) - 1
      uses.set(hash, left)
      if (left === 0) drop(hash)
    }
    gone.push(id)
  }
  return gone
}

/** What a closed snapshot needs; nothing where that can't be read any more, and then it goes with the next sweep. */
function objectsOf(shelf: Shelf, id: string): Set<Digest> {
  try {
    const contents = Object.values(shelf.closed(id)?.contents ?? {})
    return new Set(contents.map(({ sha256, bundle }) => bundle?.object ?? sha256))
  } catch (cause) {
    if (!(cause instanceof UndoError)) throw cause
    return new Set()
  }
}
