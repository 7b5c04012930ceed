import type { HoldEvent } from '../wire/desk.ts'

/** Who waits for holds to change, in this process. Told after the change was committed. */
export class Changes {
  readonly #listeners = new Set<(event: HoldEvent) => void>()

  tell(events: readonly HoldEvent[]): void {
    for (const event of events) for (const listener of [...this.#listeners]) listener(event)
  }

  /** Answers with how to stop listening. */
  listen(listener: (event: HoldEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves when this hold changes, after `ms` at the latest, or when `signal` says so. */
  async next(ticket: string, ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = this.listen((event) => event.ticket === ticket && resolve())
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
