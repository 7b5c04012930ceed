import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { demonstrate } from '../../src/demo/demo.ts'
import { unguarded } from '../../src/demo/unguarded.ts'
import { type FakeGuard, startFakeGuard } from '../agent/fake-guard.ts'

let temporary: string
let guard: FakeGuard
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'interlock-demo-test-'))
})
afterEach(async () => {
  await guard.close()
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
      receipts: async () => [],
      verifyLedger: async () => ({ ok: true, words: 'whole' }),
    },
  })
  expect(code).toBe(1)
  const promises = lines
    .slice(lines.findIndex((line) => line.includes('What you saw')))
    .filter((line) => /yes|NO/.test(line))
  expect(promises.map((line) => line.trim().split(' ')[0])).toEqual(['yes', 'NO', 'NO', 'NO', 'NO', 'yes'])
  expect(lines.filter((line) => line.includes('RED:'))).toHaveLength(2)
  expect(await readdir(temporary)).toEqual([])
})
