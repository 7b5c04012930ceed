import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { demonstrate } from '../../src/demo/demo.ts'
import { unguarded } from '../../src/demo/unguarded.ts'
import { inviteFirst } from '../../src/desk/people.ts'
import { run } from '../../src/process/run.ts'
import { type FakeGuard, startFakeGuard } from '../agent/fake-guard.ts'
import { newWorld, type World } from '../desk/world.ts'
import { ROOT } from './place.ts'

let temporary: string
let guard: FakeGuard
let desk: World
beforeEach(async () => {
  desk = await newWorld()
  temporary = await mkdtemp(join(tmpdir(), 'interlock-demo-test-'))
})
afterEach(async () => {
  await guard.close()
  await desk.end()
  await rm(temporary, { recursive: true, force: true })
})

it('the demonstration answers 1 and says which promises were broken when the guard lets everything through', async () => {
  guard = await startFakeGuard({
    call: async (call) => {
      const answer = await unguarded({ repository: call.cwd, env: call.env ?? {} }).call(call)
      if (answer.kind === 'none') throw new Error(answer.why)
      return answer.reply
    },
  })
  const lines: string[] = []
  const code = await demonstrate({
    from: fileURLToPath(new URL('../../src/demo/cost-explorer', import.meta.url)),
    node: process.execPath,
    temporary,
    look: { width: 100, colour: false },
    write: (line) => lines.push(line),
    ports: {
      startGuard: async () => ({ socket: guard.socket, stop: async () => undefined }),
      startDesk: async () => {
        const first = await inviteFirst(desk.running.desk)
        return { origin: desk.origin, link: first?.link ?? '', stop: async () => undefined }
      },
      enrol: async () => undefined,
      receipts: async () => [],
      verifyLedger: async () => ({ ok: true, words: 'whole' }),
      verifyDesk: async () => ({ ok: true, words: 'whole' }),
    },
  })
  expect(code).toBe(1)
  const promises = lines
    .slice(lines.findIndex((line) => line.includes('What you saw')))
    .filter((line) => /yes|NO/.test(line))
  expect(promises.map((line) => line.trim().split(' ')[0])).toEqual([
    'yes',
    ...Array.from({ length: 8 }, () => 'NO'),
    'yes',
  ])
  expect(lines.filter((line) => line.includes('RED:'))).toHaveLength(2)
  expect(await readdir(temporary)).toEqual([])
})

it('runs to its end with a real guard and a real desk, keeps every promise, and leaves nothing behind', {
  timeout: 120_000,
}, async () => {
  guard = await startFakeGuard({ call: async () => Promise.reject(new Error('asked the wrong guard')) })
  const env = { ...process.env, TMPDIR: temporary } as Record<string, string>
  const ran = await run(join(ROOT, 'bin/interlock'), ['demo', '--exit'], {
    cwd: temporary,
    env,
    timeoutMs: 110_000,
    maxBytes: 1_000_000,
  })
  expect(ran.stderr).toBe('')
  const lines = ran.stdout.split('\n').map((line) => line.trim())
  expect(lines.filter((line) => line.startsWith('yes '))).toHaveLength(10)
  expect(lines).toContainEqual(expect.stringContaining('NOT COUNTED: the agent works for you'))
  expect(lines).toContainEqual(expect.stringContaining('HELD anew'))
  expect(ran.code).toBe(0)
  expect(await readdir(temporary)).toEqual([])
  const [, told = ''] = /^```text\n( {2}shell .*?)```/ms.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? []
  expect(told).toContain('NOT COUNTED')
  const seen = lines.slice(lines.lastIndexOf('passed  fractions of a cent count'))
  for (const line of told.split('\n').filter((each) => each !== ''))
    expect(seen.splice(0, seen.indexOf(line.trim()) + 1), line).not.toEqual([])
})
