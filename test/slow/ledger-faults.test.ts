import { describe, test } from 'vitest'
import { FAULTS } from '../ledger/disk.ts'
import { strikeAcceptance, strikeRuns } from '../ledger/fault-cases.ts'

describe.each(FAULTS)('whichever operation is %s', (kind) => {
  test.each([0, 1, 252, 255])('nothing that was acknowledged is lost, from %i entries on', async (count) => {
    await strikeRuns({ kind, every: 1 }, count)
  })

  test('while a loss is accepted, what is whole is kept', async () => {
    await strikeAcceptance({ kind, every: 1 })
  })
})
