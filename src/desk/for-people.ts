import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { type Book, ledgerRoutes } from '../page/ledger.ts'
import { keepTelling } from '../page/stream.ts'
import {
  CodeRequest,
  type Guards,
  JoinStart,
  type Outside,
  OutsideStart,
  type Session,
  Signed,
  VoteStart,
} from '../wire/desk.ts'
import { openApi } from '../wire/openapi.ts'
import type { ReachLines } from '../wire/reach.ts'
import { type Allowed, addressOf, needRate, slowing, takeSlot, type Web } from './allowed.ts'
import { type Desk, needAdmin, Refusal } from './desk.ts'
import { forAdmins } from './for-admins.ts'
import { guardLines, newGuardCode, revokeGuard } from './guards.ts'
import { invitation, join, startJoining } from './joining.ts'
import { noteFailure } from './lockout.ts'
import { comeBack, goOutside, OUTSIDE_MS } from './organisation.ts'
import { addOwnPasskey, signOwnPasskey, startOwnPasskey } from './own-passkeys.ts'
import { fitting, Nothing } from './problem.ts'
import { personLine } from './proposals.ts'
import { reachLines } from './reach/outbox.ts'
import { inSession, SESSION_MS, signIn, signOut, startSignIn, whose } from './sessions.ts'
import type { Enrolled, SessionRow } from './store.ts'
import { castVote, holdPage, listEnded, listHolds, startVote } from './votes.ts'

/** What a passkey signs by itself, whatever opened the session. */
function isSigned({ method, path }: { readonly method: string; readonly path: string }): boolean {
  const signed = /^\/api\/(?:holds\/[^/]+\/votes|proposals\/[^/]+|passkeys)(?:\/(?:start|sign))?$/
  return method === 'POST' && signed.test(path)
}

/** What people may do in a browser. No route below `strangers` answers without a session. */
export function forPeople(desk: Desk, rates: Allowed, book: Book): Web {
  const app: Web = new Hono()
  app.use('*', ownPageOnly(desk.origin))
  strangers(app, desk, rates)
  app.use('*', async (c, next) => {
    const session = await inSession(desk, sessionIn(desk, c))
    if (session === undefined) throw new Refusal('desk/no-credential', 'sign in first')
    if (session.by !== 'passkey' && !isSigned(c.req) && !['GET', 'HEAD'].includes(c.req.method))
      throw new Refusal('desk/forbidden', 'you signed in with your organisation, to read: sign in with your passkey')
    c.set('person', session.person)
    return await next()
  })
  holds(app, desk, rates)
  forAdmins(app, desk, rates)
  ownPasskeys(app, desk, rates)
  guards(app, desk)
  app.get('/reach', async (c) => {
    await needAdmin(desk.store, c.get('person'))
    return c.json({ receivers: await reachLines(desk) } satisfies ReachLines)
  })
  app.route('/ledger', ledgerRoutes(book))
  return app
}

function strangers(app: Web, desk: Desk, rates: Allowed): void {
  const limited = slowing(desk, rates)
  app.use('/invitations/*', limited)
  app.use('/organisation/*', limited)
  outside(app, desk)
  app.get('/invitations/:code', async (c) => c.json(await invitation(desk, c.req.param('code'), outsideIn(desk, c))))
  app.post('/invitations/:code/start', async (c) =>
    c.json(await startJoining(desk, c.req.param('code'), await fitting(c, JoinStart), outsideIn(desk, c))),
  )
  app.post('/invitations/:code', async (c) => {
    const session = await join(desk, c.req.param('code'), await fitting(c, Signed))
    return await signedIn(desk, c, session)
  })
  app.get('/openapi.json', (c) => c.json(openApi({ origin: desk.origin, cookie: cookieOf(desk) })))
  app.get('/session', async (c) => c.json(sessionOf(desk, await inSession(desk, sessionIn(desk, c)))))
  app.post('/session/start', limited, async (c) => {
    await fitting(c, Nothing)
    return c.json(await startSignIn(desk))
  })
  app.post('/session', limited, async (c) => await signedIn(desk, c, await signIn(desk, await fitting(c, Signed))))
  app.delete('/session', async (c) => {
    await fitting(c, Nothing)
    await signOut(desk, sessionIn(desk, c))
    deleteCookie(c, cookieOf(desk), cookieHow(desk))
    return c.json(sessionOf(desk, undefined))
  })
}

/** Signing in with one's organisation, and back. */
function outside(app: Web, desk: Desk): void {
  const keep = (c: Context, secret: string): void =>
    setCookie(c, outsideCookieOf(desk), secret, { ...cookieHow(desk), sameSite: 'Lax', maxAge: OUTSIDE_MS / 1000 })
  app.post('/organisation/start', async (c) => {
    const { code } = await fitting(c, OutsideStart)
    const { url, browser } = await goOutside(desk, code)
    keep(c, browser)
    return c.json({ url } satisfies Outside)
  })
  app.get('/organisation/callback', async (c) => {
    try {
      const { kind, secret } = await comeBack(desk, new URL(c.req.url).search, outsideIn(desk, c))
      if (kind === 'proof') keep(c, secret)
      else setCookie(c, cookieOf(desk), secret, { ...cookieHow(desk), maxAge: SESSION_MS / 1000 })
      return c.redirect(kind === 'proof' ? '/join' : '/')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      await noteFailure(desk, { address: addressOf(c) })
      return c.redirect('/not-signed-in')
    }
  })
}

function holds(app: Web, desk: Desk, { votes, streams }: Allowed): void {
  app.get('/holds', async (c) => c.json(await listHolds(desk, c.get('person'))))
  app.get('/ended-holds', async (c) => c.json(await listEnded(desk, c.get('person'), c.req.query('before'))))
  app.get('/holds/:ticket', async (c) => c.json(await holdPage(desk, c.get('person'), c.req.param('ticket'))))
  app.post('/holds/:ticket/votes/start', async (c) => {
    needRate(desk, votes, c.get('person').id)
    return c.json(await startVote(desk, c.get('person'), c.req.param('ticket'), await fitting(c, VoteStart)))
  })
  app.post('/holds/:ticket/votes', async (c) => {
    needRate(desk, votes, c.get('person').id)
    return c.json(await castVote(desk, c.get('person'), c.req.param('ticket'), await fitting(c, Signed)))
  })
  app.get('/events', (c) => {
    const free = takeSlot(streams, c.get('person').id)
    return streamSSE(c, async (stream) => {
      stream.onAbort(free)
      await tellChanges(desk, stream, sessionIn(desk, c)).finally(free)
    })
  })
}

function ownPasskeys(app: Web, desk: Desk, { votes }: Allowed): void {
  app.use('/passkeys/*', async (c, next) => {
    needRate(desk, votes, c.get('person').id)
    return await next()
  })
  app.post('/passkeys/start', async (c) => {
    await fitting(c, Nothing)
    return c.json(await startOwnPasskey(desk, c.get('person')))
  })
  app.post('/passkeys/sign', async (c) => c.json(await signOwnPasskey(desk, c.get('person'), await fitting(c, Signed))))
  app.post('/passkeys', async (c) => {
    await addOwnPasskey(desk, c.get('person'), await fitting(c, Signed))
    return c.json(sessionOf(desk, { person: c.get('person'), by: 'passkey' }))
  })
}

function guards(app: Web, desk: Desk): void {
  const all = async (): Promise<Guards> => ({ guards: await guardLines(desk) })
  app.get('/guards', async (c) => c.json(await all()))
  app.post('/guards/codes', async (c) =>
    c.json(await newGuardCode(desk, c.get('person'), await fitting(c, CodeRequest))),
  )
  app.delete('/guards/:id', async (c) => {
    await fitting(c, Nothing)
    await revokeGuard(desk, c.get('person'), c.req.param('id'))
    return c.json(await all())
  })
}

async function tellChanges(desk: Desk, stream: SSEStreamingApi, session: string): Promise<void> {
  const stop = desk.changes.listen((event) => {
    // Its page connects again, and asks for all that it shows.
    if (event === undefined) return void stream.close()
    void stream.writeSSE({ event: 'hold', data: JSON.stringify(event) }).catch(() => stream.abort())
  })
  await keepTelling(stream, { isAllowed: async () => (await whose(desk, session)) !== undefined, stop })
}

/** What changes something comes from the desk's own page: no form of another site sends JSON, and none is this origin. */
function ownPageOnly(origin: string): MiddlewareHandler {
  return async (c, next) => {
    const site = c.req.header('sec-fetch-site') ?? 'same-origin'
    const isJson = /^application\/json(?:;|$)/i.test(c.req.header('content-type') ?? '')
    if (!['GET', 'HEAD'].includes(c.req.method)) {
      if (c.req.header('origin') !== origin || site !== 'same-origin')
        throw new Refusal('desk/forbidden', `only a page of ${origin} may do that`)
      if (!isJson) throw new Refusal('desk/malformed', 'the body is JSON, and says so')
    }
    return await next()
  }
}

/** A browser keeps a `__Host-` cookie to this very host, over TLS. */
function cookieOf({ origin }: Desk): string {
  return origin.startsWith('https:') ? '__Host-interlock-desk' : 'interlock-desk'
}

function cookieHow({ origin }: Desk): { path: string; httpOnly: true; sameSite: 'Strict'; secure: boolean } {
  return { path: '/', httpOnly: true, sameSite: 'Strict', secure: origin.startsWith('https:') }
}

function outsideCookieOf({ origin }: Desk): string {
  return origin.startsWith('https:') ? '__Host-interlock-outside' : 'interlock-outside'
}

function outsideIn(desk: Desk, c: Context): string {
  return getCookie(c, outsideCookieOf(desk)) ?? ''
}

function sessionIn(desk: Desk, c: Context): string {
  return getCookie(c, cookieOf(desk)) ?? ''
}

async function signedIn(desk: Desk, c: Context, session: string): Promise<Response> {
  setCookie(c, cookieOf(desk), session, { ...cookieHow(desk), maxAge: SESSION_MS / 1000 })
  return c.json(sessionOf(desk, await inSession(desk, session)))
}

function sessionOf({ provider }: Desk, session: { person: Enrolled; by: SessionRow['by'] } | undefined): Session {
  return {
    ...(session !== undefined && { person: personLine(session.person) }),
    ...(session?.by === 'organisation' && { reads: true }),
    ...(provider !== undefined && { provider: provider.name }),
  }
}
