import type { Asker } from '../gate/guard.ts'
import { type Connection, idOf, type Peer, peersOf } from '../process/peer.ts'

/** A process that holds the other end of a connection and is no agent's, as far as the operating system tells. */
export interface Holder {
  /** Of all that hold it: each of them could have asked. Nothing else has it, also later. */
  readonly id: string
  /** For the record. */
  readonly says: string
}

type Refused = { readonly refused: string }

/** Processes whose calls are judged: what runs below them is an agent's. */
export class Agents {
  readonly #ids = new Set<string>()
  readonly #proc: string
  readonly #own: string | undefined

  /** The guard itself is one: what runs below it was an agent's wish. */
  constructor(pid: number, proc = '/proc') {
    this.#proc = proc
    this.#own = idOf(pid, proc)
    this.see(pid)
  }

  see(pid: number): void {
    const id = idOf(pid, this.#proc)
    if (id !== undefined) this.#ids.add(id)
  }

  /**
   * Who is at the other end of a loopback connection, or why he is not believed: nobody is found, there is no terminal,
   * or it runs below an agent. A process of the same user that detaches itself passes: every yes says `forgeable`.
   */
  asker(connection: Connection): Asker | Refused {
    const holders = peersOf(connection, this.#proc)
    // A connection that was passed on has several holders: each of them could have asked.
    if (holders.some(({ terminal }) => !terminal))
      return { refused: 'a person asks in a terminal, and this process has none' }
    const [peer] = holders
    if (peer === undefined) return NOBODY
    return this.#whyNot(holders) ?? { by: `${named(peer)} with a terminal`, forgeable: true }
  }

  /** Those that still run, but for the guard itself. */
  running(): readonly string[] {
    return [...this.#ids].filter((id) => id !== this.#own && idOf(Number(id.split(':')[0]), this.#proc) === id)
  }

  /** The same for a browser, which needs no terminal. */
  holder(connection: Connection): Holder | Refused {
    const holders = peersOf(connection, this.#proc)
    const [peer] = holders
    if (peer === undefined) return NOBODY
    const id = holders.map((holder) => holder.id).sort()
    return this.#whyNot(holders) ?? { id: id.join(' '), says: named(peer) }
  }

  #whyNot(holders: readonly Peer[]): Refused | undefined {
    return holders.some(({ id, above }) => [id, ...above].some((each) => this.#ids.has(each)))
      ? { refused: 'this process runs below an agent; a person asks in a terminal of his own' }
      : undefined
  }
}

const NOBODY: Refused = { refused: 'the process that asks could not be found' }

function named({ pid, name }: Peer): string {
  return `process ${pid} (${name})`
}
