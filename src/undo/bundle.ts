import type { Digest } from '../core/digest.ts'
import type { Objects } from './objects.ts'

/** Larger contents are objects of their own. */
export const BUNDLE_UPTO = 64 << 10
const BUNDLE_BYTES = 4 << 20

export interface Part {
  readonly object: Digest
  readonly from: number
}

/**
 * Puts small contents end to end into one object: a file of its own for each of ten thousand would take seconds, and
 * compress badly. The same files deleted again make the same bundles, which are kept once.
 */
export class Bundler {
  readonly #objects: Objects
  #pieces: Buffer[] = []
  #bytes = 0
  #waiting: { from: number; done(part: Part): void }[] = []
  /** Where contents of this bundle begin. */
  #known = new Map<Digest, number>()

  constructor(objects: Objects) {
    this.#objects = objects
  }

  /** `done` is called when the bundle is full or flushed. */
  add(bytes: Buffer, hash: Digest, done: (part: Part) => void): void {
    const from = this.#known.get(hash) ?? this.#bytes
    this.#waiting.push({ from, done })
    if (from === this.#bytes) {
      this.#known.set(hash, from)
      this.#pieces.push(bytes)
      this.#bytes += bytes.length
    }
    if (this.#bytes >= BUNDLE_BYTES) this.flush()
  }

  flush(): void {
    if (this.#waiting.length === 0) return
    const object = this.#objects.putBytes(Buffer.concat(this.#pieces))
    for (const { from, done } of this.#waiting) done({ object, from })
    this.#pieces = []
    this.#bytes = 0
    this.#waiting = []
    this.#known.clear()
  }
}
