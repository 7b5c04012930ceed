import type { Context } from 'hono'
import { Hono } from 'hono'
import { z } from 'zod'
import { chain } from '../core/errors.ts'
import type { Guard } from '../gate/guard.ts'
import { CloseRequest, UndoRequest } from '../wire/api.ts'

export interface Doors {
  /** The bearer token of the loopback door; the socket's door is its folder's mode. */
  readonly token: string
  /** Mounts what a host's hooks call. */
  readonly hosts: (app: Hono) => void
  /** Who asks, as far as the operating system tells; undefined where it can't be found. */
  readonly asker: (port: number) => Promise<{ by: string; forgeable: boolean } | { refused: string }>
  readonly stop: () => Promise<void>
}

const Confirm = z.strictObject({ ticket: z.string(), answer: z.enum(['confirmed', 'refused']).default('confirmed') })
const Stop = z.strictObject({ why: z.string().min(1).max(500) })

/** The guard's HTTP interface; `wire/api.ts` says the shapes. An error is an answer with its reason, never a silence. */
export function guardApp(guard: Guard, doors: Doors): Hono {
  const app = new Hono()
  app.onError((error, c) => c.json({ error: chain(error).join(', because ') }, 500))
  app.use('*', async (c, next) => {
    const socket = (c.env as { incoming?: { socket?: { remoteAddress?: string } } }).incoming?.socket
    const local = socket?.remoteAddress === undefined
    if (!local && c.req.header('authorization') !== `Bearer ${doors.token}`)
      return c.json({ error: 'the token is missing or wrong' }, 401)
    return await next()
  })
  app.post('/v1/calls', async (c) => c.json(await guard.call(await c.req.json(), { asks: async () => false })))
  app.post('/v1/calls/:receipt/close', async (c) => {
    const { outcome, code } = CloseRequest.parse(await c.req.json())
    await guard.close(c.req.param('receipt'), { outcome, ...(code !== undefined && { code }) })
    return c.json({})
  })
  app.get('/v1/tickets', (c) => c.json({ tickets: guard.waiting() }))
  app.get('/v1/tickets/:ticket', (c) => c.json({ state: guard.standing(c.req.param('ticket')) }))
  app.post('/v1/confirm', async (c) => {
    const { ticket, answer } = Confirm.parse(await c.req.json())
    return c.json(await asPerson(c, doors, (asker) => guard.confirm(ticket, answer, asker)))
  })
  app.get('/v1/receipts', (c) => c.json({ receipts: guard.receipts(Number(c.req.query('last') ?? 20)) }))
  app.post('/v1/undo', async (c) => c.json(await guard.undo(UndoRequest.parse(await c.req.json()))))
  app.post('/v1/stop', async (c) => c.json(await guard.turn('stopped', Stop.parse(await c.req.json()).why)))
  app.post('/v1/resume', async (c) => c.json(await asPerson(c, doors, () => guard.turn('resumed', 'by hand'))))
  app.get('/v1/status', (c) => c.json(guard.status()))
  app.post('/v1/shutdown', (c) => {
    // After the answer: closing ends this connection, too.
    setImmediate(() => void doors.stop())
    return c.json({})
  })
  doors.hosts(app)
  return app
}

/** What only a person may ask comes over loopback TCP: there the operating system tells which process asks. */
async function asPerson(
  c: Context,
  doors: Doors,
  act: (asker: { by: string; forgeable: boolean }) => Promise<object>,
): Promise<object> {
  const port = (c.env as { incoming?: { socket?: { remotePort?: number } } }).incoming?.socket?.remotePort
  const asker =
    port === undefined ? { refused: 'it comes over loopback TCP, from a terminal' } : await doors.asker(port)
  return 'refused' in asker ? { refused: asker.refused } : await act(asker)
}
