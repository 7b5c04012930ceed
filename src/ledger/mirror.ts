import { join } from 'node:path'
import type { LedgerEntry } from '../core/ports.ts'
import { makeFolders, replaceFile } from '../store/files.ts'
import type { Lock } from '../store/lock.ts'
import { encodeEntry } from './entry.ts'
import { LedgerError } from './error.ts'
import { EMPTY_ROOT } from './merkle.ts'
import type { Checkpoint, SigningKey } from './note.ts'
import { type LedgerOptions, locked, type Setting } from './places.ts'
import { checkpointOf, dropPartials, type Heads, keepBlob, replaceHeads, writeTiles } from './publish.ts'
import { copyLost, headOf, keyIn, makeKey } from './recover.ts'
import { bundleOf, type Edge, EMPTY_EDGE, type Entries, edgeRoot, hashed } from './tiles.ts'
import { damaged, reread } from './tree.ts'

/** Entries that are kept elsewhere, in an order that never changes, without gaps. */
export interface Kept {
  entries(from: number, most: number): Promise<readonly LedgerEntry[]>
}

const BATCH = 1024

/**
 * Opens the ledger in `dir`, or makes one, with a new key where it has none. `isOurs` is asked about the key's public
 * half before anything is signed with it, and rejects where it is not.
 */
export async function openMirror(options: LedgerOptions, isOurs: (vkey: string) => Promise<void>): Promise<Mirror> {
  return await locked(options, async (setting, lock) => {
    const { files, at, known } = setting
    const [found, checkpoint, copied] = [
      await keyIn(setting),
      await files.read(at.checkpoint),
      await files.read(at.copy),
    ]
    if (found === undefined && (checkpoint ?? copied) !== undefined)
      throw damaged(`the signing key \`${at.key}\` is missing`)
    const key = found ?? (await makeKey(setting))
    await isOurs(key.vkey)
    const empty = { origin: key.name, size: 0, root: EMPTY_ROOT }
    const head = checkpoint === undefined ? empty : headOf(checkpoint, key, at.checkpoint)
    const copy = copied === undefined ? empty : headOf(copied, key, at.copy)
    if (copy.size < head.size)
      throw copyLost(`the checkpoint copy \`${at.copy}\` has ${copy.size} entries, the ledger ${head.size}`)
    if (copy.size === head.size && !copy.root.equals(head.root)) throw forked(head.size)
    for (const folder of [at.dir, at.staging]) await makeFolders(files, folder, known)
    for (const name of await files.list(at.staging)) await files.remove(join(at.staging, name))
    const edge = head.size === 0 ? EMPTY_EDGE : await reread(files, at.dir, { from: head.size - 1, size: head.size })
    if (!edgeRoot(edge).equals(head.root)) throw damaged('the tiles do not hash to the root that the checkpoint signs')
    const heads = { checkpoint, copy: copied }
    const vkey = Buffer.from(`${key.vkey}\n`)
    if ((await files.read(at.vkey))?.equals(vkey) !== true) await replaceFile(files, at.vkey, vkey)
    // So that there is a ledger before anything is in it.
    if (checkpoint === undefined && copy.size === 0) await replaceHeads(setting, heads, checkpointOf(EMPTY_EDGE, key))
    return new Mirror(setting, { lock, key, edge, copy, heads })
  })
}

interface Opened {
  readonly lock: Lock
  readonly key: SigningKey
  readonly heads: Heads
  readonly edge: Edge
  readonly copy: Checkpoint
}

/**
 * The tiles of entries that are kept elsewhere; the tree is a function of those. What is signed is noted there first:
 * INVARIANT: checkpoint ≤ copy ≤ what is noted, and the entries hash to each of the three.
 * CRASH: whatever is under way, the next opener finds the old checkpoint, with tiles that may be ahead of it; it writes
 * them again, with the very content that they have.
 */
export class Mirror {
  readonly #setting: Setting
  readonly #opened: Opened
  #edge: Edge

  constructor(setting: Setting, opened: Opened) {
    this.#setting = setting
    this.#opened = opened
    this.#edge = opened.edge
  }

  /** How many entries the checkpoint signs. */
  get size(): number {
    return this.#edge.size
  }

  /** Base64, over them. */
  get root(): string {
    return edgeRoot(this.#edge).toString('base64')
  }

  get origin(): string {
    return this.#opened.key.name
  }

  /**
   * Brings the tiles up to the checkpoint that is noted where the entries are, which may be signed by another process
   * with this key. Signs nothing. Refuses entries that do not hash to all that was signed.
   */
  async follow(note: string | undefined, kept: Kept): Promise<void> {
    const { key, copy, heads } = this.#opened
    const { size, root } =
      note === undefined ? { size: 0, root: EMPTY_ROOT } : headOf(Buffer.from(note), key, 'the noted checkpoint')
    if (size < Math.max(copy.size, this.size))
      throw rolledBack(`${Math.max(copy.size, this.size)} entries were signed here, and only ${size} are noted there`)
    let edge = this.#edge
    while (edge.size < size) {
      const next = edge.size < copy.size ? copy.size : size
      edge = await this.#grow(edge, await kept.entries(edge.size, Math.min(BATCH, next - edge.size)))
      if (edge.size === copy.size && !edgeRoot(edge).equals(copy.root)) throw forked(copy.size)
    }
    if (!edgeRoot(edge).equals(root)) throw forked(size)
    if (note === undefined || heads.checkpoint?.equals(Buffer.from(note)) === true) return
    await this.#publish(edge, note)
  }

  /**
   * Signs what comes next. `agree` notes the checkpoint where the entries are, in place of the one that this was grown
   * from; where it may not, the signature is thrown away, and nobody has seen it.
   */
  async extend(entries: readonly LedgerEntry[], agree: (note: string) => Promise<boolean>): Promise<boolean> {
    const edge = await this.#grow(this.#edge, entries)
    const note = checkpointOf(edge, this.#opened.key)
    if (!(await agree(note))) return false
    await this.#publish(edge, note)
    return true
  }

  async close(): Promise<void> {
    const { files, at } = this.#setting
    await files.remove(at.holder).finally(() => this.#opened.lock.release())
  }

  async #grow(edge: Edge, entries: readonly LedgerEntry[]): Promise<Edge> {
    const [first] = entries
    if (first === undefined) throw rolledBack(`entry ${edge.size} was signed, and is not kept any more`)
    const { blobs } = this.#setting.at
    const encoded = entries.map((entry) => encodeEntry(entry, { origin: this.#opened.key.name, blobs }))
    for (const { blob } of encoded) if (blob !== undefined) await keepBlob(this.#setting, blob)
    const grown = await writeTiles(this.#setting, edge, [entriesOf(encoded)])
    await dropPartials(this.#setting, edge.size, grown)
    return grown
  }

  async #publish(edge: Edge, note: string): Promise<void> {
    await replaceHeads(this.#setting, this.#opened.heads, note)
    this.#edge = edge
  }
}

function entriesOf(encoded: Parameters<typeof bundleOf>[0]): Entries {
  const entries = hashed(bundleOf(encoded))
  if (entries === undefined) throw new TypeError('a bundle does not hold whole entries')
  return entries
}

const RESTORE_BOTH = 'put back database and ledger from the same backup'

function rolledBack(why: string): LedgerError {
  const message = `the ledger is ahead of the database: ${why}`
  return new LedgerError('ledger/rolled-back', message, { hint: RESTORE_BOTH })
}

function forked(size: number): LedgerError {
  const message = `two trees of ${size} entries were signed, or other entries than the database has`
  return new LedgerError('ledger/forked', message, { hint: RESTORE_BOTH })
}
