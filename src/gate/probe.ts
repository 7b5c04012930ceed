import { closeSync, globSync, lstatSync, openSync, readdirSync, readSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Magnitude } from '../core/effect.ts'
import type { Changes, Content, PathFacts, Surroundings } from '../core/study.ts'
import { run } from '../process/run.ts'
import type { Asked, Finding } from './facts.ts'

/** Entries that are counted before it counts as more than can be known. */
const MOST_ENTRIES = 50_000
const MOST_LISTED = 2_000
const LONGEST_SCRIPT = 64 * 1024

/** Looks at the world, read-only and bounded. An answer that can't be had throws, and the gate denies. */
export async function probe(asked: Asked, around: Surroundings): Promise<Finding> {
  switch (asked.kind) {
    case 'path':
      return asked.want === 'place' ? placeOf(asked.path) : await stakeOf(asked.path, around)
    case 'changes':
      return await changesOf(around)
    case 'text':
      return contentOf(asked.path)
  }
}

const NOTHING: Magnitude = { files: 0, bytes: 0, unversioned: 0 }

function placeOf(path: string): PathFacts {
  const stat = lstat(path)
  const real = realOf(path)
  return {
    exists: stat !== undefined,
    type: typeOf(stat),
    real,
    version: 'none',
    magnitude: NOTHING,
    more: false,
    certainty: 'known',
  }
}

function lstat(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

function typeOf(stat: Stats | undefined): PathFacts['type'] {
  if (stat === undefined || stat.isFile()) return 'file'
  return stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other'
}

/** Links resolved as far as the path exists; the rest is kept as it is named. */
function realOf(path: string): string {
  let at = path
  let rest = ''
  while (at !== '/') {
    if (lstat(at) !== undefined) {
      try {
        return join(realpathSync(at), rest)
      } catch {
        // A link that leads nowhere: what is written through it lands where it points.
        return join(realOf(dirname(at)), basename(at), rest)
      }
    }
    rest = join(basename(at), rest)
    at = dirname(at)
  }
  return `/${rest.replace(/\/$/, '')}`
}

async function stakeOf(path: string, around: Surroundings): Promise<PathFacts> {
  const pattern = /[*?[]/.test(path)
  const matches = pattern ? globSync(path).slice(0, MOST_LISTED) : [path]
  const place = placeOf(pattern ? dirnameOfPattern(path) : path)
  const count = new Count()
  for (const match of matches) count.add(match)
  const version = place.exists ? await versionOf(pattern ? dirnameOfPattern(path) : path, around) : 'none'
  const unversioned = version === 'tracked' ? 0 : count.files
  const real = pattern ? join(place.real, path.slice(dirnameOfPattern(path).length)) : place.real
  return {
    ...place,
    real,
    version,
    magnitude: { files: count.files, bytes: count.bytes, unversioned },
    more: count.more,
  }
}

function dirnameOfPattern(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.search(/[*?[]/))) || '/'
}

class Count {
  files = 0
  bytes = 0
  more = false

  add(path: string): void {
    const stat = lstat(path)
    if (stat === undefined || this.more) return
    this.files++
    if (this.files > MOST_ENTRIES) this.more = true
    else if (stat.isDirectory()) for (const name of readdirSync(path)) this.add(join(path, name))
    else if (stat.isFile()) this.bytes += stat.size
  }
}

const GIT = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks']

/** None of the caller's: `GIT_*` and a `PATH` of his could make git run something. */
const GIT_ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  HOME: '/nonexistent',
  GIT_OPTIONAL_LOCKS: '0',
}

async function versionOf(path: string, around: Surroundings): Promise<PathFacts['version']> {
  const lines = await status(around, ['--ignored=matching', '--', path])
  if (lines === undefined) return 'none'
  if (lines.length === 0) return 'tracked'
  if (lines.every((line) => line.startsWith('!!'))) return 'ignored'
  return lines.some((line) => line.startsWith('??')) ? 'untracked' : 'modified'
}

async function changesOf(around: Surroundings): Promise<Changes> {
  const lines = await status(around, ['--ignored=matching'])
  if (lines === undefined) return { modified: [], untracked: [], ignored: [], more: true }
  const of = (marks: (mark: string) => boolean): string[] =>
    lines
      .filter((line) => marks(line.slice(0, 2)))
      .map((line) => join(around.workspace, line.slice(3).replace(/\/$/, '')))
  return {
    modified: of((mark) => mark !== '??' && mark !== '!!'),
    untracked: of((mark) => mark === '??'),
    ignored: of((mark) => mark === '!!'),
    more: lines.length > MOST_LISTED,
  }
}

/** Lines of `git status`, or undefined where there is no repository. */
async function status(around: Surroundings, args: readonly string[]): Promise<readonly string[] | undefined> {
  const result = await run(
    'git',
    [...GIT, '-C', around.workspace, 'status', '--porcelain', '-z', '--no-renames', ...args],
    { cwd: around.workspace, env: GIT_ENVIRONMENT, timeoutMs: 5_000, maxBytes: 8 << 20 },
  )
  if (result.code !== 0 || result.truncated) return undefined
  return result.stdout.split('\0').filter(Boolean)
}

function contentOf(path: string): Content {
  const stat = lstat(path) === undefined ? undefined : lstatSync(realOf(path), { throwIfNoEntry: false })
  if (stat === undefined) return { kind: 'missing' }
  if (!stat.isFile()) return { kind: 'unreadable', why: 'the script is no regular file' }
  const bytes = Buffer.alloc(Math.min(stat.size, LONGEST_SCRIPT))
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(file)
  }
  if (bytes.subarray(0, 1024).includes(0)) return { kind: 'program' }
  if (stat.size > LONGEST_SCRIPT) return { kind: 'unreadable', why: 'the script is longer than 64 KiB' }
  return { kind: 'text', text: bytes.toString() }
}
