import { execFile } from 'node:child_process'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Programs of others, kept outside the repository from one run to the next. */
export const CACHE: string = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'interlock-test')

/** What is brought from npm: `package@version`, and how it is seen in its folder that it came whole. */
export interface Wanted<Found> {
  readonly spec: string
  /** Of the cache's folder for it. */
  readonly folder: string
  find(folder: string): Promise<Found | undefined>
}

/** A package of others from the registry, none of its scripts run; or why it can't be had. */
export async function fromNpm<Found>({ spec, folder, find }: Wanted<Found>): Promise<Found | { readonly why: string }> {
  const kept = join(CACHE, folder)
  const there = await find(kept)
  if (there !== undefined) return there
  console.error(`fetching ${spec} into ${kept}`)
  const fresh = join(CACHE, `fetching-${process.pid}-${folder}`)
  try {
    await mkdir(fresh, { recursive: true })
    await writeFile(join(fresh, 'package.json'), '{"private":true}')
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--no-package-lock']
    await exec('npm', ['install', ...flags, spec], { cwd: fresh, timeout: 240_000 })
    await rm(kept, { recursive: true, force: true })
    await rename(fresh, kept)
  } catch (error) {
    // Another process may have fetched it meanwhile.
    const theirs = await find(kept)
    if (theirs === undefined) return { why: `${spec} can't be had: ${String(error).split('\n')[0]}` }
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return (await find(kept)) ?? { why: `${spec} has no program for this machine` }
}
