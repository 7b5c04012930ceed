import type { Clock } from '../core/clock.ts'
import type { Closed, Restored, RestoreHow, Snapshots, SnapshotTarget, Taken } from '../core/ports.ts'
import type { startCompanion } from '../process/companion.ts'
import type { Bounds } from '../wire/config.ts'
import { Budget } from './budget.ts'
import type { Run } from './child.ts'
import { closedOf } from './close.ts'
import { UndoError } from './error.ts'
import { Keeper } from './keep.ts'
import type { ClosedFile, Root } from './manifest.ts'
import { Objects } from './objects.ts'
import { prune } from './prune.ts'
import { restore } from './restore.ts'
import { Shelf, stampIn } from './shelf.ts'
import { makeSyscalls, type Syscalls } from './syscalls.ts'
import { collect } from './take.ts'
import { type Place, placesOf } from './targets.ts'
import { under } from './walk.ts'

export interface SnapshotsOptions {
  /** A folder of the guard's own; made where it is missing. */
  readonly dir: string
  readonly bounds: Bounds
  readonly clock: Clock
  readonly run: Run
  readonly companion?: typeof startCompanion
}

/** What an open snapshot covers, and what those cover that were open at the same time. */
interface Open {
  readonly roots: readonly Root[]
  readonly others: (readonly Root[])[]
}

export function openSnapshots(options: SnapshotsOptions): Snapshots {
  return new Store(options)
}

class Store implements Snapshots {
  readonly #options: SnapshotsOptions
  readonly #syscalls: Syscalls
  readonly #shelf: Shelf
  readonly #objects: Objects
  readonly #open = new Map<string, Open>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: SnapshotsOptions) {
    this.#options = options
    this.#syscalls = makeSyscalls(options.run, options.companion)
    this.#shelf = new Shelf(options.dir)
    this.#objects = new Objects(this.#shelf.objects, this.#shelf.making, options.run)
    for (const id of this.#shelf.ids()) if (!this.#shelf.isClosed(id)) this.#resume(id)
  }

  take(id: string, targets: readonly SnapshotTarget[]): Promise<Taken> {
    return this.#take(id, (budget) => placesOf(targets, budget))
  }

  async #take(id: string, find: (budget: Budget) => Promise<readonly Place[]>): Promise<Taken> {
    const { bounds, clock, run } = this.#options
    const making = this.#shelf.begin(id)
    const budget = new Budget(clock, bounds)
    const keeper = new Keeper(making, budget)
    try {
      const { roots, lines, ...rest } = await collect(() => find(budget), {
        budget,
        keeper,
        syscalls: this.#syscalls,
        run,
      })
      const sinceNs = String(await stampIn(making))
      await this.#shelf.commit({ version: 1, id, at: clock.now(), sinceNs, roots }, lines, keeper.sync())
      this.#admit(id, roots)
      return { kind: 'kept', files: keeper.files, bytes: keeper.bytes, ...rest }
    } catch (cause) {
      this.#shelf.abandon(id)
      if (cause instanceof UndoError && cause.code === 'undo/infeasible')
        return { kind: 'infeasible', why: cause.message }
      throw cause
    } finally {
      keeper.close()
    }
  }

  close(id: string, walk: readonly string[]): Promise<Closed> {
    return this.#alone(() => this.#close(id, walk))
  }

  restore(id: string, how: RestoreHow): Promise<Restored> {
    const { clock } = this.#options
    return this.#alone(() =>
      restore({ taken: this.#shelf.taken(id), closed: this.#shelf.closed(id) }, how, {
        clock,
        syscalls: this.#syscalls,
        objects: this.#objects,
        folder: this.#shelf.folder(id),
        take: (as, places) => this.#take(as, async () => places),
        close: (as) => this.#close(as, []),
      }),
    )
  }

  has(id: string): boolean {
    return this.#shelf.has(id)
  }

  prune(): Promise<readonly string[]> {
    const { clock, bounds } = this.#options
    return this.#alone(async () => {
      const gone = prune(this.#shelf, this.#objects, { now: clock.now(), bounds })
      for (const id of gone) this.#open.delete(id)
      return gone
    })
  }

  async #close(id: string, walk: readonly string[]): Promise<Closed> {
    const taken = this.#shelf.taken(id)
    let closed = this.#shelf.closed(id)
    if (closed === undefined) {
      const others = this.#open.get(id)?.others.flat() ?? []
      closed = await closedOf(taken, this.#shelf.folder(id), walk, {
        ...this.#options,
        syscalls: this.#syscalls,
        objects: this.#objects,
        overlaps: this.#shelf.marks(id),
        elsewhere: (path) => under(path, this.#options.dir) || others.some((root) => covers(root, path)),
      })
      await this.#shelf.close(closed)
      this.#open.delete(id)
    }
    return answer(closed)
  }

  /** A manifest that can't be read keeps nobody from starting: asking for it fails, and it overlaps with nothing. */
  #resume(id: string): void {
    try {
      this.#admit(id, this.#shelf.taken(id).roots)
    } catch (cause) {
      if (!(cause instanceof UndoError)) throw cause
    }
  }

  /** Notes which snapshots are open together, and marks those that touch the same paths. */
  #admit(id: string, roots: readonly Root[]): void {
    const mine: Open = { roots, others: [] }
    for (const [other, open] of this.#open) {
      open.others.push(roots)
      mine.others.push(open.roots)
      if (!roots.some((one) => open.roots.some((two) => covers(one, two.path) || covers(two, one.path)))) continue
      this.#shelf.mark(id, other)
      this.#shelf.mark(other, id)
    }
    this.#open.set(id, mine)
  }

  /** One after the other: a prune must not sweep what a close is about to refer to. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => undefined)
    return mine
  }
}

function answer({ changes, overlaps, lost, unseen }: ClosedFile): Closed {
  return { changes, overlaps, lost, unseen }
}

function covers(root: Root, path: string): boolean {
  return root.path === path || (root.tree && under(path, root.path))
}
