import { expect, it } from 'vitest'
import type { LedgerEntry, Sealed } from '../../src/core/ports.ts'
import { openStore } from '../../src/desk/database.ts'
import { Sequencer } from '../../src/desk/sequencer.ts'
import type { Store } from '../../src/desk/store.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'

/** A ledger in memory that may fail after so many entries. */
class Memory {
  readonly ids: string[] = []
  room = Number.POSITIVE_INFINITY

  get size(): number {
    return this.ids.length
  }

  async append({ id }: LedgerEntry): Promise<Sealed> {
    if (this.ids.length >= this.room) throw new Error('the disk is full')
    this.ids.push(id)
    return { index: this.ids.length - 1, leaf: '' }
  }

  async *idsFrom(index: number): AsyncGenerator<string> {
    yield* this.ids.slice(index)
  }
}

let made = 0

async function commit(store: Store, count: number): Promise<void> {
  await store.change(async (tables) => {
    for (let i = 0; i < count; i++)
      await tables.record({ id: `e-${made++}`, type: 't', subject: 's', time: '', data: null })
  })
}

async function start(store: Store, ledger: Memory, fault = (error: unknown) => expect(error).toBeUndefined()) {
  const sequencer = await Sequencer.start(store, ledger, { idsFrom: (index) => ledger.idsFrom(index), fault })
  await sequencer.drained()
  return sequencer
}

const newStore = (): Promise<Store> => openStore(sqliteDialect(':memory:'))
const expected = (from: number): string[] => Array.from({ length: made - from }, (_, i) => `e-${from + i}`)

it('brings what was committed into the ledger, in order, each once', async () => {
  const [store, ledger, from] = [await newStore(), new Memory(), made]
  await commit(store, 600)
  const sequencer = await start(store, ledger)
  expect(ledger.ids).toEqual(expected(from))
  await commit(store, 3)
  sequencer.poke()
  sequencer.poke()
  await sequencer.drained()
  expect(ledger.ids).toEqual(expected(from))
  expect(await store.unsequenced(10)).toEqual([])
})

it.for([0, 1, 7, 299, 300])('goes on where a crash left the ledger %i entries ahead', async (ahead) => {
  const [store, ledger, from] = [await newStore(), new Memory(), made]
  await commit(store, 5)
  await start(store, ledger)
  await commit(store, 300)
  for (const entry of (await store.unsequenced(1000)).slice(0, ahead)) await ledger.append(entry)
  await start(store, ledger)
  expect(ledger.ids).toEqual(expected(from))
})

it('stops at the first entry that the ledger does not take, and goes on with it after a new start', async () => {
  const [store, ledger, from] = [await newStore(), new Memory(), made]
  ledger.room = 4
  await commit(store, 10)
  const faults: unknown[] = []
  const sequencer = await start(store, ledger, (error) => faults.push(error))
  sequencer.poke()
  await sequencer.drained()
  expect(faults).toHaveLength(1)
  ledger.room = Number.POSITIVE_INFINITY
  await start(store, ledger)
  expect(ledger.ids).toEqual(expected(from))
})

it('refuses a ledger that lost entries, or has some that are not of this desk', async () => {
  const [store, ledger] = [await newStore(), new Memory()]
  await commit(store, 5)
  await start(store, ledger)
  ledger.ids.push('e-foreign')
  await expect(start(store, ledger)).rejects.toMatchObject({ code: 'desk/ledger-differs' })
  ledger.ids.splice(3)
  await expect(start(store, ledger)).rejects.toMatchObject({ code: 'desk/ledger-differs' })
})
