import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Ledger, LedgerEntry, Sealed } from '../core/ports.ts'
import { makeFolders } from '../store/files.ts'
import type { Lock } from '../store/lock.ts'
import { type EncodedEntry, encodeEntry } from './entry.ts'
import { LedgerError } from './error.ts'
import { HASH_BYTES } from './merkle.ts'
import type { SigningKey } from './note.ts'
import { type LedgerOptions, locked, type Setting } from './places.ts'
import { checkpointOf, dropPartials, type Heads, keepBlob, replaceHeads, writeTiles } from './publish.ts'
import { type Found, recover } from './recover.ts'
import type { Edge, Entries } from './tiles.ts'
import { discard, rewrite, WriteAhead } from './wal.ts'

/** How long an acknowledged entry may wait for its tiles, and how many of them are made at once. */
const PUBLISH_MS = 500
const PUBLISH_ENTRIES = 16_384

/** The most that one write-ahead frame takes. */
const BATCH_ENTRIES = 4096
const BATCH_BYTES = 4 << 20

/** Opens the ledger in `dir`, or makes one. Refuses with a `LedgerError` what contradicts its checkpoint or the copy. */
export async function openLedger(options: LedgerOptions): Promise<OpenLedger> {
  return await locked(options, async (setting, lock) => {
    return await OpenLedger.start(setting, lock, await recover(setting))
  })
}

interface Waiting {
  readonly entry: EncodedEntry
  readonly resolve: (sealed: Sealed) => void
  readonly reject: (error: LedgerError) => void
}

/**
 * The writer. An entry is acknowledged when its write-ahead frame is synced; tiles and checkpoint follow behind it.
 * INVARIANT: `#edge.size` ≤ copy's size ≤ `#size`, and the write-ahead log holds everything from `#edge.size` on.
 */
export class OpenLedger implements Ledger {
  readonly origin: string
  readonly #setting: Setting
  readonly #lock: Lock
  readonly #key: SigningKey
  readonly #wal: WriteAhead
  /** What the two files held when we last looked. */
  readonly #heads: Heads
  #edge: Edge
  #size: number
  /** Acknowledged entries from `#edge.size` on, a batch each. */
  #pending: Entries[]
  #queue: Waiting[] = []
  #draining: Promise<void> | undefined
  #publishing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined
  #failure: LedgerError | undefined

  /** How many entries are durable. */
  get size(): number {
    return this.#size
  }

  /** Publishes what the last run left behind, and takes entries from there on. */
  static async start(setting: Setting, lock: Lock, found: Found): Promise<OpenLedger> {
    const { files, at, known } = setting
    for (const folder of [at.wal, at.staging]) await makeFolders(files, folder, known)
    for (const name of await files.list(at.staging)) await files.remove(join(at.staging, name))
    await rewrite(files, at.wal, { first: found.edge.size, bundle: found.pending.bundle })
    const ledger = new OpenLedger(setting, lock, found)
    await ledger.#publishAll()
    return ledger
  }

  private constructor(setting: Setting, lock: Lock, { key, heads, edge, pending }: Found) {
    this.origin = key.name
    this.#setting = setting
    this.#lock = lock
    this.#key = key
    this.#wal = new WriteAhead(setting.files, setting.at.wal)
    this.#heads = { ...heads }
    this.#edge = edge
    this.#size = edge.size + pending.leaves.length / HASH_BYTES
    this.#pending = pending.leaves.length > 0 ? [pending] : []
  }

  append(entry: LedgerEntry): Promise<Sealed> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#closing !== undefined) throw new LedgerError('ledger/closed', 'the ledger was closed')
      const encoded = encodeEntry(entry, { origin: this.origin, blobs: this.#setting.at.blobs })
      this.#queue.push({ entry: encoded, resolve, reject })
      this.#draining ??= this.#drain()
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#shut()
    return this.#closing
  }

  /** One write and one sync for all that came in while the last one was under way. */
  async #drain(): Promise<void> {
    // Whoever appends in the same turn of the event loop shares the sync.
    await turn()
    while (this.#queue.length > 0) {
      const batch = this.#take()
      try {
        await this.#seal(batch)
      } catch (cause) {
        this.#fail(cause, batch)
      }
      if (this.#queue.length === 0) await turn()
    }
    this.#draining = undefined
  }

  #take(): Waiting[] {
    let [count, bytes] = [0, 0]
    for (const { entry } of this.#queue) {
      if (count === BATCH_ENTRIES || bytes + entry.length > BATCH_BYTES) break
      count += 1
      bytes += entry.length
    }
    return this.#queue.splice(0, count)
  }

  async #seal(batch: readonly Waiting[]): Promise<void> {
    const entries = batch.map(({ entry }) => entry)
    for (const { blob } of entries) if (blob !== undefined) await keepBlob(this.#setting, blob)
    const first = this.#size
    const added = await this.#wal.append(first, entries)
    this.#pending.push(added)
    this.#size += batch.length
    for (const [i, { resolve }] of batch.entries())
      resolve({ index: first + i, leaf: added.leaves.toString('base64', i * HASH_BYTES, (i + 1) * HASH_BYTES) })
    this.#schedule()
  }

  /** What the disk holds now is unknown, so nothing is tried again: the next opener finds out. */
  #fail(cause: unknown, batch: readonly Waiting[] = []): void {
    this.#failure ??= new LedgerError('ledger/not-durable', 'the ledger could not be written', {
      cause,
      hint: 'nothing more is recorded, so nothing may run: mend the disk or free space, then start the guard again',
    })
    clearTimeout(this.#timer)
    for (const { reject } of [...batch, ...this.#queue.splice(0)]) reject(this.#failure)
  }

  #schedule(): void {
    const isBusy = this.#publishing !== undefined || this.#closing !== undefined || this.#failure !== undefined
    if (isBusy || this.#pending.length === 0) return
    if (this.#size - this.#edge.size < PUBLISH_ENTRIES)
      this.#timer ??= setTimeout(() => this.#publishNow(), PUBLISH_MS).unref()
    else this.#publishNow()
  }

  #publishNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#publishing = this.#publish()
      .catch((cause: unknown) => this.#fail(cause))
      .finally(() => {
        this.#publishing = undefined
        this.#schedule()
      })
  }

  async #publishAll(): Promise<void> {
    while (this.#pending.length > 0) await this.#publish()
  }

  /**
   * CRASH: until the checkpoint is replaced, the next opener finds the old one and the entries in the write-ahead log.
   * Tiles and copy may be ahead by then, with the very content that it will write again.
   */
  async #publish(): Promise<void> {
    const { files, at } = this.#setting
    const before = this.#edge.size
    const batches = this.#due()
    const edge = await writeTiles(this.#setting, this.#edge, batches)
    await replaceHeads(this.#setting, this.#heads, checkpointOf(edge, this.#key))
    this.#edge = edge
    this.#pending.splice(0, batches.length)
    await dropPartials(this.#setting, before, edge)
    await discard(files, at.wal, edge.size)
  }

  /** The oldest batches, some `PUBLISH_ENTRIES` together. */
  #due(): Entries[] {
    let [batches, entries] = [0, 0]
    for (const { leaves } of this.#pending) {
      if (entries >= PUBLISH_ENTRIES) break
      batches += 1
      entries += leaves.length / HASH_BYTES
    }
    return this.#pending.slice(0, batches)
  }

  async #shut(): Promise<void> {
    await this.#draining
    clearTimeout(this.#timer)
    await this.#publishing
    const { files, at } = this.#setting
    try {
      if (this.#failure !== undefined) throw this.#failure
      await this.#publishAll()
      await discard(files, at.wal, Number.POSITIVE_INFINITY)
      await files.remove(at.holder)
    } catch (cause) {
      this.#fail(cause)
      throw this.#failure
    } finally {
      await this.#wal.close().finally(() => this.#lock.release())
    }
  }
}
