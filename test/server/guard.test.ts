import { describe, expect, it } from 'vitest'
import type { Asker, Guard } from '../../src/gate/guard.ts'
import { Callers } from '../../src/server/callers.ts'
import { type Doors, guardApp } from '../../src/server/guard.ts'
import type { Door } from '../../src/server/line.ts'
import type { ConsoleLink } from '../../src/wire/console.ts'

const LOOPBACK: Door = { kind: 'loopback', token: 'the-token' }
const RIGHT = { authorization: 'Bearer the-token', host: '127.0.0.1:4000' }

interface Seen {
  readonly done: string[]
}

function app(
  door: Door,
  asker: Doors['asker'] = () => ({ by: 'a person', forgeable: true }),
): ReturnType<typeof guardApp> & Seen {
  const done: string[] = []
  const guard: Partial<Guard> = {
    waiting: () => [],
    confirm: async (ticket, answer) => void done.push(`${ticket} ${answer}`),
    confirmFile: async ({ path }) => void done.push(path),
    turn: async (state) => void done.push(state),
    undo: async () => {
      throw new Error('disk on fire')
    },
  }
  const linkFor = async ({ by }: Asker): Promise<ConsoleLink> => ({ link: `for ${by}`, expiresInMs: 1 })
  const people = { callers: new Callers(process.pid), asker, linkFor, takesPasskey: () => false }
  const doors = { guard: guard as Guard, ...people }
  return Object.assign(guardApp(doors, door), { done })
}

/** As `@hono/node-server` hands it in. */
const over = (ports?: object): object => ({ incoming: { socket: ports ?? {} } })
const PORTS = { remotePort: 5000, localPort: 4000 }

describe('the loopback door', () => {
  it.for([
    ['without a token', { host: '127.0.0.1' }, 401],
    ['with another token', { ...RIGHT, authorization: 'Bearer the-tokem' }, 401],
    ['with a shorter one', { ...RIGHT, authorization: 'Bearer the' }, 401],
    ['from a web page', { ...RIGHT, origin: 'http://evil.test' }, 403],
    ['from a web page of the same port', { ...RIGHT, origin: 'http://127.0.0.1:4000' }, 403],
    ['from a browser without an origin', { ...RIGHT, 'sec-fetch-site': 'none' }, 403],
    ['to a name that was rebound to this host', { ...RIGHT, host: 'evil.test:4000' }, 403],
    ['with the token', RIGHT, 200],
  ] as const)('answers a request %s with %i', async ([, headers, status]) => {
    for (const path of ['/v1/tickets', '/v1/nowhere']) {
      const response = await app(LOOPBACK).request(path, { headers }, over(PORTS))
      expect(response.status).toBe(status === 200 && path.endsWith('nowhere') ? 404 : status)
    }
  })

  it('stays shut on a connection that is gone already, and so has no address', async () => {
    const response = await app(LOOPBACK).request('/v1/tickets', {}, over())
    expect(response.status).toBe(403)
  })
})

describe('the socket’s door', () => {
  it('needs no token: its folder’s mode lets nobody else in', async () => {
    expect((await app({ kind: 'socket' }).request('/v1/tickets', {}, over())).status).toBe(200)
  })

  it.for([
    ['/v1/confirm', { ticket: 't-1', answer: 'confirmed' }],
    ['/v1/confirm', { file: '/w/interlock.yaml', sha256: 'a'.repeat(64) }],
    ['/v1/resume', {}],
  ] as const)('does not take what a person must be seen to ask: %s', async ([path, body]) => {
    const socket = app({ kind: 'socket' })
    const response = await socket.request(path, { method: 'POST', body: JSON.stringify(body) }, over())
    expect(await response.json()).toEqual({ refused: 'it comes over loopback TCP, from a terminal' })
    expect(socket.done).toEqual([])
  })
})

describe('a person', () => {
  const post = (path: string, body: object, asker?: Doors['asker']): Promise<readonly string[]> => {
    const loopback = app(LOOPBACK, asker)
    const asked = loopback.request(path, { method: 'POST', headers: RIGHT, body: JSON.stringify(body) }, over(PORTS))
    return Promise.resolve(asked).then(() => loopback.done)
  }
  it('is heard over loopback', async () => {
    expect(await post('/v1/confirm', { ticket: 't-1', answer: 'refused' })).toEqual(['t-1 refused'])
    expect(await post('/v1/confirm', { file: '/w/interlock.yaml', sha256: 'a'.repeat(64) })).toEqual([
      '/w/interlock.yaml',
    ])
    expect(await post('/v1/resume', {})).toEqual(['resumed'])
  })
  it('who is none is not', async () => {
    const nobody: Doors['asker'] = () => ({ refused: 'no' })
    expect(await post('/v1/confirm', { ticket: 't-1', answer: 'confirmed' }, nobody)).toEqual([])
    expect(await post('/v1/resume', {}, nobody)).toEqual([])
  })
})

it.for([
  ['what is no JSON', '/v1/undo', '{', 400],
  ['what is nothing', '/v1/stop', '', 400],
  ['what does not fit', '/v1/confirm', '{"ticket":"t-1","answer":"perhaps"}', 400],
  ['a failure of the guard', '/v1/undo', '{"what":"r-1"}', 500],
] as const)('%s is an error with its reason', async ([, path, body, status]) => {
  const response = await app({ kind: 'socket' }).request(path, { method: 'POST', body }, over())
  expect(response.status).toBe(status)
  expect(await response.json()).toEqual({
    error: status === 500 ? 'disk on fire' : expect.stringContaining('does not fit'),
  })
})
