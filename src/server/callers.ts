import { readlinkSync } from 'node:fs'
import { idOf, processOf } from '../process/peer.ts'

/** A call that may run and whose end is not recorded, as the guard knows it. */
export interface OpenCall {
  readonly receipt: string
  readonly run: string
  readonly workspace: string
  readonly perform: 'guard' | 'host'
  /** Kept of calls that may commit. */
  readonly head?: string
}

/** More runs than are alive at once; beyond it the oldest are forgotten, and their commits get no trailer. */
const MOST = 500

/** Below which process each run's calls are run, so that a commit can be told the call that it is made by. */
export class Callers {
  readonly #runs = new Map<string, string>()
  readonly #guard: string | undefined
  readonly #proc: string

  constructor(guard: number, proc = '/proc') {
    this.#proc = proc
    this.#guard = idOf(guard, proc)
  }

  /** Whoever calls names the process himself: it decides what is written into a message, and nothing else. */
  saw(run: string, pid: number): void {
    const id = idOf(pid, this.#proc)
    if (id === undefined) return
    this.#runs.delete(run)
    this.#runs.set(run, id)
    const [oldest] = this.#runs.keys()
    if (this.#runs.size > MOST && oldest !== undefined) this.#runs.delete(oldest)
  }

  /**
   * The one call of `open` that the process `pid` is part of: it runs below the process that runs the call. Of several,
   * those whose workspace it stands in, then those that may commit; undefined unless that leaves one.
   * A person's own commit runs below none of them, and gets none.
   */
  receiptOf(pid: number, open: readonly OpenCall[]): string | undefined {
    const asker = processOf(pid, this.#proc)
    if (asker === undefined) return undefined
    const above = new Set(asker.above)
    const runner = ({ run, perform }: OpenCall): string | undefined =>
      perform === 'guard' ? this.#guard : this.#runs.get(run)
    const below = open.filter((call) => above.has(runner(call) ?? ''))
    const cwd = this.#folderOf(pid)
    const here = below.filter(({ workspace }) => cwd === workspace || cwd?.startsWith(`${workspace}/`))
    const left = [here.filter(({ head }) => head !== undefined), here, below].find((calls) => calls.length > 0)
    return left?.length === 1 ? left[0]?.receipt : undefined
  }

  #folderOf(pid: number): string | undefined {
    try {
      return readlinkSync(`${this.#proc}/${pid}/cwd`)
    } catch {
      return undefined
    }
  }
}
