import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { receiptRows } from '../cli/log.ts'
import { columnsHere, painted } from '../cli/render.ts'
import { CodedError } from '../core/errors.ts'
import { type DemoPorts, demonstrate, type StartedDesk } from '../demo/demo.ts'
import { ask } from '../process/ask.ts'
import { startBeside } from '../process/child.ts'
import { startPiped } from '../process/piped.ts'
import { freePort } from '../process/port.ts'
import { type Ran, run } from '../process/run.ts'
import { type Env, LAUNCHER, PACKAGE, socketIn } from './folders.ts'
import { ledgerFiles } from './ledger.ts'
import { startAt } from './reach.ts'

/** Exit code of what a person ended with Ctrl-C. */
const INTERRUPTED = 130

/** December 2025, replayed with a real guard and a real desk, on folders of their own. */
export async function demo(options: { exit?: boolean }, env: Env): Promise<number> {
  const isTerminal = process.stdout.isTTY === true
  const isWatched = isTerminal && options.exit !== true
  const from = [join(PACKAGE, 'src/demo/cost-explorer'), join(PACKAGE, 'dist/demo/cost-explorer')].find((each) =>
    existsSync(each),
  )
  if (from === undefined) throw new Error('the demonstration’s files are not part of this installation')
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort())
  try {
    return await demonstrate({
      from,
      node: process.execPath,
      temporary: tmpdir(),
      look: {
        width: Math.min(columnsHere(), 110),
        colour: isTerminal && env.NO_COLOR === undefined,
      },
      // Once it is to end, the next word ends it: what was begun is ended on the way out.
      write: (text) => {
        ending.signal.throwIfAborted()
        painted(text)
      },
      ports: { ...portsOf(env), ...(isWatched && browserPort(env)) },
      ...(isWatched && { pause: (ms: number) => sleep(ms, undefined, { signal: ending.signal }) }),
    })
  } catch (error) {
    if (ending.signal.aborted) return INTERRUPTED
    throw error
  }
}

function portsOf(env: Env): DemoPorts {
  const within = (home: string): Env => ({
    ...env,
    INTERLOCK_HOME: home,
    INTERLOCK_DESK_HOME: join(home, 'desk'),
    XDG_CONFIG_HOME: join(home, 'config'),
    // Whatever database a desk of this user has is not for this one.
    DATABASE_URL: '',
  })
  return {
    startGuard: async (home) => {
      const socket = socketIn(home)
      await startAt(socket, within(home))
      const stop = async (): Promise<void> => {
        await ask({ at: { socket }, method: 'POST', path: '/v1/shutdown', body: {}, timeoutMs: 10_000 })
      }
      return { socket, stop }
    },
    startDesk: async (home) => await startDesk(within(home)),
    enrol: async (home, { origin, code }) => {
      const { code: exit, stderr } = await interlock(['desk', 'enroll', origin, code], within(home))
      if (exit !== 0) throw new CodedError('demo/desk', `the guard was not enrolled: ${stderr}`)
    },
    receipts: (home) => receiptRows(ledgerFiles(within(home))),
    verifyLedger: async (home) => {
      const result = await ledgerFiles(within(home)).verify()
      if (result.kind === 'broken') return { ok: false, words: `${result.what}: ${result.why}` }
      return {
        ok: true,
        words: `${result.size} entries, root ${result.root.slice(0, 16)}…, the checkpoint copy agrees`,
      }
    },
    verifyDesk: async (home) => {
      const { code, stdout, stderr } = await interlock(['desk', 'verify'], within(home))
      return { ok: code === 0, words: `${stdout}${stderr}`.trim() }
    },
  }
}

/** Nothing where there is no browser, or no screen. */
function browserPort(env: Env): Pick<DemoPorts, 'startBrowser'> {
  const folders = (env.PATH ?? '').split(delimiter)
  const [found] = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).filter(existsSync)
  if (found === undefined || (env.DISPLAY ?? env.WAYLAND_DISPLAY ?? '') === '') return {}
  return { startBrowser: (profile) => startPiped(found, browserFlags(profile), env) }
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

export function browserFlags(profile: string): readonly string[] {
  return [
    `--user-data-dir=${profile}`,
    '--remote-debugging-pipe',
    '--no-startup-window',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Chromium refuses to start as root without it; it opens nothing but the desk's own page.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ]
}

/** A command of ours, in a process of its own. */
function interlock(args: readonly string[], env: Env): Promise<Ran> {
  const all = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return run(LAUNCHER, args, { cwd: '/', env: Object.fromEntries(all), timeoutMs: 30_000, maxBytes: 100_000 })
}

const START_MS = 150_000
const STEP_MS = 25

/** The desk as a process of its own, at a port of this machine. */
async function startDesk(env: Env): Promise<StartedDesk> {
  const origin = `http://localhost:${await freePort()}`
  const desk = startBeside(LAUNCHER, ['desk', '--origin', origin], env)
  for (let left = START_MS; left > 0 && !desk.ended(); left -= STEP_MS) {
    const link = /^ *(http\S+\/join\/\S+)\n/m.exec(desk.said())?.[1]
    if (link !== undefined) return { origin, link, stop: desk.stop }
    await sleep(STEP_MS)
  }
  await desk.stop()
  throw new CodedError('demo/desk', 'the desk did not start', { cause: new Error(desk.said().trim()) })
}
