import { dirname } from 'node:path'
import type { State } from './manifest.ts'
import { same, sameContent } from './state.ts'

/** All that is known of one path when a restore is planned. */
export interface View {
  readonly path: string
  /** Before the call; null: it did not exist. Undefined: nothing was kept of it. */
  readonly before: State | null | undefined
  /** As the call left it. Undefined where that was not seen. */
  readonly after: State | null | undefined
  readonly now: State | null
  /** Why `now` is not known. */
  readonly blocked?: string
  /** Why its content can't be given back. */
  readonly lost?: string
  /** Prediction named it, so what is new there was made by the action. */
  readonly predicted: boolean
  /** It is asked for: the action changed it. Others are looked at because these hang on them. */
  readonly wanted: boolean
  /** A folder that was named, or holds what was: its times moved by the action, those of others by anybody. */
  readonly near: boolean
  /** What the folder holds now; only where it is one. */
  readonly names?: readonly string[]
}

/** Each leaves the executor no choice. `now` is what must still be there when it runs. */
export type Step =
  | { readonly do: 'remove' | 'remove folder'; readonly path: string; readonly now: State }
  | { readonly do: 'make folder'; readonly path: string; readonly before: State }
  | { readonly do: 'write' | 'point'; readonly path: string; readonly before: State; readonly now: State | null }
  /** `inode` is that of `to`; where it is absent, `to` is made by a step before. */
  | {
      readonly do: 'link'
      readonly path: string
      readonly to: string
      readonly inode?: string
      readonly now: State | null
    }
  | { readonly do: 'set'; readonly path: string; readonly before: State; readonly now: State }
  /** Last, deepest first: the steps before change the times of folders. */
  | { readonly do: 'set folder'; readonly path: string; readonly before: State }

export interface Refused {
  readonly path: string
  readonly why: string
}

export interface Plan {
  readonly steps: readonly Step[]
  readonly did: ReadonlyMap<string, 'restored' | 'removed' | 'nothing to do'>
  readonly refused: readonly Refused[]
  readonly notes: readonly string[]
}

type Verdict = 'keep' | 'restore' | 'remove' | { readonly why: string }

const NO_CLOSE = 'no end of the action was recorded, so it is not known who made this'

/** INVARIANT: pure, and never a step on a path that is neither as the action left it nor as it was before. */
export function planRestore(views: readonly View[]): Plan {
  const byPath = new Map(views.map((view) => [view.path, view]))
  const verdicts = new Map<string, Verdict>(views.map((view) => [view.path, view.wanted ? judge(view) : 'keep']))
  keepLastCopies(views, verdicts)
  const deepestFirst = views.toSorted((a, b) => depth(b.path) - depth(a.path))
  for (const view of deepestFirst) keepFullFolder(view, verdicts)
  for (const view of deepestFirst.toReversed()) {
    const missing = verdicts.get(view.path) === 'restore' ? needFolder(dirname(view.path), byPath, verdicts) : undefined
    if (missing !== undefined) verdicts.set(view.path, { why: missing })
  }

  const groups = linkGroups(views, verdicts)
  const steps = deepestFirst.flatMap((view) => stepsFor(view, verdicts.get(view.path) ?? 'keep', groups))
  const touched = new Set(steps.map(({ path }) => dirname(path)))
  for (const view of deepestFirst) steps.push(...folderSteps(view, verdicts.get(view.path), touched.has(view.path)))

  const did = new Map<string, 'restored' | 'removed' | 'nothing to do'>()
  const refused: Refused[] = []
  for (const { path, wanted } of views) {
    const verdict = verdicts.get(path) ?? 'keep'
    if (typeof verdict === 'object') refused.push({ path, why: verdict.why })
    else if (verdict === 'restore') did.set(path, 'restored')
    else if (verdict === 'remove') did.set(path, 'removed')
    else if (wanted) did.set(path, 'nothing to do')
  }
  return { steps: inOrder(steps), did, refused, notes: notesOn(steps, groups) }
}

function judge({ before, after, now, blocked, lost, predicted }: View): Verdict {
  if (blocked !== undefined) return { why: blocked }
  if (before === undefined) return { why: 'nothing was kept of it, since prediction did not name it' }
  if (same(before, now)) return 'keep'
  if (lost !== undefined) return { why: lost }
  if (before?.kind === 'other') return { why: 'it is neither a file, a folder nor a link' }
  if (after === undefined) return before === null ? { why: NO_CLOSE } : 'restore'
  if (!same(after, now)) return { why: 'somebody changed it since' }
  if (before !== null) return 'restore'
  return predicted ? 'remove' : { why: 'prediction did not name it, so somebody else may have made it' }
}

/**
 * INVARIANT: where the action took away a file of which nothing was kept, no file that it made is removed: the one may
 * be the other under a new name, and all that is left of it.
 */
function keepLastCopies(views: readonly View[], verdicts: Map<string, Verdict>): void {
  const gone = views.find(
    ({ wanted, before, lost, now }) => wanted && now === null && (before === undefined || lost !== undefined),
  )
  if (gone === undefined) return
  const why = `it may be all that is left of \`${gone.path}\`, of which nothing was kept`
  for (const { path, now } of views)
    if (now?.kind === 'file' && verdicts.get(path) === 'remove') verdicts.set(path, { why })
}

/** A folder goes only with all that is in it, and all of that must be the action's own. */
function keepFullFolder({ path, before, now, names }: View, verdicts: Map<string, Verdict>): void {
  const verdict = verdicts.get(path)
  const goes = verdict === 'remove' || (verdict === 'restore' && before?.kind !== 'folder')
  if (now?.kind !== 'folder' || !goes) return
  const stays = names?.find((name) => verdicts.get(`${path}/${name}`) !== 'remove')
  if (names === undefined) verdicts.set(path, { why: "what it holds can't be seen" })
  else if (stays !== undefined) verdicts.set(path, { why: `it holds \`${stays}\`, which stays` })
}

/** Has a folder made again where it went. What hinders that, or undefined. */
function needFolder(
  path: string,
  byPath: ReadonlyMap<string, View>,
  verdicts: Map<string, Verdict>,
): string | undefined {
  const view = byPath.get(path)
  const verdict = verdicts.get(path)
  if (view === undefined) return `nothing is known of its folder \`${path}\``
  if (verdict === 'restore' && view.before?.kind === 'folder') return undefined
  if (verdict !== 'remove' && view.now?.kind === 'folder') return undefined
  if (verdict !== 'keep' || view.now !== null) return `its folder \`${path}\` is no folder any more`
  if (view.before?.kind !== 'folder') return `its folder \`${path}\` is gone`
  const above = needFolder(dirname(path), byPath, verdicts)
  if (above === undefined) verdicts.set(path, 'restore')
  return above
}

interface Group {
  readonly members: readonly View[]
  /** The member that the others are linked to. */
  readonly leader: View
  /** The leader needs no new inode. */
  readonly inPlace: boolean
  readonly links: number
}

/** Names that shared an inode. One is given back, the others become links to it. */
function linkGroups(views: readonly View[], verdicts: ReadonlyMap<string, Verdict>): Map<string, Group> {
  const sharing = views.filter(({ before }) => before && before.kind !== 'folder' && before.nlink > 1)
  const groups = new Map<string, Group>()
  for (const [inode, members] of Map.groupBy(sharing, ({ before }) => before?.inode ?? '')) {
    const kept = members.filter(
      (view) => verdicts.get(view.path) === 'keep' && view.now && same(view.before ?? null, view.now),
    )
    const restored = members.filter(({ path }) => verdicts.get(path) === 'restore')
    const leader = kept.find(({ before, now }) => before?.inode === now?.inode) ?? kept[0] ?? restored[0]
    if (leader === undefined) continue
    const inPlace = kept.includes(leader) || onlySet(leader)
    groups.set(inode, { members, leader, inPlace, links: leader.before?.nlink ?? 0 })
  }
  return groups
}

/** The content is there already: attributes and times are set where it is. */
function onlySet({ before, now }: View): boolean {
  return !!before && !!now && before.kind !== 'other' && sameContent(before, now)
}

function stepsFor(view: View, verdict: Verdict, groups: ReadonlyMap<string, Group>): Step[] {
  const { path, before, now } = view
  const remove: Step[] = now ? [{ do: now.kind === 'folder' ? 'remove folder' : 'remove', path, now }] : []
  if (verdict === 'remove') return remove
  if (verdict !== 'restore' || !before) return []
  if (before.kind === 'folder') return now?.kind === 'folder' ? [] : [...remove, { do: 'make folder', path, before }]
  const cleared = now?.kind === 'folder' ? remove : []
  const left = now?.kind === 'folder' ? null : now
  const group = before.nlink > 1 ? groups.get(before.inode) : undefined
  if (group && group.leader !== view) {
    if (group.inPlace && now && now.inode === group.leader.now?.inode) return []
    const inode = group.inPlace ? group.leader.now?.inode : undefined
    return [...cleared, { do: 'link', path, to: group.leader.path, now: left, ...(inode !== undefined && { inode }) }]
  }
  if (now && onlySet(view)) return [{ do: 'set', path, before, now }]
  return [...cleared, { do: before.kind === 'link' ? 'point' : 'write', path, before, now: left }]
}

/** Modes, owners and times of a folder that is restored; the times of one that our own steps, or the action, change. */
function folderSteps({ path, before, after, now, near }: View, verdict: Verdict | undefined, touched: boolean): Step[] {
  if (verdict === 'restore' && before?.kind === 'folder') return [{ do: 'set folder', path, before }]
  if (verdict === 'restore' || verdict === 'remove' || now?.kind !== 'folder') return []
  if (before?.kind !== 'folder') return touched ? [{ do: 'set folder', path, before: now }] : []
  // Times that somebody else moved since stay as he left them.
  const ours = after === undefined || after?.mtimeNs === now.mtimeNs
  const { mtimeNs, atimeNs } = ours ? before : now
  const moved = near && after !== undefined && now.mtimeNs !== mtimeNs
  return touched || moved ? [{ do: 'set folder', path, before: { ...now, mtimeNs, atimeNs } }] : []
}

const ORDER: readonly Step['do'][] = [
  'remove',
  'remove folder',
  'make folder',
  'write',
  'point',
  'set',
  'link',
  'set folder',
]

/** What goes, deepest first; then what comes, from the top; then the folders' own times, deepest first. */
function inOrder(steps: readonly Step[]): Step[] {
  const rank = (step: Step): number => Math.max(1, ORDER.indexOf(step.do))
  return steps.toSorted((a, b) => {
    const down = a.do === 'set folder' || rank(a) === 1
    return rank(a) - rank(b) || (down ? depth(b.path) - depth(a.path) : depth(a.path) - depth(b.path))
  })
}

function notesOn(steps: readonly Step[], groups: ReadonlyMap<string, Group>): string[] {
  const written = new Set(steps.filter((step) => step.do === 'write').map(({ path }) => path))
  const apart = [...groups.values()].filter(
    ({ leader, members, links }) => written.has(leader.path) && links > members.length,
  )
  const first = apart[0]?.leader.path
  if (first === undefined) return []
  return [
    `${apart.length} files, \`${first}\` the first, had more names than are known here: they come back on their own`,
  ]
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1
}
