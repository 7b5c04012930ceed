import { request as plain, type RequestOptions } from 'node:http'
import type { Agent } from 'node:https'
import { reasonOf } from '../core/errors.ts'

export type Reply =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string }
  /** `sent` false: nobody saw the request. */
  | { readonly kind: 'none'; readonly sent: boolean; readonly why: string }

export interface Asking {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: string
  readonly authorization?: string
  readonly timeoutMs: number
}

/** A hold with a thousand effects is a few hundred KiB; who else answers could send for ever. */
const LONGEST_REPLY = 4 * 1024 * 1024

interface Secure {
  readonly request: typeof plain
  readonly agent: Agent
}

/** Trusts the system's certificates, or Node's own where the system has none, and those of the person. */
async function secured(ca: string | undefined): Promise<Secure> {
  const [{ Agent, request }, { createSecureContext, getCACertificates }] = await Promise.all([
    import('node:https'),
    import('node:tls'),
  ])
  const system = getCACertificates('system')
  const known = system.length > 0 ? system : getCACertificates('default')
  const secureContext = createSecureContext({ ca: ca === undefined ? known : [...known, ca] })
  return { request, agent: new Agent({ secureContext }) }
}

/** Asks a desk. Never rejects, follows no redirect, and ends in time. */
export function requester(origin: string, ca: string | undefined): (asking: Asking) => Promise<Reply> {
  const { protocol, hostname, port } = new URL(origin)
  const isSecure = protocol === 'https:'
  // One context: reading some hundred certificates for each request would take longer than the request.
  let secure: Promise<Secure> | undefined
  const where = { hostname: hostname.replace(/^\[|\]$/g, ''), port: port || (isSecure ? 443 : 80) }
  return async (asking) => {
    const { method, path, body = '', authorization } = asking
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(authorization && { authorization }),
    }
    const options = { ...where, method, path, headers }
    if (!isSecure) return await exchange({ ...options, agent: false }, asking, plain)
    secure ??= secured(ca)
    try {
      const { request, agent } = await secure
      return await exchange({ ...options, agent }, asking, request)
    } catch (error) {
      return { kind: 'none', sent: false, why: reasonOf(error) }
    }
  }
}

function exchange(options: RequestOptions, { body, timeoutMs }: Asking, request: typeof plain): Promise<Reply> {
  return new Promise((resolve) => {
    let sent = false
    const signal = AbortSignal.timeout(timeoutMs)
    const none = (error: Error): void => {
      const why = signal.aborted ? `it did not answer within ${Math.ceil(timeoutMs / 1000)} s` : reasonIn(error)
      resolve({ kind: 'none', sent, why })
    }
    const asking = request({ ...options, signal }, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > LONGEST_REPLY) asking.destroy(new Error('its reply is too long'))
        else chunks.push(chunk)
      })
      response.on('end', () =>
        resolve({ kind: 'reply', status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
      response.on('error', none)
    })
    asking.on('socket', (socket) => socket.once(request === plain ? 'connect' : 'secureConnect', () => (sent = true)))
    asking.on('error', none)
    asking.end(body)
  })
}

/** One error for each address that a name has is one too many to tell. */
function reasonIn(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  // What follows is advice on Node's own options.
  const [what = ''] = first instanceof Error ? first.message.split(';') : []
  return what === '' ? 'nothing answers there' : what
}
