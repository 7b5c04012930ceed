import { Client } from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Heard, Store } from '../../src/desk/store.ts'
import { addPerson } from '../desk/store-contract.ts'
import { newUrl, openPostgres } from './database.ts'

let url: string
let stores: Store[]
beforeEach(async () => {
  url = await newUrl()
  // At once, so that their migrations meet.
  stores = await Promise.all(Array.from({ length: 3 }, () => openPostgres(url)))
})
afterEach(async () => {
  for (const store of stores) await store.close()
})

const leaders = (): Promise<boolean[]> => Promise.all(stores.map((store) => store.leads()))

/** As the server's administrator. */
async function ask(sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}

it('makes changes of several desks one after another, and numbers their entries without gaps', async () => {
  const first = stores.map((store) =>
    store.change(async (tables) => {
      if ((await tables.people()).length > 0) return false
      await addPerson(tables)
      return true
    }),
  )
  expect((await Promise.all(first)).filter(Boolean)).toHaveLength(1)
  const all = stores.flatMap((store, i) =>
    Array.from({ length: 20 }, (_, j) =>
      store.change((tables) => tables.record({ id: `e-${i}-${j}`, type: 't', subject: 's', time: '', data: null })),
    ),
  )
  await Promise.all(all)
  const ids = (await stores[0]?.entries(0, 100))?.map(({ id }) => id)
  expect(new Set(ids).size).toBe(60)
})

it('lets one desk of several lead, and another when that one’s connection ends', async () => {
  const before = await leaders()
  expect(before.filter(Boolean)).toHaveLength(1)
  expect(await leaders()).toEqual(before)
  const [elected] = stores.splice(before.indexOf(true), 1)
  await elected?.close()
  await expect.poll(async () => (await leaders()).filter(Boolean)).toHaveLength(1)
})

it('notes no checkpoint of a desk that lost its office while it hung, nor over one of another', async () => {
  const before = await leaders()
  const old = stores[before.indexOf(true)]
  expect(await old?.noteHead('one', undefined)).toBe(true)
  await ask("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 501547010")
  const other = stores.find((store) => store !== old)
  expect(await other?.leads()).toBe(true)
  expect(await other?.noteHead('two', 'one')).toBe(true)
  // Its first question on the dead connection may fail; what it never gets is a yes.
  const woken = await Promise.allSettled([old?.noteHead('fork', 'one'), old?.noteHead('fork', 'two')])
  expect(woken.map((each) => each.status === 'fulfilled' && each.value)).toEqual([false, false])
  expect(await old?.leads()).toBe(false)
  expect(await other?.head()).toBe('two')
})

it('tells every desk at once what one of them committed, and nothing of what was taken back', async () => {
  const heard: Heard[][] = stores.map(() => [])
  for (const [i, store] of stores.entries()) store.listen((each) => each.kind === 'missed' || heard[i]?.push(each))
  const event = { ticket: 't-0000000001', state: 'open' } as const
  // Whoever has just begun to listen is told that he may have missed something.
  await expect
    .poll(async () => {
      await stores[0]?.change(async (tables) => tables.tell(event))
      return heard.every((each) => each.length > 0)
    })
    .toBe(true)
  for (const each of heard) expect(each[0]).toEqual({ kind: 'hold', event })
  const told = heard[0]?.length
  await stores[0]
    ?.change(async (tables) => {
      tables.tell(event)
      throw new Error('no')
    })
    .catch(() => undefined)
  expect(heard[0]).toHaveLength(told ?? 0)
})

it('says that something may have been missed when its connection comes back', async () => {
  let missed = 0
  stores[0]?.listen((each) => {
    if (each.kind === 'missed') missed += 1
  })
  await ask("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' or query = 'select 1'")
  await expect.poll(() => missed, { timeout: 5000 }).toBeGreaterThan(0)
})

it('goes on after the server ended its connections', async () => {
  await ask(
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
  )
  await expect.poll(() => stores[1]?.people().catch(() => 'not yet')).toEqual([])
  const person = await stores[1]?.change((tables) => addPerson(tables))
  expect(await stores[0]?.people().catch(() => stores[0]?.people())).toMatchObject([{ id: person?.id }])
})

it('has no transaction of a desk that hangs keep the others waiting for long', async () => {
  const hung = stores[0]?.change(async (tables) => {
    await addPerson(tables)
    await new Promise((resolve) => setTimeout(resolve, 7_000))
    return await tables.people()
  })
  const refused = expect(hung).rejects.toThrow()
  await new Promise((resolve) => setTimeout(resolve, 300))
  await stores[1]?.change((tables) => addPerson(tables, { name: 'Ben' }))
  await refused
  expect(await stores[1]?.people()).toMatchObject([{ name: 'Ben' }])
})
