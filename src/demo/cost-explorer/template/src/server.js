import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { monthlyTotals } from './totals.js'
import { environmentOf, readUsage } from './usage.js'

/** The service: `GET /health`, `GET /totals`. It lives on what the environment's folder holds. */
export function createService(environment) {
  return createServer((request, response) => {
    const [status, body] = request.url === '/totals' ? totals(environment) : health(environment)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
}

function health(environment) {
  if (!existsSync(environment)) return [503, { status: 'red', because: 'the environment is gone' }]
  const lines = readUsage(environment).length
  if (lines === 0) return [503, { status: 'red', because: 'the environment holds no usage data' }]
  return [200, { status: 'green', because: `serving ${lines} usage lines` }]
}

function totals(environment) {
  const { status, because } = health(environment)[1]
  return status === 'green' ? [200, monthlyTotals(readUsage(environment))] : [503, { because }]
}

if (process.argv[1] === import.meta.filename) {
  const server = createService(environmentOf(process.argv))
  server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`))
}
