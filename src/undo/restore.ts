import { closeSync, lstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Restored, RestoreHow, Taken } from '../core/ports.ts'
import { type ExecuteTools, execute } from './execute.ts'
import { clonePath, linkPath } from './keep.ts'
import type { Entry } from './manifest.ts'
import type { Content, Objects } from './objects.ts'
import { type Plan, planRestore, type View } from './plan.ts'
import { pieces, stateOf } from './state.ts'
import type { Place } from './targets.ts'
import { type Pair, viewsOf } from './views.ts'

const NOT_CLOSED =
  'the end of the action was never recorded: what is there now was compared with what was there before only'

export interface RestoreTools extends Omit<ExecuteTools, 'content'> {
  readonly objects: Objects
  /** The snapshot's own folder, where an open one has its contents. */
  readonly folder: string
  /** Keeps what the plan is about to change, as a snapshot of its own, and closes that. */
  readonly take: (id: string, places: readonly Place[]) => Promise<Taken>
  readonly close: (id: string) => Promise<unknown>
}

/** Looks, plans, keeps the present state, carries out. */
export async function restore(pair: Pair, how: RestoreHow, tools: RestoreTools): Promise<Restored> {
  const views = await viewsOf(pair, tools)
  const plan = planRestore(views)
  const notes = [...(pair.closed ? [] : [NOT_CLOSED]), ...plan.notes]
  if (how.dryRun) return answer(plan, new Map(), notes)
  const places = [...pathsToKeep(plan, views)].map((path) => ({ path, tree: false, unlinkOnly: false }))
  const taken = await tools.take(how.as, places)
  if (taken.kind === 'infeasible') {
    const why = `what is there now could not be kept first: ${taken.why}`
    return answer(plan, new Map([...plan.did.keys()].map((path) => [path, why])), notes)
  }
  const content = contents(pair, tools)
  try {
    const { failed, notes: more } = await execute(plan.steps, { ...tools, content: content.of })
    return answer(plan, failed, [...notes, ...more])
  } finally {
    content.close()
    await tools.close(how.as)
  }
}

/** What steps change, and the other names of those inodes: undoing this undo has to link them again. */
function pathsToKeep({ steps }: Plan, views: readonly View[]): Set<string> {
  const paths = new Set(steps.map(({ path }) => path))
  const shared = views.filter(({ now }) => now && now.kind !== 'folder' && now.nlink > 1)
  const inodes = new Set(shared.flatMap(({ path, now }) => (paths.has(path) ? [now?.inode] : [])))
  for (const { path, now } of shared) if (inodes.has(now?.inode)) paths.add(path)
  return paths
}

function answer(plan: Plan, failed: ReadonlyMap<string, string>, notes: readonly string[]): Restored {
  const restored = [...plan.did].flatMap(([path, did]) => (failed.has(path) ? [] : [{ path, did }]))
  const refused = [...plan.refused]
  const more: string[] = []
  for (const [path, why] of failed) {
    if (plan.did.has(path)) refused.push({ path, why })
    else more.push(`\`${path}\`: its times can't be given back: ${why}`)
  }
  return { restored, refused, notes: [...notes, ...more] }
}

/** Where the pre-images are: in the store after a close, in the snapshot's own folder before. */
function contents(
  { taken, closed }: Pair,
  tools: RestoreTools,
): { of(path: string): Content | undefined; close(): void } {
  const entries = new Map(taken.entries.map((entry) => [entry.path, entry]))
  const open = new Map<string, number>()
  let bundle: { object: string; bytes: Buffer | undefined } | undefined
  const opened = (path: string): number => {
    const fd = open.get(path) ?? openSync(path, 'r')
    open.set(path, fd)
    return fd
  }
  const own = ({ state, kept }: Entry): Content | undefined => {
    if (state === null || kept === undefined) return undefined
    if ('pack' in kept) return pieces(opened(join(tools.folder, 'pack')), ...kept.pack)
    const path = 'clone' in kept ? clonePath(tools.folder, kept.clone) : linkPath(tools.folder, kept.link)
    const now = stateOf(lstatSync(path, { bigint: true }))
    const written = 'link' in kept && (now.mtimeNs !== state.mtimeNs || now.size !== state.size)
    return written ? undefined : pieces(opened(path))
  }
  return {
    of(path) {
      const entry = entries.get(path)
      if (!entry?.state) return undefined
      if (!closed) return own(entry)
      const where = closed.contents[path]
      if (!where?.bundle) return where && tools.objects.read(where.sha256, entry.state.size)
      const { object, from } = where.bundle
      if (bundle?.object !== object) bundle = { object, bytes: tools.objects.readBytes(object) }
      return bundle.bytes && [bundle.bytes.subarray(from, from + entry.state.size)]
    },
    close() {
      for (const fd of open.values()) closeSync(fd)
    },
  }
}
