import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { systemClock } from './core/clock.ts'
import { breakerIn } from './gate/breaker.ts'
import { type Guard, guardOf } from './gate/guard.ts'
import { probe } from './gate/probe.ts'
import { Register } from './gate/register.ts'
import type { Gate } from './gate/stages.ts'
import { openLedger } from './ledger/log.ts'
import { readEntries } from './ledger/read.ts'
import { run } from './process/run.ts'
import {
  type Address,
  foldersOf,
  hostFacts,
  loadBuiltIn,
  mandateOf,
  readAddress,
  readConfig,
  workspaceAbove,
} from './root/assemble.ts'
import { askerOf } from './server/asker.ts'
import { claudeCode } from './server/claude-code.ts'
import { guardApp } from './server/guard.ts'
import { nodeFiles, replaceFile } from './store/files.ts'
import { openSnapshots } from './undo/snapshots.ts'

/** The newest entries that a starting guard reads back: open tickets and what can still be undone. */
const READ_BACK = 20_000
const PRUNE_MS = 60 * 60 * 1000

export interface Running {
  readonly address: Address
  /** Closes the doors and the ledger; resolves when all is durable. */
  readonly stop: () => Promise<void>
  /** Resolves when it has stopped, for whatever reason. */
  readonly stopped: Promise<void>
}

/** Starts the guard of this state folder. A second one on the same folder refuses by the ledger's lock. */
export async function startGuard(env: NodeJS.ProcessEnv): Promise<Running> {
  const folders = foldersOf(env)
  process.umask(0o077)
  for (const folder of [folders.state, folders.config]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folders.state, 0o700)
  const dir = join(folders.state, 'ledger')
  const ledger = await openLedger({ dir, copyDir: folders.config, clock: systemClock })
  const register = new Register()
  for await (const { entry } of readEntries({ dir }, { from: Math.max(0, ledger.size - READ_BACK) }))
    register.apply(entry)
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

  let ended: Promise<void> | undefined
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  const stop = (): Promise<void> => {
    ended ??= (async () => {
      clearInterval(pruning)
      await doors.close()
      await ledger.close()
      resolve()
    })()
    return ended
  }
  const doors = await openDoors(guard, env, stop)
  return { address: doors.address, stop, stopped }
}

async function openDoors(
  guard: Guard,
  env: NodeJS.ProcessEnv,
  stop: () => Promise<void>,
): Promise<{ address: Address; close: () => Promise<void> }> {
  const folders = foldersOf(env)
  const socket = join(folders.state, 'guard.sock')
  const before = readAddress(folders.state)
  const token = before?.token ?? randomBytes(24).toString('base64url')
  const agents = new Set<number>()
  const app = guardApp(guard, {
    token,
    stop,
    asker: askerOf(agents),
    hosts: claudeCode({
      guard,
      state: folders.state,
      home: folders.home,
      agents,
      clock: systemClock,
      fault: () => undefined,
    }),
  })
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

/** Hashes of repository files that a person confirmed, as \`interlock confirm FILE\` writes them. */
function confirmedFiles(state: string): ReadonlySet<string> {
  const path = join(state, 'confirmed')
  return existsSync(path) ? new Set(readFileSync(path, 'utf8').split('\n').filter(Boolean)) : new Set()
}
