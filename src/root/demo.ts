import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { receiptRows } from '../cli/log.ts'
import { line } from '../cli/render.ts'
import { type DemoPorts, demonstrate } from '../demo/demo.ts'
import { ask } from '../process/ask.ts'
import { type Env, PACKAGE, socketIn } from './folders.ts'
import { ledgerFiles } from './ledger.ts'
import { startAt } from './reach.ts'

/** December 2025, replayed with a real guard on a state folder of its own. */
export async function demo(options: { exit?: boolean }, env: Env): Promise<number> {
  const watched = process.stdout.isTTY === true && options.exit !== true
  const from = [join(PACKAGE, 'src/demo/cost-explorer'), join(PACKAGE, 'dist/demo/cost-explorer')].find((each) =>
    existsSync(each),
  )
  if (from === undefined) throw new Error('the demonstration’s files are not part of this installation')
  return await demonstrate({
    from,
    node: process.execPath,
    temporary: tmpdir(),
    look: {
      width: Math.min(process.stdout.columns ?? 100, 110),
      colour: process.stdout.isTTY === true && env.NO_COLOR === undefined,
    },
    write: line,
    ports: portsOf(env),
    ...(watched && { pause: (ms: number) => sleep(ms) }),
  })
}

function portsOf(env: Env): DemoPorts {
  const within = (home: string): Env => ({ ...env, INTERLOCK_HOME: home, XDG_CONFIG_HOME: join(home, 'config') })
  return {
    startGuard: async (home) => {
      const socket = socketIn(home)
      await startAt(socket, within(home))
      const stop = async (): Promise<void> => {
        await ask({ at: { socket }, method: 'POST', path: '/v1/shutdown', body: {}, timeoutMs: 10_000 })
      }
      return { socket, stop }
    },
    receipts: (home) => receiptRows(ledgerFiles(within(home))),
    verifyLedger: async (home) => {
      const result = await ledgerFiles(within(home)).verify()
      if (result.kind === 'broken') return { ok: false, words: `${result.what}: ${result.why}` }
      return {
        ok: true,
        words: `${result.size} entries, root ${result.root.slice(0, 16)}…, the checkpoint copy agrees`,
      }
    },
  }
}
