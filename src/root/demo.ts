import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { line } from '../cli/render.ts'
import { whatOf } from '../cli/what.ts'
import { type DemoPorts, demonstrate, type ReceiptLine } from '../demo/demo.ts'
import { ask } from '../process/ask.ts'
import { startDetached } from '../process/child.ts'
import { PACKAGE } from './assemble.ts'
import { ledgerFiles } from './ledger.ts'
import { isUp, LAUNCHER } from './reach.ts'

/** December 2025, replayed with a real guard on a state folder of its own. */
export async function demo(options: { exit?: boolean }, env: NodeJS.ProcessEnv): Promise<number> {
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

function portsOf(env: NodeJS.ProcessEnv): DemoPorts {
  const within = (home: string): NodeJS.ProcessEnv => ({
    ...env,
    INTERLOCK_HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
  })
  return {
    startGuard: async (home) => {
      const socket = join(home, 'guard.sock')
      startDetached(LAUNCHER, ['serve'], within(home))
      for (let tries = 0; !(existsSync(socket) && (await isUp(socket))); tries++) {
        if (tries > 300) throw new Error('the demonstration’s guard did not start')
        await sleep(50)
      }
      const stop = async (): Promise<void> => {
        await ask({ at: { socket }, method: 'POST', path: '/v1/shutdown', body: {}, timeoutMs: 10_000 })
        for (let tries = 0; existsSync(socket) && tries < 100; tries++) await sleep(50)
      }
      return { socket, stop }
    },
    receipts: (home) => receiptLines(within(home)),
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

async function receiptLines(env: NodeJS.ProcessEnv): Promise<readonly ReceiptLine[]> {
  const lines = new Map<string, ReceiptLine>()
  for await (const { entry } of ledgerFiles(env).entries()) {
    const data = entry.data as { ruling?: string; input?: unknown; outcome?: string }
    const before = lines.get(entry.subject)
    if (entry.type.endsWith('.action.ruled')) {
      const ruling = data.ruling ?? ''
      lines.set(entry.subject, {
        receipt: entry.subject,
        ruling,
        outcome: ruling === 'allow' ? 'open' : 'not run',
        what: whatOf(data.input),
      })
    } else if (before !== undefined && data.outcome !== undefined)
      lines.set(entry.subject, { ...before, outcome: data.outcome })
  }
  return [...lines.values()]
}
