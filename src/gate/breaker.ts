import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../core/errors.ts'
import { nodeFiles, replaceFile } from '../store/files.ts'

/** The stop that holds outside everything: a file, so that it works with the guard dead and survives restarts. */
export interface Breaker {
  /** Why everything is stopped, or undefined. Throws where that can't be told: the caller must not let anything run. */
  stopped(): string | undefined
  stop(why: string): Promise<void>
  resume(): Promise<void>
}

export function breakerIn(state: string): Breaker {
  const path = join(state, 'stopped')
  return {
    stopped: () => {
      try {
        return readFileSync(path, 'utf8').trim() || 'by hand'
      } catch (cause) {
        if (codeOf(cause) === 'ENOENT') return undefined
        throw cause
      }
    },
    stop: (why) => replaceFile(nodeFiles, path, Buffer.from(`${why}\n`)),
    resume: () => rm(path, { force: true }),
  }
}
