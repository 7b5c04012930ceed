import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type * as z from 'zod'
import type { Asker, Guard } from '../gate/guard.ts'
import type { Connection } from '../process/peer.ts'
import { ConfirmRequest, type HeldCalls, type ReceiptLines, StopRequest, UndoRequest } from '../wire/api.ts'
import type { ConsoleLink } from '../wire/console.ts'
import type { Callers } from './callers.ts'
import { connectionOf, type Door, faultOf, fitting as fits, LONGEST_BODY, whyShut } from './line.ts'

export interface Doors {
  readonly guard: Guard
  /** Who asks, as far as the operating system tells, or why he is not believed. */
  readonly asker: (connection: Connection) => Asker | { readonly refused: string }
  readonly callers: Callers
  /** The operator's own yes takes his passkey, which answers in the console alone. */
  readonly takesPasskey: () => boolean
  /** A link that opens the console once. */
  readonly linkFor: (asker: Asker) => Promise<ConsoleLink>
}

const WITH_PASSKEY = 'your passkey says yes here: `interlock console` opens the page where it does'

/** How long one question for an approval is kept open. */
const LONGEST_WAIT = 20_000

/** What people ask of the guard; `wire/api.ts` says the shapes. Loaded when it is first asked for; see `line.ts`. */
export function guardApp(doors: Doors, door: Door): Hono {
  const { guard } = doors
  const app = new Hono()
  app.onError((error) => {
    const { status, body } = faultOf(error)
    return new Response(body, { status, headers: { 'content-type': 'application/json' } })
  })
  app.notFound((c) => c.json({ error: 'there is nothing here' }, 404))
  app.use('*', onlyOurs(door))
  app.use('*', bodyLimit({ maxSize: LONGEST_BODY, onError: (c) => c.json({ error: 'the request is too long' }, 413) }))

  app.get('/v1/commits', (c) => {
    const receipt = doors.callers.receiptOf(Number(c.req.query('process')), guard.open())
    return receipt === undefined ? c.text('', 404) : c.text(receipt)
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

async function fitting<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  return fits(await c.req.json().catch(() => undefined), schema)
}

function onlyOurs(door: Door): MiddlewareHandler {
  return async (c, next) => {
    const shut = whyShut(door, (name) => c.req.header(name))
    return shut === undefined ? await next() : c.json({ error: shut.why }, shut.status)
  }
}

/** What only a person may ask comes over loopback TCP: there the operating system tells which process asks. */
async function asPerson(c: Context, doors: Doors, act: (asker: Asker) => Promise<unknown>): Promise<Response> {
  const connection = connectionOf(socketOf(c))
  const asker =
    connection === undefined ? { refused: 'it comes over loopback TCP, from a terminal' } : doors.asker(connection)
  if ('refused' in asker) return c.json({ refused: asker.refused })
  return c.json(((await act(asker)) ?? {}) as object)
}

/** What Node's server hands to the library with each request. */
export function socketOf(c: Context): Partial<Connection> | undefined {
  return (c.env as { incoming?: { socket?: Partial<Connection> } }).incoming?.socket
}
