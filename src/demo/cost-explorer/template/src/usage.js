import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The usage lines that an environment holds. */
export function readUsage(environment) {
  const table = join(environment, 'data', 'usage.csv')
  const [, ...rows] = existsSync(table) ? readFileSync(table, 'utf8').trim().split('\n') : []
  return rows.map((row) => {
    const [date, service, usd] = row.split(',')
    return { date, service, usd: Number(usd) }
  })
}

/** The folder named after `--environment`. */
export function environmentOf(argv) {
  const at = argv.indexOf('--environment')
  if (at < 0 || argv[at + 1] === undefined) throw new Error('say which environment: --environment FOLDER')
  return argv[at + 1]
}
