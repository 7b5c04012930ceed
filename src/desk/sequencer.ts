import { CodedError } from '../core/errors.ts'
import type { Ledger, LedgerEntry } from '../core/ports.ts'
import type { Store } from './store.ts'

export class SequencerError extends CodedError<'desk/ledger-differs'> {}

/** How many entries go into the ledger at a time. */
const BATCH = 256

export interface Sequenced extends Pick<Ledger, 'append'> {
  readonly size: number
}

/**
 * Brings what the store committed into the ledger, in that order, each entry once. One at a time for a store.
 * CRASH: between ledger and store the ledger is ahead; whoever starts next finds by their ids how many it has.
 */
export class Sequencer {
  readonly #store: Store
  readonly #ledger: Sequenced
  readonly #fault: (error: unknown) => void
  #running: Promise<void> | undefined
  #again = false
  #failed = false

  /** `idsFrom`: the ids of the ledger's entries from an index on. `fault` is told once; nothing is sequenced after it. */
  static async start(
    store: Store,
    ledger: Sequenced,
    { idsFrom, fault }: { idsFrom: (index: number) => AsyncIterable<string>; fault: (error: unknown) => void },
  ): Promise<Sequencer> {
    const noted = await store.sequenced()
    if (ledger.size < noted) throw differs(`it has ${ledger.size} entries where the desk knows of ${noted}`)
    const left = await store.unsequenced(ledger.size - noted)
    let found = 0
    for await (const id of idsFrom(noted))
      if (id !== left[found++]?.id) throw differs(`the desk never made its entry \`${id}\``)
    if (found > 0) await store.noteSequenced(found, ledger.size)
    const sequencer = new Sequencer(store, ledger, fault)
    sequencer.poke()
    return sequencer
  }

  private constructor(store: Store, ledger: Sequenced, fault: (error: unknown) => void) {
    this.#store = store
    this.#ledger = ledger
    this.#fault = fault
  }

  /** Something was committed. */
  poke(): void {
    this.#again = true
    if (this.#failed) return
    this.#running ??= this.#run()
      .catch((error: unknown) => {
        this.#failed = true
        this.#fault(error)
      })
      .finally(() => {
        this.#running = undefined
        if (this.#again) this.poke()
      })
  }

  /** Resolves when all that was committed before is in the ledger. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false
      for (let batch = await this.#next(); batch.length > 0; batch = await this.#next()) {
        const sealed = await Promise.all(batch.map((entry) => this.#ledger.append(entry)))
        await this.#store.noteSequenced(batch.length, (sealed.at(-1)?.index ?? 0) + 1)
      }
    }
  }

  #next(): Promise<readonly LedgerEntry[]> {
    return this.#store.unsequenced(BATCH)
  }
}

function differs(why: string): SequencerError {
  return new SequencerError('desk/ledger-differs', `the desk's ledger is not that of its database: ${why}`, {
    hint: 'put back database and ledger from the same backup',
  })
}
