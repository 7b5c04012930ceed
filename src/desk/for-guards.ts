import { type Context, Hono } from 'hono'
import { EnrollRequest, FileRequest, OutcomeRequest } from '../wire/desk.ts'
import { type Allowed, slowing } from './allowed.ts'
import { type Desk, Refusal } from './desk.ts'
import { authentic, enrollGuard } from './guards.ts'
import { closeHold, fileOrTake, standing } from './holds.ts'
import { fitting } from './problem.ts'
import type { GuardRow } from './store.ts'

const LONGEST_WAIT_MS = 30_000

/** What guards may do: enrol with a code, file, take, tell what became of it. Nothing else. */
export function forGuards(desk: Desk, rates: Allowed): Hono {
  const app = new Hono()
  app.post('/guards', slowing(desk, rates), async (c) => {
    return c.json(await enrollGuard(desk, await fitting(c, EnrollRequest)))
  })
  app.post('/holds', async (c) => {
    const guard = await whichGuard(desk, c)
    return c.json(await fileOrTake(desk, guard, await fitting(c, FileRequest)))
  })
  app.get('/holds/:ticket', async (c) => {
    const guard = await whichGuard(desk, c)
    const wait = Number(c.req.query('wait') ?? 0)
    const ms = Number.isFinite(wait) ? Math.min(LONGEST_WAIT_MS, Math.max(0, wait)) : 0
    return c.json(await standing(desk, guard, c.req.param('ticket'), { ms, signal: c.req.raw.signal }))
  })
  app.post('/holds/:ticket/outcome', async (c) => {
    const guard = await whichGuard(desk, c)
    return c.json(await closeHold(desk, guard, c.req.param('ticket'), await fitting(c, OutcomeRequest)))
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
