import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CHILD, type Run } from './child.ts'
import { enter, type Folder, inside, leave } from './folders.ts'

/** Folders that a tool fills from a lockfile beside them. */
const LOCKFILES: Readonly<Record<string, readonly string[]>> = {
  node_modules: ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'],
  target: ['Cargo.lock'],
  '.venv': ['poetry.lock', 'uv.lock', 'pdm.lock', 'Pipfile.lock', 'requirements.txt'],
  venv: ['poetry.lock', 'uv.lock', 'pdm.lock', 'Pipfile.lock', 'requirements.txt'],
  vendor: ['composer.lock', 'go.sum', 'Gemfile.lock'],
  Pods: ['Podfile.lock'],
  deps: ['mix.lock'],
  _build: ['mix.lock'],
}

/** Smaller ones are kept like everything else. */
const BIG_ENTRIES = 1000
const BIG_BYTES = 16 << 20

/** The lockfile that brings this folder back, if it has such a name, such a neighbour, and git ignores it. */
export async function lockfileOf(path: string, run: Run): Promise<string | undefined> {
  const folder = dirname(path)
  const names = LOCKFILES[basename(path)]
  const lockfile = names?.map((name) => join(folder, name)).find((one) => existsSync(one))
  if (lockfile === undefined) return undefined
  // The repository's own settings could name a program for git to start.
  const args = ['-C', folder, '-c', 'core.fsmonitor=false', 'check-ignore', '-q', '--', basename(path)]
  return (await run('git', args, CHILD)).code === 0 ? lockfile : undefined
}

export function isBig(folder: Folder): boolean {
  return measure(folder, { entries: 0, bytes: 0 })
}

function measure(folder: Folder, sum: { entries: number; bytes: number }): boolean {
  for (const item of readdirSync(inside(folder, ''), { withFileTypes: true })) {
    sum.entries += 1
    if (item.isFile()) sum.bytes += lstatSync(inside(folder, item.name)).size
    if (sum.entries > BIG_ENTRIES || sum.bytes > BIG_BYTES) return true
    if (!item.isDirectory()) continue
    const inner = enter(folder, item.name)
    try {
      if (measure(inner, sum)) return true
    } finally {
      leave(inner)
    }
  }
  return false
}
