import { createHash } from 'node:crypto'
import { chmodSync, closeSync, fstatSync, lstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { type Digest, sha256 } from '../core/digest.ts'
import { codeOf } from '../core/errors.ts'
import { type Pause, pacer } from './budget.ts'
import { BUNDLE_UPTO, Bundler } from './bundle.ts'
import { type CompareTools, compare } from './compare.ts'
import { clonePath, linkPath } from './keep.ts'
import type { ClosedFile, Entry, State, TakenFile } from './manifest.ts'
import type { Objects } from './objects.ts'
import { hashOf, openToRead, pieces, stateOf } from './state.ts'

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
export async function closedOf(
  taken: TakenFile,
  folder: string,
  walk: readonly string[],
  tools: CloseTools,
): Promise<ClosedFile> {
  const { changes, after, mates, unseen } = await compare(taken, walk, tools)
  const lost: ClosedFile['lost'] = []
  const contents: ClosedFile['contents'] = {}
  const mover = new Mover(folder, tools)
  try {
    for (const entry of taken.entries) {
      if (entry.state === null || !changes.has(entry.path)) continue
      const why = await mover.move(entry, contents)
      if (why !== undefined) lost.push({ path: entry.path, why })
      if (mover.pause.due()) await mover.pause.rest()
    }
    await mover.flush()
  } finally {
    mover.close()
  }
  await readLinkedAttributes(taken, folder, contents, tools)
  return {
    version: 1,
    id: taken.id,
    at: tools.clock.now(),
    overlaps: [...tools.overlaps],
    changes: [...changes.values()],
    after: [...after].map(([path, state]) => ({ path, state })),
    mates: [...mates].map(([path, of]) => ({ path, of })),
    contents,
    lost,
    unseen,
  }
}

const WRITTEN = 'it was written to while a link stood for its content'
const DAMAGED = 'its copy is damaged'

/** Moves one pre-image after the other into the store. */
class Mover {
  readonly pause: Pause
  readonly #folder: string
  readonly #objects: Objects
  readonly #bundler: Bundler
  #pack: number | undefined

  constructor(folder: string, { objects, clock }: CloseTools) {
    this.pause = pacer(clock)
    this.#folder = folder
    this.#objects = objects
    this.#bundler = new Bundler(objects)
  }

  /** Adds to `contents`, if there is a content to keep; a reason where it is lost. One file never fails the others. */
  async move(entry: Entry, contents: ClosedFile['contents']): Promise<string | undefined> {
    try {
      return await this.#move(entry, contents)
    } catch (cause) {
      if (!/^E[A-Z0-9]+$/.test(codeOf(cause))) throw cause
      return `its copy can't be read (${codeOf(cause)})`
    }
  }

  async #move({ path, role, state, kept }: Entry, contents: ClosedFile['contents']): Promise<string | undefined> {
    if (role === 'left out') return 'it was left out of the snapshot'
    if (state === null || kept === undefined) return undefined
    if ('clone' in kept) {
      if (state.sha256 === undefined) return DAMAGED
      this.#objects.adopt(clonePath(this.#folder, kept.clone), state.sha256)
      contents[path] = { sha256: state.sha256 }
      return undefined
    }
    if ('pack' in kept) {
      this.#pack ??= openSync(join(this.#folder, 'pack'), 'r')
      return (await this.#moveFrom(this.#pack, kept.pack, { path, contents }, state.sha256)) ? undefined : DAMAGED
    }
    return (await this.#moveLinked(state, linkPath(this.#folder, kept.link), { path, contents })) ? undefined : WRITTEN
  }

  async flush(): Promise<void> {
    this.#bundler.flush()
    await this.#objects.flush()
  }

  close(): void {
    if (this.#pack !== undefined) closeSync(this.#pack)
  }

  /** The inode is the workspace's own: whoever has the file open, or another name for it, can write to it. */
  async #moveLinked(before: State, at: string, to: Destination): Promise<boolean> {
    // Of the only name that is left, the mode is nobody else's any more, and may keep even us out.
    if (lstatSync(at).nlink === 1) chmodSync(at, 0o600)
    const fd = openToRead(at)
    try {
      const now = stateOf(fstatSync(fd, { bigint: true }))
      if (now.inode !== before.inode || now.size !== before.size || now.mtimeNs !== before.mtimeNs) return false
      if (now.size < ADOPT_FROM || now.nlink > 1) return await this.#moveFrom(fd, [0, now.size], to)
      const sha256 = await hashOf(at, this.pause)
      if (sha256 === undefined) return false
      this.#objects.adopt(at, sha256)
      to.contents[to.path] = { sha256 }
      return true
    } finally {
      closeSync(fd)
    }
  }

  /** False where the content is not the one that was kept. */
  async #moveFrom(fd: number, part: readonly [number, number], to: Destination, known?: Digest): Promise<boolean> {
    if (part[1] > BUNDLE_UPTO) {
      const hash = known ?? (await hashOfPart(fd, part, this.pause))
      to.contents[to.path] = { sha256: hash }
      return this.#objects.put(fd, hash, part)
    }
    const bytes = Buffer.concat([...pieces(fd, ...part)].map((piece) => Buffer.from(piece)))
    const hash = sha256(bytes)
    if (bytes.length !== part[1] || hash !== (known ?? hash)) return false
    this.#bundler.add(bytes, hash, (bundle) => {
      to.contents[to.path] = { sha256: hash, bundle }
    })
    return true
  }
}

interface Destination {
  readonly path: string
  readonly contents: ClosedFile['contents']
}

async function hashOfPart(fd: number, [from, length]: readonly [number, number], pause: Pause): Promise<Digest> {
  const hash = createHash('sha256')
  for (const piece of pieces(fd, from, length)) {
    hash.update(piece)
    if (pause.due()) await pause.rest()
  }
  return hash.digest('hex') as Digest
}

/** The inodes still carry what the files had; one child reads it for all of them. */
async function readLinkedAttributes(
  taken: TakenFile,
  folder: string,
  contents: ClosedFile['contents'],
  tools: CloseTools,
): Promise<void> {
  const asked = taken.entries.flatMap(({ path, state, kept }) => {
    const known = contents[path]
    if (known === undefined || state === null || kept === undefined || !('link' in kept)) return []
    return [{ path: linkPath(folder, kept.link), inode: state.inode, known }]
  })
  const answers = await tools.syscalls.attributes(asked, tools.bounds.snapshotMs)
  for (const [index, { known }] of asked.entries()) {
    const attributes = answers[index]
    if (attributes !== undefined) known.attributes = { ...attributes }
  }
}
