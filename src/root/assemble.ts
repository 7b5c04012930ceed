import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse as parseYaml } from 'yaml'
import { CodedError } from '../core/errors.ts'
import { DEFAULT_MANDATE, type Mandate } from '../core/mandate.ts'
import { type HostFacts, surroundingsOf } from '../gate/facts.ts'
import { type LoadedPolicy, loadPolicy, readPack } from '../policy/load.ts'
import { Config } from '../wire/config.ts'

export class ConfigError extends CodedError<'config/invalid'> {}

/** Where this user's Interlock keeps its state and what a person wrote for it. */
export interface Folders {
  readonly state: string
  readonly config: string
  readonly home: string
}

export function foldersOf(env: Readonly<Record<string, string | undefined>>): Folders {
  const home = env.HOME ?? '/'
  return {
    home,
    state: env.INTERLOCK_HOME ?? join(env.XDG_STATE_HOME ?? join(home, '.local/state'), 'interlock'),
    config: join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'interlock'),
  }
}

/** The clone or the installed package that this code is part of. */
export const PACKAGE: string = packageAbove(dirname(fileURLToPath(import.meta.url)))

function packageAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) || folder === '/' ? folder : packageAbove(dirname(folder))
}

export function hostFacts(env: Readonly<Record<string, string | undefined>>, folders: Folders): HostFacts {
  const temporary = ['/tmp', '/var/tmp', env.TMPDIR].filter((each) => each !== undefined).map(real)
  const own = PACKAGE.includes('/node_modules/') ? [PACKAGE] : []
  const known = ['USER', 'LOGNAME', 'TMPDIR', 'LANG', 'SHELL'].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  )
  return {
    temporary: [...new Set(temporary)],
    guarded: [real(folders.state), real(folders.config), ...own],
    env: Object.fromEntries(known),
  }
}

/** The rules that this version brings along. */
export function loadBuiltIn(): LoadedPolicy {
  const folder = join(PACKAGE, 'policies/builtin')
  return loadPolicy([{ name: 'builtin', files: readPack(folder).files }])
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

/** The workspace that a folder belongs to. */
export function workspaceAbove(cwd: string, home: string): string {
  return surroundingsOf({ cwd, home }, { temporary: [], guarded: [], env: {} }).workspace
}

/**
 * What a person wrote for himself, and what the repository says. In the repository's file, which an agent can
 * write, what narrows counts at once; what widens counts only where the person's `confirmed` holds the file's hash.
 */
export function readConfig(workspace: string, folders: Folders, confirmed: ReadonlySet<string>): Config {
  const own = readOne(join(folders.config, 'interlock.yaml'))
  const path = join(workspace, 'interlock.yaml')
  const theirs = readOne(path)
  const trusted = existsSync(path) && confirmed.has(fileHash(path))
  const repository = trusted ? theirs : narrowed(theirs)
  const mandate = own.mandate ?? repository.mandate
  return {
    systems: { ...repository.systems, ...own.systems },
    bounds: trusted ? repository.bounds : own.bounds,
    ...(mandate && { mandate }),
  }
}

export function fileHash(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function readOne(path: string): Config {
  if (!existsSync(path)) return Config.parse({})
  const parsed = Config.safeParse(parse(path) ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ConfigError(
    'config/invalid',
    `\`${path}\` does not fit: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    {
      hint: 'mend the file; until then nothing is allowed here',
    },
  )
}

function parse(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8'), { maxAliasCount: 16 })
  } catch (cause) {
    throw new ConfigError('config/invalid', `\`${path}\` is not valid YAML`, {
      cause,
      hint: 'mend the file; until then nothing is allowed here',
    })
  }
}

function narrowed(config: Config): Config {
  const systems = Object.fromEntries(
    Object.entries(config.systems).map(([name, system]) => [
      name,
      { ...system, environment: 'production' as const, stateful: true },
    ]),
  )
  const { mandate } = config
  return { ...config, systems, ...(mandate && { mandate: { ...mandate, systems: [], may: [] } }) }
}

export function mandateOf(config: Config): Mandate {
  const { mandate } = config
  if (mandate === undefined) return DEFAULT_MANDATE
  const { mode, systems, may, expires } = mandate
  return { mode, systems, may, written: true, ...(expires && { expiresAt: Date.parse(expires) }) }
}

/** Where clients find the guard; written when it starts. */
export interface Address {
  readonly socket: string
  readonly port: number
  readonly token: string
  readonly pid: number
}

export function readAddress(state: string): Address | undefined {
  const path = join(state, 'guard.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Address) : undefined
}
