import { createServer, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Guard } from '../../src/gate/guard.ts'
import { CLAUDE_CODE_ROUTE, type Door, guardRoutes, LONGEST_BODY, lineAt, type Route } from '../../src/server/line.ts'

const LOOPBACK: Door = { kind: 'loopback', token: 'the-token' }
const RIGHT = { authorization: 'Bearer the-token' }

const running: Server[] = []
afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

interface Line {
  readonly done: string[]
  readonly ask: (method: string, path: string, more?: More) => Promise<Answer>
}

interface More {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Only a part of the body that it promised is sent. */
  readonly cut?: boolean
}

interface Answer {
  readonly status: number
  readonly value: unknown
}

const people: RequestListener = (_, response) => void response.end('{"by":"people"}')

async function line(door: Door, others: () => Promise<RequestListener> = async () => people): Promise<Line> {
  const done: string[] = []
  const guard: Partial<Guard> = {
    call: async (call) => ({ call }) as never,
    close: async (receipt, { outcome }) => {
      if (receipt === 'r-none') throw new Error('disk on fire')
      done.push(`${receipt} ${outcome}`)
    },
    status: () => ({ stoppedAgents: [], policy: 'p', open: 0, waiting: 0, waitingForOthers: 0 }),
  }
  const hooks: Route = {
    method: 'POST',
    path: CLAUDE_CODE_ROUTE,
    answer: ({ header, body, connection }) => {
      const seen = { entry: header('x-interlock-entry'), none: header('x-none'), body, ports: connection !== undefined }
      return { status: 200, body: JSON.stringify(seen) }
    },
  }
  const inside = {
    guard: guard as Guard,
    callers: { saw: (run: string, pid: number) => void done.push(`${run} ${pid}`) },
    stop: async () => void done.push('stop'),
  }
  const server = createServer(lineAt(door, [hooks, ...guardRoutes(inside)], others))
  running.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { done, ask: (method, path, more = {}) => asked({ port, method, path }, more) }
}

function asked(where: object, { headers = {}, body, cut = false }: More): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', agent: false, ...where, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, value: JSON.parse(text) as unknown }))
    })
    asking.on('error', reject)
    if (cut) asking.write(body, () => asking.destroy())
    else asking.end(body)
  })
}

describe('the loopback door', () => {
  it.for([
    ['without a token', {}, 401],
    ['with another token', { authorization: 'Bearer the-tokem' }, 401],
    ['with a shorter one', { authorization: 'Bearer the' }, 401],
    ['from a web page', { ...RIGHT, origin: 'http://evil.test' }, 403],
    ['from a browser without an origin', { ...RIGHT, 'sec-fetch-site': 'none' }, 403],
    ['to a name that was rebound to this host', { ...RIGHT, host: 'evil.test:4000' }, 403],
    ['with the token', RIGHT, 200],
  ] as const)('answers a request %s with %i, and does nothing where it is shut', async ([, headers, status]) => {
    const { ask, done } = await line(LOOPBACK)
    expect((await ask('GET', '/v1/status', { headers })).status).toBe(status)
    const closing = { headers, body: '{"outcome":"done"}' }
    expect((await ask('POST', '/v1/calls/r-1/close', closing)).status).toBe(status)
    expect(done).toEqual(status === 200 ? ['r-1 done'] : [])
  })
})

describe('what programs ask', () => {
  it('is answered by its route, with what the request says', async () => {
    const { ask } = await line({ kind: 'socket' })
    expect(await ask('POST', '/v1/calls', { body: '{"a":1}' })).toEqual({ status: 200, value: { call: { a: 1 } } })
    expect((await ask('GET', '/v1/status?x=1')).value).toMatchObject({ policy: 'p' })
    const headers = { 'x-interlock-entry': 'cli' }
    const value = { entry: 'cli', none: '', body: { b: 2 }, ports: true }
    expect((await ask('POST', CLAUDE_CODE_ROUTE, { headers, body: '{"b":2}' })).value).toEqual(value)
  })

  it('tells below which process a call runs, where it says so', async () => {
    const { ask, done } = await line({ kind: 'socket' })
    for (const call of ['{"agent":{"run":"r"},"process":7}', '{"agent":{"run":"r"}}', '{"process":7}', '[]', 'null'])
      expect((await ask('POST', '/v1/calls', { body: call })).status).toBe(200)
    expect(done).toEqual(['r 7'])
  })

  it('gets nothing for a body where that is no JSON, for the route to refuse', async () => {
    const { ask } = await line({ kind: 'socket' })
    expect(await ask('POST', '/v1/calls', { body: '{"a"' })).toEqual({ status: 200, value: {} })
  })

  it.for([
    ['does not fit', 'r-1', '{"outcome":"perhaps"}', 400, 'the request does not fit'],
    ['fails', 'r-none', '{"outcome":"done"}', 500, 'disk on fire'],
  ] as const)('that %s is an error with its reason', async ([, receipt, body, status, why]) => {
    const { ask } = await line({ kind: 'socket' })
    const answer = await ask('POST', `/v1/calls/${receipt}/close`, { body })
    expect(answer).toEqual({ status, value: { error: expect.stringContaining(why) } })
  })

  it('that is longer than any call is refused before it is read', async () => {
    const { ask } = await line({ kind: 'socket' })
    const headers = { 'content-length': String(LONGEST_BODY + 1) }
    const value = { error: 'the request is too long' }
    expect(await ask('POST', '/v1/calls', { headers, body: '{' })).toEqual({ status: 413, value })
  })

  it('that is cut off does nothing', async () => {
    const { ask, done } = await line({ kind: 'socket' })
    const headers = { 'content-length': '100' }
    const body = '{"outcome":"done"}'
    await expect(ask('POST', '/v1/calls/r-1/close', { headers, body, cut: true })).rejects.toThrow()
    expect((await ask('GET', '/v1/status')).status).toBe(200)
    expect(done).toEqual([])
  })

  it('ends the guard, and then the connection', async () => {
    const { ask, done } = await line({ kind: 'socket' })
    expect(await ask('POST', '/v1/shutdown')).toEqual({ status: 200, value: {} })
    expect(done).toEqual(['stop'])
  })
})

describe('whatever else is asked', () => {
  it('goes to the routes for people', async () => {
    const { ask } = await line(LOOPBACK)
    for (const [method, path] of [
      ['GET', '/v1/tickets'],
      ['GET', '/v1/calls'],
      ['POST', '/v1/status'],
      ['GET', '/v1/status/more'],
      ['POST', '/v1/calls/r-1/close/more'],
    ] as const)
      expect(await ask(method, path, { headers: RIGHT })).toEqual({ status: 200, value: { by: 'people' } })
  })

  it('is an error with its reason where they can’t be loaded', async () => {
    const { ask } = await line(LOOPBACK, () => Promise.reject(new Error('no such file')))
    expect(await ask('GET', '/v1/tickets')).toEqual({ status: 500, value: { error: 'no such file' } })
  })
})
