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
import { join } from 'node:path'
import type { Digest } from '../core/digest.ts'
import type { Budget } from './budget.ts'
import { codeOf } from './folders.ts'
import type { Linker } from './linker.ts'
import type { Kept, State } from './manifest.ts'
import { identical, openToRead, pieces, stateOf } from './state.ts'

/** Smaller files are quicker copied than cloned. */
const CLONE_FROM = 1 << 20
const TRIES = 3
/** What a file system says that can't clone, or not from there. */
const NO_CLONE = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY']
/** Another file system, somebody else's file, too many links, or no links at all. */
export const NO_LINK = ['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP']

export interface Links {
  add(name: string, path: string, stat: BigIntStats): string
  send(): Promise<number[]>
}

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
  readonly #linker: Linker
  readonly #budget: Budget
  #pack: number | undefined
  #packed = 0
  #clones = 0
  #links = 0
  #hasLinks = false
  #ownLinks = new Map<string, bigint>()
  #noClone = false

  constructor(folder: string, budget: Budget, linker: Linker) {
    this.#folder = folder
    this.#linker = linker
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
    const mine = `${this.#linkFolder()}${this.#links}`
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
    this.#count(Number(stat.size))
    this.#budget.link(Number(stat.size))
    return linkedLine(path, stat, { link: this.#links++, own: this.#own(stat) })
  }

  /**
   * The same for many names of one open folder, on the linker's thread. A name that is swapped between the look and the
   * link shows at the close, where the inodes are compared. Sending answers with the indexes of what could not be linked.
   */
  linkMany(from: string): Links {
    const first = this.#links
    const names: string[] = []
    return {
      add: (name, path, stat) => {
        names.push(name)
        this.#count(Number(stat.size))
        this.#budget.link(Number(stat.size))
        return linkedLine(path, stat, { link: this.#links++, own: 0n })
      },
      send: () => this.#linker.link({ from, names, to: this.#linkFolder(), first }),
    }
  }

  /** What was counted in vain: it could not be linked. */
  forget(size: number): void {
    this.files -= 1
    this.bytes -= size
  }

  /** Makes all of it durable. CRASH: before, the snapshot's folder is not at its place yet. */
  sync(): void {
    if (this.#pack !== undefined) fsyncSync(this.#pack)
    if (this.#links > 0) syncFolder(this.#linkFolder())
  }

  close(): void {
    if (this.#pack !== undefined) closeSync(this.#pack)
    this.#pack = undefined
  }

  #linkFolder(): string {
    const folder = `${this.#folder}/links/`
    if (!this.#hasLinks) mkdirSync(folder, { mode: 0o700 })
    this.#hasLinks = true
    return folder
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

/** By hand, since there may be ten thousands of them: what `JSON.stringify` makes of an `Entry`. */
function linkedLine(path: string, stat: BigIntStats, { link, own }: { link: number; own: bigint }): string {
  const { size, dev, ino, mtimeNs, atimeNs, ctimeNs } = stat
  const plain = `"mode":${Number(stat.mode) & 0o7777},"uid":${stat.uid},"gid":${stat.gid},"size":${size},"nlink":${stat.nlink - own}`
  const times = `"mtimeNs":"${mtimeNs}","atimeNs":"${atimeNs}","ctimeNs":"${ctimeNs}"`
  const sparse = stat.blocks * 512n < size ? ',"sparse":true' : ''
  const state = `{"kind":"file",${plain},"inode":"${dev}:${ino}",${times}${sparse}}`
  return `{"path":${JSON.stringify(path)},"role":"target","state":${state},"kept":{"link":${link}}}`
}

export function linkPath(folder: string, link: number): string {
  return join(folder, 'links', String(link))
}

export function clonePath(folder: string, clone: number): string {
  return join(folder, `clone-${clone}`)
}

export function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
