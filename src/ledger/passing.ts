import type { LedgerEntry } from '../core/ports.ts'
import { encodeEntry } from './entry.ts'
import { bundleOf, type Edge, EMPTY_EDGE, edgeRoot, grow, hashed, TILE_WIDTH } from './tiles.ts'

/** The tree over entries that pass by, with nothing written. */
export class PassingTree {
  readonly #origin: string
  #edge: Edge = EMPTY_EDGE
  #waiting: { readonly text: string; readonly length: number }[] = []

  /** `origin`: the log's name, which is part of each entry. */
  constructor(origin: string) {
    this.#origin = origin
  }

  add(entry: LedgerEntry): void {
    this.#waiting.push(encodeEntry(entry, { origin: this.#origin, blobs: '' }))
    if (this.#waiting.length === TILE_WIDTH) this.#flush()
  }

  /** How many they were, and the root over them, base64. */
  head(): { readonly size: number; readonly root: string } {
    this.#flush()
    return { size: this.#edge.size, root: edgeRoot(this.#edge).toString('base64') }
  }

  #flush(): void {
    const entries = hashed(bundleOf(this.#waiting.splice(0)))
    if (entries !== undefined) this.#edge = grow(this.#edge, [entries]).edge
  }
}
