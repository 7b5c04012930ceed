import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { HostFacts } from '../gate/facts.ts'
import { type LoadedPolicy, loadPolicy, readPack } from '../policy/load.ts'
import { type Env, type Folders, PACKAGE } from './folders.ts'

/** What every call of this user's guard has in common. */
export function hostFacts(env: Env, folders: Folders): HostFacts {
  const temporary = ['/tmp', '/var/tmp', env.TMPDIR].filter((each) => each !== undefined).map(real)
  const own = PACKAGE.includes('/node_modules/') ? [PACKAGE] : []
  const known = ['USER', 'LOGNAME', 'TMPDIR', 'LANG', 'SHELL'].flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
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

export function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}
