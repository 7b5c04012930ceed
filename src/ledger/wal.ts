import { hash } from 'node:crypto'
import { join } from 'node:path'
import { type Files, type OpenFile, replaceFile } from '../store/files.ts'
import { bundleOf, type Entries, entryEnds, hashed } from './tiles.ts'

/**
 * The write-ahead log: what was acknowledged and is not yet in tiles. Each write is one frame, synced before the next
 * is written, so that only the last can be torn. Segments are named by the index of their first entry.
 *
 *     0  magic  4  payload bytes  8  first index (64 bits)  16  SHA-256 of the rest  48  payload, as in an entry bundle
 */
const HEADER = 48
/** Its first byte occurs in no UTF-8 text, so that no entry can hold a frame of an attacker's making. */
const MAGIC = Buffer.from([0xff, 0x77, 0x61, 0x6c])

const SEGMENT_BYTES = 4 << 20

export interface Encoded {
  readonly text: string
  readonly length: number
}

export class WriteAhead {
  readonly #files: Files
  readonly #dir: string
  #segment: { file: OpenFile; bytes: number } | undefined

  /** `dir` exists durably. */
  constructor(files: Files, dir: string) {
    this.#files = files
    this.#dir = dir
  }

  /** Durable on return. After an error nothing more may be written. */
  async append(first: number, entries: readonly Encoded[]): Promise<Entries> {
    const frame = bundleOf(entries, HEADER)
    sealFrame(frame, first)
    const segment = await this.#roomy(first)
    await segment.file.write(frame)
    segment.bytes += frame.length
    const synced = segment.file.sync()
    // Hashed while the disk works.
    const added = hashed(frame.subarray(HEADER))
    await synced
    if (added === undefined) throw new TypeError('a frame does not hold whole entries')
    return added
  }

  async #roomy(first: number): Promise<{ file: OpenFile; bytes: number }> {
    if (this.#segment !== undefined && this.#segment.bytes < SEGMENT_BYTES) return this.#segment
    await this.close()
    // What may lie at this path holds no whole frame: else recovery would have gone past `first`.
    const file = await this.#files.create(join(this.#dir, segmentName(first)))
    this.#segment = { file, bytes: 0 }
    await this.#files.syncFolder(this.#dir)
    return this.#segment
  }

  async close(): Promise<void> {
    const segment = this.#segment
    this.#segment = undefined
    await segment?.file.close()
  }
}

/** Removes segments that hold nothing from `published` on. CRASH: those that come back are passed over by `replay`. */
export async function discard(files: Files, dir: string, published: number): Promise<void> {
  for (const { name, next } of await segments(files, dir)) if (next <= published) await files.remove(join(dir, name))
}

/**
 * Puts what was replayed into one new segment. It may have been in the page cache only, of a process that was killed
 * or could not sync: nothing may be built on it before it is written anew.
 * CRASH: until the others are removed, they repeat what the new one holds.
 */
export async function rewrite(
  files: Files,
  dir: string,
  { first, bundle }: { first: number; bundle: Buffer },
): Promise<void> {
  const name = segmentName(first)
  const frame = Buffer.concat([Buffer.alloc(HEADER), bundle])
  sealFrame(frame, first)
  if (bundle.length > 0) await replaceFile(files, join(dir, name), frame)
  for (const other of await files.list(dir))
    if (bundle.length === 0 || other !== name) await files.remove(join(dir, other))
}

export type Replayed =
  /** A torn frame at the end was never acknowledged, and is no damage. */
  | { readonly kind: 'whole'; readonly bundle: Buffer }
  /** `bundle` holds the entries before the damage. */
  | { readonly kind: 'damaged'; readonly bundle: Buffer; readonly where: string; readonly why: string }

/** The entries from index `from` on. */
export async function replay(files: Files, dir: string, from: number): Promise<Replayed> {
  const payloads: Buffer[] = []
  let due = from
  const damaged = (where: string, why: string): Replayed => ({
    kind: 'damaged',
    bundle: Buffer.concat(payloads),
    where,
    why,
  })
  for (const { name, next } of await segments(files, dir)) {
    if (next <= from) continue
    const bytes = (await files.read(join(dir, name))) ?? Buffer.alloc(0)
    const { frames, end } = parseFrames(bytes)
    for (const { first, payload, ends } of frames) {
      // What is published or was rewritten stays until its segment goes.
      if (first + ends.length <= due) continue
      if (first > due) return damaged(name, `a frame starts at entry ${first} where ${due} is due`)
      payloads.push(payload.subarray(ends[due - first - 1] ?? 0))
      due = first + ends.length
    }
    if (holdsFrame(bytes, end + 1))
      return damaged(`${name} at byte ${end}`, 'a frame is broken, and whole ones follow it')
  }
  return { kind: 'whole', bundle: Buffer.concat(payloads) }
}

function sealFrame(frame: Buffer, first: number): void {
  MAGIC.copy(frame)
  frame.writeUInt32BE(frame.length - HEADER, 4)
  frame.writeBigUInt64BE(BigInt(first), 8)
  frame.write(checksum(frame), 16, 'binary')
}

function checksum(frame: Buffer): string {
  return hash('sha256', frame.toString('hex', 0, 16) + hash('sha256', frame.subarray(HEADER), 'hex'), 'binary')
}

interface Frame {
  readonly first: number
  readonly payload: Buffer
  readonly ends: readonly number[]
  /** Where the next frame starts. */
  readonly next: number
}

function parseFrames(bytes: Buffer): { frames: Frame[]; end: number } {
  const frames: Frame[] = []
  let end = 0
  for (let frame = parseFrame(bytes, end); frame !== undefined; frame = parseFrame(bytes, end)) {
    frames.push(frame)
    end = frame.next
  }
  return { frames, end }
}

function parseFrame(bytes: Buffer, at: number): Frame | undefined {
  if (at + HEADER > bytes.length || !bytes.subarray(at, at + MAGIC.length).equals(MAGIC)) return undefined
  const next = at + HEADER + bytes.readUInt32BE(at + 4)
  if (next > bytes.length) return undefined
  const frame = bytes.subarray(at, next)
  if (frame.toString('binary', 16, HEADER) !== checksum(frame)) return undefined
  const payload = frame.subarray(HEADER)
  const ends = entryEnds(payload)
  return ends && { first: Number(frame.readBigUInt64BE(8)), payload, ends, next }
}

function holdsFrame(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(MAGIC, from); at >= 0; at = bytes.indexOf(MAGIC, at + 1))
    if (parseFrame(bytes, at) !== undefined) return true
  return false
}

function segmentName(first: number): string {
  return String(first).padStart(16, '0')
}

/** In order, each with the first index of the segment after it. */
async function segments(files: Files, dir: string): Promise<{ name: string; next: number }[]> {
  const names = (await files.list(dir)).filter((name) => /^\d{16}$/.test(name))
  return names.map((name, i) => ({ name, next: Number(names[i + 1] ?? Number.POSITIVE_INFINITY) }))
}
