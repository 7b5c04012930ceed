import type { Kept, Mirror } from '../ledger/mirror.ts'
import type { Store } from './store.ts'

/** How many entries are signed at a time. */
const BATCH = 1024
/** How long entries may wait for others to be signed with. */
const GATHER_MS = 200
/** How often a desk looks who makes the ledger; less often, and the one that does would lose it. */
const BEAT_MS = 2_000

/** The part of a ledger's files that this needs. */
export type Tiles = Pick<Mirror, 'size' | 'follow' | 'extend'>

/**
 * Brings what the store committed into the ledger's files, in that order. Every desk keeps them; one of all that share a
 * database, elected there, signs. Others take up what it signed.
 *
 * The tree is a function of the entries in the database, whose order is settled when they are committed: whoever signs a
 * number of them signs the same root. A checkpoint is noted in the database before anybody sees it, by compare-and-swap
 * on the connection that makes its desk the elected one.
 * CRASH: killed between tiles and note: the next one writes the same tiles. Between note and files: the files here are
 * behind what is noted, and follow it. Hung: the server ends its connection, another desk is elected, and the swap of the
 * one that wakes up fails; what it signed was never seen.
 */
export class Sequencer {
  readonly #store: Store
  readonly #tiles: Tiles
  readonly #fault: Fault
  readonly #beat: NodeJS.Timeout
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #state: 'at work' | 'ended' = 'at work'
  #isAway = false

  static async start(store: Store, tiles: Tiles, fault: Fault): Promise<Sequencer> {
    await tiles.follow(await store.head(), store)
    const sequencer = new Sequencer(store, tiles, fault)
    sequencer.#now()
    return sequencer
  }

  private constructor(store: Store, tiles: Tiles, fault: Fault) {
    this.#store = store
    this.#tiles = tiles
    this.#fault = fault
    this.#beat = setInterval(() => this.#now(), BEAT_MS)
    this.#beat.unref()
  }

  /** Something was committed. */
  poke(): void {
    if (this.#state === 'at work') this.#timer ??= setTimeout(() => this.#now(), GATHER_MS)
  }

  /** Resolves when all that was committed before is in the ledger, as far as this desk makes it. Nothing follows. */
  async stop(): Promise<void> {
    await this.#running
    if (this.#state === 'at work') await this.#attempt()
    this.#end()
  }

  #end(): void {
    this.#state = 'ended'
    clearInterval(this.#beat)
    clearTimeout(this.#timer)
  }

  #now(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#state !== 'at work') return
    if (this.#running !== undefined) this.poke()
    this.#running ??= this.#attempt().finally(() => {
      this.#running = undefined
    })
  }

  async #attempt(): Promise<void> {
    try {
      await this.#run()
      this.#isAway = false
    } catch (error) {
      if (!(error instanceof Away)) {
        this.#end()
        this.#fault(error, true)
      } else if (!this.#isAway) {
        this.#isAway = true
        this.#fault(error.cause, false)
      }
    }
  }

  async #run(): Promise<void> {
    const store = this.#store
    const kept: Kept = { entries: (from, most) => asked(store.entries(from, most)) }
    const leads = await asked(store.leads())
    let head = await asked(store.head())
    await this.#tiles.follow(head, kept)
    for (let goesOn = leads; goesOn; ) {
      const entries = await kept.entries(this.#tiles.size, BATCH)
      if (entries.length === 0) return
      goesOn = await this.#tiles.extend(entries, async (note) => {
        const isNoted = await asked(store.noteHead(note, head))
        if (isNoted) head = note
        return isNoted
      })
    }
  }
}

/** Told what goes wrong: `isEnd` where the files can't be written, or are not of these entries. */
type Fault = (error: unknown, isEnd: boolean) => void

/** The database did not answer. What was decided is in it; the ledger's files wait until it is back. */
class Away extends Error {}

async function asked<T>(answer: Promise<T>): Promise<T> {
  return await answer.catch((cause: unknown) => {
    throw new Away('the database does not answer', { cause })
  })
}
