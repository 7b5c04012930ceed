import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fromNpm } from '../npm.ts'

/** The newest release that was tried, and one from before `onFailure`. */
export const NEW = '2.1.330'
export const OLD = '2.1.197'

const exec = promisify(execFile)

/** The host's own program from the registry (some 300 MB), kept outside the repository; or why it can't be had. */
export function claudeCode(version: string): Promise<{ path: string } | { why: string }> {
  return fromNpm({ spec: `@anthropic-ai/claude-code@${version}`, folder: `claude-code-${version}`, find: programIn })
}

async function programIn(folder: string): Promise<{ path: string } | undefined> {
  const scope = join(folder, 'node_modules/@anthropic-ai')
  const names = await readdir(scope).catch(() => [])
  for (const name of names.filter((each) => each.startsWith('claude-code-')).sort()) {
    const path = join(scope, name, 'claude')
    const runs = await exec(path, ['--version'], { timeout: 20_000 }).catch(() => undefined)
    if (runs !== undefined) return { path }
  }
  return undefined
}

/** A home and a folder to work in that nobody misses. */
export interface Place {
  readonly root: string
  readonly home: string
  readonly work: string
  exists(path: string): Promise<boolean>
  remove(): Promise<void>
}

export async function makePlace(parent: string = tmpdir()): Promise<Place> {
  const root = await mkdtemp(join(parent, '.ilk-'))
  const [home, work] = [join(root, 'home'), join(root, 'work')]
  for (const folder of [join(home, '.claude'), work, join(root, 'tmp')]) await mkdir(folder, { recursive: true })
  // What a person has answered at the first start.
  const answered = { hasCompletedOnboarding: true, theme: 'dark', bypassPermissionsModeAccepted: true }
  const projects = { [work]: { hasTrustDialogAccepted: true } }
  const customApiKeyResponses = { approved: [KEY.slice(-20)], rejected: [] }
  await writeFile(join(home, '.claude.json'), JSON.stringify({ ...answered, projects, customApiKeyResponses }))
  const exists = (path: string): Promise<boolean> =>
    access(join(work, path)).then(
      () => true,
      () => false,
    )
  return { root, home, work, exists, remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }) }
}

const KEY = 'no-key-of-anybody'

/** Nothing of the developer's own environment but the path: no account, no settings, no proxy. */
export function environment(place: Place, model: { readonly url: string }, rest: object = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: place.home,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMPDIR: join(place.root, 'tmp'),
    // As root the host runs without questions only where it is told that it is in a box.
    IS_SANDBOX: '1',
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: KEY,
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    ...rest,
  }
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** One headless run, with none of the host's own questions. */
export function runClaude(
  claude: string,
  place: Place,
  env: Record<string, string>,
  words: readonly string[] = [],
): Promise<Ran> {
  const args = ['-p', 'go', '--output-format', 'json', '--dangerously-skip-permissions', ...words]
  const child: ChildProcess = spawn(claude, args, { cwd: place.work, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), 40_000)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })
}

/** The host in a terminal of its own; undefined where there is no tmux to make one. */
export interface Terminal {
  type(...keys: string[]): Promise<void>
  /** Waits until the screen shows `text`, and gives the screen. */
  shows(text: string): Promise<string>
  close(): Promise<void>
}

export async function hasTmux(): Promise<boolean> {
  return exec('tmux', ['-V']).then(
    () => true,
    () => false,
  )
}

export async function openTerminal(claude: string, place: Place, env: Record<string, string>): Promise<Terminal> {
  const tmux = (...words: string[]): Promise<{ stdout: string }> =>
    exec('tmux', ['-S', join(place.root, 'tmux'), ...words])
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const command = ['env', '-i', ...variables, claude, '--dangerously-skip-permissions']
  const start = ['new-session', '-d', '-P', '-F', '#{pane_pid}', '-x', '110', '-y', '50', '-c', place.work]
  const pid = Number((await tmux(...start, ...command)).stdout)
  const screen = async (): Promise<string> => (await tmux('capture-pane', '-p')).stdout
  return {
    type: async (...keys) => {
      // A question that has just been shown takes no answer: the person could have meant something else.
      await pause(500)
      for (const key of keys) {
        await tmux('send-keys', key)
        await pause(200)
      }
    },
    shows: async (text) => {
      let shown = ''
      for (let tries = 0; tries < 100; tries++) {
        shown = await screen()
        if (shown.includes(text)) return shown
        await pause(100)
      }
      throw new Error(`the screen never showed \`${text}\`:\n${shown}`)
    },
    close: async () => {
      await tmux('kill-server').catch(() => undefined)
      // The host still writes while it ends, into folders that are about to go.
      for (let tries = 0; tries < 100 && isAlive(pid); tries++) await pause(50)
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false // it has ended
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
