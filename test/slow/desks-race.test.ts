import { expect, it } from 'vitest'
import { newDatabase } from '../postgres/database.ts'
import { check } from '../race/check.ts'
import { race } from '../race/race.ts'

it('two desks, 500 holds, twenty voters, and a kill every six seconds', async ({ skip, onTestFinished }) => {
  const lent = await newDatabase()
  if ('why' in lent) return skip(lent.why)
  const size = { holds: 500, voters: 20, guards: 3, killEachMs: 6000, forMs: 1_200_000 }
  const raced = await race(lent.url, size)
  onTestFinished(raced.remove)
  const found = check(raced)
  console.log(JSON.stringify({ ...found, kills: raced.kills, ended: raced.ended }))
  expect(found.faults).toEqual([])
  expect(raced.ended).toBe(500)
  expect(found.ran).toBeGreaterThan(300)
  expect(raced.kills).toBeGreaterThan(20)
}, 1_500_000)
