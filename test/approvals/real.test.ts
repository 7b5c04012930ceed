import { afterAll, beforeAll } from 'vitest'
import { deskClient } from '../../src/approvals/client.ts'
import { newWorld, type Somebody, type SomeGuard, team, type World } from '../desk/world.ts'
import { deskContract } from './contract.ts'

let world: World
let people: { readonly ada: Somebody; readonly ben: Somebody; readonly dan: Somebody; readonly guard: SomeGuard }
beforeAll(async () => {
  world = await newWorld()
  people = await team(world)
  // Two are left to ask besides the operator.
  const { ada } = people
  const { body } = await ada.send<{ people: { id: string; name: string }[] }>('GET', '/api/people')
  await ada.send('DELETE', `/api/people/${body.people.find(({ name }) => name === 'Cho')?.id}`, {})
})
afterAll(async () => await world.end())

deskContract('the real one', async () => {
  const { ada, ben, dan, guard } = people
  const operator = { id: dan.id, name: 'Dan' }
  const enrolment = {
    origin: world.origin,
    guard: guard.id,
    name: 'laptop',
    operator,
    key: guard.enrolled?.key ?? '',
    enrolledAt: 0,
  }
  const voters = { one: ada, other: ben }
  return {
    desk: deskClient(enrolment, guard.key, world.clock),
    vote: async (ticket, who, decision) => {
      const { status, body } = await voters[who].vote(ticket, decision)
      if (status !== 200) throw new Error(JSON.stringify(body))
    },
  }
})
