import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monthlyTotals } from '../src/totals.js'

const november = (usd) => ({ date: '2025-11-03', service: 'storage', usd })

test('a month is the sum of its lines', () => {
  assert.deepEqual(monthlyTotals([november(10.25), november(4.5)]), { '2025-11': 14.75 })
})

test('months are kept apart', () => {
  const december = { ...november(2), date: '2025-12-01' }
  assert.deepEqual(monthlyTotals([november(1), december]), { '2025-11': 1, '2025-12': 2 })
})

test('fractions of a cent count', () => {
  assert.equal(monthlyTotals([0.126, 0.126, 0.126].map(november))['2025-11'], 0.38)
})
