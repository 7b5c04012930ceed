import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { HoldPage } from '../../src/wire/desk.ts'
import { DeskProcess, interlock } from '../desk/desk-process.ts'
import { filing } from '../desk/filing.ts'
import { type DeskEnv, freePort, Somebody, SomeGuard } from '../desk/world.ts'
import { newDatabase } from './database.ts'

const clock = { ...systemClock, skip: () => undefined }
/** As behind a balancer that people and guards know, and that asks whichever desk it likes. */
const ORIGIN = 'https://desk.test'

let folder: string
let url: string
let running: DeskProcess[]
beforeEach(async ({ skip }) => {
  const lent = await newDatabase()
  if ('why' in lent) return skip(lent.why)
  url = lent.url
  folder = mkdtempSync(join(tmpdir(), 'interlock-desks-'))
  running = []
})
afterEach(async () => {
  for (const desk of running ?? []) await desk.end('SIGKILL')
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

const envOf = (name: string, database = url): DeskEnv => ({
  INTERLOCK_DESK_HOME: join(folder, name, 'state'),
  XDG_CONFIG_HOME: join(folder, name, 'config'),
  DATABASE_URL: database,
})

/** Answers with where it listens. */
async function start(env: DeskEnv): Promise<DeskProcess & { at: string }> {
  const port = await freePort()
  const desk = await DeskProcess.start([...args, '--port', String(port)], env)
  running.push(desk)
  return Object.assign(desk, { at: `http://127.0.0.1:${port}` })
}

const args = ['--origin', ORIGIN]

async function end(desk: DeskProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  running = running.filter((each) => each !== desk)
  return await desk.end(signal)
}

function copyKeys(from: DeskEnv, to: DeskEnv): void {
  mkdirSync(to.INTERLOCK_DESK_HOME, { recursive: true, mode: 0o700 })
  for (const key of ['desk.key', 'ledger.key'])
    copyFileSync(join(from.INTERLOCK_DESK_HOME, key), join(to.INTERLOCK_DESK_HOME, key))
}

async function ask<T>(sql: string): Promise<readonly T[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows as T[]
}

const verified = (env: DeskEnv) => interlock(['desk', 'verify', '--json'], env)

/** Its files have every entry of the database, signed. */
async function wholeLedger(env: DeskEnv): Promise<void> {
  const [counted] = await ask<{ count: string }>('select count(*) from entries')
  const size = Number(counted?.count)
  const found = async (): Promise<number> => JSON.parse((await verified(env)).out).ledger.size
  await expect.poll(found, { timeout: 30_000 }).toBe(size)
}

/** People, a guard, a call that passed, and one that waits. */
async function used(desk: DeskProcess & { at: string }) {
  const ada = await new Somebody(ORIGIN, desk.at).join(await desk.firstCode(), 'Ada')
  const ben = await ada.invite('Ben')
  const guard = await new SomeGuard({ origin: ORIGIN, clock }, desk.at).enroll(
    ada,
    await ada.invite('Dan', ['operator']),
  )
  const [passed, waits] = [filing(), filing()]
  for (const each of [passed, waits]) await guard.file(each)
  for (const voter of [ada, ben]) expect(await voter.vote(passed.ticket, 'approve')).toMatchObject({ status: 200 })
  expect((await guard.file(passed)).body.grant).toBeDefined()
  expect(await ada.vote(waits.ticket, 'approve')).toMatchObject({ status: 200 })
  return { ada, ben, guard, passed, waits }
}

it('two desks finish what the other began, hear of it at once, and each keeps the whole ledger', async () => {
  const [one, two] = [envOf('one'), envOf('two')]
  const first = await start(one)
  const { ada, ben, guard, waits } = await used(first)

  const refused = await interlock(['desk', ...args], two)
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('copy `desk.key` and `ledger.key`') })
  copyKeys(one, two)
  const second = await start(two)
  // What Ben began at one desk he ends at the other; the guard waits at the one.
  const begun = await ben.startVote(waits.ticket, 'approve')
  const response = ben.passkey.get(begun.body.options, { origin: ORIGIN })
  ben.at = second.at
  const since = performance.now()
  const waiting = guard.send<HoldPage>('GET', `/v1/holds/${waits.ticket}?wait=10000`)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const voted = await ben.send<HoldPage>('POST', `/api/holds/${waits.ticket}/votes`, {
    nonce: begun.body.nonce,
    response,
  })
  expect(voted).toMatchObject({ status: 200, body: { state: 'approved' } })
  expect((await waiting).body.state).toBe('approved')
  expect(performance.now() - since).toBeLessThan(3000)

  // The one that signs hangs: the other goes on, and nothing is missing there. It wakes up, and takes that up.
  first.hang('SIGSTOP')
  const late = filing()
  guard.at = second.at
  expect(await guard.file(late)).toMatchObject({ status: 200 })
  await wholeLedger(two)
  first.hang('SIGCONT')
  await wholeLedger(one)
  // Now the other signs, and is killed.
  await end(second, 'SIGKILL')
  guard.at = first.at
  expect(await guard.file(filing())).toMatchObject({ status: 200 })
  await wholeLedger(one)
  expect(await end(first, 'SIGTERM')).toBe(0)
  const again = await start(two)
  ada.at = again.at
  expect((await ada.send('GET', '/api/session')).body).toMatchObject({ person: { name: 'Ada' } })
  expect(await end(again, 'SIGTERM')).toBe(0)
  const [left, right] = [await verified(one), await verified(two)]
  expect(JSON.parse(left.out)).toEqual(JSON.parse(right.out))
  expect(JSON.parse(left.out)).toMatchObject({ ledger: { kind: 'intact' }, votes: 4, grants: 1, faults: [] })
}, 120_000)

it('refuses another desk’s key, and a database that lost what was signed', async () => {
  const env = envOf('one')
  const desk = await start(env)
  await used(desk)
  expect(await end(desk, 'SIGTERM')).toBe(0)
  const other = envOf('other', '')
  expect(await end(await start(other), 'SIGTERM')).toBe(0)
  copyKeys(other, envOf('three'))
  const refused = await interlock(['desk', ...args], envOf('three'))
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('another one than its database has noted') })

  // As a backup from before the last vote would leave it.
  await ask(
    "delete from entries where seq = (select max(seq) from entries); delete from notes where name = 'checkpoint'",
  )
  const lost = await interlock(['desk', ...args], env)
  expect(lost).toMatchObject({ code: 1, err: expect.stringContaining('the ledger is ahead of the database') })
}, 120_000)

it('moves from its file to PostgreSQL, verifies what arrived, and leaves nothing to start on by mistake', async () => {
  const [file, there] = [envOf('one', ''), envOf('one')]
  const desk = await start(file)
  const { ada, ben, guard, waits } = await used(desk)
  const busy = await interlock(['desk', 'move'], there)
  expect(busy).toMatchObject({ code: 1, err: expect.stringContaining('is open in process') })
  await end(desk, 'SIGKILL')

  expect(await interlock(['desk', 'move'], file)).toMatchObject({
    code: 1,
    err: expect.stringContaining('DATABASE_URL'),
  })
  const early = await interlock(['desk', ...args], there)
  expect(early).toMatchObject({ code: 1, err: expect.stringContaining('interlock desk move') })
  await ask("insert into codes values ('stray', '{}', 1)")
  const full = await interlock(['desk', 'move'], there)
  expect(full).toMatchObject({ code: 1, err: expect.stringContaining('has rows in its table `codes`') })
  await ask('delete from codes')

  const moved = await interlock(['desk', 'move'], there)
  expect([moved.code, moved.err]).toEqual([0, ''])
  expect(moved.out).toMatch(/^moved {3}\d+ tables to localhost:\d+\/desk_\d+, each read back/)
  expect(moved.out).toContain('votes 3, grants 1: each judged again')
  expect(moved.out).not.toContain('postgres@')
  const stale = await interlock(['desk', ...args], file)
  expect(stale).toMatchObject({
    code: 1,
    err: expect.stringContaining('this desk was moved to the database localhost'),
  })
  expect(await interlock(['desk', 'move'], there)).toMatchObject({ code: 1, err: expect.stringContaining('has rows') })

  const again = await start(there)
  for (const each of [ada, ben, guard]) each.at = again.at
  expect(again.said).not.toContain('/join/')
  expect((await ada.send('GET', '/api/session')).body).toMatchObject({ person: { name: 'Ada' } })
  expect(await ben.vote(waits.ticket, 'approve')).toMatchObject({ status: 200, body: { state: 'approved' } })
  expect((await guard.file(waits)).body.grant).toBeDefined()
  expect(await end(again, 'SIGTERM')).toBe(0)
  expect(JSON.parse((await verified(there)).out)).toMatchObject({ votes: 4, grants: 2, faults: [] })
}, 120_000)
