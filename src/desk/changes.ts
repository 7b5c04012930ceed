import type { HoldEvent } from '../wire/desk.ts'

/** An event after it was committed, by whichever desk; undefined: some of others may have been missed. */
type Listener = (event: HoldEvent | undefined) => void

/** Who waits for holds to change, in this process. */
export class Changes {
  readonly #listeners = new Set<Listener>()

  tell(event: HoldEvent | undefined): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  /** Answers with how to stop listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves when this hold changes or may have, after `ms` at the latest, or when `signal` says so. */
  async next(ticket: string, ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = this.listen((event) => (event === undefined || event.ticket === ticket) && resolve())
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => resolve(), { once: true })
    try {
      if (!signal.aborted) await promise
    } finally {
      stop()
      clearTimeout(timer)
    }
  }
}
