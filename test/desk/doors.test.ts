import { afterAll, beforeAll, expect, it } from 'vitest'
import { deskApp } from '../../src/desk/app.ts'
import { newGuardCode, revokeGuard } from '../../src/desk/guards.ts'
import { fileOrTake } from '../../src/desk/holds.ts'
import { inviteFirst, invitePerson, removePerson } from '../../src/desk/people.ts'
import type { Enrolled, GuardRow } from '../../src/desk/store.ts'
import { bookOf } from '../../src/root/book.ts'
import type { Challenge, OneTime, Session } from '../../src/wire/desk.ts'
import { filing } from './filing.ts'
import { firstPerson, newWorld, plain, Somebody, SomeGuard, team, type World } from './world.ts'

let world: World
let ada: Somebody
let ben: Somebody
let dan: Somebody
let guard: SomeGuard
beforeAll(async () => {
  world = await newWorld()
  ;({ ada, ben, dan, guard } = await team(world))
})
afterAll(async () => {
  expect(world.faults).toEqual([])
  await world.end()
})

const NO_BOOK = bookOf({ state: '/none' }, () => 0)

/** Every route that there is. */
function routes(): { method: string; path: string }[] {
  const app = deskApp({ desk: world.running.desk, book: NO_BOOK, web: undefined, fault: () => undefined })
  const found = app.routes.filter(({ method }) => method !== 'ALL')
  return found.map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, 't-0000000000') }))
}

/** Who has nothing yet may ask these. */
const OPEN = [
  'POST /v1/guards',
  'GET /api/invitations/:code',
  'POST /api/invitations/:code/start',
  'POST /api/invitations/:code',
  'POST /api/organisation/start',
  'GET /api/organisation/callback',
  'GET /api/openapi.json',
  'GET /api/session',
  'POST /api/session/start',
  'POST /api/session',
  'DELETE /api/session',
].map((route) => route.replace(':code', 't-0000000000'))

it('B7: answers nobody without the credential that the route asks for', async () => {
  const gone = await ada.invite('Gone')
  await ada.send('DELETE', `/api/people/${gone.id}`, {})
  const revoked = await new SomeGuard(world).enroll(ada, dan, 'revoked')
  await ada.send('DELETE', `/api/guards/${revoked.id}`, {})
  const stranger = new SomeGuard(world)
  stranger.id = guard.id
  const checked = routes().filter(({ method, path }) => !OPEN.includes(`${method} ${path}`))
  expect(checked.length).toBeGreaterThanOrEqual(13)
  for (const { method, path } of checked) {
    const text = method === 'GET' ? '' : '{}'
    const token = (of: SomeGuard, claims = {}): Promise<string> => of.token(method, path, text, claims)
    const old = Math.floor(world.clock.now() / 1000) - 1000
    const tried: Record<string, Record<string, string>> = {
      none: {},
      garbage: { authorization: 'Bearer nothing', cookie: 'interlock-desk=nothing' },
      'a revoked guard’s': { authorization: `Bearer ${await token(revoked)}` },
      'a stranger’s': { authorization: `Bearer ${await token(stranger)}` },
      'an old one': { authorization: `Bearer ${await token(guard, { iat: old, exp: old + 60 })}` },
      'one that lasts': { authorization: `Bearer ${await token(guard, { exp: old + 5000 })}` },
      'one for another desk': { authorization: `Bearer ${await token(guard, { aud: 'http://localhost:1' })}` },
      'one for another path': { authorization: `Bearer ${await token(guard, { htu: '/v1/other' })}` },
      'one for another method': { authorization: `Bearer ${await token(guard, { htm: 'PUT' })}` },
      'one for another body': { authorization: `Bearer ${await token(guard, { bh: 'x' })}` },
      unsigned: { authorization: `Bearer ${unsigned(await token(guard))}` },
      'a removed person’s': { cookie: gone.cookie },
      'the other kind': path.startsWith('/v1')
        ? { cookie: ada.cookie }
        : { authorization: `Bearer ${await token(guard)}` },
    }
    for (const [what, headers] of Object.entries(tried)) {
      const how = {
        headers: { origin: world.origin, 'content-type': 'application/json', ...headers },
        ...(text !== '' && { body: text }),
      }
      const { status } = await plain(world.origin, method, path, how)
      expect([401, 403], `${method} ${path} with ${what}: ${status}`).toContain(status)
    }
  }
})

/** The same claims, by nobody. */
function unsigned(token: string): string {
  const head = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  return `${head}.${token.split('.')[1]}.`
}

it('ends a session after twelve hours, and when its person signs out', async () => {
  const eve = await ada.invite('Eve')
  const cookie = eve.cookie
  expect((await eve.send<Session>('GET', '/api/session')).body.person?.name).toBe('Eve')
  await eve.send('DELETE', '/api/session', {})
  eve.cookie = cookie
  expect(await eve.send('GET', '/api/holds')).toMatchObject({ status: 401 })
  await eve.signIn()
  expect(await eve.send('GET', '/api/holds')).toMatchObject({ status: 200 })
  world.clock.skip(12 * 60 * 60_000)
  expect(await eve.send('GET', '/api/holds')).toMatchObject({ status: 401 })
  for (const each of [ada, ben, dan]) await each.signIn()
})

it.for([
  ['another site’s page', { origin: 'https://evil.example' }],
  ['a sandboxed page', { origin: 'null' }],
  ['a page of a sibling host', { 'sec-fetch-site': 'same-site' }],
  ['another site, by the browser’s word', { 'sec-fetch-site': 'cross-site' }],
] as const)('takes no change from %s', async ([, headers]) => {
  expect(await ada.send('POST', '/api/people/invitations', { name: 'X', roles: ['admin'] }, headers)).toMatchObject({
    status: 403,
  })
  expect(await ada.send('DELETE', '/api/session', {}, headers)).toMatchObject({ status: 403 })
  expect(await ada.send('GET', '/api/people')).toMatchObject({ status: 200 })
})

it('takes no change as a form sends it, or without an origin', async () => {
  const body = JSON.stringify({ name: 'X', roles: ['admin'] })
  const headers = { cookie: ada.cookie, origin: world.origin, 'content-type': 'text/plain' }
  expect(await plain(world.origin, 'POST', '/api/people/invitations', { headers, body })).toMatchObject({ status: 400 })
  const noOrigin = { cookie: ada.cookie, 'content-type': 'application/json' }
  const asked = { headers: noOrigin, body }
  expect(await plain(world.origin, 'POST', '/api/people/invitations', asked)).toMatchObject({ status: 403 })
})

it('keeps the session from scripts and other sites, and the page from frames', async () => {
  const { headers } = await ben.signIn()
  expect(headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/)
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self';.* frame-ancestors 'none'$/,
  )
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cache-control')).toBe('no-store')
})

it('refuses a body of five megabytes at both doors', async () => {
  const long = 'x'.repeat(5 << 20)
  expect(await guard.file(filing({ claim: long }))).toMatchObject({ status: 413 })
  expect(await ada.send('POST', '/api/people/invitations', { name: long, roles: [] })).toMatchObject({ status: 413 })
  const stream = new Blob([long]).stream()
  const how = {
    method: 'POST',
    body: stream,
    duplex: 'half',
    headers: { origin: world.origin, 'content-type': 'application/json' },
  } as const
  expect((await fetch(`${world.origin}/api/session`, how)).status).toBe(413)
})

it.for(['', '{', 'null', '[]', '{"__proto__":{}}', '{"decision":"approve"}', '\u0000'])(
  'answers `%s` with what does not fit',
  async (body) => {
    for (const path of ['/api/people/invitations', '/api/session', '/api/holds/t-0000000000/votes/start'])
      expect(await ada.send('POST', path, body)).toMatchObject({ status: 400, body: { title: 'not understood' } })
  },
)

it('survives what is nested too deep', async () => {
  const deep = `{"nonce":"x","response":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const headers = { origin: world.origin, 'content-type': 'application/json' }
  expect((await plain(world.origin, 'POST', '/api/session', { headers, body: deep })).status).toBe(400)
  const input = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`)
  expect((await guard.file(filing({ input }))).status).toBe(400)
})

it('keeps SQL and HTML in every text as the text that it is', async () => {
  const text = `'; DROP TABLE people; -- <script>alert(1)</script> "\\ \${x}`
  const odd = await ada.invite(text)
  const texts = {
    agent: text,
    run: text,
    policy: text,
    cwd: text,
    rule: text,
    because: text,
    goal: text,
    claim: text,
    input: { [text]: text },
  }
  const asked = filing(texts)
  expect(await guard.file(asked)).toMatchObject({ status: 200 })
  const digest = (await odd.send<{ digest: string }>('GET', `/api/holds/${asked.ticket}`)).body.digest
  const started = await odd.send<Challenge>('POST', `/api/holds/${asked.ticket}/votes/start`, {
    decision: 'approve',
    reason: text,
    digest,
  })
  const response = odd.passkey.get(started.body.options, { origin: world.origin })
  const voted = await odd.send('POST', `/api/holds/${asked.ticket}/votes`, { nonce: started.body.nonce, response })
  expect(voted.body).toMatchObject({ envelope: texts, approved: [{ name: text, reason: text }] })
  expect(voted.headers.get('content-type')).toBe('application/json')
})

it.for(['\u202e', '\u0000', '\n', ''])('names nobody `%s`', async (name) => {
  expect(await ada.send('POST', '/api/people/invitations', { name, roles: ['approver'] })).toMatchObject({
    status: 400,
  })
})

it('lets an admin alone invite, enrol guards, and take either away', async () => {
  expect(await ben.send('POST', '/api/people/invitations', { name: 'X', roles: ['admin'] })).toMatchObject({
    status: 403,
  })
  expect(await ben.send('POST', '/api/guards/codes', { name: 'X', operator: ben.id })).toMatchObject({ status: 403 })
  expect(await ben.send('DELETE', `/api/people/${ada.id}`, {})).toMatchObject({ status: 403 })
  expect(await ben.send('DELETE', `/api/guards/${guard.id}`, {})).toMatchObject({ status: 403 })
  expect(await ada.send('DELETE', `/api/people/${ada.id}`, {})).toMatchObject({ status: 409 })
})

it('lets no agent act for an admin, who could invite people to agree with him', async () => {
  const asked = await ada.send('POST', '/api/guards/codes', { name: 'hers', operator: ada.id })
  expect(asked).toMatchObject({ status: 409, body: { detail: expect.stringContaining('an admin could invite') } })
})

it('voids the links and codes of an admin who is removed', async () => {
  const other = await newWorld()
  const { ada, dan } = await team(other)
  const eve = await ada.invite('Eve', ['admin', 'approver'])
  const link = await eve.send<OneTime>('POST', '/api/people/invitations', { name: 'Fake', roles: ['approver'] })
  const code = await eve.send<OneTime>('POST', '/api/guards/codes', { name: 'hers', operator: dan.id })
  await ada.agree(link.body.proposal ?? '')
  await eve.agree(link.body.proposal ?? '')
  await ada.send('DELETE', `/api/people/${eve.id}`, {})
  await expect(new Somebody(other.origin).join(link.body.code)).rejects.toThrow('this link was used')
  const body = JSON.stringify({ code: code.body.code, name: 'x', key: new SomeGuard(other).public })
  expect(await plain(other.origin, 'POST', '/v1/guards', { body })).toMatchObject({ status: 404 })
  await other.end()
})

it('does nothing for who was removed or revoked while he asked', async () => {
  const other = await newWorld()
  const { ada, ben, dan, guard } = await team(other)
  const { desk } = other.running
  const eve = await ada.invite('Eve', ['admin'])
  const admin = {
    id: eve.id,
    name: 'Eve',
    roles: ['admin'],
    teams: [],
    seniority: 'junior',
    removed: false,
    wasAdmin: true,
    alone: true,
  } as const satisfies Enrolled
  const spare = await new SomeGuard(other).enroll(ada, dan, 'spare')
  const row = await desk.store.guard(spare.id)
  await ada.send('DELETE', `/api/people/${eve.id}`, {})
  await ada.send('DELETE', `/api/guards/${spare.id}`, {})
  await expect(
    invitePerson(desk, admin, { name: 'Fake', roles: ['approver'], teams: [], seniority: 'junior' }),
  ).rejects.toThrow('only an admin')
  await expect(newGuardCode(desk, admin, { name: 'hers', operator: dan.id })).rejects.toThrow('only an admin')
  await expect(removePerson(desk, admin, ben.id)).rejects.toThrow('only an admin')
  await expect(revokeGuard(desk, admin, guard.id)).rejects.toThrow('only an admin')
  const asked = { filing: filing(), receipt: 'r-0000000000' }
  await expect(fileOrTake(desk, row as GuardRow, asked)).rejects.toThrow('revoked')
  await other.end()
})

it('takes a link or a code once, in time, and each for what it is', async () => {
  const [link, code] = [
    (await ada.send<OneTime>('POST', '/api/people/invitations', { name: 'Gil', roles: ['auditor'] })).body,
    (await ada.send<OneTime>('POST', '/api/guards/codes', { name: 'ci', operator: dan.id })).body,
  ]
  expect((await plain(world.origin, 'GET', `/api/invitations/${link.code}`)).body).toMatchObject({
    name: 'Gil',
    roles: ['auditor'],
  })
  expect(await plain(world.origin, 'GET', `/api/invitations/${code.code}`)).toMatchObject({ status: 404 })
  const enroll = (asked: string) =>
    plain(world.origin, 'POST', '/v1/guards', {
      body: JSON.stringify({ code: asked, name: 'ci', key: new SomeGuard(world).public }),
    })
  expect(await enroll(link.code)).toMatchObject({ status: 404 })
  expect(await enroll(code.code)).toMatchObject({ status: 200 })
  expect(await enroll(code.code)).toMatchObject({ status: 404 })
  await new Somebody(world.origin).join(link.code)
  expect(await plain(world.origin, 'GET', `/api/invitations/${link.code}`)).toMatchObject({ status: 404 })
  const late = (await ada.send<OneTime>('POST', '/api/guards/codes', { name: 'late', operator: dan.id })).body
  world.clock.skip(60 * 60_000)
  expect(await enroll(late.code)).toMatchObject({ status: 404 })
})

it('lets two who open one link at once become one person', async () => {
  const { body } = await ada.send<OneTime>('POST', '/api/people/invitations', { name: 'Hal', roles: ['approver'] })
  const tries = [new Somebody(world.origin), new Somebody(world.origin)].map((each) => each.join(body.code))
  expect((await Promise.allSettled(tries)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

it('voids the link of the first person when somebody is enrolled', async () => {
  const other = await newWorld()
  const spare = await inviteFirst(other.running.desk)
  await firstPerson(other)
  await expect(new Somebody(other.origin).join(spare?.code ?? '', 'Mallory')).rejects.toThrow()
  expect(await inviteFirst(other.running.desk)).toBeUndefined()
  await other.end()
})

it('slows down who guesses', async () => {
  const other = await newWorld()
  const statuses: number[] = []
  for (let i = 0; i < 70; i++) statuses.push((await plain(other.origin, 'GET', `/api/invitations/${i}`)).status)
  expect(statuses.slice(0, 50)).not.toContain(429)
  expect(statuses.at(-1)).toBe(429)
  await other.end()
})

it('tells those who look what changes, until their session ends', async () => {
  const stop = new AbortController()
  const stream = await fetch(`${world.origin}/api/events`, { headers: { cookie: ben.cookie }, signal: stop.signal })
  const asked = filing()
  await guard.file(asked)
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of stream.body ?? []) {
    text += decoder.decode(chunk)
    if (text.includes(asked.ticket)) break
  }
  expect(text).toContain(`event: hold\ndata: ${JSON.stringify({ ticket: asked.ticket, state: 'open' })}\n`)
  stop.abort()
})
