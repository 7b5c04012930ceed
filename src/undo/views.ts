import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { codeOf } from '../core/errors.ts'
import { type Pause, pacer } from './budget.ts'
import { Folders } from './folders.ts'
import type { ClosedFile, Entry, State, TakenFile } from './manifest.ts'
import type { View } from './plan.ts'
import { hashOf, identical, see, shared } from './state.ts'
import type { Syscalls } from './syscalls.ts'

const ATTRIBUTES_MS = 10_000

export interface Pair {
  readonly taken: TakenFile
  /** Absent where we died, or the call never ended, before the close. */
  readonly closed: ClosedFile | undefined
}

/** Looks at everything that giving back the changes depends on. Changes nothing. */
export async function viewsOf(
  { taken, closed }: Pair,
  tools: { readonly clock: Clock; readonly syscalls: Syscalls },
): Promise<View[]> {
  const entries = new Map(taken.entries.map((entry) => [entry.path, entry]))
  const after = new Map(closed?.after.map(({ path, state }) => [path, state]))
  const changes = new Map(closed?.changes.map((change) => [change.path, change]))
  const mates = new Map(closed?.mates.map(({ path, of }) => [path, entries.get(of)]))
  const lost = new Map(closed?.lost.map(({ path, why }) => [path, why]))

  const views: View[] = []
  const folders = new Folders()
  const pause = pacer(tools.clock)
  try {
    for (const path of pathsOf({ taken, closed }, entries)) {
      if (pause.due()) await pause.rest()
      const entry = entries.get(path) ?? mates.get(path)
      const change = changes.get(path)
      const before = entry ? pre(entry, closed) : change?.predicted ? null : undefined
      const left = after.has(path) ? after.get(path) : closed && entry ? before : undefined
      views.push({
        ...(await presentOf(folders, path, { before, left, pause })),
        path,
        before,
        after: left,
        predicted: change?.predicted ?? false,
        near: isNear(entry),
        wanted: closed ? change !== undefined : entry?.role === 'target',
        ...(lost.has(path) && { lost: lost.get(path) ?? '' }),
      })
    }
  } finally {
    folders.close()
  }
  return readAttributes(views, tools.syscalls)
}

/** What changed, the names that shared an inode with it, and the folders on the way. */
function pathsOf({ taken, closed }: Pair, entries: ReadonlyMap<string, Entry>): Set<string> {
  if (closed === undefined) return new Set(entries.keys())
  const paths = new Set(closed.changes.map(({ path }) => path))
  const inodes = new Set<string>()
  const left = new Map(closed.after.map(({ path, state }) => [path, state]))
  for (const path of paths) {
    for (const state of [entries.get(path)?.state, left.get(path)]) if (shared(state)) inodes.add(state.inode)
  }
  for (const { path, state } of taken.entries) if (state && inodes.has(state.inode)) paths.add(path)
  for (const { path, of } of closed.mates) if (paths.has(of)) paths.add(path)
  // Folders whose times moved, if the action is likely to be why.
  for (const { path } of closed.after) {
    const entry = entries.get(path)
    if (entry?.state?.kind === 'folder' && isNear(entry)) paths.add(path)
  }
  for (const path of paths) for (let at = dirname(path); at !== '/'; at = dirname(at)) paths.add(at)
  return paths.add('/')
}

function isNear(entry: Entry | undefined): boolean {
  return entry?.role === 'target' || entry?.names !== undefined
}

/** The pre-image, with what the close added of a linked file. */
function pre({ path, role, state }: Entry, closed: ClosedFile | undefined): State | null {
  // Of what was left out only the name is known: as good as something that can't be given back.
  if (role === 'left out' && state !== null) return { ...state, kind: 'other' }
  if (state === null) return null
  const { sha256, attributes } = closed?.contents[path] ?? {}
  return { ...state, ...(sha256 && { sha256 }), ...(attributes && { attributes }) }
}

type Present = Pick<View, 'now' | 'blocked' | 'names'>

async function presentOf(
  folders: Folders,
  path: string,
  { before, left, pause }: { before: View['before']; left: View['after']; pause: Pause },
): Promise<Present> {
  const seen = see(folders, path)
  if ('blocked' in seen) return { now: null, blocked: seen.blocked }
  const now = seen.state
  if (now === null || now.kind === 'link') return { now }
  const reached = folders.reach(path)
  if (reached.kind !== 'here') return { now }
  if (now.kind === 'folder') return before?.kind === 'folder' ? { now } : { now, ...namesIn(reached.at) }
  // An inode that nothing happened to has the content it had.
  const known = [left, before].find((one) => one && identical(one, now))
  if (known) return { now: known }
  const sha256 = await hashOf(reached.at, pause)
  return { now: { ...now, ...(sha256 && { sha256 }) } }
}

function namesIn(at: string): { names: string[] } | undefined {
  try {
    return { names: readdirSync(at) }
  } catch (cause) {
    if (codeOf(cause) === 'EACCES') return undefined
    throw cause
  }
}

/** Only of what may have changed: a state that was taken over from a manifest brings its own. */
async function readAttributes(views: readonly View[], tools: Syscalls): Promise<View[]> {
  const asked = views.flatMap(({ path, now }) =>
    now && now.attributes === undefined ? [{ path, inode: now.inode }] : [],
  )
  const answers = await tools.attributes(asked, ATTRIBUTES_MS)
  const found = new Map(asked.map(({ path }, index) => [path, answers[index]]))
  return views.map((view) => {
    const attributes = found.get(view.path)
    return view.now && attributes ? { ...view, now: { ...view.now, attributes: { ...attributes } } } : view
  })
}
