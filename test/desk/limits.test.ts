import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Left, Standing } from '../../src/wire/desk.ts'
import { filing } from './filing.ts'
import { newWorld, type Somebody, SomeGuard, team, type World } from './world.ts'

let world: World
let ada: Somebody
let ben: Somebody
let cho: Somebody
let dan: Somebody
let guard: SomeGuard
beforeAll(async () => {
  world = await newWorld({ 'desk.yaml': 'limits: {filingsPerMinute: 10}' })
  ;({ ada, ben, cho, dan, guard } = await team(world))
})
afterAll(async () => {
  expect(world.faults).toEqual([])
  await world.end()
})

/** Opens streams of this person; answers with their states, and how to close them. */
async function streams(of: Somebody, count: number): Promise<{ states: number[]; close: () => void }> {
  const ending = new AbortController()
  const open = (): Promise<Response> =>
    fetch(`${world.origin}/api/events`, { headers: { cookie: of.cookie }, signal: ending.signal })
  const answers = await Promise.all(Array.from({ length: count }, open))
  return { states: answers.map(({ status }) => status), close: () => ending.abort() }
}

it('keeps eight streams a person open, each other person’s besides, and takes one again when one was closed', async () => {
  const first = await streams(ben, 9)
  expect(first.states.toSorted()).toEqual([...Array(8).fill(200), 429])
  const other = await streams(cho, 1)
  expect(other.states).toEqual([200])
  other.close()
  first.close()
  await sleep(200)
  const again = await streams(ben, 8)
  expect(again.states).toEqual(Array(8).fill(200))
  again.close()
})

it('keeps sixteen questions of a guard waiting, and answers those that don’t wait', async () => {
  const asked = filing()
  await guard.file(asked)
  const wait = (): Promise<{ status: number }> => guard.send('GET', `/v1/holds/${asked.ticket}?wait=1500`)
  const waiting = Array.from({ length: 17 }, wait)
  await sleep(300)
  expect((await guard.send('GET', `/v1/holds/${asked.ticket}`)).status).toBe(200)
  const states = (await Promise.all(waiting)).map(({ status }) => status)
  expect(states.filter((status) => status === 429)).toHaveLength(1)
  expect((await wait()).status).toBe(200)
})

it('B16: takes only so many new calls of a guard in a minute; what it asks for again is no new one', async () => {
  const flooding = await new SomeGuard(world).enroll(ada, dan, 'flooding')
  const all = Array.from({ length: 25 }, () => filing())
  const answers = await Promise.all(all.map((each) => flooding.file(each)))
  const taken = answers.filter(({ status }) => status === 200).length
  // One more for each six seconds that it took.
  expect([taken >= 10, taken < 25]).toEqual([true, true])
  expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ detail: 'too often: wait a minute' })
  const known = all[answers.findIndex(({ status }) => status === 200)]
  expect(known && (await flooding.file(known))).toMatchObject({ status: 200 })
  expect(await guard.file(filing())).toMatchObject({ status: 200 })
})

it('lets an operator take back what waits, for good, and tells who was asked', async () => {
  const asked = filing()
  await guard.file(asked)
  await ben.vote(asked.ticket, 'approve')
  const path = `/v1/holds/${asked.ticket}/withdrawal`
  const other = await new SomeGuard(world).enroll(ada, dan, 'other')
  expect(await other.send('POST', path, {})).toMatchObject({ status: 404 })
  for (let times = 0; times < 2; times += 1)
    expect(await guard.send<Standing>('POST', path, {})).toMatchObject({ status: 200, body: { state: 'withdrawn' } })
  expect(await cho.vote(asked.ticket, 'approve')).toMatchObject({ status: 409, body: { detail: 'it is withdrawn' } })
  expect((await guard.file(asked)).body).not.toHaveProperty('grant')
})

it('takes nothing back of a call that has its grant', async () => {
  const asked = filing({ approvals: 1 })
  await guard.file(asked)
  await ben.vote(asked.ticket, 'approve')
  expect((await guard.file(asked)).body).toHaveProperty('grant')
  const late = await guard.send('POST', `/v1/holds/${asked.ticket}/withdrawal`, {})
  expect(late).toMatchObject({ status: 409, body: { detail: 'it is taken' } })
})

it('lets a guard leave: what it filed waits no more, and nothing of it is taken from then on', async () => {
  const leaving = await new SomeGuard(world).enroll(ada, dan, 'leaving')
  const asked = filing()
  await leaving.file(asked)
  expect(await leaving.send<Left>('DELETE', '/v1/guards', {})).toMatchObject({ status: 200, body: { withdrawn: 1 } })
  expect(await leaving.file(filing())).toMatchObject({ status: 403 })
  expect(await leaving.send('DELETE', '/v1/guards', {})).toMatchObject({ status: 403 })
  expect((await ben.send<Standing>('GET', `/api/holds/${asked.ticket}`)).body.state).toBe('withdrawn')
})
