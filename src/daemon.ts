import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { dropEnrolment } from './approvals/enrolment.ts'
import { systemClock } from './core/clock.ts'
import { CodedError, codeOf } from './core/errors.ts'
import type { GuardProcess } from './core/study.ts'
import { breakerIn } from './gate/breaker.ts'
import type { Gate } from './gate/gate.ts'
import { type Guard, guardOf, judging } from './gate/guard.ts'
import { probeWith } from './gate/probe.ts'
import { record } from './gate/record.ts'
import { Register } from './gate/register.ts'
import { openLedger } from './ledger/log.ts'
import { prepareCedar } from './policy/cedar.ts'
import { run } from './process/run.ts'
import { account, hostFacts, loadBuiltIn, real, version } from './root/assemble.ts'
import { keepConfirmed, type Rulebook, rulebookOf } from './root/config.ts'
import { deskIn } from './root/desk-client.ts'
import { type Feed, feedOf } from './root/feed.ts'
import { type Address, type Env, type Folders, foldersOf, passkeyPath, readAddress, socketIn } from './root/folders.ts'
import { entriesIn, readBackFrom } from './root/ledger.ts'
import { pagesOf } from './root/pages.ts'
import { ownPrecedents } from './root/precedent-file.ts'
import { Agents } from './server/asker.ts'
import { Callers } from './server/callers.ts'
import type { Doors } from './server/guard.ts'
import { CLAUDE_CODE_ROUTE, type Door, guardRoutes, lineAt, type Route } from './server/line.ts'
import { makeFolders, nodeFiles, replaceFile } from './store/files.ts'
import { openSnapshots } from './undo/snapshots.ts'
import type { Started } from './wire/record.ts'

export class ServeError extends CodedError<'guard/path-too-long' | 'guard/port-taken'> {}

/** The newest entries that a starting guard reads back: open tickets and what can still be undone. */
const READ_BACK = 20_000
/** A No counts for a day: nobody may push it out of what is read back. */
const COUNTS_MS = 25 * 60 * 60 * 1000
const OFTEN_MS = 10 * 60 * 1000
/** How often a desk that did not answer is told again. */
const TELL_MS = 30_000
/** A host that never says how a call ended has lost it by then. */
const GIVEN_UP_MS = 12 * 60 * 60 * 1000
/** Who waits for a guard to start is answered before it loads the rest. */
const REST_MS = 100
/** How long a guard that ends waits for what is under way. */
const LEAVE_MS = 5_000
/** The kernel's bound for the name of a socket. */
const SOCKET_BYTES = 107

export interface Running {
  readonly address: Address
  /** Closes the doors and the ledger; resolves when all is durable. */
  readonly stop: () => Promise<void>
  /** Resolves when it has stopped, for whatever reason. */
  readonly stopped: Promise<void>
}

/** Starts the guard of this state folder. A second one on the same folder refuses by the ledger's lock. */
export async function startGuard(env: Env, fault: (error: unknown) => void): Promise<Running> {
  const folders = foldersOf(env)
  const socket = socketIn(folders.state)
  if (Buffer.byteLength(socket) > SOCKET_BYTES)
    throw new ServeError('guard/path-too-long', `\`${socket}\` is too long for a socket`, {
      hint: 'set INTERLOCK_HOME to a shorter path',
    })
  process.umask(0o077)
  for (const folder of [folders.state, folders.config]) await makeFolders(nodeFiles, folder, new Set())
  chmodSync(folders.state, 0o700)
  const ledger = await openLedger({ dir: join(folders.state, 'ledger'), copyDir: folders.config, clock: systemClock })
  const register = new Register()
  const since = systemClock.now() - COUNTS_MS
  const from = await readBackFrom(folders, ledger.size, { most: READ_BACK, since })
  for await (const { entry } of entriesIn(folders, from)) register.apply(entry)

  const feed = feedOf(ledger)
  const rulebook = rulebookOf(folders)
  const gate = gateOf(env, { folders, rulebook }, { ledger: feed, register })
  // Before any ruling in the ledger; nobody waits for it.
  record(gate, { type: 'started', subject: 'guard', data: startedOf(gate) }).catch(fault)
  const guard = guardOf(gate, (hash) => keepConfirmed(folders.state, hash))
  await agreeOnStop(gate, guard)
  const left = guard.abandon(0, 'the guard ended before the call was seen to end').catch(fault)
  const tidy = async (): Promise<void> => {
    await guard.abandon(GIVEN_UP_MS, 'nobody said how it ended in twelve hours')
    await gate.snapshots.prune()
  }
  const often = setInterval(() => void tidy().catch(fault), OFTEN_MS)
  const telling = setInterval(() => void guard.tellDesk().catch(fault), TELL_MS)
  for (const timer of [often, telling]) timer.unref()
  void left.then(() => guard.tellDesk()).catch(fault)

  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let ended: Promise<void> | undefined
  const stop = (): Promise<void> => {
    ended ??= (async () => {
      for (const timer of [often, telling]) clearInterval(timer)
      doors.close()
      await guard.quiet(LEAVE_MS)
      await left
      await ledger.close().finally(resolve)
    })()
    return ended
  }
  const doors = await openDoors({ guard, feed, folders, rulebook }, { stop, fault })
  setTimeout(() => void doors.loadRest().catch(fault), REST_MS)
  return { address: doors.address, stop, stopped }
}

function startedOf({ policy, desk }: Gate): Started {
  const enrolled = desk()
  return {
    version: version(),
    user: account(),
    host: hostname(),
    policy: policy.hash,
    layers: ['builtin'],
    ...(enrolled && { desk: { origin: enrolled.origin, operator: enrolled.operator } }),
  }
}

/** A stop that was made while no guard ran is recorded; one whose file is gone without a resume still holds. */
async function agreeOnStop({ breaker, register }: Gate, guard: Guard): Promise<void> {
  const [file, known] = [breaker.stopped(), register.stopped]
  if (file !== undefined && known === undefined) await guard.turn('stopped', file, 'a command while no guard ran')
  if (file === undefined && known !== undefined) await breaker.stop(known)
}

interface Written {
  readonly folders: Folders
  /** What people wrote for workspaces. */
  readonly rulebook: Rulebook
}

function gateOf(env: Env, { folders, rulebook }: Written, kept: Pick<Gate, 'ledger' | 'register'>): Gate {
  const { state } = folders
  const { bounds } = rulebook.own()
  return {
    ...kept,
    clock: systemClock,
    snapshots: openSnapshots({ dir: join(state, 'snapshots'), bounds, clock: systemClock, run }),
    policy: loadBuiltIn(),
    breaker: breakerIn(state),
    host: { ...hostFacts(env, folders), guard: ownProcess() },
    home: real(folders.home),
    probe: probeWith(systemClock),
    desk: deskIn(state, systemClock),
    forgetDesk: () => dropEnrolment(state),
    precedents: ownPrecedents(),
    rulesOf: (workspace) => rulebook.rulesOf(workspace, systemClock.now()),
  }
}

function ownProcess(): GuardProcess {
  const { argv, execArgv, execPath, pid } = process
  return { pid, name: basename(execPath), line: [argv[0], ...execArgv, ...argv.slice(1)].join(' ') }
}

interface Ending {
  readonly stop: () => Promise<void>
  readonly fault: (error: unknown) => void
}

interface Inside extends Written {
  readonly guard: Guard
  readonly feed: Feed
}

interface Opened {
  readonly address: Address
  readonly close: () => void
  /** Loads what no request waited for yet: a package that is replaced under a guard that runs must not matter to it. */
  readonly loadRest: () => Promise<void>
}

/** The unix socket, and the loopback port for those who can't use one; both answer the same. */
async function openDoors({ guard, ...given }: Inside, { stop, fault }: Ending): Promise<Opened> {
  const { state, home } = given.folders
  const before = readAddress(state)
  const token = before?.token ?? randomBytes(24).toString('base64url')
  const agents = new Agents(process.pid)
  const callers = new Callers(process.pid)
  const claudeCode = once(async () =>
    (await import('./server/claude-code.ts')).claudeCode({
      guard,
      state,
      home,
      agents,
      callers,
      clock: systemClock,
      fault,
    }),
  )
  const routes: readonly Route[] = [
    { method: 'POST', path: CLAUDE_CODE_ROUTE, answer: async (asked) => await (await claudeCode())(asked) },
    ...guardRoutes({ guard, callers, stop }),
  ]
  const pages = pagesOf(() => ({ ...given, guard, agents, clock: systemClock, port, fault }))
  const people = once(() =>
    forPeople({
      guard,
      callers,
      asker: (connection) => agents.asker(connection),
      linkFor: async (person) => (await pages.open()).link(person),
      takesPasskey: () => existsSync(passkeyPath(state)),
    }),
  )
  const serverAt = (door: Door): Server => {
    const line = lineAt(door, routes, async () => (await people())(door))
    if (door.kind === 'socket') return createServer(line)
    return createServer((request, response) =>
      (pages.isFor(request.headers.host) ? pages.answer : line)(request, response),
    )
  }
  const [onSocket, onPort] = [serverAt({ kind: 'socket' }), serverAt({ kind: 'loopback', token })]
  // Hooks that are installed name the port of before.
  const port: number = await listening(onPort, { host: '127.0.0.1', port: before?.port ?? 0 })
  const address = { socket: socketIn(state), port, token, pid: process.pid }
  // What is being answered still is; nobody new comes in.
  const close = (): void => {
    for (const server of [onSocket, onPort]) {
      server.close()
      server.closeIdleConnections()
    }
  }
  const loadRest = async (): Promise<void> => {
    await Promise.all([judging(), prepareCedar()])
    await claudeCode()
    await people()
  }
  try {
    await replaceFile(nodeFiles, join(state, 'guard.json'), Buffer.from(JSON.stringify(address)))
    // Last: who gets an answer on the socket finds the address. The ledger's lock says that no other guard is alive.
    rmSync(address.socket, { force: true })
    await listening(onSocket, { path: address.socket })
  } catch (error) {
    close()
    throw error
  }
  return { address, close, loadRest }
}

/** The library that answers people takes longer to load than all that a starting guard needs. */
async function forPeople(doors: Doors): Promise<(door: Door) => RequestListener> {
  const [server, app] = await Promise.all([import('@hono/node-server'), import('./server/guard.ts')])
  const kept = new Map<Door, RequestListener>()
  return (door) => {
    const listener = kept.get(door) ?? server.getRequestListener(app.guardApp(doors, door).fetch)
    kept.set(door, listener)
    return listener
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

function listening(
  server: Server,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(whyNot(cause, where)))
    server.listen(where, () => {
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0)
    })
  })
}

/** Another port would leave the installed hooks with whoever listens at the old one. */
function whyNot(cause: Error, where: object): Error {
  if (!('port' in where) || codeOf(cause) !== 'EADDRINUSE') return cause
  const hint = 'end what listens there; or remove `guard.json` from the state folder and run `interlock init` again'
  return new ServeError('guard/port-taken', `something else listens at the guard's port ${where.port}`, { cause, hint })
}
