import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { openStore } from '../../src/desk/database.ts'
import { Sequencer } from '../../src/desk/sequencer.ts'
import type { Store } from '../../src/desk/store.ts'
import { type Mirror, openMirror } from '../../src/ledger/mirror.ts'
import { readEntries } from '../../src/ledger/read.ts'
import { verifyLedger } from '../../src/ledger/verify.ts'
import { sqliteDatabase } from '../../src/store/sqlite.ts'
import { openPostgres } from '../postgres/database.ts'

let folder: string
let store: Store
const open: Mirror[] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-sequencer-'))
  store = inject('deskStore') === 'postgres' ? await openPostgres() : await openStore(sqliteDatabase(':memory:'))
})
afterEach(async () => {
  for (const mirror of open.splice(0)) await mirror.close()
  await store.close()
  rmSync(folder, { recursive: true })
})

async function mirrorIn(name: string): Promise<Mirror> {
  const dir = join(folder, name, 'ledger')
  const options = { dir, copyDir: join(folder, name, 'config'), clock: systemClock }
  const mirror = await openMirror(options, async () => undefined)
  open.push(mirror)
  return mirror
}

let made = 0

async function commit(count: number): Promise<void> {
  await store.change(async (tables) => {
    for (let i = 0; i < count; i++)
      await tables.record({ id: `e-${made++}`, type: 't', subject: 's', time: '', data: null })
  })
}

async function idsIn(name: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { entry } of readEntries({ dir: join(folder, name, 'ledger') })) ids.push(entry.id)
  return ids
}

const expected = (from: number): string[] => Array.from({ length: made - from }, (_, i) => `e-${from + i}`)
const noFault = (error: unknown): void => expect(error).toBeUndefined()

it('brings what was committed into the ledger, in order, each once, and signs it', async () => {
  const from = made
  await commit(600)
  const sequencer = await Sequencer.start(store, await mirrorIn('one'), noFault)
  await expect.poll(() => idsIn('one'), { timeout: 15_000 }).toHaveLength(600)
  await commit(3)
  sequencer.poke()
  sequencer.poke()
  await expect.poll(() => idsIn('one'), { timeout: 15_000 }).toHaveLength(603)
  await commit(1)
  await sequencer.stop()
  expect(await idsIn('one')).toEqual(expected(from))
  expect(await verifyLedger(join(folder, 'one/ledger'))).toMatchObject({ kind: 'intact', size: made - from, ahead: 0 })
})

it('stops at the first checkpoint that can’t be written, and goes on with it after a new start', async () => {
  const from = made
  const mirror = await mirrorIn('one')
  let full = true
  const disk = {
    get size() {
      return mirror.size
    },
    follow: mirror.follow.bind(mirror),
    extend: (...how: Parameters<Mirror['extend']>) =>
      full ? Promise.reject(new Error('the disk is full')) : mirror.extend(...how),
  }
  await commit(10)
  const faults: unknown[] = []
  const first = await Sequencer.start(store, disk, (error, isEnd) => faults.push(error, isEnd))
  await first.stop()
  expect(faults).toEqual([new Error('the disk is full'), true])
  full = false
  await (await Sequencer.start(store, disk, noFault)).stop()
  expect(await idsIn('one')).toEqual(expected(from))
})

it('waits for a database that does not answer, and says so once', async () => {
  const from = made
  let away = false
  const shaky: Store = {
    ...store,
    head: () => (away ? Promise.reject(new Error('gone')) : store.head()),
  }
  const faults: unknown[] = []
  const sequencer = await Sequencer.start(shaky, await mirrorIn('one'), (error, isEnd) => faults.push(error, isEnd))
  await commit(2)
  away = true
  for (const _ of [1, 2]) {
    sequencer.poke()
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(faults).toEqual([new Error('gone'), false])
  away = false
  await sequencer.stop()
  expect(await idsIn('one')).toEqual(expected(from))
})

it('refuses files that have more than the database, or others', async () => {
  await commit(5)
  await (await Sequencer.start(store, await mirrorIn('one'), noFault)).stop()
  const mirror = open.at(-1)
  const forgetful: Store = { ...store, head: async () => undefined }
  await expect(Sequencer.start(forgetful, mirror as Mirror, noFault)).rejects.toMatchObject({
    code: 'ledger/rolled-back',
  })
})
