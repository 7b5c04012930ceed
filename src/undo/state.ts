import { createHash } from 'node:crypto'
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import type { Digest } from '../core/digest.ts'
import { codeOf } from '../core/errors.ts'
import type { Pause } from './budget.ts'
import type { Folders, Held } from './folders.ts'
import type { State } from './manifest.ts'

/** What is at a path: a state, nothing (null), or a reason why that can't be seen. */
export type Seen = { readonly state: State | null } | { readonly blocked: string }

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const KINDS: readonly [number, State['kind']][] = [
  [constants.S_IFREG, 'file'],
  [constants.S_IFDIR, 'folder'],
  [constants.S_IFLNK, 'link'],
]

export function stateOf(stat: BigIntStats): State {
  const type = Number(stat.mode) & constants.S_IFMT
  return {
    kind: KINDS.find(([bits]) => bits === type)?.[1] ?? 'other',
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    nlink: Number(stat.nlink),
    inode: `${stat.dev}:${stat.ino}`,
    mtimeNs: String(stat.mtimeNs),
    atimeNs: String(stat.atimeNs),
    ctimeNs: String(stat.ctimeNs),
    ...(stat.blocks * 512n < stat.size && type === constants.S_IFREG && { sparse: true }),
  }
}

/** The state of what an anchored path names, links not followed; null where there is nothing. */
export function look(at: string): State | null {
  const stat = lstatSync(at, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return null
  const state = stateOf(stat)
  return state.kind === 'link' ? { ...state, target: readlinkSync(at) } : state
}

export function heldState({ fd, at }: Held): State {
  return stateOf(fd < 0 ? lstatSync(at, { bigint: true }) : fstatSync(fd, { bigint: true }))
}

/** A path below something that is no folder does not exist; one that may not be searched is unknown. */
export function see(folders: Folders, path: string): Seen {
  const reached = folders.reach(path)
  if (reached.kind === 'closed') return { blocked: `\`${reached.stop}\` may not be searched` }
  if (reached.kind !== 'here') return { state: null }
  try {
    return { state: look(reached.at) }
  } catch (cause) {
    return { blocked: `can't be looked at (${codeOf(cause)})` }
  }
}

/** Opens a file for reading without following a link, blocking on a pipe or, where we may, touching its access time. */
export function openToRead(at: string): number {
  try {
    return openSync(at, READ | (constants.O_NOATIME ?? 0))
  } catch (cause) {
    if (codeOf(cause) !== 'EPERM') throw cause
    return openSync(at, READ)
  }
}

/** Nothing happened to this inode between the two looks: its ctime moves with any change of content or attributes. */
export function identical(a: State, b: State): boolean {
  return a.inode === b.inode && a.ctimeNs === b.ctimeNs && a.mtimeNs === b.mtimeNs && a.size === b.size
}

/** As far as a person could tell the same thing: content and attributes, whatever the inode. */
export function same(a: State | null, b: State | null): boolean {
  if (a === null || b === null) return a === b
  return sameAround(a, b) && sameContent(a, b)
}

/** All but the content. A folder's times follow what happens in it and are looked at apart. */
export function sameAround(a: State, b: State): boolean {
  if (a.kind !== b.kind || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false
  return sameAttributes(a, b) && (a.kind === 'folder' || a.mtimeNs === b.mtimeNs)
}

/** INVARIANT: contents of which one is not known by its hash are the same only on an inode that nothing happened to. */
export function sameContent(a: State, b: State): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind === 'folder') return true
  if (a.kind === 'link') return a.target === b.target
  if (a.sha256 === undefined || b.sha256 === undefined) return identical(a, b)
  return a.size === b.size && a.sha256 === b.sha256
}

/** It may have other names. */
export function shared(state: State | null | undefined): state is State {
  return !!state && state.kind !== 'folder' && state.nlink > 1
}

function sameAttributes(a: State, b: State): boolean {
  if (a.attributes === undefined || b.attributes === undefined) return true
  const names = Object.keys(a.attributes)
  return (
    names.length === Object.keys(b.attributes).length && names.every((n) => a.attributes?.[n] === b.attributes?.[n])
  )
}

const CHUNK = Buffer.allocUnsafe(1 << 20)

/** The content of an open file in pieces, each of which is valid until the next one or a pause. */
export function* pieces(fd: number, from = 0, length = Number.POSITIVE_INFINITY): Generator<Buffer> {
  for (let at = 0; at < length; ) {
    const n = readSync(fd, CHUNK, 0, Math.min(CHUNK.length, length - at), from + at)
    if (n === 0) return
    yield CHUNK.subarray(0, n)
    at += n
  }
}

/** The hash of a file's content, or undefined where it can't be read or changes meanwhile. */
export async function hashOf(at: string, pause: Pause): Promise<Digest | undefined> {
  let fd: number
  try {
    fd = openToRead(at)
  } catch (cause) {
    if (['EACCES', 'ENOENT', 'ELOOP', 'EPERM'].includes(codeOf(cause))) return undefined
    throw cause
  }
  try {
    const before = stateOf(fstatSync(fd, { bigint: true }))
    if (before.kind !== 'file') return undefined
    const hash = createHash('sha256')
    for (const piece of pieces(fd)) {
      hash.update(piece)
      if (pause.due()) await pause.rest()
    }
    return identical(before, stateOf(fstatSync(fd, { bigint: true }))) ? (hash.digest('hex') as Digest) : undefined
  } finally {
    closeSync(fd)
  }
}
