import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { codeOf } from '../core/errors.ts'
import { type Budget, infeasible } from './budget.ts'
import type { Run } from './child.ts'
import { enter, type Folder, Folders, inside, insideForChild, leave } from './folders.ts'
import { type Keeper, LINKS_AT_ONCE } from './keep.ts'
import type { Entry, Root, State } from './manifest.ts'
import { isBig, lockfileOf } from './rebuildable.ts'
import { look } from './state.ts'
import type { Syscalls } from './syscalls.ts'
import type { Place } from './targets.ts'

const MOST_NAMES = 5000
const DEEPEST = 256
/** Requests for links under way, and folders open for them. */
const MOST_SENT = 4
const MOST_HELD = 256
/** What Node makes of bytes that are no text: such a name can't be found again. */
const NOT_UTF8 = '\uFFFD'

export interface Collected {
  readonly roots: Root[]
  /** The manifest's lines. */
  readonly lines: string[]
  readonly leftOut: string[]
  /** Extended attributes could be read of all that is not linked. */
  readonly attributes: boolean
}

/** Files of an open folder that only need a link. */
interface Linkable {
  readonly folder: Folder
  readonly place: Place
  readonly depth: number
  readonly names: string[]
}

/** Files that a child of ours is linking. */
interface Sent {
  readonly groups: readonly Linkable[]
  readonly first: number
  readonly answers: Promise<(string | undefined)[]>
}

interface Tools {
  readonly budget: Budget
  readonly keeper: Keeper
  readonly syscalls: Syscalls
  readonly run: Run
}

/**
 * Everything at the places that `find` finds, as it is now; contents go to the keeper. Throws `undo/infeasible` for what
 * is beyond the bounds or can't be kept. Alters nothing but link counts.
 */
export async function collect(find: () => Promise<readonly Place[]>, tools: Tools): Promise<Collected> {
  const collector = new Collector(tools)
  try {
    const places = await find()
    for (const place of places) await collector.add(place)
    await collector.finish()
    return { roots: places.map(({ path, tree }) => ({ path, tree })), ...collector.result() }
  } catch (cause) {
    // What the system refuses (no right to read, no room, a name gone meanwhile) can't be kept; all else is a bug.
    if (!/^E[A-Z0-9]+$/.test(codeOf(cause))) throw cause
    throw infeasible(`\`${collector.current}\` can't be kept (${codeOf(cause)})`)
  } finally {
    await collector.close()
  }
}

class Collector {
  /** A string is a finished line: a file that a link stands for. */
  readonly #entries = new Map<string, Entry | string>()
  readonly #folders = new Folders()
  readonly #tools: Tools
  /** Folders that are open, and how many need them: the walk, and each group of files that is not linked yet. */
  readonly #held = new Map<Folder, number>()
  #linkable: Linkable[] = []
  #names = 0
  readonly #sent: Sent[] = []
  readonly #asked = new Set<string>()
  #attributes = true
  current = ''

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** Waits for links first: they must not go into a folder that is being removed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#sent.map(({ answers }) => answers))
    for (const folder of this.#held.keys()) leave(folder)
    this.#held.clear()
    this.#folders.close()
  }

  async add(place: Place): Promise<void> {
    this.current = place.path
    this.#addParents(place.path)
    const reached = this.#folders.reach(place.path)
    if (reached.kind === 'closed') throw infeasible(`\`${reached.stop}\` may not be searched`)
    if (reached.kind === 'here') await this.#addOne(reached.folder, place, 0)
    else this.#set({ path: place.path, role: 'target', state: null })
  }

  async finish(): Promise<void> {
    this.#sendLinks()
    // Both come to their end before folders are closed under one of them.
    const ends = await Promise.allSettled([this.#settleLinks(0), this.#readAttributes()])
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    // Of what could not be linked.
    await this.#readAttributes()
  }

  /** One child reads them all; those of linked files stay on the inode until the close. */
  async #readAttributes(): Promise<void> {
    const asked: { path: string; state: State }[] = []
    for (const entry of this.#entries.values()) {
      if (typeof entry === 'string' || entry.state === null || entry.state.kind === 'other') continue
      if (this.#asked.has(entry.path)) continue
      this.#asked.add(entry.path)
      asked.push({ path: entry.path, state: entry.state })
    }
    const { syscalls, budget } = this.#tools
    const inodes = asked.map(({ path, state }) => ({ path, inode: state.inode }))
    for (const [index, answer] of (await syscalls.attributes(inodes, budget.leftMs())).entries()) {
      const state = asked[index]?.state
      if (state && answer) state.attributes = { ...answer }
      else this.#attributes = false
    }
    budget.time()
  }

  result(): Omit<Collected, 'roots'> {
    const all = [...this.#entries.values()]
    return {
      lines: all.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))),
      leftOut: all.flatMap((entry) => (typeof entry !== 'string' && entry.role === 'left out' ? [entry.path] : [])),
      attributes: this.#attributes,
    }
  }

  /** Folders on the way: undo makes them again where they went, and gives back the times of the nearest. */
  #addParents(path: string): void {
    let nearest = true
    for (let at = dirname(path); ; at = dirname(at)) {
      const known = this.#known(at)
      if (known !== undefined && !nearest) return
      if (known?.state !== null && known?.names === undefined) this.#addParent(at, nearest)
      // What does not exist on the way is made by the action, as much as its target is.
      nearest = nearest && this.#known(at)?.state === null
      if (at === '/') return
    }
  }

  #addParent(path: string, nearest: boolean): void {
    const reached = this.#folders.reach(path)
    const state = reached.kind === 'here' ? look(reached.at) : null
    if (state !== null && state.kind !== 'folder') return
    const role = state === null ? 'target' : (this.#known(path)?.role ?? 'parent')
    const names = nearest && state !== null && reached.kind === 'here' ? readdirSync(reached.at) : []
    this.#set({ path, role, state, ...(names.length > 0 && names.length <= MOST_NAMES && { names }) })
  }

  async #addOne(folder: Folder, place: Place, depth: number): Promise<void> {
    const { path, unlinkOnly } = place
    this.#begin(path)
    const known = this.#known(path)
    if (known?.role === 'target' && known.state?.kind !== 'folder') return
    const at = inside(folder, basename(path))
    const state = look(at)
    if (state?.kind === 'file') {
      if (unlinkOnly && this.#link(at, path)) return
      const file = await this.#tools.keeper.copy(at)
      if (file === undefined) throw infeasible(`\`${path}\` changes while it is kept`)
      return this.#set({ path, role: 'target', ...file })
    }
    if (state?.target?.includes(NOT_UTF8)) throw infeasible(`\`${path}\` points to a name that is not UTF-8`)
    const role = state?.kind === 'other' ? 'left out' : 'target'
    this.#set({ path, role, state: known?.state ?? state, ...(known?.names && { names: known.names }) })
    if (state?.kind === 'folder' && place.tree) await this.#addFolder(folder, place, depth)
  }

  async #addFolder(parent: Folder, place: Place, depth: number): Promise<void> {
    if (depth > DEEPEST) throw infeasible(`\`${place.path}\` lies too deep`)
    const folder = enter(parent, basename(place.path))
    this.#held.set(folder, 1)
    const known = this.#known(place.path)
    if (known && (await lockfileOf(place.path, this.#tools.run)) !== undefined && isBig(folder)) {
      this.#set({ ...known, role: 'left out' })
    } else await this.#addNames(folder, place, depth)
    this.#release(folder)
  }

  async #addNames(folder: Folder, place: Place, depth: number): Promise<void> {
    const { pause } = this.#tools.budget
    for (const item of readdirSync(inside(folder, ''), { withFileTypes: true })) {
      const path = `${place.path}/${item.name}`
      if (place.unlinkOnly && item.isFile() && !item.name.includes('\n') && !this.#entries.has(path)) {
        this.#hand({ folder, place, depth, names: [] }).names.push(item.name)
        this.#names += 1
      } else await this.#addOne(folder, { ...place, path }, depth + 1)
      const full = this.#held.size > MOST_HELD
      if (full || this.#names >= LINKS_AT_ONCE) {
        this.#sendLinks()
        await this.#settleLinks(full ? 0 : MOST_SENT)
      }
      if (pause.due()) await pause.rest()
    }
  }

  /** The group that names of this folder go to; a new one where the last was sent, or is another folder's. */
  #hand(group: Linkable): Linkable {
    const last = this.#linkable.at(-1)
    if (last?.folder === group.folder) return last
    this.#linkable.push(group)
    this.#held.set(group.folder, (this.#held.get(group.folder) ?? 0) + 1)
    return group
  }

  /** Has files linked while we go on. */
  #sendLinks(): void {
    const groups = this.#linkable
    if (this.#names === 0) return
    this.#linkable = []
    this.#names = 0
    const { keeper, syscalls, budget } = this.#tools
    const room = keeper.reserve()
    const paths = groups.flatMap(({ folder, names }) => {
      const prefix = insideForChild(folder, '')
      return names.map((name) => prefix + name)
    })
    this.#sent.push({ groups, first: room.first, answers: syscalls.link(paths, room, budget.leftMs()) })
  }

  /** Waits for links. What has none goes the slow way: files with more names or on other disks, all without perl. */
  async #settleLinks(most: number): Promise<void> {
    for (let sent = this.#sent[0]; sent !== undefined && this.#sent.length > most; sent = this.#sent[0]) {
      const found = await sent.answers
      this.#sent.shift()
      let index = 0
      for (const { folder, place, depth, names } of sent.groups) {
        for (const name of names) {
          const path = `${place.path}/${name}`
          this.#begin(path)
          const [link, inode] = [sent.first + index, found[index++]]
          if (inode === undefined) await this.#addOne(folder, { ...place, path }, depth + 1)
          else this.#entries.set(path, this.#tools.keeper.linked(path, { link, nlink: 1, found: inode }))
        }
        this.#release(folder)
      }
    }
  }

  #release(folder: Folder): void {
    const users = (this.#held.get(folder) ?? 1) - 1
    if (users > 0) this.#held.set(folder, users)
    else if (this.#held.delete(folder)) leave(folder)
  }

  #link(at: string, path: string): boolean {
    this.#begin(path)
    const line = this.#tools.keeper.link(at, path)
    if (line !== undefined) this.#entries.set(path, line)
    return line !== undefined
  }

  #begin(path: string): void {
    this.current = path
    this.#tools.budget.entry()
    if (path.includes(NOT_UTF8)) throw infeasible(`\`${path}\` is a name that is not UTF-8`)
  }

  #set(entry: Entry): void {
    this.#entries.set(entry.path, entry)
  }

  /** INVARIANT: a linked path is a file and a target; nothing else is asked of it. */
  #known(path: string): Entry | undefined {
    const entry = this.#entries.get(path)
    return typeof entry === 'string' ? { path, role: 'target', state: null } : entry
  }
}
