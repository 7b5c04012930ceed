import { appendFileSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { check } from '../race/check.ts'
import { race } from '../race/race.ts'
import { newDatabase } from './database.ts'

it('runs nothing twice and loses no vote while desks and guards are killed', async ({ skip, onTestFinished }) => {
  const lent = await newDatabase()
  if ('why' in lent) return skip(lent.why)
  const raced = await race(lent.url, { holds: 16, voters: 5, guards: 1, killEachMs: 1500, forMs: 60_000 })
  onTestFinished(raced.remove)
  const found = check(raced)
  expect(found.faults).toEqual([])
  expect(found.ran).toBeGreaterThan(5)
  expect(raced.votes.length).toBeGreaterThan(10)
  expect(raced.kills).toBeGreaterThan(1)

  // What it is there to find, it finds.
  const lost = { ticket: 't-0000000000', person: 'p-0000000000', decision: 'approve' }
  expect(check({ ...raced, votes: [...raced.votes, lost] }).faults).toEqual([expect.stringContaining('is lost')])
  // A call may have run twice, on two grants.
  const distinct = new Set(readFileSync(raced.executed, 'utf8').split('\n').filter(Boolean))
  appendFileSync(raced.executed, readFileSync(raced.executed))
  expect(check(raced).faults).toHaveLength(distinct.size)
}, 240_000)
