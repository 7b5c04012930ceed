import type { MiddlewareHandler } from 'hono'
import { type WebFile, webFiles } from './files.ts'

export interface Served {
  /** Where the page was built into. */
  readonly folder: string
  /** The file that stands for all addresses of the page's own. */
  readonly index: string
  /** Paths that are no page's. */
  readonly not: RegExp
}

/** Answers a browser with the built page. */
export function servePage({ folder, index, not }: Served): MiddlewareHandler {
  const find = webFiles(folder, index)
  return async (c, next) => {
    if (not.test(c.req.path)) return await next()
    return fileAnswer(await find(c.req.path))
  }
}

function fileAnswer({ bytes, type, isHashed }: WebFile): Response {
  const headers = {
    'content-type': type,
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
  }
  return new Response(new Uint8Array(bytes), { headers })
}

/** The page runs its own scripts and nobody else's, and stands in nobody's frame. */
export function withPageHeaders(origin: string): MiddlewareHandler {
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
