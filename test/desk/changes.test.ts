import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Standing } from '../../src/wire/desk.ts'
import { filing } from './filing.ts'
import { newWorld, type Somebody, type SomeGuard, team, type World } from './world.ts'

let world: World
let ada: Somebody
let ben: Somebody
let guard: SomeGuard
beforeAll(async () => {
  world = await newWorld()
  ;({ ada, ben, guard } = await team(world))
})
afterAll(async () => await world.end())

it('has pages ask for everything anew where changes may have been missed', async () => {
  const answer = await fetch(`${world.origin}/api/events`, { headers: { cookie: ada.cookie } })
  const ended = answer.text()
  const asked = filing()
  await guard.file(asked)
  world.running.desk.changes.tell(undefined)
  expect(await ended).toContain(asked.ticket)
})

it('has a guard that waits look again then, and wait on', async () => {
  const asked = filing()
  await guard.file(asked)
  const waiting = guard.send<Standing>('GET', `/v1/holds/${asked.ticket}?wait=10000`)
  for (const voter of [ada, ben]) {
    world.running.desk.changes.tell(undefined)
    await voter.vote(asked.ticket, 'approve')
  }
  expect((await waiting).body.state).toBe('approved')
})
