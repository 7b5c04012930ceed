import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deskApp } from '../../src/desk/app.ts'
import { bookOf } from '../../src/root/book.ts'
import { newWorld, type World } from './world.ts'

let world: World
let folder: string
let ask: (path: string) => Promise<Response>
beforeAll(async () => {
  world = await newWorld()
  folder = mkdtempSync(join(tmpdir(), 'interlock-web-'))
  const web = join(folder, 'web')
  mkdirSync(join(web, 'assets'), { recursive: true })
  writeFileSync(join(web, 'index.html'), '<!doctype html>')
  writeFileSync(join(web, 'assets/app-0a1b.js'), 'let x')
  writeFileSync(join(folder, 'secret.js'), 'secret')
  const book = bookOf({ state: folder }, () => 0)
  const app = deskApp({ desk: world.running.desk, book, web, fault: (error) => world.faults.push(error) })
  ask = async (path) => await app.request(path)
})
afterAll(async () => {
  expect(world.faults).toEqual([])
  await world.end()
  rmSync(folder, { recursive: true })
})

it.for(['/', '/holds/t-0000000000', '/join/abc', '/assets', '/assets/none.js', '/index.html'])(
  'answers %s with the page, kept by nobody',
  async (path) => {
    const answer = await ask(path)
    expect(await answer.text()).toBe('<!doctype html>')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  },
)

it('answers with a file whose name holds its hash, to be kept for ever', async () => {
  const answer = await ask('/assets/app-0a1b.js')
  expect(await answer.text()).toBe('let x')
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(answer.headers.get('cache-control')).toMatch(/immutable/)
})

it.for([
  '/../secret.js',
  '/%2e%2e/secret.js',
  '/..%2fsecret.js',
  '/assets/../../secret.js',
  '/%00.js',
  '/secret.js%00.html',
])('gives nothing away beside the page: %s', async (path) =>
  expect(await (await ask(path)).text()).toBe('<!doctype html>'),
)

it.for(['/api/none', '/v1', '/v1/none', '/api'])('is no page at %s', async (path) => {
  expect((await ask(path)).headers.get('content-type')).toBe('application/problem+json')
})
