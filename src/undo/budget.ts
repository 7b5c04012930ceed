import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import type { Bounds } from '../wire/config.ts'
import { UndoError } from './error.ts'

/** More links than this in one snapshot make its close too long. */
const MOST_LINKS = 50_000
const MOST_ENTRIES = 200_000
const MIB = 1 << 20
/** A look at the clock costs as much as a look at a file. */
const OFTEN = 32

/** What one snapshot may cost. Each method throws `undo/infeasible` once that is spent. */
export class Budget {
  #clock: Clock
  #bounds: Bounds
  #deadline: number
  #entries = 0
  #copied = 0
  #links = 0
  #linked = 0
  readonly pause: Pause

  constructor(clock: Clock, bounds: Bounds) {
    this.#clock = clock
    this.#bounds = bounds
    this.#deadline = clock.micros() + bounds.snapshotMs * 1000
    this.pause = pacer(clock)
  }

  /** Before each path, and between the pieces of a large one. */
  time(): void {
    if (this.#clock.micros() > this.#deadline)
      throw infeasible(`taking it lasts more than ${this.#bounds.snapshotMs} ms`)
  }

  leftMs(): number {
    return Math.max(1, (this.#deadline - this.#clock.micros()) / 1000)
  }

  entry(): void {
    if (++this.#entries % OFTEN === 0) this.time()
    if (this.#entries > MOST_ENTRIES) throw infeasible(`more than ${MOST_ENTRIES} paths`)
  }

  copy(bytes: number): void {
    this.#copied += bytes
    if (this.#copied > this.#bounds.snapshotMiB * MIB)
      throw infeasible(`more than ${this.#bounds.snapshotMiB} MiB to copy`)
  }

  /** Linked content costs no room now, but must fit into the store once the name is gone. */
  link(bytes: number): void {
    this.#linked += bytes
    if (++this.#links > MOST_LINKS) throw infeasible(`more than ${MOST_LINKS} files`)
    if (this.#linked > this.#bounds.keepMiB * MIB)
      throw infeasible(`more than the ${this.#bounds.keepMiB} MiB that are kept`)
  }
}

export function infeasible(why: string): UndoError {
  return new UndoError('undo/infeasible', why)
}

/** Lets others run now and then: the guard answers more calls than this one. */
export interface Pause {
  due(): boolean
  rest(): Promise<void>
}

const TURN_MICROS = 8000

export function pacer(clock: Clock): Pause {
  let since = clock.micros()
  return {
    due: () => clock.micros() - since > TURN_MICROS,
    async rest() {
      await setImmediate()
      since = clock.micros()
    },
  }
}
