import { type Context, Hono } from 'hono'
import { EnrollRequest, FileRequest, OutcomeRequest, type Standing } from '../wire/desk.ts'
import { type Allowed, needRate, slowing, takeSlot } from './allowed.ts'
import { type Desk, Refusal } from './desk.ts'
import { authentic, enrollGuard } from './guards.ts'
import { closeHold, fileOrTake, leave, standing, withdrawHold } from './holds.ts'
import { fitting, Nothing } from './problem.ts'
import type { GuardRow } from './store.ts'

const LONGEST_WAIT_MS = 30_000

/** What guards may do: enrol with a code, file, take, tell what became of it, take back, leave. Nothing else. */
export function forGuards(desk: Desk, rates: Allowed): Hono {
  const app = new Hono()
  app.post('/guards', slowing(desk, rates), async (c) => {
    return c.json(await enrollGuard(desk, await fitting(c, EnrollRequest)))
  })
  app.post('/holds', async (c) => {
    const guard = await whichGuard(desk, c)
    const request = await fitting(c, FileRequest)
    // What is known is asked for again, to be taken: only new ones are a flood.
    if ((await desk.store.hold(request.filing.ticket)) === undefined) needRate(desk, rates.filings, guard.id)
    return c.json(await fileOrTake(desk, guard, request))
  })
  app.get('/holds/:ticket', async (c) => {
    const guard = await whichGuard(desk, c)
    const wait = Number(c.req.query('wait') ?? 0)
    const ms = Number.isFinite(wait) ? Math.min(LONGEST_WAIT_MS, Math.max(0, wait)) : 0
    const look = (): Promise<Standing> => standing(desk, guard, c.req.param('ticket'), { ms, signal: c.req.raw.signal })
    if (ms === 0) return c.json(await look())
    const free = takeSlot(rates.waits, guard.id)
    return c.json(await look().finally(free))
  })
  app.post('/holds/:ticket/outcome', async (c) => {
    const guard = await whichGuard(desk, c)
    return c.json(await closeHold(desk, guard, c.req.param('ticket'), await fitting(c, OutcomeRequest)))
  })
  app.post('/holds/:ticket/withdrawal', async (c) => {
    const guard = await whichGuard(desk, c)
    await fitting(c, Nothing)
    return c.json(await withdrawHold(desk, guard, c.req.param('ticket')))
  })
  app.delete('/guards', async (c) => {
    const guard = await whichGuard(desk, c)
    await fitting(c, Nothing)
    return c.json(await leave(desk, guard))
  })
  return app
}

/** Asked before anything of the request is believed. */
async function whichGuard(desk: Desk, c: Context): Promise<GuardRow> {
  const [, token] = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '') ?? []
  if (token === undefined) throw new Refusal('desk/no-credential', 'a guard signs its requests')
  const body = new Uint8Array(await c.req.arrayBuffer())
  return await authentic(desk, token, { method: c.req.method, path: c.req.path, body })
}
