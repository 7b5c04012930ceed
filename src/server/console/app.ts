import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { z } from 'zod'
import type { Json } from '../../core/digest.ts'
import { CodedError, reasonOf } from '../../core/errors.ts'
import { misfit } from '../../core/misfit.ts'
import type { Asker, Guard } from '../../gate/guard.ts'
import { type Book, ledgerRoutes } from '../../page/ledger.ts'
import { servePage, withPageHeaders } from '../../page/serve.ts'
import { keepTelling } from '../../page/stream.ts'
import type { Connection } from '../../process/peer.ts'
import { StopRequest, UndoRequest } from '../../wire/api.ts'
import {
  ConsoleAnswer,
  ConsoleResume,
  type ConsoleSession,
  Nothing,
  OpenSession,
  type Runs,
  type Step,
  type Systems,
  type WaitingCall,
  type WaitingCalls,
} from '../../wire/console.ts'
import { type Problem, Signed } from '../../wire/desk.ts'
import type { Agents, Holder } from '../asker.ts'
import { socketOf } from '../guard.ts'
import { connectionOf } from '../line.ts'
import type { Chronicle } from './chronicle.ts'
import type { OwnPasskey } from './passkey.ts'
import { SESSION_MS, type Session, type Sessions } from './sessions.ts'

export interface ConsoleParts {
  readonly guard: Guard
  readonly agents: Pick<Agents, 'holder'>
  readonly sessions: Sessions
  readonly passkey: OwnPasskey
  readonly chronicle: Chronicle
  readonly book: Book
  /** The registry, as it applies in these workspaces. */
  readonly systems: (workspaces: readonly string[]) => Pick<Systems, 'systems' | 'broken'>
  /** Calls `heard` after each entry; answers with how to stop that. */
  readonly listen: (heard: () => void) => () => void
  readonly origin: string
  /** The page's folder, as it was built; undefined where it was not. */
  readonly web: string | undefined
  readonly fault: (error: unknown) => void
}

type Api = Hono<{ Variables: { session: Session; holder: Holder } }>

class ConsoleError extends CodedError<
  'console/no-session' | 'console/forbidden' | 'console/malformed' | 'console/not-found'
> {}

const LONGEST_BODY = 64 * 1024
const MOST_RUNS = 200
const MOST_STEPS = 500
const MOST_WORKSPACES = 20

/** What the guard serves to a browser of its user; `wire/console.ts` says the routes. */
export function consoleApp(parts: ConsoleParts): Hono {
  const app = new Hono()
  app.onError((error) => problem(error, parts.fault))
  app.notFound(() => problem(new ConsoleError('console/not-found', 'there is nothing here'), parts.fault))
  app.use('*', withPageHeaders(parts.origin))
  app.use('*', bodyLimit({ maxSize: LONGEST_BODY }))
  app.route('/api', api(parts))
  if (parts.web !== undefined)
    app.get('*', servePage({ folder: parts.web, index: 'solo.html', not: /^\/(?:api|v1)(?:\/|$)/ }))
  return app
}

function api(parts: ConsoleParts): Api {
  const { sessions } = parts
  const app: Api = new Hono()
  app.use('*', ownPageOnly(parts.origin))
  app.use('*', fromBrowserOf(parts.agents))
  app.post('/session', async (c) => {
    const { code } = await fitting(c, OpenSession)
    const secret = sessions.open(code, c.get('holder'))
    if (secret === undefined) throw new ConsoleError('console/no-session', 'this link was used, or it is too old')
    setCookie(c, cookieOf(parts), secret, { ...COOKIE, maxAge: SESSION_MS / 1000 })
    return c.json(sessionOf(parts, sessions.whose(secret, c.get('holder'))))
  })
  app.use('*', async (c, next) => {
    const session = sessions.whose(getCookie(c, cookieOf(parts)) ?? '', c.get('holder'))
    if (session === undefined) throw new ConsoleError('console/no-session', 'the console is not open in this browser')
    c.set('session', session)
    return await next()
  })
  app.get('/session', (c) => c.json(sessionOf(parts, c.get('session'))))
  app.delete('/session', async (c) => {
    await fitting(c, Nothing)
    sessions.end(getCookie(c, cookieOf(parts)) ?? '')
    deleteCookie(c, cookieOf(parts), COOKIE)
    return c.json({})
  })
  enrolling(app, parts)
  waiting(app, parts)
  runs(app, parts)
  systems(app, parts)
  app.route('/ledger', ledgerRoutes(parts.book))
  app.get('/events', (c) => streamSSE(c, (stream) => tellEntries(parts, stream, c)))
  return app
}

function enrolling(app: Api, parts: ConsoleParts): void {
  const { passkey } = parts
  app.post('/passkey/start', async (c) => {
    await fitting(c, Nothing)
    return c.json(await passkey.startEnrolling())
  })
  app.post('/passkey', async (c) => {
    await passkey.enrol(await fitting(c, Signed), c.get('session').by)
    return c.json(sessionOf(parts, c.get('session')))
  })
}

/** Whose yes it is: the one who holds the passkey, where there is one; else whoever could press the button. */
async function askerOf(
  { passkey }: ConsoleParts,
  { by }: Session,
  said: { about: Json; signed: Signed | undefined },
): Promise<Asker> {
  if (passkey.kept === undefined) return { by, forgeable: true }
  const signed = await passkey.signed(said.about, said.signed)
  return { by: `${by}, by passkey`, forgeable: false, signed }
}

function waiting(app: Api, parts: ConsoleParts): void {
  const { guard, chronicle, passkey } = parts
  const withRuling = (held: WaitingCall): WaitingCall => {
    const call = chronicle.call(held.receipt)
    return call === undefined ? held : { ...held, rule: call.rule, safeguards: [...call.safeguards] }
  }
  const all = (): WaitingCalls => ({
    yours: guard.waiting().map(withRuling),
    others: guard.waiting('others').map(withRuling),
  })
  const yesTo = (ticket: string): Json => ({ ticket, answer: 'confirmed', ...guard.terms(ticket) })
  app.get('/waiting', (c) => c.json(all()))
  app.post('/waiting/:ticket', async (c) => {
    const { answer, signed } = await fitting(c, ConsoleAnswer)
    const [ticket, session] = [c.req.param('ticket'), c.get('session')]
    const asker =
      answer === 'refused'
        ? { by: session.by, forgeable: true }
        : await askerOf(parts, session, { about: yesTo(ticket), signed })
    await guard.confirm(ticket, answer, asker)
    return c.json(all())
  })
  app.post('/waiting/:ticket/start', async (c) => {
    await fitting(c, Nothing)
    return c.json(await passkey.startSigning(yesTo(c.req.param('ticket'))))
  })
}

function runs(app: Api, { guard, chronicle }: ConsoleParts): void {
  app.get('/runs', (c) => c.json({ runs: [...chronicle.runs(MOST_RUNS)] } satisfies Runs))
  app.get('/runs/:run', (c) => {
    const found = chronicle.run(c.req.param('run'))
    if (found === undefined) throw new ConsoleError('console/not-found', 'no such run is remembered')
    const kept = new Map(guard.receipts(MOST_STEPS * 2, found.line.run).map((line) => [line.id, line]))
    const steps = found.calls.slice(-MOST_STEPS).map((call): Step => {
      const line = kept.get(call.receipt)
      return { ...call, kept: line?.kept === true, undone: line?.undone === true }
    })
    return c.json({ ...found.line, steps, cut: steps.length < found.calls.length })
  })
  app.post('/undo', async (c) => c.json(await guard.undo(await fitting(c, UndoRequest))))
}

function systems(app: Api, parts: ConsoleParts): void {
  const { guard, chronicle, passkey, systems: registry } = parts
  const all = (): Systems => {
    const { stopped, stoppedAgents } = guard.status()
    const known = { ...registry(chronicle.workspaces(MOST_WORKSPACES)), stoppedAgents: [...stoppedAgents] }
    return { ...known, ...(stopped !== undefined && { stopped }) }
  }
  app.get('/systems', (c) => c.json(all()))
  app.post('/stop', async (c) => {
    await guard.turn('stopped', (await fitting(c, StopRequest)).why, c.get('session').by)
    return c.json(all())
  })
  app.post('/resume', async (c) => {
    const { signed } = await fitting(c, ConsoleResume)
    const { by } = await askerOf(parts, c.get('session'), { about: RESUME, signed })
    await guard.turn('resumed', 'by hand', by)
    return c.json(all())
  })
  app.post('/resume/start', async (c) => {
    await fitting(c, Nothing)
    return c.json(await passkey.startSigning(RESUME))
  })
}

const RESUME: Json = { answer: 'resumed' }

async function tellEntries(parts: ConsoleParts, stream: SSEStreamingApi, c: Context): Promise<void> {
  const secret = getCookie(c, cookieOf(parts)) ?? ''
  const stop = parts.listen(() => void stream.writeSSE({ data: 'entry' }).catch(() => stream.abort()))
  await keepTelling(stream, { isAllowed: () => parts.sessions.whose(secret, c.get('holder')) !== undefined, stop })
}

/**
 * Another site, or another port of this machine, which an agent may serve, can have the person's browser ask us: the
 * browser says so. What asks without saying where it comes from is no page.
 */
function ownPageOnly(origin: string): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.header('sec-fetch-site') !== 'same-origin')
      throw new ConsoleError('console/forbidden', `only a page of ${origin} is answered`)
    if (c.req.method === 'GET') return await next()
    const isJson = /^application\/json(?:;|$)/i.test(c.req.header('content-type') ?? '')
    if (c.req.header('origin') !== origin || !isJson)
      throw new ConsoleError('console/forbidden', `only a page of ${origin} may do that`)
    return await next()
  }
}

/** One look through the processes for each connection: browsers keep theirs. */
function fromBrowserOf(agents: ConsoleParts['agents']): MiddlewareHandler<{ Variables: { holder: Holder } }> {
  const known = new WeakMap<object, Holder>()
  return async (c, next) => {
    const connection: (Connection & object) | undefined = connectionOf(socketOf(c))
    const holder = connection && (known.get(connection) ?? agents.holder(connection))
    if (connection === undefined || holder === undefined || 'refused' in holder) {
      const why = holder !== undefined && 'refused' in holder ? holder.refused : 'it came over no loopback connection'
      throw new ConsoleError('console/forbidden', `this browser is not answered: ${why}`)
    }
    known.set(connection, holder)
    c.set('holder', holder)
    return await next()
  }
}

const COOKIE = { path: '/', httpOnly: true, sameSite: 'Strict' } as const

/** Browsers send cookies to every port of a name: the guard of another state folder has another one. */
function cookieOf({ origin }: ConsoleParts): string {
  return `interlock-console-${new URL(origin).port}`
}

function sessionOf({ guard, passkey }: ConsoleParts, session: Session | undefined): ConsoleSession {
  const { stopped } = guard.status()
  const since = passkey.kept?.enrolledAt
  return {
    by: session?.by ?? '',
    ...(stopped !== undefined && { stopped }),
    ...(since !== undefined && { passkeySince: since }),
  }
}

async function fitting<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await c.req.json().catch(() => undefined))
  if (parsed.success) return parsed.data
  throw new ConsoleError('console/malformed', misfit(parsed.error, 'the body'))
}

const ANSWERS: Readonly<Record<string, readonly [status: number, title: string]>> = {
  'console/no-session': [401, 'not open here'],
  'console/forbidden': [403, 'not allowed'],
  'console/malformed': [400, 'not understood'],
  'console/not-found': [404, 'not here'],
  'console/passkey': [403, 'not signed'],
  'guard/unknown-ticket': [409, 'not any more'],
  'guard/for-others': [409, 'not yours'],
  'undo/nothing': [409, 'nothing to undo'],
}

function problem(error: unknown, fault: (error: unknown) => void): Response {
  const { code = '', hint } = error as Partial<CodedError>
  const [status, title] = ANSWERS[code] ?? [500, 'a fault of the guard']
  if (status === 500) fault(error)
  const detail = [reasonOf(error), hint].filter(Boolean).join(': ')
  const body: Problem = { type: 'about:blank', title, status, detail }
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
}
