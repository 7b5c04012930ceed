import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `npm run bench`: every file beside this one exports functions named `…Rows` that measure in one run and answer
 * ratios, so that a slow machine compares with itself.
 */
export interface Row {
  readonly what: string
  readonly value: string
  readonly goal: string
  readonly ok: boolean
}

type Measure = () => readonly Row[] | Promise<readonly Row[]>

const chosen = process.argv.slice(2)
const rows: Row[] = []
for (const file of readdirSync(import.meta.dirname).sort()) {
  const name = file.replace(/\.ts$/, '')
  if (name === file || name === 'main' || (chosen.length > 0 && !chosen.includes(name))) continue
  const exported: Record<string, unknown> = await import(join(import.meta.dirname, file))
  for (const [key, measure] of Object.entries(exported)) {
    if (!key.endsWith('Rows') || typeof measure !== 'function') continue
    // One after another: measurements side by side would measure each other.
    const found = await (measure as Measure)()
    rows.push(...found)
    if (process.stderr.isTTY) process.stderr.write(`${name}: ${found.length} rows\n`)
  }
}

const width = (key: 'what' | 'value' | 'goal'): number => Math.max(key.length, ...rows.map((row) => row[key].length))
const [what, value, goal] = [width('what'), width('value'), width('goal')]
console.log(`${'what'.padEnd(what)}  ${'value'.padStart(value)}  ${'goal'.padStart(goal)}`)
for (const row of rows) {
  const line = `${row.what.padEnd(what)}  ${row.value.padStart(value)}  ${row.goal.padStart(goal)}`
  console.log(row.ok ? line : `${line}  missed`)
}
