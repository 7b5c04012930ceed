import { lstatSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Clock } from '../core/clock.ts'
import type { Change } from '../core/ports.ts'
import type { Bounds } from '../wire/config.ts'
import { type Pause, pacer } from './budget.ts'
import type { Run } from './child.ts'
import { Folders } from './folders.ts'
import type { Entry, State, TakenFile } from './manifest.ts'
import { lockfileOf } from './rebuildable.ts'
import { hashOf, identical, same, sameAround, see, shared } from './state.ts'
import type { Syscalls } from './syscalls.ts'
import { under, walkBelow } from './walk.ts'

/** What git writes for itself whatever it is asked; commits, branches and settings lie beside it. */
const GIT_OWN = ['objects', 'index', 'logs']
const MOST_PATHS = 200_000
const MIB = 1 << 20

export interface Comparison {
  readonly changes: Map<string, Change>
  /** How every path is now that is not as it was, times of folders included. */
  readonly after: Map<string, State | null>
  /** Names beside the targets that share an inode with one, and which. */
  readonly mates: Map<string, string>
  /** What could not be looked at. */
  readonly unseen: string[]
}

interface Work extends Comparison {
  readonly taken: TakenFile
  readonly entries: ReadonlyMap<string, Entry>
  readonly folders: Folders
  readonly pause: Pause
  readonly more: () => boolean
}

export interface CompareTools {
  readonly clock: Clock
  readonly bounds: Bounds
  readonly syscalls: Syscalls
  readonly run: Run
  /** Another call that ran meanwhile was to change this path, or it is ours. */
  readonly elsewhere: (path: string) => boolean
}

/** Compares the world with a snapshot: its own paths first, then, by ctime, what lies below the folders in `walk`. */
export async function compare(taken: TakenFile, walk: readonly string[], tools: CompareTools): Promise<Comparison> {
  const deadline = tools.clock.micros() + tools.bounds.snapshotMs * 1000
  let paths = 0
  const work: Work = {
    taken,
    entries: new Map(taken.entries.map((entry) => [entry.path, entry])),
    changes: new Map(),
    after: new Map(),
    mates: new Map(),
    unseen: [],
    folders: new Folders(),
    pause: pacer(tools.clock),
    more: () => ++paths < MOST_PATHS && tools.clock.micros() < deadline,
  }
  try {
    await lookAgain(work)
    const created = await findCreated(work)
    await readContents(work, tools)
    classify(work, created)
    findMissing(work, walk)
    for (const root of walk) await findUnpredicted(work, root, tools)
    return { changes: work.changes, after: work.after, mates: work.mates, unseen: [...new Set(work.unseen)] }
  } finally {
    work.folders.close()
  }
}

async function lookAgain({ taken, folders, after, unseen, pause }: Work): Promise<void> {
  for (const entry of taken.entries) {
    const { path, role, state } = entry
    const seen = see(folders, path)
    if ('blocked' in seen) unseen.push(path)
    else if (state === null || seen.state === null) {
      if (state !== seen.state) after.set(path, seen.state)
    } else if (role !== 'left out' && !untouched(entry, seen.state)) after.set(path, seen.state)
    if (pause.due()) await pause.rest()
  }
}

/** New paths in trees, and in folders that did not exist; true where prediction named them. */
async function findCreated(work: Work): Promise<Map<string, boolean>> {
  const created = new Map<string, boolean>()
  for (const { path, tree } of work.taken.roots) {
    const before = work.entries.get(path)
    if (before?.role === 'left out' || (!tree && before?.state !== null)) continue
    await walkBelow(work.folders, path, {
      visit(inner, state) {
        if (work.entries.get(inner)?.role === 'left out') return false
        if (!work.entries.has(inner)) {
          work.after.set(inner, state)
          created.set(inner, tree)
        }
        return true
      },
      unseen: (folder) => work.unseen.push(folder),
      more: work.more,
      pause: work.pause,
    })
  }
  return created
}

/** Hashes and attributes of what is not as it was, so that undo can tell whether somebody changed it since. */
async function readContents({ entries, after, folders, pause }: Work, tools: CompareTools): Promise<void> {
  let bytes = 0
  const asked: { path: string; inode: string }[] = []
  for (const [path, state] of after) {
    if (state === null || state.kind === 'other') continue
    asked.push({ path, inode: state.inode })
    if (state.kind !== 'file' || keptInPlace(entries.get(path), state)) continue
    bytes += state.size
    const reached = folders.reach(path)
    // Beyond the bound only an inode that nothing happened to is known to be as it was left.
    if (reached.kind !== 'here' || bytes > tools.bounds.snapshotMiB * MIB) continue
    const sha256 = await hashOf(reached.at, pause)
    if (sha256 !== undefined) after.set(path, { ...state, sha256 })
  }
  const answers = await tools.syscalls.attributes(asked, tools.bounds.snapshotMs)
  for (const [index, { path }] of asked.entries()) {
    const [state, attributes] = [after.get(path), answers[index]]
    if (state && attributes) after.set(path, { ...state, attributes: { ...attributes } })
  }
}

/** A link tells by inode, size and time that content was not written to; its hash is not known yet. */
function keptInPlace(entry: Entry | undefined, now: State): boolean {
  if (!entry?.state || !entry.kept || !('link' in entry.kept)) return false
  return entry.state.inode === now.inode && entry.state.mtimeNs === now.mtimeNs && entry.state.size === now.size
}

/** Our own link moved the ctime of a linked file, and so will its end. */
function untouched(entry: Entry, now: State): boolean {
  const before = entry.state
  return before !== null && (identical(before, now) || (keptInPlace(entry, now) && sameAround(before, now)))
}

function classify(work: Work, created: ReadonlyMap<string, boolean>): void {
  for (const [path, now] of work.after) {
    const entry = work.entries.get(path)
    const before = entry?.state ?? null
    if (same(before, now)) continue
    const change = before === null ? 'created' : now === null ? 'deleted' : 'changed'
    const predicted = entry === undefined ? (created.get(path) ?? false) : entry.role !== 'parent'
    note(work, { path, change, predicted })
  }
}

/** Names beside a target that went without being one, below the folders that are looked through. */
function findMissing(work: Work, walk: readonly string[]): void {
  for (const { path, names } of work.taken.entries) {
    if (!walk.some((root) => under(path, root))) continue
    for (const name of names ?? []) {
      const one = path === '/' ? `/${name}` : `${path}/${name}`
      const seen = work.entries.has(one) ? undefined : see(work.folders, one)
      if (seen && 'state' in seen && seen.state === null) note(work, { path: one, change: 'deleted', predicted: false })
    }
  }
}

/** INVARIANT: runs last, so that what it finds and nobody noted yet is what prediction missed. */
async function findUnpredicted(work: Work, root: string, tools: CompareTools): Promise<void> {
  const since = BigInt(work.taken.sinceNs)
  const top = see(work.folders, root)
  const reached = work.folders.reach(root)
  if (!('state' in top) || top.state === null || reached.kind !== 'here') return
  const device = top.state.inode.split(':')[0]
  const folders: Change[] = []
  const sharing = new Map<string, Entry>()
  for (const entry of work.taken.entries) if (shared(entry.state)) sharing.set(entry.state.inode, entry)
  const visit = async (path: string, state: State, at: string): Promise<boolean> => {
    if (tools.elsewhere(path) || state.inode.split(':')[0] !== device) return false
    if (basename(dirname(path)) === '.git' && GIT_OWN.includes(basename(path))) return false
    const entry = work.entries.get(path)
    if (entry === undefined && !work.after.has(path) && BigInt(state.ctimeNs) > since) {
      const peer = sharing.get(state.inode)
      // Its other name went, and nothing else happened to it.
      if (peer?.state && sameAround(peer.state, state) && peer.state.size === state.size) {
        work.mates.set(path, peer.path)
        return false
      }
      const born = lstatSync(at, { bigint: true, throwIfNoEntry: false })?.birthtimeNs
      if (born === undefined) return false
      const change: Change = { path, change: born > since ? 'created' : 'changed', predicted: false }
      if (state.kind === 'folder') folders.push(change)
      else note(work, change)
    }
    if (state.kind !== 'folder' || entry?.role === 'left out') return false
    return (await lockfileOf(path, tools.run)) === undefined
  }
  await visit(root, top.state, reached.at)
  await walkBelow(work.folders, root, { ...work, visit, unseen: (path) => work.unseen.push(path) })
  // A folder's ctime moves with its names. Where no name in it explains that, something went, or its mode changed.
  const explained = new Set([...work.changes.keys()].map((path) => dirname(path)))
  for (const one of folders) if (one.change === 'created' || !explained.has(one.path)) note(work, one)
}

function note({ changes }: Work, change: Change): void {
  if (!changes.has(change.path)) changes.set(change.path, change)
}
