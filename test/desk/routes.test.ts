import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deskApp } from '../../src/desk/app.ts'
import { bookOf } from '../../src/root/book.ts'
import type { Holds, Role } from '../../src/wire/desk.ts'
import { deskClientOf } from '../../src/wire/desk-client.ts'
import { PEOPLE_ROUTES, ROUTES, type Route } from '../../src/wire/desk-routes.ts'
import { filing } from './filing.ts'
import { newWorld, plain, type Somebody, SomeGuard, team, type World } from './world.ts'

let world: World
let foreign: World
let people: Readonly<Record<Role | 'gone' | 'late' | 'foreign', Somebody>>
let guards: Readonly<Record<'own' | 'revoked' | 'foreign', SomeGuard>>
beforeAll(async () => {
  ;[world, foreign] = [await newWorld(), await newWorld()]
  const { ada, ben, dan, guard } = await team(world)
  const others = await team(foreign)
  const auditor = await ada.invite('Eve', ['auditor'])
  const operator = await ada.invite('Fin', ['operator'])
  const gone = await ada.invite('Gone')
  await ada.send('DELETE', `/api/people/${gone.id}`, {})
  const late = await ada.invite('Late')
  await late.send('DELETE', '/api/session', {}, { cookie: late.cookie })
  const revoked = await new SomeGuard(world).enroll(ada, dan, 'revoked')
  await ada.send('DELETE', `/api/guards/${revoked.id}`, {})
  people = { admin: ada, approver: ben, auditor, operator, gone, late, foreign: others.ada }
  guards = { own: guard, revoked, foreign: others.guard }
})
afterAll(async () => {
  expect(world.faults).toEqual([])
  await world.end()
  await foreign.end()
})

const named = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`

/** Bodies that fit, about nobody and nothing that there is. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /v1/holds': { filing: filing(), receipt: 'r-0000000000' },
  'POST /v1/guards': { code: 'x', name: 'x', key: 'x'.repeat(43) },
  'POST /v1/holds/{ticket}/outcome': { receipt: 'r-0000000000', outcome: 'done' },
  'POST /api/people/invitations': { name: 'Nobody', roles: ['approver'] },
  'POST /api/people/{id}/rights': { roles: ['approver'] },
  'POST /api/people/{id}/link': { other: 'p-0000000000' },
  'POST /api/guards/codes': { name: 'nothing', operator: 'p-0000000000' },
}

interface Tried {
  readonly path: string
  readonly body: string
}
function request(route: Route): Tried {
  const path = route.path.replace(/\{\w+\}/g, 'x-0000000000')
  const body = BODIES[named(route)] ?? {}
  return { path, body: route.method === 'GET' ? '' : JSON.stringify(body) }
}

/** The status that this credential gets; a stream is hung up on. */
async function status(route: Route, credential: Record<string, string>): Promise<number> {
  const { path, body } = request(route)
  const headers = { origin: world.origin, 'content-type': 'application/json', ...credential }
  const ending = new AbortController()
  const how = { method: route.method, headers, signal: ending.signal, ...(body !== '' && { body }) }
  const answer = await fetch(world.origin + path, how)
  ending.abort()
  return answer.status
}

const cookie = (of: Somebody): Record<string, string> => ({ cookie: of.cookie })
async function token(of: SomeGuard, route: Route, claims: object = {}): Promise<Record<string, string>> {
  const { path, body } = request(route)
  return { authorization: `Bearer ${await of.token(route.method, path, body, claims)}` }
}

it('knows every route that the desk answers, and no other', () => {
  const app = deskApp({
    desk: world.running.desk,
    book: bookOf({ state: '/none' }, () => 0),
    web: undefined,
    fault: () => undefined,
  })
  const real = app.routes.filter(({ method }) => method !== 'ALL')
  const paths = real.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}')}`)
  expect(ROUTES.map(named).toSorted()).toEqual([...new Set(paths)].toSorted())
})

describe('B7: whatever is asked, by whomever', () => {
  it.each(ROUTES.map((route) => [named(route), route] as const))('%s', async (_name, route) => {
    const old = Math.floor(world.clock.now() / 1000) - 1000
    const strangers: Record<string, Record<string, string>> = {
      nothing: {},
      garbage: { authorization: 'Bearer nothing', cookie: 'interlock-desk=nothing' },
      'a session that has ended': cookie(people.late),
      'a removed person’s': cookie(people.gone),
      'a session of another desk': cookie(people.foreign),
      'an expired token': await token(guards.own, route, { iat: old, exp: old + 60 }),
      'a token for another desk': await token(guards.own, route, { aud: foreign.origin }),
      'a token of another desk’s guard': await token(guards.foreign, route),
      'a revoked guard’s': await token(guards.revoked, route),
    }
    for (const [what, credential] of Object.entries(strangers)) {
      const got = await status(route, credential)
      if (route.who === 'anyone') expect(got, what).toBeLessThan(500)
      else expect([401, 403], what).toContain(got)
    }
    if (route.who === 'anyone') return
    const roles = await Promise.all(
      (['operator', 'approver', 'auditor', 'admin'] as const).map(async (role) => {
        return [role, await status(route, cookie(people[role]))] as const
      }),
    )
    for (const [role, got] of roles) {
      const refused = { guard: [401], person: [], admin: role === 'admin' ? [] : [403] }[route.who]
      if (refused.length > 0) expect(refused, role).toContain(got)
      else expect([401, 403, 500], role).not.toContain(got)
    }
    // Last: one of them is to leave.
    if (named(route) === 'DELETE /v1/guards') return
    const asGuard = await status(route, await token(guards.own, route))
    if (route.who === 'guard') expect([401, 403, 500]).not.toContain(asGuard)
    else expect(asGuard).toBe(401)
  })
})

it('takes a signature of a guard for what it was made for, and nothing else', async () => {
  for (const route of ROUTES.filter(({ who }) => who === 'guard'))
    for (const claims of [{ htu: '/v1/other' }, { htm: 'PUT' }, { bh: 'x' }, { exp: 9_999_999_999 }])
      expect(await status(route, await token(guards.own, route, claims)), named(route)).toBe(401)
})

it('describes itself as OpenAPI 3.1, by which each route can be asked', async () => {
  const { body } = await plain<Record<string, unknown>>(world.origin, 'GET', '/api/openapi.json')
  expect(await new Validator().validate(body)).toEqual({ valid: true })
  expect(body.openapi).toMatch(/^3\.1/)
  const paths = body.paths as Record<string, Record<string, { security: object[] }>>
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.toSorted()).toEqual(ROUTES.map(named).toSorted())
  expect(paths['/v1/holds']?.post?.security).toEqual([{ guard: [] }])
  expect(paths['/api/holds']?.get?.security).toEqual([{ session: [] }])
})

it('is in the documents, each route with what it does', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')
  const rows = ROUTES.map(({ method, path, who, does }) => `| \`${method} ${path}\` | ${who} | ${does} |`)
  expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows)
})

it('has a client for scripts and the page, by the names of the table', async () => {
  const asked: unknown[] = []
  const client = deskClientOf(async (method, path, schema, body) => {
    asked.push([method, path, ...(body === undefined ? [] : [body])])
    const answer = await people.admin.send('GET', method === 'GET' ? path : '/api/session')
    return schema.parse(answer.body)
  })
  expect((await client.people()).people.map(({ name }) => name)).toContain('Ada')
  expect((await client.session()).person?.name).toBe('Ada')
  await client.removePerson('p/../x').catch(() => undefined)
  await client.voteStart('t-0000000000', { decision: 'deny', reason: 'no', digest: 'x' }).catch(() => undefined)
  expect(asked).toEqual([
    ['GET', '/api/people'],
    ['GET', '/api/session'],
    ['DELETE', '/api/people/p%2F..%2Fx', {}],
    ['POST', '/api/holds/t-0000000000/votes/start', { decision: 'deny', reason: 'no', digest: 'x' }],
  ])
  expect(Object.keys(client)).toEqual(Object.keys(PEOPLE_ROUTES))
})

it('lists what ended page by page, each hold once, the latest first', async () => {
  const made = await newWorld({ 'desk.yaml': 'limits: {filingsPerMinute: 1000}' })
  const { ben, guard } = await team(made)
  const action = filing().action
  const all = Array.from({ length: 231 }, (_, i) => filing({ action, preconditions: String(i).padStart(64, '0') }))
  for (const each of all) await guard.file(each)
  const pages: Holds[] = [(await ben.send<Holds>('GET', '/api/ended-holds')).body]
  for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next)
    pages.push((await ben.send<Holds>('GET', `/api/ended-holds?before=${next}`)).body)
  expect(pages.map(({ holds }) => holds.length)).toEqual([100, 100, 30])
  const tickets = pages.flatMap(({ holds }) => holds.map(({ ticket }) => ticket))
  expect(new Set(tickets)).toEqual(new Set(all.slice(0, -1).map(({ ticket }) => ticket)))
  expect(tickets.slice(0, 3).toSorted().at(-1)).toBe(all.at(-2)?.ticket)
  expect((await ben.send<Holds>('GET', '/api/holds')).body.next).toBe(pages[0]?.next)
  expect(await ben.send('GET', '/api/ended-holds?before=x')).toMatchObject({ status: 400 })
  await made.end()
})
