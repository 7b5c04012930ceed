import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeFiles, replaceFile, writeFile } from '../store/files.ts'
import { UndoError } from './error.ts'
import { ClosedFile, Line, type TakenFile, TakenHead } from './manifest.ts'

const ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/
const TICKS = 50
const TAKEN = 'taken.jsonl'
const CLOSED = 'closed.json'

/**
 * Where snapshots lie: `making/` what is not whole yet, `snapshots/ID/` what is, `objects/` the contents of closed ones.
 * CRASH: a snapshot is there when its folder was renamed out of `making`, and closed when it has `closed.json`.
 */
export class Shelf {
  readonly objects: string
  readonly making: string
  readonly #folder: string
  readonly #snapshots: string
  #gone = 0

  constructor(folder: string) {
    this.#folder = folder
    this.objects = join(folder, 'objects')
    this.making = join(folder, 'making')
    this.#snapshots = join(folder, 'snapshots')
    rmSync(this.making, { recursive: true, force: true })
    for (const one of [this.making, this.objects, this.#snapshots]) mkdirSync(one, { recursive: true, mode: 0o700 })
    for (const id of this.ids()) if (this.isClosed(id)) this.#dropCopies(id)
  }

  ids(): string[] {
    return readdirSync(this.#snapshots)
  }

  folder(id: string): string {
    if (!ID.test(id)) throw new TypeError(`not an id: ${id}`)
    return join(this.#snapshots, id)
  }

  has(id: string): boolean {
    return existsSync(join(this.folder(id), TAKEN))
  }

  isClosed(id: string): boolean {
    return existsSync(join(this.folder(id), CLOSED))
  }

  /** An empty folder to take a snapshot in. */
  begin(id: string): string {
    if (existsSync(this.folder(id))) throw new UndoError('undo/used', `\`${id}\` has a snapshot already`)
    const making = join(this.making, id)
    mkdirSync(making, { mode: 0o700 })
    return making
  }

  /** Puts a whole snapshot in its place, once `contents` are durable; then all of it is. */
  async commit(head: TakenHead, lines: readonly string[], contents: Promise<void>): Promise<void> {
    const making = join(this.making, head.id)
    // Side by side they wait for one flush of the disk.
    const text = [JSON.stringify(head), ...lines].join('\n')
    await Promise.all([contents, writeFile(nodeFiles, join(making, TAKEN), Buffer.from(text))])
    await nodeFiles.syncFolder(making)
    renameSync(making, this.folder(head.id))
    await Promise.all([this.#snapshots, this.#folder].map(nodeFiles.syncFolder))
  }

  abandon(id: string): void {
    rmSync(join(this.making, id), { recursive: true, force: true, maxRetries: 3 })
  }

  /** CRASH: before the rename the snapshot is open still; after it the copies are only in the way. */
  async close(manifest: ClosedFile): Promise<void> {
    const folder = this.folder(manifest.id)
    await replaceFile(nodeFiles, join(folder, CLOSED), Buffer.from(JSON.stringify(manifest)))
    this.#dropCopies(manifest.id)
  }

  remove(id: string): void {
    this.#drop(this.folder(id))
  }

  taken(id: string): TakenFile {
    const path = join(this.folder(id), TAKEN)
    if (!existsSync(path)) {
      throw new UndoError('undo/unknown', `there is no snapshot \`${id}\``, { hint: 'older ones go with age and size' })
    }
    return read(path, (text) => {
      const [head = '', ...lines] = text.split('\n')
      return { ...TakenHead.parse(JSON.parse(head)), entries: lines.map((line) => Line.parse(JSON.parse(line))) }
    })
  }

  closed(id: string): ClosedFile | undefined {
    if (!this.isClosed(id)) return undefined
    return read(join(this.folder(id), CLOSED), (text) => ClosedFile.parse(JSON.parse(text)))
  }

  /** Says of an open snapshot that `other` touches its paths too; survives a restart. */
  mark(id: string, other: string): void {
    writeFileSync(join(this.folder(id), `overlaps-${other}`), '')
  }

  marks(id: string): string[] {
    return readdirSync(this.folder(id)).flatMap((name) => (name.startsWith('overlaps-') ? [name.slice(9)] : []))
  }

  /** The room that a snapshot takes besides its objects. */
  size(id: string): number {
    const folder = this.folder(id)
    return readdirSync(folder).reduce((sum, name) => sum + lstatSync(join(folder, name)).blocks * 512, 0)
  }

  takenAt(id: string): number {
    return lstatSync(join(this.folder(id), TAKEN)).mtimeMs
  }

  closedAt(id: string): number {
    return lstatSync(join(this.folder(id), CLOSED)).mtimeMs
  }

  /** What is only needed while a snapshot is open. Ten thousand links take a while to go: out of sight comes first. */
  #dropCopies(id: string): void {
    const folder = this.folder(id)
    for (const name of readdirSync(folder)) {
      if (name !== TAKEN && name !== CLOSED) this.#drop(join(folder, name))
    }
  }

  /** CRASH: what lies in `making` goes with the next start; so a failure here is nobody's concern. */
  #drop(path: string): void {
    const gone = join(this.making, `gone-${this.#gone++}`)
    renameSync(path, gone)
    rm(gone, { recursive: true }).catch(() => undefined)
  }
}

/**
 * The time that file systems stamp on changes, in nanoseconds: what changes after this returned has a later stamp.
 * It moves in ticks of up to ten milliseconds, and so may have to be waited for.
 */
export async function stampIn(folder: string): Promise<bigint> {
  const stamp = (): bigint => {
    utimesSync(folder, 0, 0)
    return lstatSync(folder, { bigint: true }).ctimeNs
  }
  const first = stamp()
  for (let tick = 0; tick < TICKS && stamp() <= first; tick += 1) await new Promise((resolve) => setTimeout(resolve, 1))
  return first
}

function read<T>(path: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new UndoError('undo/damaged', `\`${path}\` can't be read`, { cause, hint: 'what it kept is lost' })
  }
}
