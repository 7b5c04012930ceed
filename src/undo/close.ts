import { closeSync, lstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../core/digest.ts'
import { pacer } from './budget.ts'
import { type CompareTools, compare } from './compare.ts'
import { clonePath, linkPath } from './keep.ts'
import type { ClosedFile, Entry, State, TakenFile } from './manifest.ts'
import type { Objects } from './objects.ts'
import { hashOf, openToRead, stateOf } from './state.ts'

/** A linked file of which ours is the only name left is taken over as it is; smaller ones are better compressed. */
const ADOPT_FROM = 8 << 20

export interface CloseTools extends CompareTools {
  readonly objects: Objects
  readonly overlaps: readonly string[]
}

/**
 * What became of the targets, with the pre-images of what changed moved into the store; the rest is not needed any more.
 * CRASH: until the caller has written the answer, the snapshot's own copies are still there and a second close works.
 */
export async function settle(
  taken: TakenFile,
  folder: string,
  walk: readonly string[],
  tools: CloseTools,
): Promise<ClosedFile> {
  const { changes, after, unseen } = await compare(taken, walk, tools)
  const lost: ClosedFile['lost'] = []
  const linked: ClosedFile['linked'] = {}
  const store = new Store(folder, tools)
  try {
    for (const entry of taken.entries) {
      const change = changes.get(entry.path)
      if (change === undefined || entry.state === null) continue
      const kept = await store.keep(entry)
      if ('lost' in kept) lost.push({ path: entry.path, why: kept.lost })
      else if (kept.sha256 !== undefined && entry.kept && 'link' in entry.kept) {
        linked[entry.path] = { sha256: kept.sha256 }
      }
    }
    await tools.objects.flush()
  } finally {
    store.close()
  }
  await readLinkedAttributes(taken, folder, linked, tools)
  return {
    version: 1,
    id: taken.id,
    at: tools.clock.now(),
    overlaps: [...tools.overlaps],
    changes: [...changes.values()],
    after: [...after].map(([path, state]) => ({ path, state })),
    linked,
    lost,
    unseen,
  }
}

type KeptAway = { readonly sha256?: Digest } | { readonly lost: string }

/** Moves one pre-image after the other into the store. */
class Store {
  readonly #folder: string
  readonly #objects: Objects
  readonly #tools: CloseTools
  #pack: number | undefined

  constructor(folder: string, tools: CloseTools) {
    this.#folder = folder
    this.#objects = tools.objects
    this.#tools = tools
  }

  async keep({ role, state, kept }: Entry): Promise<KeptAway> {
    if (role === 'left out') return { lost: 'it was left out of the snapshot' }
    if (state === null || kept === undefined) return {}
    if ('link' in kept) return this.#keepLinked(state, linkPath(this.#folder, kept.link))
    if (state.sha256 === undefined) return { lost: 'its copy has no hash' }
    if ('clone' in kept) this.#objects.adopt(clonePath(this.#folder, kept.clone), state.sha256)
    else {
      this.#pack ??= openSync(join(this.#folder, 'pack'), 'r')
      if (!(await this.#objects.put(this.#pack, state.sha256, kept.pack))) return { lost: 'its copy is damaged' }
    }
    return { sha256: state.sha256 }
  }

  close(): void {
    if (this.#pack !== undefined) closeSync(this.#pack)
  }

  /** The inode is the workspace's own: whoever had the file open, or another name for it, could write to it. */
  async #keepLinked(before: State, path: string): Promise<KeptAway> {
    const written = { lost: 'it was written to while a link stood for its content' }
    const now = stateOf(lstatSync(path, { bigint: true }))
    if (now.inode !== before.inode || now.size !== before.size || now.mtimeNs !== before.mtimeNs) return written
    const sha256 = await hashOf(path, pacer(this.#tools.clock))
    if (sha256 === undefined) return written
    if (now.size >= ADOPT_FROM && now.nlink === 1) {
      this.#objects.adopt(path, sha256)
      return { sha256 }
    }
    const fd = openToRead(path)
    try {
      return (await this.#objects.put(fd, sha256, [0, now.size])) ? { sha256 } : written
    } finally {
      closeSync(fd)
    }
  }
}

/** The inodes still carry what the files had; one child reads it for all of them. */
async function readLinkedAttributes(
  taken: TakenFile,
  folder: string,
  linked: ClosedFile['linked'],
  tools: CloseTools,
): Promise<void> {
  const asked = taken.entries.flatMap(({ path, state, kept }) => {
    const known = linked[path]
    if (known === undefined || state === null || kept === undefined || !('link' in kept)) return []
    return [{ path: linkPath(folder, kept.link), inode: state.inode, known }]
  })
  const answers = await tools.attributes.read(asked, tools.bounds.snapshotMs)
  for (const [index, { known }] of asked.entries()) {
    const attributes = answers[index]
    if (attributes !== undefined) known.attributes = { ...attributes }
  }
}
