import { closeSync, constants, existsSync, lstatSync, openSync } from 'node:fs'
import { codeOf } from '../core/errors.ts'

/**
 * Ways to a path that nobody can bend. An attacker owns the workspace: between our look at a folder and our write into
 * it he may put a symbolic link in its place. So every folder on the way is opened without following links, and names
 * are reached through the open one (`/proc/self/fd/N/name`, what `openat` does). Where the system has no such paths
 * (macOS), each component is looked at just before its use, which leaves a race.
 */
const ANCHORED = existsSync('/proc/self/fd')
/** Names an inode without opening its content: needs no right to read, and works for links. Linux, same on all our CPUs. */
const O_PATH = 0o10000000
const FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW

export interface Folder {
  readonly path: string
  readonly fd: number
}

export type Reached =
  | { readonly kind: 'here'; readonly folder: Folder; readonly name: string; readonly at: string }
  /** The folder `stop` on the way does not exist, is a link or no folder, or may not be searched. */
  | { readonly kind: 'absent' | 'crossed' | 'closed'; readonly stop: string }

/** Where `name` of an open folder is for the functions of `node:fs`. */
export function inside(folder: Folder, name: string): string {
  return ANCHORED ? `/proc/self/fd/${folder.fd}/${name}` : join(folder.path, name)
}

/** The same for a child process. */
export function insideForChild(folder: Folder, name: string): string {
  return ANCHORED ? `/proc/${process.pid}/fd/${folder.fd}/${name}` : join(folder.path, name)
}

/** Opens the folder `name` of `folder`; throws `ENOTDIR` where it is a link. */
export function enter(folder: Folder, name: string): Folder {
  return openFolder(inside(folder, name), join(folder.path, name))
}

export function leave(folder: Folder): void {
  if (folder.fd >= 0) closeSync(folder.fd)
}

/** Holds the inode at `at`, be it a link or unreadable. */
export interface Held {
  readonly fd: number
  /** The inode itself for functions that follow links; without anchors the path, for functions that don't. */
  readonly at: string
  /** The same for a child process. */
  readonly forChild: string
  readonly follows: boolean
}

export function hold(at: string): Held {
  if (!ANCHORED) return { fd: -1, at, forChild: at, follows: false }
  return holdOpen(openSync(at, O_PATH | constants.O_NOFOLLOW), at)
}

/** The same for a file that we have open. */
export function holdOpen(fd: number, at: string): Held {
  if (!ANCHORED) return { fd, at, forChild: at, follows: false }
  return { fd, at: `/proc/self/fd/${fd}`, forChild: `/proc/${process.pid}/fd/${fd}`, follows: true }
}

export function release(held: Held): void {
  if (held.fd >= 0) closeSync(held.fd)
}

/** Keeps the folders on the way to the last path open, since paths come in the order of a walk. */
export class Folders {
  #chain: { name: string; folder: Folder }[] = []

  reach(path: string): Reached {
    // '/a/b' is the name `b` in the folders '' (the root) and `a`.
    const names = path.split('/')
    const name = names.pop() ?? ''
    let depth = 0
    while (depth < names.length && this.#chain[depth]?.name === names[depth]) depth += 1
    while (this.#chain.length > depth) this.#pop()
    for (const next of names.slice(depth)) {
      const above = this.#chain.at(-1)?.folder
      try {
        this.#chain.push({ name: next, folder: above === undefined ? openFolder('/', '/') : enter(above, next) })
      } catch (cause) {
        return stopped(above === undefined ? '/' : join(above.path, next), cause)
      }
    }
    const folder = this.#chain.at(-1)?.folder
    if (folder === undefined) throw new TypeError(`not an absolute path: ${path}`)
    return { kind: 'here', folder, name, at: inside(folder, name) }
  }

  /** Forgets the open folders; they may have been moved or replaced. */
  close(): void {
    while (this.#chain.length > 0) this.#pop()
  }

  #pop(): void {
    const last = this.#chain.pop()
    if (last !== undefined) leave(last.folder)
  }
}

function openFolder(at: string, path: string): Folder {
  if (ANCHORED) return { path, fd: openSync(at, FOLDER) }
  if (!lstatSync(at).isDirectory()) throw Object.assign(new Error(`not a folder: ${path}`), { code: 'ENOTDIR' })
  return { path, fd: -1 }
}

function stopped(stop: string, cause: unknown): Reached {
  const code = codeOf(cause)
  if (code === 'ENOENT') return { kind: 'absent', stop }
  if (code === 'ENOTDIR' || code === 'ELOOP') return { kind: 'crossed', stop }
  if (code === 'EACCES') return { kind: 'closed', stop }
  throw cause
}

/** `node:path` would resolve `..`, which names from a folder never are. */
function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}
