import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeFiles, replaceFile } from '../store/files.ts'

/** The stop that holds outside everything: a file, so that it works with the guard dead and survives restarts. */
export interface Breaker {
  /** Why everything is stopped, or undefined. */
  stopped(): string | undefined
  stop(why: string): Promise<void>
  resume(): Promise<void>
}

export function breakerIn(state: string): Breaker {
  const path = join(state, 'stopped')
  return {
    stopped: () => (existsSync(path) ? readFileSync(path, 'utf8').trim() || 'by hand' : undefined),
    stop: (why) => replaceFile(nodeFiles, path, Buffer.from(`${why}\n`)),
    resume: () => rm(path, { force: true }),
  }
}
