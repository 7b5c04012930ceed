import { afterAll, beforeAll, expect, it } from 'vitest'
import { filing } from './filing.ts'
import { newWorld, team, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await newWorld()
})
afterAll(async () => await world.end())

it('lets a call pass once, after two people other than its operator agreed', async () => {
  const { ada, ben, dan, guard } = await team(world)
  const asked = filing()
  const filed = await guard.file(asked)
  expect(filed.body).toMatchObject({ state: 'open', needs: 2, approved: [], asked: ['Ada', 'Ben', 'Cho'] })
  expect(await dan.vote(asked.ticket, 'approve')).toMatchObject({ status: 403 })
  expect((await ada.vote(asked.ticket, 'approve')).body).toMatchObject({ state: 'open' })
  expect((await guard.file(asked)).body).not.toHaveProperty('grant')
  expect((await ben.vote(asked.ticket, 'approve')).body).toMatchObject({ state: 'approved' })
  const taken = await guard.file(asked)
  expect(taken.body).toMatchObject({ state: 'taken', grant: expect.any(String) })
  const again = await guard.file(asked)
  expect(again.body).toMatchObject({ state: 'taken' })
  expect(again.body).not.toHaveProperty('grant')
  const closed = await guard.send('POST', `/v1/holds/${asked.ticket}/outcome`, {
    receipt: `r-${asked.ticket.slice(2)}`,
    outcome: 'done',
  })
  expect(closed).toMatchObject({ status: 200, body: { state: 'done' } })
  expect(world.faults).toEqual([])
})
