import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { CodedError, reasonOf } from '../core/errors.ts'
import { misfit } from '../core/misfit.ts'
import type { Guard } from '../gate/guard.ts'
import type { Connection } from '../process/peer.ts'
import { CloseRequest } from '../wire/api.ts'
import type { Callers } from './callers.ts'

/**
 * What programs ask of the guard, thousands of times and before all else, on Node's own server alone. Whatever else is
 * asked goes to the routes for people, in `guard.ts`, with the library that they need (docs/adr/0023).
 */

/**
 * Where a request came in. The socket's door is its folder's mode; a loopback port is open to every user and every web
 * page on this machine, so it takes a token.
 */
export type Door = { readonly kind: 'socket' } | { readonly kind: 'loopback'; readonly token: string }

export interface Asked {
  /** Empty where it is missing. */
  readonly header: (name: string) => string
  /** Undefined on the socket. */
  readonly connection: (Connection & object) | undefined
  /** Undefined where it is no JSON; what is asked of it refuses that. */
  readonly body: unknown
  /** The part of the path that the route leaves open. */
  readonly part: string
}

export interface Answered {
  readonly status: number
  readonly body: string
  /** Nothing more is read from this connection. */
  readonly last?: boolean
}

export interface Route {
  readonly method: 'GET' | 'POST'
  /** The whole path; or one that leaves a part open, in parentheses. */
  readonly path: string | RegExp
  readonly answer: (asked: Asked) => Promise<Answered> | Answered
}

/** Where the hooks of each host arrive. */
export const CLAUDE_CODE_ROUTE = '/v1/hooks/claude-code'

/** Hooks carry whole files; more than this is no call. */
export const LONGEST_BODY: number = 64 << 20

export class BodyError extends CodedError<'api/malformed' | 'api/too-long'> {}

export interface Inside {
  readonly guard: Guard
  readonly callers: Pick<Callers, 'saw'>
  /** Resolves when all is durable. */
  readonly stop: () => Promise<void>
}

export function guardRoutes({ guard, callers, stop }: Inside): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/calls',
      answer: async ({ body }) => {
        const { agent, process } = (body ?? {}) as { agent?: { run?: unknown }; process?: unknown }
        if (typeof agent?.run === 'string' && Number.isInteger(process)) callers.saw(agent.run, Number(process))
        return json(await guard.call(body, { asks: async () => false }))
      },
    },
    {
      method: 'POST',
      path: /^\/v1\/calls\/([^/]+)\/close$/,
      answer: async ({ part, body }) => {
        await guard.close(part, fitting(body, CloseRequest))
        return json({})
      },
    },
    { method: 'GET', path: '/v1/status', answer: () => json(guard.status()) },
    {
      method: 'POST',
      path: '/v1/shutdown',
      answer: async () => {
        await stop()
        return { ...json({}), last: true }
      },
    },
  ]
}

/** Answers by the routes; an error is an answer with its reason, never a silence. */
export function lineAt(door: Door, routes: readonly Route[], others: () => Promise<RequestListener>): RequestListener {
  return (request, response) => {
    const found = find(routes, request)
    const answering =
      found === undefined
        ? others().then((listener) => listener(request, response))
        : answer(found, request, door).then((answered) => reply(response, answered))
    // Who asked has gone; or what answers could not be loaded.
    void answering.catch((error: unknown) =>
      response.headersSent ? response.destroy() : reply(response, json({ error: reasonOf(error) }, 500)),
    )
  }
}

interface Found {
  readonly route: Route
  readonly part: string
}

function find(routes: readonly Route[], { method, url = '/' }: IncomingMessage): Found | undefined {
  const [path = '/'] = url.split('?', 1)
  for (const route of routes) {
    if (route.method !== method) continue
    const match = typeof route.path === 'string' ? route.path === path : route.path.exec(path)
    if (match === true) return { route, part: '' }
    if (match !== false && match !== null) return { route, part: match[1] ?? '' }
  }
  return undefined
}

async function answer({ route, part }: Found, request: IncomingMessage, door: Door): Promise<Answered> {
  const header = (name: string): string => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : ''
  }
  const shut = whyShut(door, (name) => request.headers[name] as string | undefined)
  if (shut !== undefined) return json({ error: shut.why }, shut.status)
  try {
    const body = route.method === 'POST' ? parsed(await textOf(request)) : undefined
    return await route.answer({ header, connection: connectionOf(request.socket), body, part })
  } catch (error) {
    return faultOf(error)
  }
}

export function json(value: unknown, status = 200): Answered {
  return { status, body: JSON.stringify(value) }
}

export function faultOf(error: unknown): Answered {
  const { hint } = error as Partial<CodedError>
  const status = !(error instanceof BodyError) ? 500 : error.code === 'api/too-long' ? 413 : 400
  // What was not read to its end can't be followed by another request.
  return { ...json({ error: reasonOf(error), ...(hint && { hint }) }, status), last: status === 413 }
}

function reply(response: ServerResponse, { status, body, last = false }: Answered): void {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, last ? { ...headers, connection: 'close' } : headers).end(body)
}

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = Number(request.headers['content-length'] ?? 0)
    const tooLong = (): void => reject(new BodyError('api/too-long', 'the request is too long'))
    if (length > LONGEST_BODY) return tooLong()
    length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= LONGEST_BODY) chunks.push(chunk)
      else tooLong()
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', reject)
    request.on('close', () => reject(new BodyError('api/malformed', 'the request was cut off')))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function fitting<T>(body: unknown, schema: z.ZodType<T>): T {
  const fits = schema.safeParse(body)
  if (fits.success) return fits.data
  throw new BodyError('api/malformed', `the request does not fit: ${misfit(fits.error, 'body')}`)
}

/** No browser is a client of ours: what a web page sends names its origin, and a name that it had rebound is not this host. */
export function whyShut(
  door: Door,
  header: (name: string) => string | undefined,
): { readonly status: 401 | 403; readonly why: string } | undefined {
  if (door.kind === 'socket') return undefined
  if (header('origin') !== undefined || header('sec-fetch-site') !== undefined)
    return { status: 403, why: 'the guard does not answer web pages' }
  const host = (header('host') ?? '').replace(/:\d+$/, '')
  if (host !== '127.0.0.1' && host !== 'localhost' && host !== 'guard')
    return { status: 403, why: 'this is no such host' }
  const [given, expected] = [header('authorization') ?? '', `Bearer ${door.token}`].map((each) => Buffer.from(each))
  if (given?.length !== expected?.length || !timingSafeEqual(given as Buffer, expected as Buffer))
    return { status: 401, why: 'the token is missing or wrong' }
  return undefined
}

/** Undefined for the unix socket, and for a connection that is gone already. */
export function connectionOf(
  socket: { readonly [Port in keyof Connection]?: number | undefined } | undefined,
): (Connection & object) | undefined {
  return socket?.remotePort === undefined || socket.localPort === undefined ? undefined : (socket as Connection)
}
