import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type Desk, Refusal } from './desk.ts'
import { forGuards } from './for-guards.ts'
import { forPeople } from './for-people.ts'
import { problem } from './problem.ts'
import { Rates, Slots } from './rates.ts'
import { type WebFile, webFiles } from './web.ts'

const LONGEST_BODY = 256 * 1024

export interface DeskParts {
  readonly desk: Desk
  /** The page's folder, as it was built; undefined where it was not. */
  readonly web: string | undefined
  /** Told what went wrong inside. */
  readonly fault: (error: unknown) => void
}

/** The desk's HTTP interface; `wire/desk.ts` says the routes and shapes. */
export function deskApp({ desk, web, fault }: DeskParts): Hono {
  const app = new Hono()
  app.onError((error) => problem(error, fault))
  app.notFound(() => problem(new Refusal('desk/not-found', 'there is nothing here'), fault))
  app.use('*', guarded(desk.origin))
  const tooLong = (): Response =>
    problem(new Refusal('desk/too-long', `a request has at most ${LONGEST_BODY} bytes`), fault)
  app.use('*', bodyLimit({ maxSize: LONGEST_BODY, onError: tooLong }))
  const rates = {
    attempts: new Rates(60),
    votes: new Rates(60),
    streams: new Slots(8),
    filings: new Rates(desk.filingsPerMinute),
    waits: new Slots(16),
  }
  app.route('/v1', forGuards(desk, rates))
  app.route('/api', forPeople(desk, rates))
  if (web !== undefined) {
    const find = webFiles(web)
    app.get('*', async (c, next) => {
      if (/^\/(?:api|v1)(?:\/|$)/.test(c.req.path)) return await next()
      return fileAnswer(await find(c.req.path))
    })
  }
  return app
}

function fileAnswer({ bytes, type, isHashed }: WebFile): Response {
  const headers = {
    'content-type': type,
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
  }
  return new Response(new Uint8Array(bytes), { headers })
}

/** The page runs its own scripts and nobody else's, and stands in nobody's frame. */
function guarded(origin: string): MiddlewareHandler {
  const headers: Record<string, string> = {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(origin.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  }
  return async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  }
}
