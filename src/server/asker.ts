import type { Asker } from '../gate/guard.ts'
import { type Connection, idOf, peersOf } from '../process/peer.ts'

/** Processes whose calls are judged: what runs below them is an agent's. */
export class Agents {
  readonly #ids = new Set<string>()
  readonly #proc: string

  /** The guard itself is one: what runs below it was an agent's wish. */
  constructor(pid: number, proc = '/proc') {
    this.#proc = proc
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
  asker(connection: Connection): Asker | { readonly refused: string } {
    const holders = peersOf(connection, this.#proc)
    const [peer] = holders
    if (peer === undefined) return { refused: 'the process that asks could not be found' }
    // A connection that was passed on has several holders: each of them could have asked.
    if (holders.some(({ terminal }) => !terminal))
      return { refused: 'a person asks in a terminal, and this process has none' }
    if (holders.some(({ id, above }) => [id, ...above].some((each) => this.#ids.has(each))))
      return { refused: 'this process runs below an agent; a person asks in a terminal of his own' }
    return { by: `process ${peer.pid} (${peer.name}) with a terminal`, forgeable: true }
  }
}
