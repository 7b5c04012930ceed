import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline as pipe } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Digest, sha256 } from '../core/digest.ts'
import { nodeFiles } from '../store/files.ts'
import { CHILD, type Run } from './child.ts'
import { pieces } from './state.ts'

/** Contents in pieces; whoever reads them compares the hash before use. */
export type Content = AsyncIterable<Buffer> | Iterable<Buffer>

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** What would save less than a tenth is kept as it is. */
const WORTH = 0.9
const SAMPLE = 1 << 16
/** Larger contents are read as a stream. */
const AT_ONCE = 8 << 20
const PACKED = '.zst'
const SYNC_MS = 60_000

/**
 * Contents by their SHA-256: `ab/cdef…`, compressed `ab/cdef….zst`. What two snapshots share is kept once.
 * Calls must not overlap. Nothing is in the store before `flush` returned, and then it is durable.
 */
export class Objects {
  readonly #folder: string
  readonly #staging: string
  readonly #run: Run
  readonly #pending = new Map<Digest, { staged: string; name: string }>()
  #staged = 0

  constructor(folder: string, staging: string, run: Run) {
    this.#folder = folder
    this.#staging = staging
    this.#run = run
  }

  has(hash: Digest): boolean {
    return this.#pending.has(hash) || this.#find(hash) !== undefined
  }

  /** Keeps a part of an open file. False where its content is not what `hash` says: somebody wrote to it meanwhile. */
  async put(fd: number, hash: Digest, [from, length]: readonly [number, number]): Promise<boolean> {
    if (this.has(hash)) return true
    const sample = Buffer.concat([...hashed(pieces(fd, from, Math.min(length, SAMPLE)), createHash('sha256'))])
    const packed = zstdCompressSync(sample, FAST).length < sample.length * WORTH
    const staged = this.#stage()
    const seen = createHash('sha256')
    const parts = hashed(pieces(fd, from, length), seen)
    const out = createWriteStream(staged, { mode: 0o600 })
    await (packed ? pipeline(parts, createZstdCompress(FAST), out) : pipeline(parts, out))
    const whole = seen.digest('hex') === hash
    if (whole) this.#pending.set(hash, { staged, name: packed ? hash + PACKED : hash })
    else rmSync(staged)
    return whole
  }

  putBytes(bytes: Buffer): Digest {
    const hash = sha256(bytes)
    if (this.has(hash)) return hash
    const staged = this.#stage()
    const less = zstdCompressSync(bytes, FAST)
    const packed = less.length < bytes.length * WORTH
    writeFileSync(staged, packed ? less : bytes, { mode: 0o600 })
    this.#pending.set(hash, { staged, name: packed ? hash + PACKED : hash })
    return hash
  }

  /** Takes a file of ours over as it is, under a second name: the first stays until the caller is done with it. */
  adopt(path: string, hash: Digest): void {
    if (this.has(hash)) return
    const staged = this.#stage()
    linkSync(path, staged)
    this.#pending.set(hash, { staged, name: hash })
  }

  /** CRASH: before the renames nothing refers to what is staged; after them each object is whole. */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) return
    // One `syncfs` for all of them: ten thousand syncs of small files take seconds.
    const synced = await this.#run('sync', ['-f', this.#staging], { ...CHILD, timeoutMs: SYNC_MS })
    const shards = new Set<string>()
    for (const [hash, { staged, name }] of this.#pending) {
      if (synced.code !== 0) await nodeFiles.syncFolder(staged)
      const shard = join(this.#folder, hash.slice(0, 2))
      if (!shards.has(shard)) mkdirSync(shard, { recursive: true, mode: 0o700 })
      renameSync(staged, join(shard, name.slice(2)))
      this.#pending.delete(hash)
      shards.add(shard)
    }
    await Promise.all([...shards, this.#folder].map(nodeFiles.syncFolder))
  }

  /** The content, or undefined where it is not kept. */
  read(hash: Digest, length: number): Content | undefined {
    if (length <= AT_ONCE) {
      const bytes = this.readBytes(hash)
      return bytes && [bytes]
    }
    const path = this.#find(hash)
    if (path === undefined) return undefined
    return streamed(path)
  }

  readBytes(hash: Digest): Buffer | undefined {
    const path = this.#find(hash)
    if (path === undefined) return undefined
    const bytes = readFileSync(path)
    return path.endsWith(PACKED) ? zstdDecompressSync(bytes) : bytes
  }

  /** What is kept, with the room it takes. */
  sizes(): Map<Digest, number> {
    const sizes = new Map<Digest, number>()
    for (const shard of readdirSync(this.#folder)) {
      for (const name of readdirSync(join(this.#folder, shard))) {
        const hash = shard + (name.endsWith(PACKED) ? name.slice(0, -PACKED.length) : name)
        sizes.set(hash as Digest, lstatSync(join(this.#folder, shard, name)).blocks * 512)
      }
    }
    return sizes
  }

  remove(hash: Digest): void {
    const path = this.#find(hash)
    if (path !== undefined) rmSync(path)
  }

  #find(hash: Digest): string | undefined {
    const path = join(this.#folder, hash.slice(0, 2), hash.slice(2))
    return [path + PACKED, path].find((one) => existsSync(one))
  }

  #stage(): string {
    return join(this.#staging, `object-${this.#staged++}`)
  }
}

/** Opened when it is read, and closed however the reading ends. */
async function* streamed(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path)
  // What goes wrong in one of the two ends both, and shows where it is read.
  yield* path.endsWith(PACKED) ? pipe(source, createZstdDecompress(), () => undefined) : source
}

function* hashed(parts: Iterable<Buffer>, hash: ReturnType<typeof createHash>): Generator<Buffer> {
  for (const part of parts) {
    hash.update(part)
    // The stream holds on to what it is given, and the piece is only ours until the next one.
    yield Buffer.from(part)
  }
}
