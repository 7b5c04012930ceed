import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { foldersOf, hostFacts, loadBuiltIn, mandateOf, readConfig, workspaceAbove } from './assemble.ts'
import { systemClock } from './core/clock.ts'
import { breakerIn } from './gate/breaker.ts'
import { type Guard, guardOf } from './gate/guard.ts'
import { probe } from './gate/probe.ts'
import { Register } from './gate/register.ts'
import type { Gate } from './gate/stages.ts'
import { openLedger } from './ledger/log.ts'
import { readEntries } from './ledger/read.ts'
import { run } from './process/run.ts'
import { claudeCode } from './server/claude-code.ts'
import { askerOf } from './server/asker.ts'
import { guardApp } from './server/guard.ts'
import { nodeFiles, replaceFile } from './store/files.ts'
import { openSnapshots } from './undo/snapshots.ts'

/** The newest entries that a starting guard reads back: open tickets and what can still be undone. */
const READ_BACK = 20_000
const PRUNE_MS = 60 * 60 * 1000

/** Where clients find the guard; written when it starts. */
export interface Address {
  readonly socket: string
  readonly port: number
  readonly token: string
  readonly pid: number
}

/** Starts the guard of this state folder. A second one on the same folder refuses by the ledger's lock. */
export async function startGuard(env: NodeJS.ProcessEnv): Promise<{ address: Address; stop: () => Promise<void> }> {
  const folders = foldersOf(env)
  process.umask(0o077)
  for (const folder of [folders.state, folders.config]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folders.state, 0o700)
  const dir = join(folders.state, 'ledger')
  const ledger = await openLedger({ dir, copyDir: folders.config, clock: systemClock })
  const register = new Register()
  for await (const { entry } of readEntries({ dir }, { from: Math.max(0, ledger.size - READ_BACK) })) register.apply(entry)
  const { bounds } = readConfig(folders.config, folders, new Set())
  const snapshots = openSnapshots({ dir: join(folders.state, 'snapshots'), bounds, clock: systemClock, run })
  const gate: Gate = {
    clock: systemClock,
    ledger,
    register,
    snapshots,
    policy: loadBuiltIn(),
    breaker: breakerIn(folders.state),
    host: hostFacts(env, folders),
    home: folders.home,
    probe,
    open: new Map(),
    configOf: (cwd, home) => {
      const config = readConfig(workspaceAbove(cwd, home), folders, confirmedFiles(folders.state))
      return { config, mandate: mandateOf(config) }
    },
  }
  const guard = guardOf(gate)
  const pruning = setInterval(() => void snapshots.prune().catch(() => undefined), PRUNE_MS)
  pruning.unref()

  let close = async (): Promise<void> => {}
  const stop = async (): Promise<void> => {
    clearInterval(pruning)
    await close()
    await ledger.close()
  }
  const opened = await openDoors(guard, env, () => void stop())
  close = opened.close
  return { address: opened.address, stop }
}

async function openDoors(guard: Guard, env: NodeJS.ProcessEnv, stop: () => void): Promise<{ address: Address; close: () => Promise<void> }> {
  const folders = foldersOf(env)
  const socket = join(folders.state, 'guard.sock')
  const before = readAddress(folders.state)
  const token = before?.token ?? randomBytes(24).toString('base64url')
  const agents = new Set<number>()
  const app = guardApp(guard, { token, stop, asker: askerOf(agents), hosts: claudeCode({ guard, state: folders.state, home: folders.home, agents, clock: systemClock, fault: () => undefined }) })
  const listener = getRequestListener(app.fetch)
  const [onSocket, onPort] = [createServer(listener), createServer(listener)]
  rmSync(socket, { force: true }) // the ledger's lock says that no other guard is alive
  await new Promise<void>((resolve, reject) => onSocket.once('error', reject).listen(socket, resolve))
  const port = await new Promise<number>((resolve, reject) =>
    onPort.once('error', reject).listen(before?.port ?? 0, '127.0.0.1', () => {
      const bound = onPort.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0)
    }),
  )
  const address = { socket, port, token, pid: process.pid }
  await replaceFile(nodeFiles, join(folders.state, 'guard.json'), Buffer.from(JSON.stringify(address)))
  const close = async (): Promise<void> => {
    for (const server of [onSocket, onPort]) {
      server.close()
      server.closeAllConnections()
    }
    rmSync(socket, { force: true })
  }
  return { address, close }
}

export function readAddress(state: string): Address | undefined {
  const path = join(state, 'guard.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Address) : undefined
}

/** Hashes of repository files that a person confirmed, as \`interlock confirm FILE\` writes them. */
function confirmedFiles(state: string): ReadonlySet<string> {
  const path = join(state, 'confirmed')
  return existsSync(path) ? new Set(readFileSync(path, 'utf8').split('\n').filter(Boolean)) : new Set()
}
