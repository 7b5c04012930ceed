import { line, note } from '../cli/render.ts'
import { reasonOf } from '../core/errors.ts'
import { EXIT } from '../core/ruling.ts'
import { startGuard } from '../daemon.ts'
import { ask } from '../process/ask.ts'
import { type Env, foldersOf, socketIn } from './folders.ts'

/** What a child that still runs, or a client that does not hang up, may keep this process for. */
const LINGER_MS = 500

/** The guard in this process, until a signal or `serve --stop`. */
export async function serve(env: Env): Promise<number> {
  const fault = (error: unknown): void => note(`interlock: ${reasonOf(error)}`)
  const { address, stopped, stop } = await startGuard(env, fault)
  line(`guard  ${address.socket}`)
  line(`       http://127.0.0.1:${address.port}`)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop().catch(fault))
  await stopped
  setTimeout(() => process.exit(EXIT.done), LINGER_MS).unref()
  return EXIT.done
}

/** Ends the guard of this state folder; when this returns, its ledger is whole. */
export async function stopServing(env: Env): Promise<number> {
  const at = { socket: socketIn(foldersOf(env).state) }
  const answer = await ask({ at, method: 'POST', path: '/v1/shutdown', body: {}, timeoutMs: 60_000 })
  if (answer.kind === 'none' && !answer.sent) {
    note('interlock: no guard is running here')
    return EXIT.fault
  }
  if (answer.kind === 'none' || answer.status !== 200) {
    note(
      `interlock: the guard did not say that its ledger is whole: ${answer.kind === 'none' ? answer.why : answer.text}`,
    )
    return EXIT.fault
  }
  line('the guard has stopped')
  return EXIT.done
}
