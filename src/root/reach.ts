import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { NoGuard, type Reach } from '../cli/guard.ts'
import { ask } from '../process/ask.ts'
import { startDetached } from '../process/child.ts'
import { type Env, foldersOf, LAUNCHER, readAddress, socketIn } from './folders.ts'

const START_MS = 15_000
const STEP_MS = 25
/** Where ours did not come up, another client's may: both started one, and the first has the lock. */
const OTHERS_MS = 3_000

/** How this user's command line reaches the guard, and starts it where it is not there. */
export function reachOf(env: Env): Reach {
  const { state } = foldersOf(env)
  const socket = socketIn(state)
  return { socket, loopback: () => readAddress(state), start: () => startAt(socket, env) }
}

/** Resolves when a guard answers. */
export async function startAt(socket: string, env: Env): Promise<void> {
  const started = startDetached(LAUNCHER, ['serve'], env)
  for (let left = START_MS; left > 0; left -= STEP_MS) {
    if (existsSync(socket) && (await isUp(socket))) return
    if (started.ended() && left > OTHERS_MS) left = OTHERS_MS
    await sleep(STEP_MS)
  }
  throw new NoGuard('guard/absent', 'the guard did not start', { hint: '`interlock serve` shows why' })
}

async function isUp(socket: string): Promise<boolean> {
  return (await ask({ at: { socket }, method: 'GET', path: '/v1/status', timeoutMs: 2_000 })).kind === 'reply'
}
