import { timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type * as z from 'zod'
import { CodedError, reasonOf } from '../core/errors.ts'
import type { Asker, Guard } from '../gate/guard.ts'
import type { Connection } from '../process/peer.ts'
import {
  CallRequest,
  CloseRequest,
  ConfirmRequest,
  type HeldCalls,
  type ReceiptLines,
  StopRequest,
  UndoRequest,
} from '../wire/api.ts'
import type { ConsoleLink } from '../wire/console.ts'
import type { Callers } from './callers.ts'

/**
 * Where a request came in. The socket's door is its folder's mode; a loopback port is open to every user and every web
 * page on this machine, so it takes a token.
 */
export type Door = { readonly kind: 'socket' } | { readonly kind: 'loopback'; readonly token: string }

export interface Doors {
  readonly guard: Guard
  /** Mounts what a host's hooks call. */
  readonly hosts: (app: Hono) => void
  /** Who asks, as far as the operating system tells, or why he is not believed. */
  readonly asker: (connection: Connection) => Asker | { readonly refused: string }
  readonly callers: Callers
  /** The operator's own yes takes his passkey, which answers in the console alone. */
  readonly takesPasskey: () => boolean
  /** A link that opens the console once. */
  readonly linkFor: (asker: Asker) => Promise<ConsoleLink>
  /** Resolves when all is durable. */
  readonly stop: () => Promise<void>
}

/** Hooks carry whole files; more than this is no call. */
const LONGEST_BODY = 64 << 20

/** Of a call, all that says below which process it runs. */
const Whose = CallRequest.pick({ agent: true, process: true }).loose()

const WITH_PASSKEY = 'your passkey says yes here: `interlock console` opens the page where it does'

/** How long one question for an approval is kept open. */
const LONGEST_WAIT = 20_000

/** The guard's HTTP interface; `wire/api.ts` says the shapes. An error is an answer with its reason, never a silence. */
export function guardApp(doors: Doors, door: Door): Hono {
  const { guard } = doors
  const app = new Hono()
  app.onError((error, c) => {
    const { hint } = error as Partial<CodedError>
    return c.json({ error: reasonOf(error), ...(hint && { hint }) }, error instanceof BodyError ? 400 : 500)
  })
  app.notFound((c) => c.json({ error: 'there is nothing here' }, 404))
  if (door.kind === 'loopback') app.use('*', onlyOurs(door.token))
  app.use('*', bodyLimit({ maxSize: LONGEST_BODY, onError: (c) => c.json({ error: 'the request is too long' }, 413) }))

  app.post('/v1/calls', async (c) => {
    const call = await body(c)
    const from = Whose.safeParse(call).data
    if (from?.process !== undefined) doors.callers.saw(from.agent.run, from.process)
    return c.json(await guard.call(call, { asks: async () => false }))
  })
  app.get('/v1/commits', (c) => {
    const receipt = doors.callers.receiptOf(Number(c.req.query('process')), guard.open())
    return receipt === undefined ? c.text('', 404) : c.text(receipt)
  })
  app.post('/v1/calls/:receipt/close', async (c) => {
    await guard.close(c.req.param('receipt'), await fitting(c, CloseRequest))
    return c.json({})
  })
  app.get('/v1/tickets', (c) => c.json({ held: [...guard.waiting()] } satisfies HeldCalls))
  app.get('/v1/tickets/:ticket', (c) => c.json({ state: guard.standing(c.req.param('ticket')) }))
  app.get('/v1/approvals', async (c) => c.json(await guard.approvals()))
  app.get('/v1/approvals/:ticket', async (c) => {
    const wait = Math.min(LONGEST_WAIT, Math.max(0, Number(c.req.query('wait') ?? 0) || 0))
    return c.json(await guard.approval(c.req.param('ticket'), wait))
  })
  app.get('/v1/desk', async (c) => c.json(await guard.desk()))
  app.get('/v1/receipts', (c) => {
    const last = Math.min(20_000, Math.max(1, Number(c.req.query('last') ?? 20) || 20))
    return c.json({ receipts: [...guard.receipts(last)] } satisfies ReceiptLines)
  })
  app.post('/v1/undo', async (c) => c.json(await guard.undo(await fitting(c, UndoRequest))))
  app.post('/v1/stop', async (c) => {
    await guard.turn('stopped', (await fitting(c, StopRequest)).why, 'the command line')
    return c.json({})
  })
  forPerson(app, doors)
  app.get('/v1/status', (c) => c.json(guard.status()))
  app.post('/v1/shutdown', async (c) => {
    await doors.stop()
    return c.json({}, 200, { connection: 'close' })
  })
  doors.hosts(app)
  return app
}

/** What only a person may ask. */
function forPerson(app: Hono, doors: Doors): void {
  const { guard } = doors
  app.post('/v1/confirm', async (c) => {
    const asked = await fitting(c, ConfirmRequest)
    // A no, and a file, which no page shows, are taken from a terminal all the same.
    if ('ticket' in asked && asked.answer === 'confirmed' && doors.takesPasskey())
      return c.json({ refused: WITH_PASSKEY })
    return await asPerson(c, doors, (asker) =>
      'ticket' in asked
        ? guard.confirm(asked.ticket, asked.answer, asker)
        : guard.confirmFile({ path: asked.file, sha256: asked.sha256 }, asker),
    )
  })
  app.post('/v1/desk/leave', async (c) =>
    asPerson(c, doors, async (asker) => {
      const untold = await guard.leaveDesk(asker)
      return untold === undefined ? {} : { untold }
    }),
  )
  app.post('/v1/resume', async (c) => {
    if (doors.takesPasskey()) return c.json({ refused: WITH_PASSKEY })
    return await asPerson(c, doors, ({ by }) => guard.turn('resumed', 'by hand', by))
  })
  app.post('/v1/console', async (c) => await asPerson(c, doors, doors.linkFor))
}

/** Undefined where it is no JSON; what is asked of it refuses that. */
async function body(c: Context): Promise<unknown> {
  return (await c.req.json().catch(() => undefined)) as unknown
}

class BodyError extends CodedError<'api/malformed'> {}

async function fitting<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await body(c))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new BodyError(
    'api/malformed',
    `the request does not fit: ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'unreadable'}`,
  )
}

/** No browser is a client of ours: what a web page sends names its origin, and a name that it had rebound is not this host. */
function onlyOurs(token: string): MiddlewareHandler {
  const expected = Buffer.from(`Bearer ${token}`)
  return async (c, next) => {
    const given = Buffer.from(c.req.header('authorization') ?? '')
    const host = (c.req.header('host') ?? '').replace(/:\d+$/, '')
    if (c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined)
      return c.json({ error: 'the guard does not answer web pages' }, 403)
    if (host !== '127.0.0.1' && host !== 'localhost' && host !== 'guard')
      return c.json({ error: 'this is no such host' }, 403)
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return c.json({ error: 'the token is missing or wrong' }, 401)
    return await next()
  }
}

/** The connection that a request came over; undefined for the socket. */
export function connectionOf(c: Context): (Connection & object) | undefined {
  const socket = (c.env as { incoming?: { socket?: Partial<Connection> } }).incoming?.socket
  return socket?.remotePort === undefined || socket.localPort === undefined ? undefined : (socket as Connection)
}

/** What only a person may ask comes over loopback TCP: there the operating system tells which process asks. */
async function asPerson(c: Context, doors: Doors, act: (asker: Asker) => Promise<unknown>): Promise<Response> {
  const connection = connectionOf(c)
  const asker =
    connection === undefined ? { refused: 'it comes over loopback TCP, from a terminal' } : doors.asker(connection)
  if ('refused' in asker) return c.json({ refused: asker.refused })
  return c.json(((await act(asker)) ?? {}) as object)
}
