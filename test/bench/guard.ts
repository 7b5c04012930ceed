import { spawn } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { systemClock } from '../../src/core/clock.ts'
import { ask } from '../../src/process/ask.ts'
import { run } from '../../src/process/run.ts'

interface Row {
  readonly what: string
  readonly value: string
  readonly goal: string
  readonly ok: boolean
}

const ROOT = join(import.meta.dirname, '../..')
const ROUTE = '/v1/hooks/claude-code'

/** An installed package in a folder of its own, with a home and a state. */
interface Installed {
  readonly interlock: string
  readonly work: string
  readonly state: string
  readonly env: Readonly<Record<string, string>>
}

/** The guard's rows of the performance table: ratios of figures taken in one run, in turns, on one machine. */
export async function guardRows(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'))
  try {
    const installed = await install(folder)
    const starts = await startRows(installed)
    const guard = spawn(installed.interlock, ['serve'], { env: installed.env, stdio: 'ignore' })
    try {
      await answering(installed)
      return [
        ...(await hookRows(installed, folder)),
        ...residentRows(guard.pid),
        ...(await execRows(installed)),
        ...starts,
      ]
    } finally {
      guard.kill()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function install(folder: string): Promise<Installed> {
  const env = { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), INTERLOCK_HOME: join(folder, 'state') }
  const packed = await run(process.execPath, [join(ROOT, 'tools/pack.ts')], {
    cwd: ROOT,
    env,
    timeoutMs: 120_000,
    maxBytes: 10_000,
  })
  if (packed.code !== 0) throw new Error(`the package could not be built: ${packed.stderr}`)
  const at = join(folder, 'package')
  for (const name of ['bin', 'dist', 'policies', 'package.json'])
    cpSync(join(ROOT, name), join(at, name), { recursive: true })
  const work = join(folder, 'work')
  for (const path of [work, env.HOME]) mkdirSync(path)
  await run('git', ['init', '-q'], { cwd: work, env, timeoutMs: 10_000, maxBytes: 1000 })
  return { interlock: join(at, 'bin/interlock'), work, state: env.INTERLOCK_HOME, env }
}

/** A call as the host posts it over the connection that it keeps, against a sync of its own; in turns. */
async function hookRows({ work, state }: Installed, folder: string): Promise<readonly Row[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const { port, token } = JSON.parse(readFileSync(join(state, 'guard.json'), 'utf8')) as { port: number; token: string }
  const post = async (event: object): Promise<void> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-interlock-entry': 'cli' }
    await new Promise<void>((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port, path: ROUTE, method: 'POST', agent, headers }, (response) => {
        text(response).then(() => resolve(), reject)
      })
      asking.on('error', reject).end(JSON.stringify(event))
    })
  }
  const transcript = join(folder, 'transcript.jsonl')
  let calls = 0
  const hooks: number[] = []
  const syncs: number[] = []
  const file = openSync(join(folder, 'sync'), 'w')
  const block = Buffer.alloc(512, 'x')
  for (let turn = 0; turn < 40; turn++) {
    for (let i = 0; i < 40; i++) {
      const since = systemClock.micros()
      writeSync(file, block)
      fdatasyncSync(file)
      syncs.push(systemClock.micros() - since)
    }
    for (let i = 0; i < 40; i++) {
      const event = call(work, transcript, ++calls)
      const since = systemClock.micros()
      await post({ ...event, hook_event_name: 'PreToolUse' })
      if (turn > 4) hooks.push(systemClock.micros() - since)
      await post({ ...event, hook_event_name: 'PostToolUse', tool_response: {}, duration_ms: 5 })
    }
  }
  closeSync(file)
  agent.destroy()
  const sync = quantile(syncs, 0.5)
  const own = Math.round(quantile(syncs, 0.99))
  const size = `(${Math.round(quantile(hooks, 0.5))} µs against ${Math.round(sync)} µs)`
  return [
    row(
      `hook call, durable before the reply, p50, against one fdatasync of 512 B ${size}`,
      quantile(hooks, 0.5) / sync,
      4,
    ),
    row(
      `the same, p99 (${Math.round(quantile(hooks, 0.99))} µs; the sync's own is ${own} µs)`,
      quantile(hooks, 0.99) / sync,
      12,
    ),
  ]
}

/** What the guard holds of the machine's memory after all these calls; Linux only. */
function residentRows(pid: number | undefined): readonly Row[] {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return []
  const value = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) / 1024
  const what = 'resident after 1,600 calls and their ends'
  return [{ what, value: `${Math.round(value)} MB`, goal: '≤ 150 MB', ok: value <= 150 }]
}

const COMMANDS = [
  'npm test -- --run',
  'ls -la src',
  'cat package.json | head -20',
  'grep -rn TODO src',
  'node --version',
]

/** As the host posts it, with the words before the call in its transcript. */
function call(cwd: string, transcript: string, n: number): object {
  const command = COMMANDS[n % COMMANDS.length]
  const id = `toolu_${n}`
  const content = [{ type: 'text', text: 'The tests first.' }]
  const message = { id: `msg_${n}`, content: [...content, { type: 'tool_use', id, input: { command } }] }
  appendFileSync(transcript, `${JSON.stringify({ type: 'assistant', uuid: `line-${n}`, message })}\n`)
  const common = { session_id: 'bench', transcript_path: transcript, cwd, permission_mode: 'default', prompt_id: 'p' }
  return { ...common, tool_name: 'Bash', tool_input: { command, description: 'd' }, tool_use_id: id }
}

async function execRows({ interlock, work, env }: Installed): Promise<readonly Row[]> {
  const options = { cwd: work, env, timeoutMs: 30_000, maxBytes: 1000 }
  const [ours, bare]: [number[], number[]] = [[], []]
  for (let i = 0; i < 18; i++) {
    const exec = await timed(() => run(interlock, ['exec', '--', 'true'], options))
    const node = await timed(() => run('node', ['-e', '0'], options))
    if (i > 2) ours.push(exec)
    if (i > 2) bare.push(node)
  }
  const [exec, node] = [quantile(ours, 0.5), quantile(bare, 0.5)]
  const size = `(${Math.round(exec / 1000)} ms against ${Math.round(node / 1000)} ms)`
  return [row(`interlock exec -- true, installed, warm guard, against node -e 0 ${size}`, exec / node, 2.5)]
}

async function startRows(installed: Installed): Promise<readonly Row[]> {
  const { interlock, env, work } = installed
  const options = { cwd: work, env, timeoutMs: 30_000, maxBytes: 1000 }
  const [ours, bare]: [number[], number[]] = [[], []]
  for (let i = 0; i < 9; i++) {
    const start = await timed(async () => {
      spawn(interlock, ['serve'], { env, stdio: 'ignore' })
      await answering(installed)
    })
    await run(interlock, ['serve', '--stop'], options)
    const node = await timed(() => run('node', ['-e', '0'], options))
    if (i > 1) ours.push(start)
    if (i > 1) bare.push(node)
  }
  const [start, node] = [quantile(ours, 0.5), quantile(bare, 0.5)]
  const size = `(${Math.round(start / 1000)} ms against ${Math.round(node / 1000)} ms)`
  return [row(`start of the guard until it answers, against node -e 0 ${size}`, start / node, 4)]
}

async function answering({ state }: Installed): Promise<void> {
  for (let tries = 0; tries < 10_000; tries++) {
    const asked = await ask({
      at: { socket: join(state, 'guard.sock') },
      method: 'GET',
      path: '/v1/status',
      timeoutMs: 1_000,
    })
    if (asked.kind === 'reply') return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  throw new Error('the guard did not start')
}

/** Microseconds. */
async function timed(what: () => Promise<unknown>): Promise<number> {
  const since = systemClock.micros()
  await what()
  return systemClock.micros() - since
}

function row(what: string, value: number, goal: number): Row {
  return { what, value: `${value.toFixed(1)}×`, goal: `≤ ${goal}×`, ok: value <= goal }
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN
}
