import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PathFacts, Surroundings } from '../core/study.ts'
import { run } from '../process/run.ts'

/** Beyond this a list of changes is not whole. */
export const MOST_LISTED = 2_000

/** What `git status` may take of the answer's time, and how long a list of paths it is given. */
const STATUS_MS = 5_000
const MOST_ARGUMENTS = 64 * 1024

/** Nothing that a repository's settings name is run: no monitor, no hook. */
const GIT = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks']

/** None of the caller's: `GIT_*` and a `PATH` of his could make git run something. */
const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
}

/** Lines of `git status`; undefined where there is no repository, `unknown` where git does not tell, or not in time. */
export type Status = readonly string[] | undefined | 'unknown'

export async function statusOf(workspace: string, paths: readonly string[] | 'all'): Promise<Status> {
  if (!existsSync(join(workspace, '.git'))) return undefined
  const inside = paths === 'all' ? [] : [...new Set(paths.filter((path) => isBelow(path, workspace)))]
  if (paths !== 'all' && inside.length === 0) return []
  // A longer list than a command line holds: then all of it is asked for.
  const listed = inside.reduce((sum, path) => sum + path.length, 0) < MOST_ARGUMENTS ? ['--', ...inside] : []
  const args = [...GIT, '-C', workspace, 'status', '--porcelain', '-z', '--no-renames', '--ignored=matching', ...listed]
  const result = await run('git', args, { cwd: workspace, env: ENVIRONMENT, timeoutMs: STATUS_MS, maxBytes: 8 << 20 })
  if (result.code !== 0 || result.truncated) return 'unknown'
  return result.stdout.split('\0').filter(Boolean)
}

/** What git has of a path. Where it does not tell, the path is taken for work that no commit holds. */
export function versionIn(
  status: Status,
  { exists, real }: PathFacts,
  { workspace }: Surroundings,
): PathFacts['version'] {
  if (!exists || status === undefined || !isBelow(real, workspace) || /\/\.git(?:\/|$)/.test(real)) return 'none'
  if (status === 'unknown') return 'modified'
  const about = status.filter((line) => {
    const named = join(workspace, line.slice(3)).replace(/\/$/, '')
    return isBelow(named, real) || isBelow(real, named)
  })
  if (about.length === 0) return 'tracked'
  if (about.every((line) => line.startsWith('!!'))) return 'ignored'
  return about.some((line) => line.startsWith('??')) ? 'untracked' : 'modified'
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}
