import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Digest } from '../core/digest.ts'
import { codeOf } from '../core/errors.ts'
import { nodeFiles } from '../store/files.ts'
import type { Budget } from './budget.ts'
import type { Kept, State } from './manifest.ts'
import { identical, openToRead, pieces, stateOf } from './state.ts'

/** Smaller files are quicker copied than cloned. */
const CLONE_FROM = 1 << 20
const TRIES = 3
/** What a file system says that can't clone, or not from there. */
const NO_CLONE = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY']
/** Another file system, somebody else's file, too many links, or no links at all. */
export const NO_LINK = ['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP']

/** Links that are made with one request. The next one's lie in the other of two folders: they do not wait for each other. */
export const LINKS_AT_ONCE = 1024

export interface KeptFile {
  readonly state: State
  readonly kept: Kept
}

/**
 * The contents of one snapshot while it is taken: small files end to end in one pack (one sync instead of thousands),
 * large ones as reflinks where the file system has them, and hard links of what is about to be unlinked.
 */
export class Keeper {
  files = 0
  bytes = 0
  readonly #folder: string
  readonly #budget: Budget
  #pack: number | undefined
  #packed = 0
  #clones = 0
  #links = 0
  readonly #linkFolders = new Set<string>()
  #ownLinks = new Map<string, bigint>()
  #noClone = false

  constructor(folder: string, budget: Budget) {
    this.#folder = folder
    this.#budget = budget
  }

  /** Copies a file; only a copy of one moment counts. Undefined where others keep writing to it, or it is none. */
  async copy(at: string): Promise<KeptFile | undefined> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const fd = openToRead(at)
      try {
        const state = stateOf(fstatSync(fd, { bigint: true }))
        if (state.kind !== 'file') return undefined
        this.#budget.copy(state.size)
        const { sha256, kept } = this.#clone(fd, state) ?? (await this.#append(fd))
        if (!identical(state, stateOf(fstatSync(fd, { bigint: true })))) continue
        this.#count(state.size)
        return { state: { ...state, sha256 }, kept }
      } finally {
        closeSync(fd)
      }
    }
    return undefined
  }

  /** The manifest's line on a file that a link stands for now; undefined where none can be made, or it is no file. */
  link(at: string, path: string): string | undefined {
    const mine = this.#folderOf(this.#links) + this.#links
    try {
      linkSync(at, mine)
    } catch (cause) {
      if (!NO_LINK.includes(codeOf(cause))) throw cause
      return undefined
    }
    // The look goes through our own name: whatever the workspace's name means by now, this is the inode that we hold.
    const stat = lstatSync(mine, { bigint: true })
    if (!stat.isFile()) {
      unlinkSync(mine)
      return undefined
    }
    const { size, uid, gid, dev, ino, mtimeNs, atimeNs, ctimeNs } = stat
    const sparse = Number(stat.blocks * 512n < size)
    const found = `${size},${Number(stat.mode) & 0o7777},${uid},${gid},"${dev}:${ino}","${mtimeNs}","${atimeNs}","${ctimeNs}",${sparse}`
    return this.linked(path, { link: this.#links++, nlink: Number(stat.nlink - this.#own(stat)), found })
  }

  /** Room for at most `LINKS_AT_ONCE` links that somebody else makes: where to, and the first number. */
  reserve(): { to: string; first: number } {
    const first = Math.ceil(this.#links / LINKS_AT_ONCE) * LINKS_AT_ONCE
    this.#links = first + LINKS_AT_ONCE
    return { to: this.#folderOf(first), first }
  }

  /** The line on a file that is linked; `found` as `Syscalls.link` answers it. */
  linked(path: string, { link, nlink, found }: { link: number; nlink: number; found: string }): string {
    const size = Number.parseInt(found, 10)
    this.#count(size)
    this.#budget.link(size)
    return `[${JSON.stringify(path)},${link},${nlink},${found}]`
  }

  /** Makes all of it durable. CRASH: before, the snapshot's folder is not at its place yet. */
  async sync(): Promise<void> {
    const folders = [...this.#linkFolders]
    const packs = this.#pack === undefined ? [] : [join(this.#folder, 'pack')]
    await Promise.all([...packs, ...folders, ...folders.slice(0, 1).map(dirname)].map(nodeFiles.syncFolder))
  }

  close(): void {
    if (this.#pack !== undefined) closeSync(this.#pack)
    this.#pack = undefined
  }

  #folderOf(link: number): string {
    const folder = dirname(linkPath(this.#folder, link))
    if (!this.#linkFolders.has(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#linkFolders.add(folder)
    return `${folder}/`
  }

  #count(size: number): void {
    this.files += 1
    this.bytes += size
  }

  /** How many of an inode's links are ours. */
  #own({ nlink, dev, ino }: BigIntStats): bigint {
    if (nlink === 2n) return 1n
    const own = (this.#ownLinks.get(`${dev}:${ino}`) ?? 0n) + 1n
    this.#ownLinks.set(`${dev}:${ino}`, own)
    return own
  }

  #clone(fd: number, state: State): { sha256: Digest; kept: Kept } | undefined {
    if (this.#noClone || state.size < CLONE_FROM) return undefined
    const path = clonePath(this.#folder, this.#clones)
    try {
      copyFileSync(`/proc/self/fd/${fd}`, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    } catch (cause) {
      if (![...NO_CLONE, 'ENOENT'].includes(codeOf(cause))) throw cause
      this.#noClone = true
      return undefined
    }
    const clone = openSync(path, 'r')
    try {
      const hash = createHash('sha256')
      for (const piece of pieces(clone)) hash.update(piece)
      fsyncSync(clone)
      const kept = { clone: this.#clones++ }
      return { sha256: hash.digest('hex') as Digest, kept }
    } finally {
      closeSync(clone)
    }
  }

  async #append(fd: number): Promise<{ sha256: Digest; kept: Kept }> {
    this.#pack ??= openSync(join(this.#folder, 'pack'), 'ax', 0o600)
    const start = this.#packed
    const hash = createHash('sha256')
    for (const piece of pieces(fd)) {
      hash.update(piece)
      for (let done = 0; done < piece.length; ) done += writeSync(this.#pack, piece, done)
      this.#packed += piece.length
      this.#budget.time()
      if (this.#budget.pause.due()) await this.#budget.pause.rest()
    }
    return { sha256: hash.digest('hex') as Digest, kept: { pack: [start, this.#packed - start] } }
  }
}

export function linkPath(folder: string, link: number): string {
  return join(folder, 'links', String(Math.floor(link / LINKS_AT_ONCE) % 2), String(link))
}

export function clonePath(folder: string, clone: number): string {
  return join(folder, `clone-${clone}`)
}
