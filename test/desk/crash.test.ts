import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { ReadEntry } from '../../src/ledger/read.ts'
import { entriesIn } from '../../src/root/ledger.ts'
import type { Filing, HoldPage } from '../../src/wire/desk.ts'
import { HoldVoted } from '../../src/wire/desk-record.ts'
import { DeskProcess, interlock } from './desk-process.ts'
import { filing } from './filing.ts'
import { freePort, Somebody, SomeGuard } from './world.ts'

let folder: string
let env: { readonly INTERLOCK_DESK_HOME: string; readonly XDG_CONFIG_HOME: string }
let args: readonly string[]
let origin: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-desk-'))
  env = { INTERLOCK_DESK_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config') }
  const port = await freePort()
  args = ['--port', String(port)]
  origin = `http://localhost:${port}`
})
afterEach(() => rmSync(folder, { recursive: true }))

const ROUNDS = 6

it('loses no vote and repeats none, however often it is killed amid votes', async () => {
  let desk = await DeskProcess.start(args, env)
  const ada = await new Somebody(origin).join(await desk.firstCode(), 'Ada')
  const voters = [ada, await ada.invite('Ben'), await ada.invite('Cho')]
  const guard = new SomeGuard({ origin, clock: { ...systemClock, skip: () => undefined } })
  await guard.enroll(ada, await ada.invite('Dan', ['operator']))
  const all: Filing[] = []
  const answered: { ticket: string; person: string }[] = []
  const granted: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const filings = Array.from({ length: 6 }, () => filing({ approvals: 2 }))
    for (const each of filings) expect(await guard.file(each)).toMatchObject({ status: 200 })
    all.push(...filings)
    const voting = voters.map(async (voter) => {
      for (const { ticket } of filings)
        if ((await voter.vote(ticket, 'approve')).status === 200) answered.push({ ticket, person: voter.id })
    })
    const taking = (async () => {
      for (;;) for (const each of all) if ((await guard.file(each)).body.grant !== undefined) granted.push(each.ticket)
    })()
    // What the kill cuts off is told as failed; whether it happened only the ledger knows.
    const cut = Promise.allSettled([...voting, taking])
    await sleep(60 + 90 * round)
    await desk.end('SIGKILL')
    await cut
    desk = await DeskProcess.start(args, env)
  }
  expect(answered.length).toBeGreaterThan(ROUNDS)
  expect(granted.length).toBeGreaterThan(0)
  for (const { ticket, person } of answered) {
    const { body } = await ada.send<HoldPage>('GET', `/api/holds/${ticket}`)
    expect(body.approved.map(({ id }) => id)).toContain(person)
  }
  expect(await desk.end('SIGTERM')).toBe(0)

  const entries: ReadEntry[] = []
  for await (const each of entriesIn({ state: env.INTERLOCK_DESK_HOME })) entries.push(each)
  expect(new Set(entries.map(({ entry }) => entry.id)).size).toBe(entries.length)
  const ofType = (type: string) => entries.filter(({ entry }) => entry.type === `dev.interlock.${type}`)
  const votes = ofType('hold.voted').map(({ entry }) => `${entry.subject} ${HoldVoted.parse(entry.data).ballot.person}`)
  expect(new Set(votes).size).toBe(votes.length)
  for (const { ticket, person } of answered) expect(votes).toContain(`${ticket} ${person}`)
  expect(ofType('hold.filed').map(({ entry }) => entry.subject)).toEqual(all.map(({ ticket }) => ticket))
  const grants = ofType('hold.granted').map(({ entry }) => entry.subject)
  expect(new Set(grants).size).toBe(grants.length)
  expect(new Set(granted).size).toBe(granted.length)
  for (const ticket of granted) expect(grants).toContain(ticket)

  const { code, out } = await interlock(['desk', 'verify', '--json'], env)
  expect(JSON.parse(out)).toMatchObject({ votes: votes.length, grants: grants.length, faults: [] })
  expect(code).toBe(0)
}, 120_000)
