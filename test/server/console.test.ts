import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { digestOf } from '../../src/core/digest.ts'
import { Authenticator } from '../../src/demo/authenticator.ts'
import * as passkeys from '../../src/desk/passkeys.ts'
import type { Asker, Guard } from '../../src/gate/guard.ts'
import type { Holder } from '../../src/server/asker.ts'
import { consoleApp } from '../../src/server/console/app.ts'
import { Chronicle } from '../../src/server/console/chronicle.ts'
import { challengeOf, type Kept, OwnPasskey } from '../../src/server/console/passkey.ts'
import { LINK_MS, SESSION_MS, Sessions } from '../../src/server/console/sessions.ts'
import type { WaitingCalls } from '../../src/wire/console.ts'
import type { Challenge, Problem } from '../../src/wire/desk.ts'
import type { SignedAnswer } from '../../src/wire/record.ts'

const ORIGIN = 'http://interlock.localhost:4000'
const OWN = { 'sec-fetch-site': 'same-origin' }
const SENDS = { ...OWN, origin: ORIGIN, 'content-type': 'application/json' }
const PERSON: Asker = { by: 'process 20 (node) with a terminal', forgeable: true }
const BROWSER: Holder = { id: '30:1', says: 'process 30 (chromium)' }
const OTHER: Holder = { id: '31:1', says: 'process 31 (curl)' }

/** Routes that need a session, with a body that fits. */
const ROUTES: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['GET', '/api/session'],
  ['GET', '/api/waiting'],
  ['POST', '/api/waiting/t-1', { answer: 'confirmed' }],
  ['GET', '/api/runs'],
  ['GET', '/api/runs/run'],
  ['POST', '/api/waiting/t-1/start', {}],
  ['POST', '/api/passkey/start', {}],
  ['POST', '/api/passkey', { nonce: 'n', response: {} }],
  ['POST', '/api/resume/start', {}],
  ['POST', '/api/undo', { what: 'run', dryRun: true }],
  ['GET', '/api/systems'],
  ['POST', '/api/stop', { why: 'enough' }],
  ['POST', '/api/resume', {}],
  ['GET', '/api/events'],
  ['GET', '/api/ledger/entries'],
  ['GET', '/api/ledger/files/checkpoint'],
  ['GET', `/api/ledger/blobs/${'a'.repeat(64)}`],
  ['DELETE', '/api/session', {}],
]

const TERMS = { digest: 'd', policy: 'p', preconditions: 'f' }

let micros: number
let proof: SignedAnswer | undefined
let holder: Holder | { refused: string }
let done: string[]
let sessions: Sessions
let app: ReturnType<typeof consoleApp>
let folder: string
let kept: Kept | undefined
let agents: readonly string[]

beforeEach(() => {
  micros = 0
  holder = BROWSER
  done = []
  kept = undefined
  agents = []
  const clock: Clock = { now: () => 0, micros: () => micros, id: (prefix) => `${prefix}-1` }
  sessions = new Sessions(clock)
  folder = mkdtempSync(join(tmpdir(), 'interlock-console-'))
  writeFileSync(join(folder, 'solo.html'), '<!doctype html>')
  const guard: Partial<Guard> = {
    waiting: () => [],
    receipts: () => [],
    status: () => ({ stoppedAgents: [], policy: 'p', open: 0, waiting: 0, waitingForOthers: 0 }),
    terms: () => TERMS,
    confirm: async (ticket, answer, { by, forgeable, signed }) => {
      proof = signed
      done.push(`${ticket} ${answer} ${by} ${forgeable}`)
    },
    turn: async (state, why, by) => void done.push(`${state} ${why} ${by}`),
    undo: async ({ what, dryRun }) => {
      done.push(`undo ${what} ${dryRun}`)
      return { receipts: [], restored: [], refused: [], notes: [] }
    },
  }
  app = consoleApp({
    guard: guard as Guard,
    agents: { holder: () => holder },
    sessions,
    passkey: new OwnPasskey({
      origin: ORIGIN,
      clock,
      webauthn: async () => passkeys,
      read: () => kept,
      record: async ({ by }) => void done.push(`enrolled ${by}`),
      write: async (now) => {
        kept = now
      },
      agents: () => agents,
    }),
    chronicle: new Chronicle(),
    book: {
      size: () => 0,
      file: async (name) => new TextEncoder().encode(name),
      blob: async () => undefined,
      entries: async function* () {
        yield* []
      },
    },
    systems: () => ({ systems: [], broken: [] }),
    listen: () => () => undefined,
    origin: ORIGIN,
    web: folder,
    fault: (error) => done.push(`fault ${String(error)}`),
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Sent {
  readonly headers?: object
  readonly body?: object | undefined
  readonly cookie?: string
}

/** Each from a connection of its own. */
async function ask(method: string, path: string, { headers, body, cookie = '' }: Sent = {}): Promise<Response> {
  const usual = method === 'GET' ? OWN : SENDS
  const init = {
    method,
    headers: { ...(headers ?? usual), ...(cookie && { cookie }) },
    ...(body && { body: JSON.stringify(body) }),
  }
  return await app.request(path, init, { incoming: { socket: { remotePort: 5000, localPort: 4000 } } })
}

async function opened(code = sessions.newCode(PERSON)): Promise<string> {
  const response = await ask('POST', '/api/session', { body: { code } })
  expect(response.status).toBe(200)
  return response.headers.get('set-cookie') ?? ''
}

const cookieIn = (header: string): string => header.split(';')[0] ?? ''

describe('the console’s link', () => {
  it('opens it once, with a cookie that scripts can’t read and other sites don’t send', async () => {
    const code = sessions.newCode(PERSON)
    expect(await opened(code)).toMatch(
      /^interlock-console-4000=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect((await ask('POST', '/api/session', { body: { code } })).status).toBe(401)
  })

  it('is for nobody who comes later than some minutes, or guesses', async () => {
    const code = sessions.newCode(PERSON)
    micros = LINK_MS * 1000
    for (const each of [code, '', 'x'.repeat(22)])
      expect((await ask('POST', '/api/session', { body: { code: each } })).status).toBe(401)
  })

  it('opens nothing for a process that can’t be found or runs below an agent, and is used up by no such try', async () => {
    const code = sessions.newCode(PERSON)
    holder = { refused: 'this process runs below an agent' }
    const refused = await ask('POST', '/api/session', { body: { code } })
    expect([refused.status, ((await refused.json()) as Problem).detail]).toEqual([
      403,
      'this browser is not answered: this process runs below an agent',
    ])
    holder = BROWSER
    await opened(code)
  })
})

describe('every route of the console', () => {
  it.for(ROUTES)('%s %s needs an open session', async ([method, path, body]) => {
    for (const cookie of ['', 'interlock-console-4000=guess', `interlock-console-4001=${'a'.repeat(43)}`])
      expect((await ask(method, path, { body, cookie })).status).toBe(401)
    expect(done).toEqual([])
  })

  it.for(ROUTES)('%s %s refuses a cookie that another process brings', async ([method, path, body]) => {
    const cookie = cookieIn(await opened())
    holder = OTHER
    expect((await ask(method, path, { body, cookie })).status).toBe(401)
    expect(done).toEqual([])
    holder = BROWSER
    expect((await ask('GET', '/api/session', { cookie })).status).toBe(200)
  })

  it.for(ROUTES)('%s %s answers no other page, and nothing that is no page', async ([method, path, body]) => {
    const cookie = cookieIn(await opened())
    const foreign = [
      {},
      { ...SENDS, 'sec-fetch-site': 'same-site' },
      { ...SENDS, 'sec-fetch-site': 'cross-site' },
      { ...SENDS, 'sec-fetch-site': 'none' },
      ...(method === 'GET'
        ? []
        : [
            { ...SENDS, origin: 'http://localhost:3000' },
            { ...SENDS, origin: 'http://interlock.localhost:3000' },
            { ...SENDS, origin: 'null' },
            { ...OWN, 'content-type': 'application/json' },
            { ...OWN, origin: ORIGIN, 'content-type': 'text/plain' },
          ]),
    ]
    for (const headers of foreign) expect((await ask(method, path, { body, cookie, headers })).status).toBe(403)
    expect(done).toEqual([])
  })

  it('ends with its time, and when it is closed', async () => {
    const first = cookieIn(await opened())
    expect((await ask('DELETE', '/api/session', { cookie: first, body: {} })).status).toBe(200)
    expect((await ask('GET', '/api/session', { cookie: first })).status).toBe(401)
    const second = cookieIn(await opened())
    micros = SESSION_MS * 1000
    expect((await ask('GET', '/api/session', { cookie: second })).status).toBe(401)
  })
})

describe('what is said in the console', () => {
  const BY = 'the console in process 30 (chromium), opened by process 20 (node) with a terminal'

  it('is recorded as said there, and as forgeable', async () => {
    const cookie = cookieIn(await opened())
    const answered = await ask('POST', '/api/waiting/t-1', { cookie, body: { answer: 'refused' } })
    expect((await answered.json()) as WaitingCalls).toEqual({ yours: [], others: [] })
    await ask('POST', '/api/stop', { cookie, body: { why: 'enough' } })
    await ask('POST', '/api/resume', { cookie, body: {} })
    await ask('POST', '/api/undo', { cookie, body: { what: 'r-1', dryRun: false } })
    expect(done).toEqual([`t-1 refused ${BY} true`, `stopped enough ${BY}`, `resumed by hand ${BY}`, 'undo r-1 false'])
  })

  it('that does not fit is refused, and changes nothing', async () => {
    const cookie = cookieIn(await opened())
    for (const [method, path, body] of ROUTES)
      if (body !== undefined) {
        const wrong = await ask(method, path, { cookie, body: { ...body, more: 1 } })
        expect([path, wrong.status]).toEqual([path, 400])
      }
    expect(done).toEqual([])
  })

  it('reads of the ledger’s folder what a ledger has, and nothing beside it', async () => {
    const cookie = cookieIn(await opened())
    const at = async (path: string): Promise<number> => (await ask('GET', `/api/ledger/${path}`, { cookie })).status
    for (const path of ['files/checkpoint', 'files/vkey', 'files/tile/entries/x001/234.p/5'])
      expect([path, await at(path)]).toEqual([path, 200])
    for (const path of ['files/../ledger.key', 'files/%2e%2e/ledger.key', 'files/wal', 'files/tile/0/..', 'blobs/x'])
      expect([path, await at(path)]).toEqual([path, 404])
  })
})

describe('a passkey', () => {
  const key = new Authenticator()
  const start = async (path: string, cookie: string): Promise<Challenge> =>
    (await (await ask('POST', `${path}/start`, { cookie, body: {} })).json()) as Challenge
  const why = async (response: Response): Promise<string> => ((await response.json()) as Problem).detail
  const enrol = async (cookie: string, by = key): Promise<Response> => {
    const { nonce, options } = await start('/api/passkey', cookie)
    const response = by.create(options, { origin: ORIGIN }) as object
    return await ask('POST', '/api/passkey', { cookie, body: { nonce, response } })
  }
  const yes = async (cookie: string, { nonce, options }: Challenge, by = key, ticket = 't-1'): Promise<Response> => {
    const response = by.get(options, { origin: ORIGIN }) as object
    const body = { answer: 'confirmed', signed: { nonce, response } }
    return await ask('POST', `/api/waiting/${ticket}`, { cookie, body })
  }

  it('is made once, on record, and by nobody while an agent is seen to run', async () => {
    const cookie = cookieIn(await opened())
    agents = ['40:7']
    const refused = await ask('POST', '/api/passkey/start', { cookie, body: {} })
    expect([refused.status, await why(refused)]).toEqual([403, expect.stringContaining('an agent runs (process 40)')])
    agents = []
    expect((await enrol(cookie)).status).toBe(200)
    expect(done).toEqual([expect.stringMatching(/^enrolled the console in process 30/)])
    const again = await ask('POST', '/api/passkey/start', { cookie, body: {} })
    expect([again.status, await why(again)]).toEqual([403, expect.stringContaining('none takes its place')])
  })

  it('that was begun before another was made comes too late', async () => {
    const cookie = cookieIn(await opened())
    const early = await start('/api/passkey', cookie)
    await enrol(cookie)
    const response = new Authenticator().create(early.options, { origin: ORIGIN }) as object
    expect((await ask('POST', '/api/passkey', { cookie, body: { nonce: early.nonce, response } })).status).toBe(403)
  })

  it('is what a yes takes from then on, and makes it unforgeable; a no needs none', async () => {
    const cookie = cookieIn(await opened())
    await enrol(cookie)
    done = []
    const bare = await ask('POST', '/api/waiting/t-1', { cookie, body: { answer: 'confirmed' } })
    expect([bare.status, done]).toEqual([403, []])
    expect((await ask('POST', '/api/resume', { cookie, body: {} })).status).toBe(403)
    const challenge = await start('/api/waiting/t-1', cookie)
    expect((await yes(cookie, challenge)).status).toBe(200)
    expect(done).toEqual([expect.stringMatching(/^t-1 confirmed .+, by passkey false$/)])
    // Who has the entry alone can verify it.
    const about = digestOf('interlock-console-answer/v1', { ticket: 't-1', answer: 'confirmed', ...TERMS })
    const { passkey, assertion, nonce } = proof as SignedAnswer
    expect(await passkeys.asserted({ ...passkey, counter: 0 }, challengeOf(about, nonce), assertion)).toMatchObject({
      kind: 'signed',
    })
    await ask('POST', '/api/waiting/t-1', { cookie, body: { answer: 'refused' } })
    expect(done.at(-1)).toMatch(/^t-1 refused .+ true$/)
  })

  it('signs one question, once, in time, for one ticket, and is no other one', async () => {
    const cookie = cookieIn(await opened())
    await enrol(cookie)
    done = []
    const used = await start('/api/waiting/t-1', cookie)
    expect((await yes(cookie, used)).status).toBe(200)
    expect((await yes(cookie, used)).status).toBe(403)
    expect((await yes(cookie, await start('/api/waiting/t-1', cookie), key, 't-2')).status).toBe(403)
    expect((await yes(cookie, await start('/api/waiting/t-1', cookie), new Authenticator())).status).toBe(403)
    const resume = await start('/api/resume', cookie)
    expect((await yes(cookie, resume)).status).toBe(403)
    const late = await start('/api/waiting/t-1', cookie)
    micros += 6 * 60 * 1_000_000
    expect((await yes(cookie, late)).status).toBe(403)
    expect(done.length).toBe(1)
  })
})

it('stands in no frame and runs no foreign script', async () => {
  const page = await app.request('/runs/some')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  expect(await page.text()).toBe('<!doctype html>')
})
