import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NoGuard, type Reach } from '../cli/guard.ts'
import { ask } from '../process/ask.ts'
import { startDetached } from '../process/child.ts'
import { foldersOf, PACKAGE, readAddress } from './assemble.ts'

const START_MS = 15_000

/** How this user's command line reaches the guard, and starts it where it is not there. */
export function reachOf(env: NodeJS.ProcessEnv): Reach {
  const { state } = foldersOf(env)
  const socket = join(state, 'guard.sock')
  return {
    socket,
    loopback: () => readAddress(state),
    start: async () => {
      startDetached(LAUNCHER, ['serve'], env)
      for (let waited = 0; waited < START_MS; waited += 50) {
        if (existsSync(socket) && (await isUp(socket))) return
        await sleep(50)
      }
      throw new NoGuard('guard/absent', 'the guard did not start', { hint: 'run `interlock serve` to see why' })
    },
  }
}

export const LAUNCHER: string = join(PACKAGE, 'bin/interlock')

export async function isUp(socket: string): Promise<boolean> {
  return (await ask({ at: { socket }, method: 'GET', path: '/v1/status', timeoutMs: 2_000 })).kind === 'reply'
}
