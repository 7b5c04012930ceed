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
  // More often than there are grants: one of two that a call got may have been taken by a guard that was killed.
  const ran = readFileSync(raced.executed, 'utf8')
  appendFileSync(raced.executed, ran.repeat(found.grants))
  expect(check(raced).faults).toHaveLength(new Set(ran.split('\n').filter(Boolean)).size)
}, 240_000)
