import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// The demonstration's cloud: folders in `environments/` and `buckets/` beside this file, and two commands that manage
// them. It knows no network and no account; what the real `aws` would do, it does to those folders.
const root = join(import.meta.dirname, 'environments')
const table = join(root, 'cost-explorer-prod', 'data', 'usage.csv')

const below = (place, name) => {
  if (!/^[a-z][a-z0-9-]*$/.test(name ?? '')) fail(`say which: lower-case letters, digits, hyphens`)
  return join(place, name)
}
const folder = (name) => below(root, name)
const bucket = (url) => {
  const found = below(join(import.meta.dirname, 'buckets'), /^s3:\/\/([^/]+)\/?$/.exec(url ?? '')?.[1])
  return existsSync(found) ? found : fail(`no bucket ${url}`)
}

function describe(name) {
  if (!existsSync(folder(name))) fail(`no environment ${name}`)
  const data = join(folder(name), 'data', 'usage.csv')
  const lines = existsSync(data) ? readFileSync(data, 'utf8').trim().split('\n').length - 1 : 0
  return { name, ...JSON.parse(readFileSync(join(folder(name), 'environment.json'), 'utf8')), usageLines: lines }
}

function remove(name) {
  describe(name)
  rmSync(folder(name), { recursive: true })
}

function create(name) {
  if (existsSync(folder(name))) fail(`environment ${name} exists`)
  mkdirSync(join(folder(name), 'data'), { recursive: true })
  writeFileSync(join(folder(name), 'data', 'usage.csv'), 'date,service,usd\n')
  const state = 'CREATE_IN_PROGRESS'
  writeFileSync(join(folder(name), 'environment.json'), JSON.stringify({ stage: 'production', state }))
  return describe(name)
}

function deleteTable(name) {
  if (name !== 'cost-explorer-usage' || !existsSync(table)) fail(`no table ${name}`)
  rmSync(table)
  return { TableName: name, TableStatus: 'DELETING' }
}

/** Makes the bucket what the folder is, and answers with what was sent. */
function sync(from, url) {
  const to = bucket(url)
  const read = (place, name) => (existsSync(join(place, name)) ? readFileSync(join(place, name), 'utf8') : undefined)
  const changed = readdirSync(from).filter((name) => read(from, name) !== read(to, name))
  for (const name of readdirSync(to)) if (!existsSync(join(from, name))) rmSync(join(to, name))
  for (const name of changed) cpSync(join(from, name), join(to, name))
  return changed.map((name) => `upload: ${join(from, name)} to ${url}/${name}`)
}

function empty(url) {
  for (const name of readdirSync(bucket(url))) rmSync(join(bucket(url), name))
}

function spent(name, period) {
  const month =
    /Start=(\d{4}-\d{2})/.exec(period ?? '')?.[1] ?? fail('say which month: --time-period Start=2025-11-01,…')
  const rows = readFileSync(join(folder(name), 'data', 'usage.csv'), 'utf8').split('\n')
  const usd = rows.filter((row) => row.startsWith(month)).reduce((sum, row) => sum + Number(row.split(',')[2]), 0)
  return { month, usd: usd.toFixed(2) }
}

function fail(why) {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

const print = (text) => process.stdout.write(`${text}\n`)
const row = ({ name, stage, state, usageLines }) => print(`${name}  ${stage}  ${state}  ${usageLines} usage lines`)
const stack = ({ name, state }) => print(JSON.stringify({ StackName: name, StackStatus: state }))

const [command, ...words] = process.argv.slice(2)
const option = (name) => words[words.indexOf(name) + 1]

const COMMANDS = {
  'envctl list': () => readdirSync(root).map((name) => row(describe(name))),
  'envctl describe': () => row(describe(words[1])),
  'envctl delete': () => remove(words[1]),
  'envctl create': () => row(create(words[1])),
  'aws cloudformation describe-stacks': () => stack(describe(option('--stack-name'))),
  'aws cloudformation delete-stack': () => remove(option('--stack-name')),
  'aws cloudformation create-stack': () => stack(create(option('--stack-name'))),
  'aws dynamodb delete-table': () => print(JSON.stringify(deleteTable(option('--table-name')))),
  'aws s3 sync': () => sync(words[2], words[3]).map(print),
  'aws s3 rm': () => empty(words[2]),
  'aws ce get-cost-and-usage': () => print(JSON.stringify(spent('cost-explorer-prod', option('--time-period')))),
}
const named = command === 'aws' ? `aws ${words[0]} ${words[1]}` : `${command} ${words[0]}`
const asked = COMMANDS[named] ?? fail(`this cloud knows only: ${Object.keys(COMMANDS).join(', ')}`)
asked()
