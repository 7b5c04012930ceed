import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import type { Snapshots, SnapshotTarget } from '../../src/core/ports.ts'
import { type Companion, startCompanion } from '../../src/process/companion.ts'
import { run } from '../../src/process/run.ts'
import type { Run } from '../../src/undo/child.ts'
import { hold, release } from '../../src/undo/folders.ts'
import { openSnapshots } from '../../src/undo/snapshots.ts'
import { openToRead } from '../../src/undo/state.ts'
import { type Attributes, makeSyscalls } from '../../src/undo/syscalls.ts'
import { Bounds } from '../../src/wire/config.ts'

/** A workspace and a state folder on one file system, made for one test. */
export interface World {
  readonly root: string
  readonly workspace: string
  readonly store: string
  snapshots: Snapshots
  /** Another guard on the same state folder, as after a restart. */
  reopen(): Snapshots
  remove(): void
}

export interface WorldOptions {
  readonly bounds?: Partial<Bounds>
  readonly clock?: Clock
  readonly run?: Run
  readonly companion?: typeof startCompanion
  /** Where the state folder is made; beside the workspace unless said otherwise. */
  readonly state?: string
}

/** One for all worlds of a test file. */
const perl: Companion[] = []
export const shared: typeof startCompanion = (...how) => {
  perl[0] ??= startCompanion(...how)
  return perl[0]
}

/** Tests share their machine: the bound on time is only meant to be met where it is the subject. */
const PATIENT = { snapshotMs: 60_000 }

/** No test loses power: what `sync` would do for the whole disk takes seconds where others write. */
export const unsynced: Run = async (command, args, how) =>
  command === 'sync'
    ? { code: 0, stdout: '', stderr: '', truncated: false, timedOut: false }
    : await run(command, args, how)

export function makeWorld(options: WorldOptions = {}): World {
  const { bounds = {}, clock = systemClock, run: runs = unsynced, companion = shared } = options
  const root = mkdtempSync(join(tmpdir(), 'interlock-undo-'))
  const state = options.state === undefined ? root : mkdtempSync(join(options.state, 'interlock-undo-'))
  const workspace = join(root, 'work')
  const store = join(state, 'state', 'snapshots')
  mkdirSync(workspace)
  const open = (): Snapshots =>
    openSnapshots({ dir: store, bounds: Bounds.parse({ ...PATIENT, ...bounds }), clock, run: runs, companion })
  const remove = (): void => {
    for (const one of [root, state]) rmSync(one, { recursive: true, force: true, maxRetries: 5 })
  }
  return { root, workspace, store, snapshots: open(), reopen: open, remove }
}

export function target(path: string, more: Partial<SnapshotTarget> = {}): SnapshotTarget {
  return { path, tree: false, glob: false, unlinkOnly: false, ...more }
}

export interface Leaf {
  readonly [key: string]: unknown
}

/** All that `lstat` and reading tell of a tree, times to the nanosecond, but what can't be given back: inode and ctime. */
export async function portrait(root: string): Promise<Record<string, Leaf>> {
  const leaves = sketch(root)
  const asked = Object.entries(leaves).map(([name, { inode }]) => ({ path: root + name, inode: String(inode) }))
  const attributes = await makeSyscalls(run, shared).attributes(asked, 10_000)
  const names = Object.keys(leaves)
  return Object.fromEntries(
    Object.entries(leaves).map(([name, { inode, ...leaf }], index) => {
      const first = names.find((other) => leaves[other]?.['inode'] === inode)
      return [name, { ...leaf, sameFileAs: first, attributes: attributes[index] }]
    }),
  )
}

/** The same without extended attributes, which take a process to read. */
export function sketch(root: string): Record<string, Leaf> {
  const leaves: Record<string, Leaf> = {}
  const visit = (path: string, name: string): void => {
    const stat = lstatSync(path, { bigint: true })
    const common = {
      ...{ mode: stat.mode.toString(8), owner: `${stat.uid}:${stat.gid}`, mtime: stat.mtimeNs },
      inode: `${stat.dev}:${stat.ino}`,
    }
    if (stat.isDirectory()) {
      leaves[name] = common
      for (const inner of readdirSync(path).sort()) visit(join(path, inner), `${name}/${inner}`)
    } else if (stat.isSymbolicLink()) leaves[name] = { ...common, target: readlinkSync(path) }
    else leaves[name] = { ...common, nlink: stat.nlink, size: stat.size, atime: stat.atimeNs, content: contentOf(path) }
  }
  visit(root, '')
  return leaves
}

/** Read without moving the access time, as the portrait is part of the experiment. */
function contentOf(path: string): string {
  if (!lstatSync(path).isFile()) return 'no file'
  const fd = openToRead(path)
  const bytes = Buffer.alloc(lstatSync(path).size)
  readSync(fd, bytes, 0, bytes.length, 0)
  closeSync(fd)
  return bytes.length > 4096 ? `${bytes.length}:${bytes.toString('base64').slice(0, 4096)}` : bytes.toString('base64')
}

/** Sets times and extended attributes that Node can't set. */
export async function dress(
  path: string,
  { atimeNs, mtimeNs, attributes }: { atimeNs: bigint; mtimeNs: bigint; attributes?: Record<string, string> },
): Promise<void> {
  const held = hold(path)
  const hex: Attributes | undefined =
    attributes && Object.fromEntries(Object.entries(attributes).map((pair) => pair.map(toHex) as [string, string]))
  const { forChild, follows } = held
  const failed = await makeSyscalls(run, shared).dress([
    { path, forChild, follows, atimeNs: `${atimeNs}`, mtimeNs: `${mtimeNs}`, attributes: hex },
  ])
  release(held)
  if (failed.length > 0) throw new Error(failed.join(', '))
}

function toHex(text: string): string {
  return Buffer.from(text).toString('hex')
}

export function noise(bytes: number): Buffer {
  return randomBytes(bytes)
}
