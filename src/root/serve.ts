import { join } from 'node:path'
import { line, note } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { startGuard } from '../daemon.ts'
import { ask } from '../process/ask.ts'
import { foldersOf } from './assemble.ts'

/** The guard in this process, until a signal or `serve --stop`. */
export async function serve(env: NodeJS.ProcessEnv): Promise<number> {
  const { address, stopped, stop } = await startGuard(env)
  line(`guard  ${address.socket}`)
  line(`       http://127.0.0.1:${address.port}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
  await stopped
  return EXIT.done
}

/** Ends the guard of this state folder and waits for its ledger to be whole. */
export async function stopServing(env: NodeJS.ProcessEnv): Promise<number> {
  const socket = join(foldersOf(env).state, 'guard.sock')
  const answer = await ask({ at: { socket }, method: 'POST', path: '/v1/shutdown', body: {}, timeoutMs: 30_000 })
  if (answer.kind === 'none') {
    note(`interlock: no guard is running here (${answer.why})`)
    return EXIT.fault
  }
  line('the guard has stopped')
  return EXIT.done
}
