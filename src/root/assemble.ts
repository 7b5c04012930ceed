import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { HostFacts } from '../gate/facts.ts'
import { hookFiles } from '../hosts/claude-code/hook-files.ts'
import { type LoadedPolicy, loadPolicy, type Proven, readPack } from '../policy/load.ts'
import { deskFoldersOf, type Env, type Folders, PACKAGE } from './folders.ts'

/** What every call of this user's guard has in common. */
export function hostFacts(env: Env, folders: Folders): HostFacts {
  const temporary = ['/tmp', '/private/tmp', '/var/tmp', env.TMPDIR].filter((each) => each !== undefined).map(real)
  const own = PACKAGE.includes('/node_modules/') ? [PACKAGE] : []
  const known = ['USER', 'LOGNAME', 'TMPDIR', 'LANG', 'SHELL'].flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const desk = deskFoldersOf(env)
  const fixed = [...[folders.state, folders.config, desk.state, desk.config].map(real), ...own]
  const hooks = hookFiles(folders.state)
  return {
    temporary: [...new Set(temporary)],
    guarded: () => [...fixed, ...hooks()],
    launchers: ['bin/interlock', 'bin/main.mjs', 'src/cli.ts', 'src/start.ts', 'dist/start.js'].map((each) =>
      join(real(PACKAGE), each),
    ),
    env: Object.fromEntries(known),
  }
}

/** A package is built with the rules that were in order then; a clone looks every time. */
function provenAtBuild(): Proven | undefined {
  const file = join(PACKAGE, 'dist/rules.json')
  if (existsSync(join(PACKAGE, 'src')) || !existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')) as Proven
}

/** The rules that this version brings along. */
export function loadBuiltIn(): LoadedPolicy {
  const folder = join(PACKAGE, 'policies/builtin')
  return loadPolicy([{ name: 'builtin', files: readPack(folder).files }], provenAtBuild())
}

/** Of this clone or installed package. */
export function version(): string {
  return (JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }).version
}

/** The account that this process runs as; its number where it has no name. */
export function account(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

export function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}
