import { mkdirSync, writeFileSync } from 'node:fs'
import { monthlyTotals } from './totals.js'
import { environmentOf, readUsage } from './usage.js'

/** Writes one report a month into `reports/`. */
const totals = monthlyTotals(readUsage(environmentOf(process.argv)))
mkdirSync('reports', { recursive: true })
for (const [month, usd] of Object.entries(totals)) {
  writeFileSync(`reports/${month}.json`, `${JSON.stringify({ month, usd }, null, 2)}\n`)
}
