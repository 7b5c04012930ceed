import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Asked, ask } from '../../src/process/ask.ts'
import { type Ran, run } from '../../src/process/run.ts'
import type { CallReply } from '../../src/wire/api.ts'

export const ROOT: string = join(import.meta.dirname, '../..')
const INTERLOCK = join(ROOT, 'bin/interlock')
/** Other test files run beside this one. */
const PATIENCE_MS = 60_000

export interface Entry {
  readonly type: string
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A person's machine in folders of its own: home, state and a workspace. */
export interface Place {
  readonly home: string
  readonly state: string
  readonly work: string
  readonly env: Readonly<Record<string, string>>
  /** A guard in a process of its own; resolves when it answers. */
  serve(): Promise<ChildProcess>
  interlock(...args: readonly string[]): Promise<Ran>
  /** The same in a terminal, where a person types `typed`. */
  atTerminal(typed: string, ...args: readonly string[]): Promise<Ran>
  /** The same; he types as soon as `ready`. */
  atTerminalWhen(typed: string, ready: () => boolean, ...args: readonly string[]): Promise<Ran>
  sh(command: string): Promise<Ran>
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Asked>
  /** A call that the guard runs, or hands over. */
  call(input: string, perform?: 'guard' | 'host', more?: object): Promise<CallReply>
  /** The ledger's entries, without the guard. */
  log(): Promise<readonly Entry[]>
  /** Ends every guard of this place, and takes the folders away. */
  remove(): Promise<void>
}

export async function makePlace(): Promise<Place> {
  // Not in /tmp or below node_modules: what lies there is judged as one's own, or as easily made again.
  const base = join(ROOT, '.scratch')
  mkdirSync(base, { recursive: true })
  const root = realpathSync(mkdtempSync(join(base, 'p-')))
  const [home, state, work] = ['home', 'state', 'work'].map((name) => join(root, name)) as [string, string, string]
  for (const folder of [home, work]) mkdirSync(folder)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    INTERLOCK_HOME: state,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compiled'),
  }
  const options = { cwd: work, env, timeoutMs: PATIENCE_MS, maxBytes: 1 << 20 }
  await run('git', ['init', '-q'], options)
  const socket = join(state, 'guard.sock')
  const children: ChildProcess[] = []
  const place: Place = {
    home,
    state,
    work,
    env,
    serve: async () => {
      const child = spawn(INTERLOCK, ['serve'], { cwd: '/', env, stdio: ['ignore', 'ignore', 'inherit'] })
      children.push(child)
      for (let left = PATIENCE_MS; left > 0; left -= 25) {
        if (child.exitCode !== null) throw new Error(`the guard ended with ${child.exitCode}`)
        if (existsSync(socket) && (await place.ask('GET', '/v1/status')).kind === 'reply') return child
        await sleep(25)
      }
      throw new Error('the guard did not start')
    },
    interlock: (...args) => run(INTERLOCK, args, options),
    atTerminal: (typed, ...args) =>
      run('script', ['-qec', commandLine([INTERLOCK, ...args]), '/dev/null'], { ...options, input: typed }),
    atTerminalWhen: async (typed, ready, ...args) => {
      const child = spawn('script', ['-qec', commandLine([INTERLOCK, ...args]), '/dev/null'], {
        cwd: work,
        env,
        stdio: 'pipe',
      })
      const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
      let stdout = ''
      child.stdout.on('data', (data) => {
        stdout += String(data)
      })
      for (let left = PATIENCE_MS; !ready() && left > 0; left -= 25) await sleep(25)
      child.stdin.write(typed)
      const code = await ended
      return { code, stdout, stderr: '', truncated: false, timedOut: false }
    },
    sh: (command) => run('/bin/sh', ['-c', command], options),
    ask: (method, path, body) => ask({ at: { socket }, method, path, timeoutMs: PATIENCE_MS, ...(body && { body }) }),
    call: async (input, perform = 'guard', more = {}) => {
      const agent = { name: 'test', run: 'run' }
      const asked = await place.ask('POST', '/v1/calls', { kind: 'shell', input, cwd: work, agent, perform, ...more })
      if (asked.kind === 'none') throw new Error(asked.why)
      return JSON.parse(asked.text) as CallReply
    },
    log: async () => {
      const { entriesIn } = await import('../../src/root/ledger.ts')
      const entries: Entry[] = []
      for await (const { entry } of entriesIn({ state })) entries.push({ ...entry, data: entry.data as Entry['data'] })
      return entries
    },
    remove: async () => {
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
      const address = join(state, 'guard.json')
      // One that a command started has no other handle; it is ours alone, by its state folder.
      if (existsSync(address) && existsSync(socket)) await place.ask('POST', '/v1/shutdown', {})
      rmSync(root, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  return place
}

export function pidOf({ state }: Pick<Place, 'state'>): number {
  return (JSON.parse(readFileSync(join(state, 'guard.json'), 'utf8')) as { pid: number }).pid
}

/** Resolves when the process is gone, however it went. */
export async function gone(pid: number): Promise<void> {
  for (let left = PATIENCE_MS; left > 0; left -= 20) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await sleep(20)
  }
  throw new Error(`process ${pid} is still there`)
}

function commandLine(words: readonly string[]): string {
  return `exec ${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')}`
}
