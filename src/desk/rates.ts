/** How often somebody may do something: `most` at once, and as many again in a minute. */
export class Rates {
  readonly #most: number
  readonly #used = new Map<string, { readonly left: number; readonly at: number }>()

  constructor(most: number) {
    this.#most = most
  }

  /** False where it is too often. `micros` is monotonic. */
  allows(who: string, micros: number): boolean {
    const left = this.#left(who, micros)
    if (left < 1) return false
    if (this.#used.size >= REMEMBERED)
      for (const known of this.#used.keys()) if (this.#left(known, micros) >= this.#most) this.#used.delete(known)
    this.#used.set(who, { left: left - 1, at: micros })
    return true
  }

  #left(who: string, micros: number): number {
    const used = this.#used.get(who)
    return used === undefined
      ? this.#most
      : Math.min(this.#most, used.left + ((micros - used.at) * this.#most) / MINUTE_MICROS)
  }
}

const MINUTE_MICROS = 60_000_000
const REMEMBERED = 10_000

/** How many things somebody may have under way at once. */
export class Slots {
  readonly #most: number
  readonly #taken = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  /** Answers with how to give it back, once; undefined where all are taken. */
  take(who: string): (() => void) | undefined {
    const taken = this.#taken.get(who) ?? 0
    if (taken >= this.#most) return undefined
    this.#taken.set(who, taken + 1)
    let free = false
    return () => {
      if (free) return
      free = true
      const left = (this.#taken.get(who) ?? 1) - 1
      if (left > 0) this.#taken.set(who, left)
      else this.#taken.delete(who)
    }
  }
}
