import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { AttributeTools } from './attributes.ts'
import { type Budget, infeasible } from './budget.ts'
import type { Run } from './child.ts'
import { codeOf, enter, type Folder, Folders, inside, leave } from './folders.ts'
import type { Keeper } from './keep.ts'
import type { Entry, Root, State } from './manifest.ts'
import { isBig, lockfileOf } from './rebuildable.ts'
import { look } from './state.ts'
import type { Place } from './targets.ts'

const MOST_NAMES = 5000
const DEEPEST = 256
/** Fewer names are linked where we are. */
const MANY = 32
const BATCH = 512
/** Folders open for the linker. */
const MOST_HELD = 128
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

/** Names that the linker works on. */
interface Linked {
  readonly folder: Folder
  readonly place: Place
  readonly depth: number
  readonly files: readonly Linkable[]
  readonly failed: Promise<number[]>
}

interface Linkable {
  readonly path: string
  readonly name: string
  readonly size: number
}

interface Tools {
  readonly budget: Budget
  readonly keeper: Keeper
  readonly attributes: AttributeTools
  readonly run: Run
}

/**
 * Everything at the places that `find` finds, as it is now; contents go to the keeper. Throws `undo/infeasible` for what is beyond
 * the bounds or can't be kept. Alters nothing but link counts.
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
  /** Folders that are open, some until the linker is done with them. */
  readonly #held = new Set<Folder>()
  readonly #linking: Linked[] = []
  #attributes = true
  current = ''

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** Waits for the linker first: it must not write into a folder that is being removed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#linking.map(({ failed }) => failed))
    for (const folder of this.#held) leave(folder)
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
    // Reading attributes takes a process, and the linker has work still.
    const attributes = this.#readAttributes()
    await Promise.all([attributes, this.#settleLinks(0)])
  }

  /** One child reads them all; those of linked files stay on the inode until the close. */
  async #readAttributes(): Promise<void> {
    const asked: { path: string; state: State }[] = []
    for (const entry of this.#entries.values()) {
      if (typeof entry === 'string' || entry.state === null || entry.state.kind === 'other') continue
      asked.push({ path: entry.path, state: entry.state })
    }
    const { attributes, budget } = this.#tools
    const inodes = asked.map(({ path, state }) => ({ path, inode: state.inode }))
    for (const [index, answer] of (await attributes.read(inodes, budget.leftMs())).entries()) {
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
    this.#held.add(folder)
    const known = this.#known(place.path)
    if (known && (await lockfileOf(place.path, this.#tools.run)) !== undefined && isBig(folder)) {
      this.#set({ ...known, role: 'left out' })
    } else await this.#addNames(folder, place, depth)
    if (!this.#linking.some((one) => one.folder === folder)) this.#leave(folder)
  }

  async #addNames(folder: Folder, place: Place, depth: number): Promise<void> {
    const { pause } = this.#tools.budget
    const items = readdirSync(inside(folder, ''), { withFileTypes: true })
    const names = new Set(items.map(({ name }) => name))
    if (place.unlinkOnly && items.length >= MANY) {
      const files = items.filter((item) => item.isFile())
      for (let from = 0; from < files.length; from += BATCH) {
        const batch = files.slice(from, from + BATCH).map(({ name }) => name)
        for (const { name } of this.#linkMany(folder, batch, { place, depth })) names.delete(name)
        if (pause.due()) await pause.rest()
      }
      if (this.#linking.length > MOST_HELD) await this.#settleLinks(MOST_HELD / 2)
    }
    for (const name of names) {
      await this.#addOne(folder, { ...place, path: `${place.path}/${name}` }, depth + 1)
      if (pause.due()) await pause.rest()
    }
  }

  /** The short way for most of a deletion. Answers with the files that are taken care of. */
  #linkMany(folder: Folder, names: readonly string[], { place, depth }: { place: Place; depth: number }): Linkable[] {
    const { keeper } = this.#tools
    const batch = keeper.linkMany(inside(folder, ''))
    const files: Linkable[] = []
    for (const name of names) {
      const path = `${place.path}/${name}`
      this.#begin(path)
      if (this.#entries.has(path)) continue
      // By its plain path, which is twice as fast: should that lead elsewhere by now, the close finds another inode.
      const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
      // A file with more names may be met again, and our links to it must be told from its own.
      if (!stat?.isFile() || stat.nlink !== 1n) continue
      this.#entries.set(path, batch.add(name, path, stat))
      files.push({ path, name, size: Number(stat.size) })
    }
    const failed = batch.send()
    // Handled at the end; until then a failure is not unheard of.
    failed.catch(() => undefined)
    this.#linking.push({ folder, place, depth, files, failed })
    return files
  }

  /** Waits for the linker, and copies what it could not link. */
  async #settleLinks(most: number): Promise<void> {
    while (this.#linking.length > most) {
      const one = this.#linking.shift()
      if (one === undefined) return
      for (const index of await one.failed) {
        const file = one.files[index]
        if (file === undefined) continue
        this.#tools.keeper.forget(file.size)
        this.#entries.delete(file.path)
        await this.#addOne(one.folder, { ...one.place, path: file.path, unlinkOnly: false }, one.depth + 1)
      }
      if (!this.#linking.some(({ folder }) => folder === one.folder)) this.#leave(one.folder)
    }
  }

  #leave(folder: Folder): void {
    if (this.#held.delete(folder)) leave(folder)
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
