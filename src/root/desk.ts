import { chmodSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { getRequestListener } from '@hono/node-server'
import { line, note } from '../cli/render.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { CodedError, codeOf, reasonOf } from '../core/errors.ts'
import { fingerprintOf } from '../core/key.ts'
import { EXIT } from '../core/ruling.ts'
import { deskApp } from '../desk/app.ts'
import { Changes } from '../desk/changes.ts'
import type { Desk } from '../desk/desk.ts'
import type { Provider } from '../desk/identity.ts'
import { type Place, placeOf } from '../desk/origin.ts'
import { inviteFirst } from '../desk/people.ts'
import { providerOf } from '../desk/provider.ts'
import { startDelivery } from '../desk/reach/outbox.ts'
import { recordRules } from '../desk/rules.ts'
import { Sequencer } from '../desk/sequencer.ts'
import type { Heard } from '../desk/store.ts'
import { sweep } from '../desk/sweep.ts'
import { openMirror } from '../ledger/mirror.ts'
import { makeFolders, nodeFiles } from '../store/files.ts'
import type { DeskConfig } from '../wire/desk-config.ts'
import { ringFor } from './bell.ts'
import { bookOf } from './book.ts'
import { readDeskConfig, secretIn } from './desk-config.ts'
import { agreeOnKey, deskKeyIn, ledgerIn, needKeys, openDeskStore } from './desk-state.ts'
import { deskFoldersOf, type Env } from './folders.ts'
import { buildPage, pageFolder } from './page.ts'
import { receiversOf } from './receivers.ts'

export class StartError extends CodedError<'desk/port-taken' | 'desk/certificate' | 'desk/moved'> {}

const SWEEP_MS = 20_000

export interface DeskOptions {
  readonly origin?: string
  readonly port?: string
  readonly cert?: string
  readonly key?: string
}

export interface RunningDesk {
  readonly desk: Desk
  readonly config: DeskConfig
  /** Resolves when all that was committed is in the ledger, and everything is closed. */
  readonly stop: () => Promise<void>
  /** Resolves when it has stopped, for whatever reason. */
  readonly stopped: Promise<void>
}

/** The desk in this process, until a signal. */
export async function serveDesk(options: DeskOptions, env: Env): Promise<number> {
  await buildPage(env)
  process.umask(0o077)
  let code: number = EXIT.done
  const { desk, config, stop, stopped } = await startDesk(options, env, {
    clock: systemClock,
    fault: (error, isEnd) => {
      note(`interlock desk: ${reasonOf(error)}`)
      if (isEnd) code = EXIT.fault
    },
    told: (text) => note(`interlock desk: ${text}`),
  })
  const first = await inviteFirst(desk)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop())
  line(`desk   ${desk.origin}`)
  line(`       fingerprint ${fingerprintOf(desk.key.public)}`)
  if (first !== undefined) {
    line('Nobody is enrolled. Within an hour, the first who opens this link is admin and approver:')
    line(`       ${first.link}`)
  }
  if (config.reach.bell) ringFor(desk)
  await stopped
  // A page that still listened is hung up on, and may not keep this process.
  setTimeout(() => process.exit(code), LINGER_MS).unref()
  return code
}

interface Given {
  readonly clock: Clock
  /** `isEnd`: the desk can't go on. */
  readonly fault: (error: unknown, isEnd: boolean) => void
  /** What an admin at the terminal should know. */
  readonly told: (text: string) => void
}

/** Starts the desk of this state folder. A second one on the same folder refuses by the ledger's lock. */
export async function startDesk(options: DeskOptions, env: Env, { clock, fault, told }: Given): Promise<RunningDesk> {
  const folders = deskFoldersOf(env)
  const { state } = folders
  const config = readDeskConfig(folders.config)
  const receivers = receiversOf(config, folders.config, clock)
  const tls = certificateOf(options)
  const place = placeOf({
    ...(options.origin !== undefined && { origin: options.origin }),
    ...(options.port !== undefined && { port: Number(options.port) }),
    isTls: tls !== undefined,
  })
  for (const folder of [state, folders.config]) await makeFolders(nodeFiles, folder, new Set())
  chmodSync(state, 0o700)
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  const ending: (() => Promise<void>)[] = [async () => resolve()]
  let ended: Promise<void> | undefined
  const stop = (): Promise<void> => {
    ended ??= (async () => {
      for (const end of ending.toReversed()) await end().catch((error: unknown) => fault(error, true))
    })()
    return ended
  }
  try {
    const store = await openDeskStore(env, { state, clock })
    ending.push(() => store.close())
    await needKeys(store, state)
    const tiles = await openMirror({ dir: ledgerIn(state), copyDir: folders.config, clock }, (vkey) =>
      agreeOnKey(store, 'ledger-key', vkey),
    )
    ending.push(() => tiles.close())
    const key = await deskKeyIn(state)
    await agreeOnKey(store, 'desk-key', key.public)
    const desk: Desk = {
      store,
      clock,
      origin: place.origin,
      key,
      changes: new Changes(),
      receivers,
      ...config.limits,
      rules: config.quorum,
      ...(config.oidc && { provider: providerIn(folders.config, config.oidc, place.origin) }),
    }
    await needOrigin(desk)
    await recordRules(desk)
    const sequencer = await Sequencer.start(store, tiles, (error, isEnd) => {
      fault(error, isEnd)
      if (isEnd) void stop()
    })
    ending.push(() => sequencer.stop())
    store.listen((heard) => hear(desk, sequencer, heard))
    await sweep(desk)
    ending.push(startDelivery(desk, { note: told, fault: (error) => fault(error, false) }))
    const often = setInterval(() => void sweep(desk).catch((error: unknown) => fault(error, false)), SWEEP_MS)
    ending.push(async () => clearInterval(often))
    const book = bookOf({ state }, () => tiles.size)
    const app = deskApp({ desk, book, web: pageFolder(), fault: (error) => fault(error, false) })
    const listener = getRequestListener(app.fetch)
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
    await listening(server, place)
    ending.push(() => closed(server))
    return { desk, config, stop, stopped }
  } catch (error) {
    await stop()
    throw error
  }
}

function hear({ changes }: Desk, sequencer: Sequencer, heard: Heard): void {
  if (heard.kind !== 'recorded') changes.tell(heard.kind === 'hold' ? heard.event : undefined)
  if (heard.kind !== 'hold') sequencer.poke()
}

function providerIn(folder: string, oidc: NonNullable<DeskConfig['oidc']>, origin: string): Provider {
  return providerOf({ ...oidc, secret: secretIn(folder, oidc.secret) }, origin)
}

function certificateOf({ cert, key }: DeskOptions): { cert: Buffer; key: Buffer } | undefined {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined)
    throw new StartError('desk/certificate', '`--cert` and `--key` go together', {
      hint: 'both name PEM files: the certificate with its chain, and its private key',
    })
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

/** Under another origin nobody who is enrolled could sign in, and guards would refuse its grants. */
async function needOrigin({ store, origin }: Desk): Promise<void> {
  for (const { id } of await store.people())
    for (const passkey of await store.passkeysOf(id))
      if (passkey.origin !== origin)
        throw new StartError('desk/moved', `the passkeys of this desk were made for \`${passkey.origin}\``, {
          hint: `start it with \`--origin ${passkey.origin}\``,
        })
}

function listening(server: Server, { port, host }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const isTaken = codeOf(cause) === 'EADDRINUSE'
      const hint = 'end what listens there, or name another port'
      reject(isTaken ? new StartError('desk/port-taken', `something listens at port ${port}`, { cause, hint }) : cause)
    })
    server.listen({ port, ...(host !== undefined && { host }) }, resolve)
  })
}

/** What is being answered still is; who only listens is hung up on. */
function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), LINGER_MS).unref()
  return promise
}

const LINGER_MS = 500
