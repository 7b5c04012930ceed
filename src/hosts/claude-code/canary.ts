import { access, constants, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import type { Json } from '../../core/digest.ts'
import { reasonOf } from '../../core/errors.ts'
import { quoted } from '../../lang/shell/quoted.ts'
import { run } from '../../process/run.ts'
import { isOurs } from './hooks.ts'
import type { Installation } from './record.ts'
import { parseVersion } from './version.ts'

/** What was seen, with the host itself, of a call that the guard denies and of one that a dead guard can't judge. */
export type Enforcement =
  | { readonly kind: 'enforced'; readonly version: string }
  | { readonly kind: 'unenforced'; readonly why: string }
  | NotTried
interface NotTried {
  readonly kind: 'not tried'
  readonly why: string
}

/** A model endpoint on loopback that plays turns; never the user's account. */
export type StartModel = (script: { readonly turns: readonly Turn[] }) => Promise<{
  readonly url: string
  readonly requests: readonly unknown[]
  close(): Promise<void>
}>
interface Turn {
  readonly text?: string
  readonly calls?: readonly { readonly name: string; readonly input: Json }[]
}

export interface CanaryOptions {
  readonly claude: string
  readonly installation: Installation
  /** The guard's own folder: a call that writes into it is denied by every policy. */
  readonly state: string
  readonly startModel: StartModel
  /** Where throw-away folders may be made. */
  readonly temporary: string
  /** Of the person's shell; only PATH and what tells of a proxy reaches the host. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export async function findClaude(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((each) => each.startsWith('/'))) {
    const file = join(folder, 'claude')
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return file
  }
  return undefined
}

export async function claudeVersion(claude: string, path: string): Promise<string | undefined> {
  const { stdout } = await run(claude, ['--version'], {
    cwd: '/',
    env: { PATH: path },
    timeoutMs: 10_000,
    maxBytes: 1000,
  })
  return parseVersion(stdout)?.join('.')
}

/**
 * Runs the real host with a copy of the installed settings, in folders of its own: a harmless call must run, a denied
 * one must not, and with nobody at the guard's address nothing may.
 */
export async function tryCanary(options: CanaryOptions): Promise<Enforcement> {
  const folder = await mkdtemp(join(options.temporary, 'interlock-canary-'))
  try {
    const version = await claudeVersion(options.claude, options.environment.PATH ?? '')
    if (version === undefined) return { kind: 'not tried', why: `\`${options.claude}\` does not start` }
    const living = await tryLiving(options, join(folder, 'living'))
    return living ?? (await tryDead(options, join(folder, 'dead'))) ?? { kind: 'enforced', version }
  } catch (error) {
    return { kind: 'not tried', why: reasonOf(error) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function tryLiving(options: CanaryOptions, folder: string): Promise<Enforcement | undefined> {
  const harmless = join(folder, 'work', 'harmless')
  const denied = join(options.state, 'canary')
  const played = await play(options, folder, await copyOf(options.installation), [harmless, denied])
  if (await exists(denied)) {
    await rm(denied, { force: true })
    return { kind: 'unenforced', why: 'a call that the guard denies ran all the same' }
  }
  if (await exists(harmless)) return played
  return { kind: 'not tried', why: `a harmless call did not run${played === undefined ? '' : `: ${played.why}`}` }
}

/** The living guard is left alone: the copy of the settings names an address where nobody is. */
async function tryDead(options: CanaryOptions, folder: string): Promise<Enforcement | undefined> {
  const { installation } = options
  await mkdir(folder, { recursive: true })
  const script = join(folder, 'hook.sh')
  const text = await readFile(installation.script, 'utf8')
  await writeFile(
    script,
    text.replace(/^socket=.*$/m, () => `socket=${quoted(join(folder, 'none.sock'))}`),
  )
  const inJson = (path: string): string => JSON.stringify(quoted(path)).slice(1, -1)
  const settings = (await copyOf(installation))
    .replaceAll(JSON.stringify(installation.url), JSON.stringify(await deadUrl()))
    .replaceAll(inJson(installation.script), () => inJson(script))
  const probe = join(folder, 'work', 'ran')
  const played = await play(options, folder, settings, [probe])
  return (await exists(probe)) ? { kind: 'unenforced', why: 'a call ran while the guard was dead' } : played
}

/** Lets the host touch `files`, one call each; undefined where it came to each of them. */
async function play(
  options: CanaryOptions,
  folder: string,
  settings: string,
  files: readonly string[],
): Promise<NotTried | undefined> {
  const home = join(folder, 'home')
  const work = join(folder, 'work')
  const project = options.installation.path.endsWith('settings.local.json')
  for (const each of [join(home, '.claude'), join(work, '.claude')]) await mkdir(each, { recursive: true, mode: 0o700 })
  const place = project ? join(work, '.claude', 'settings.local.json') : join(home, '.claude', 'settings.json')
  await writeFile(place, settings, { mode: 0o600 })
  const turns = files.map((file) => ({
    calls: [{ name: 'Bash', input: { command: `touch ${quoted(file)}`, description: 'canary' } }],
  }))
  const model = await options.startModel({ turns })
  try {
    const env = environmentFor(options, folder, model.url)
    const args = ['-p', 'canary', '--output-format', 'json', '--dangerously-skip-permissions']
    const ran = await run(options.claude, args, { cwd: work, env, timeoutMs: 30_000, maxBytes: 64_000 })
    // What didn't run because the host never came to it proves nothing.
    const answered = Math.max(
      0,
      ...model.requests.map((each) => JSON.stringify(each).split('"tool_result"').length - 1),
    )
    if (answered >= files.length) return undefined
    return {
      kind: 'not tried',
      why: `the host did not come to the calls: ${`${ran.stderr}${ran.stdout}`.slice(0, 600)}`,
    }
  } finally {
    await model.close()
  }
}

function environmentFor({ environment }: CanaryOptions, folder: string, url: string): Record<string, string> {
  const proxies = Object.entries(environment).filter(([name, value]) => PROXY.test(name) && value !== undefined)
  return {
    ...(Object.fromEntries(proxies) as Record<string, string>),
    PATH: environment.PATH ?? '',
    HOME: join(folder, 'home'),
    TMPDIR: folder,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'interlock-canary',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // As root the host runs without questions only where it is told that it is in a box, as here it is.
    IS_SANDBOX: '1',
  }
}

const PROXY = /^(?:HTTPS?_PROXY|NO_PROXY)$/i
/** Keys that run something, log in, or bring in what is outside of the file. */
const OUTWARD =
  /(?:Helper|Refresh|Export|Plugins|Marketplaces|Servers)$|^(?:SessionStart|statusLine|fileSuggestion|forceLogin\w*)$/
const RULES = /^(?:allow|deny|ask|additionalDirectories|disableBypassPermissionsMode)$/

/**
 * The settings with their form kept, since one entry with an error voids them all, and without what runs programs of
 * others, starts a guard, names another endpoint, or would answer the probe itself.
 */
async function copyOf(installation: Installation): Promise<string> {
  const text = await readFile(installation.path, 'utf8')
  const settings = JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, Json>
  return JSON.stringify(settings, (key, value: Json) => {
    if (OUTWARD.test(key)) return undefined
    if (!isObject(value)) return value
    if (key === 'env') return only(value, (name) => PROXY.test(name))
    if (key === 'permissions') return only(value, (name) => !RULES.test(name))
    const runs = 'command' in value || 'url' in value || 'prompt' in value
    return runs && !isOurs(value, installation) ? { ...value, type: 'command', command: 'true' } : value
  })
}

function only(fields: { readonly [key: string]: Json }, kept: (name: string) => boolean): Json {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => kept(name)))
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** A port of loopback where nobody listened a moment ago. */
async function deadUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  const port = address !== null && typeof address === 'object' ? address.port : 9
  return `http://127.0.0.1:${port}/dead`
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
