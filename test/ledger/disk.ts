import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Files } from '../../src/store/files.ts'

/**
 * A disk in memory that keeps apart what a process sees and what survives power loss. Unsynced changes of a folder
 * survive up to some point in their order, each folder for itself; an unsynced file survives old, new, torn or in zeros.
 */

interface File {
  bytes: Buffer
  synced: Buffer
}

interface Folder {
  entries: Map<string, Node>
  synced: Map<string, Node>
  /** Since `synced`; each change is atomic. */
  changes: { set?: [string, Node]; drop?: string }[]
}

type Node = File | Folder

/** What happens at one operation: it fails undone, it fails done, or the process ends before or after it. */
export type Fault = 'refused' | 'done but failed' | 'killed before' | 'killed after'

export const FAULTS: readonly Fault[] = ['refused', 'done but failed', 'killed before', 'killed after']

const isFolder = (node: Node | undefined): node is Folder => node !== undefined && 'entries' in node
const newFolder = (): Folder => ({ entries: new Map(), synced: new Map(), changes: [] })

export class Disk {
  readonly #root: Folder
  readonly #locks = new Set<string>()

  constructor(root: Folder = newFolder()) {
    this.#root = root
  }

  /** A process that uses the disk; `fault` strikes at its operation number `at`, counted from one. */
  session(fault?: {
    kind: Fault
    at: number
  }): Files & { readonly operations: () => number; readonly end: () => void } {
    const held = new Set<string>()
    let count = 0
    let ended = false
    const end = (): void => {
      ended = true
      for (const path of held) this.#locks.delete(path)
    }
    const step = <T>(path: string, run: () => T): Promise<T> => {
      count += 1
      const struck = fault?.at === count ? fault.kind : undefined
      if (struck === 'killed before') end()
      if (ended) return Promise.reject(new Error('the process has ended'))
      try {
        if (struck === 'refused') throw failure('EIO', path)
        const result = run()
        if (struck === 'done but failed') throw failure('EIO', path)
        if (struck !== 'killed after') return Promise.resolve(result)
        end()
        return Promise.reject(new Error('the process has ended'))
      } catch (error) {
        return Promise.reject(error)
      }
    }
    return {
      operations: () => count,
      end,
      read: (path) => step(path, () => this.#file(path)?.bytes),
      list: (path) =>
        step(path, () => {
          const node = this.#find(path)
          return isFolder(node) ? [...node.entries.keys()].sort() : []
        }),
      makeFolder: (path) =>
        step(path, () => {
          if (this.#find(path) === undefined)
            change(this.#folder(dirname(path)), { set: [basename(path), newFolder()] })
        }),
      create: async (path) => {
        const file = await step(path, () => {
          const found = this.#file(path)
          if (found !== undefined) found.bytes = Buffer.alloc(0)
          const made = found ?? { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) }
          if (found === undefined) change(this.#folder(dirname(path)), { set: [basename(path), made] })
          return made
        })
        let broken = false
        return {
          write: (bytes) =>
            step(path, () => {
              file.bytes = Buffer.concat([file.bytes, bytes])
            }),
          sync: async () => {
            if (broken) throw new Error('a file was synced again after its sync had failed')
            broken = true
            await step(path, () => {
              file.synced = file.bytes
            })
            broken = false
          },
          close: () => step(path, () => undefined),
        }
      },
      rename: (from, to) =>
        step(from, () => {
          const node = this.#find(from)
          const target = this.#find(to)
          if (node === undefined) throw failure('ENOENT', from)
          if (isFolder(target) && target.entries.size > 0) throw failure('ENOTEMPTY', to)
          if (dirname(from) === dirname(to))
            return change(this.#folder(dirname(to)), { set: [basename(to), node], drop: basename(from) })
          change(this.#folder(dirname(to)), { set: [basename(to), node] })
          change(this.#folder(dirname(from)), { drop: basename(from) })
        }),
      syncFolder: (path) =>
        step(path, () => {
          const folder = this.#folder(path)
          folder.synced = new Map(folder.entries)
          folder.changes = []
        }),
      remove: (path) =>
        step(path, () => {
          const node = this.#find(path)
          if (node === undefined) return
          if (isFolder(node) && node.entries.size > 0) throw failure('ENOTEMPTY', path)
          change(this.#folder(dirname(path)), { drop: basename(path) })
        }),
      lock: (path) =>
        step(path, () => {
          if (this.#locks.has(path)) return undefined
          this.#locks.add(path)
          held.add(path)
          return {
            release: () => {
              this.#locks.delete(path)
              held.delete(path)
            },
          }
        }),
    }
  }

  /** What is left after power loss; `random` gives integers below its argument. */
  afterPowerLoss(random: (below: number) => number): Disk {
    const seen = new Map<Node, Node>()
    const survive = (node: Node): Node => {
      const known = seen.get(node)
      if (known !== undefined) return known
      if (!isFolder(node)) {
        const bytes = survivor(node, random)
        seen.set(node, { bytes, synced: bytes })
      } else {
        const folder = newFolder()
        seen.set(node, folder)
        const entries = new Map(node.synced)
        for (const { set, drop } of node.changes.slice(0, random(node.changes.length + 1))) {
          if (drop !== undefined) entries.delete(drop)
          if (set !== undefined) entries.set(...set)
        }
        for (const [name, inner] of entries) folder.entries.set(name, survive(inner))
        folder.synced = new Map(folder.entries)
      }
      return survive(node)
    }
    return new Disk(survive(this.#root) as Folder)
  }

  /** Another disk that holds the same, with nothing unsynced. */
  clone(): Disk {
    const copy = (node: Node): Node => {
      if (!isFolder(node)) return { bytes: node.bytes, synced: node.bytes }
      const entries = new Map([...node.entries].map(([name, inner]) => [name, copy(inner)] as const))
      return { entries, synced: new Map(entries), changes: [] }
    }
    return new Disk(copy(this.#root) as Folder)
  }

  /** Changes a file as an attacker or a bad disk would; undefined removes it. */
  tamper(path: string, edit: (bytes: Buffer) => Buffer | undefined): void {
    const bytes = edit(this.#file(path)?.bytes ?? Buffer.alloc(0))
    const folder = this.#folder(dirname(path))
    change(folder, bytes === undefined ? { drop: basename(path) } : { set: [basename(path), { bytes, synced: bytes }] })
    folder.synced = new Map(folder.entries)
    folder.changes = []
  }

  /** Writes all that a process would see into a real folder. */
  dump(into: string, folder: Folder = this.#root): void {
    mkdirSync(into, { recursive: true })
    for (const [name, node] of folder.entries)
      if (isFolder(node)) this.dump(join(into, name), node)
      else writeFileSync(join(into, name), node.bytes)
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root
    for (const name of path.split('/').filter(Boolean)) node = isFolder(node) ? node.entries.get(name) : undefined
    return node
  }

  #file(path: string): File | undefined {
    const node = this.#find(path)
    if (isFolder(node)) throw failure('EISDIR', path)
    return node
  }

  #folder(path: string): Folder {
    const node = this.#find(path)
    if (!isFolder(node)) throw failure('ENOENT', path)
    return node
  }
}

function change(folder: Folder, made: Folder['changes'][number]): void {
  folder.changes.push(made)
  if (made.drop !== undefined) folder.entries.delete(made.drop)
  if (made.set !== undefined) folder.entries.set(...made.set)
}

function survivor({ bytes, synced }: File, random: (below: number) => number): Buffer {
  if (bytes.equals(synced)) return bytes
  const safe = bytes.subarray(0, synced.length).equals(synced) ? synced.length : 0
  const kept = bytes.subarray(0, safe + random(bytes.length - safe + 1))
  const outcomes = [synced, bytes, kept, Buffer.concat([kept, Buffer.alloc(bytes.length - kept.length)])]
  return outcomes[random(outcomes.length)] ?? bytes
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: \`${path}\``), { code })
}
