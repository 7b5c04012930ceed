import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { commandOf, exec } from '../../src/cli/exec.ts'
import type { Reach } from '../../src/cli/guard.ts'
import type { Ended } from '../../src/process/child.ts'

let folder: string
let server: Server
const asked: { url: string; body: unknown }[] = []
const ran: string[][] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-exec-'))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(folder, { recursive: true })
  asked.splice(0)
  ran.splice(0)
  vi.restoreAllMocks()
})

/** Runs `tool -x` against a guard that answers its questions in turn; a number is an answer of that status. */
async function against(
  answers: readonly (object | string | number)[],
  ended: Ended = { kind: 'ended', code: 0 },
): Promise<number> {
  const socket = join(folder, 'guard.sock')
  server = createServer(async (request, response) => {
    const body: unknown = JSON.parse(await text(request))
    const answer = answers[asked.push({ url: request.url ?? '', body }) - 1]
    if (answer === undefined) request.socket.destroy()
    else if (typeof answer === 'number') response.writeHead(answer).end('{"error":"no"}')
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  const reach: Reach = { socket, loopback: () => undefined, start: () => Promise.reject(new Error('none to start')) }
  return await exec(
    { argv: ['tool', '-x'], cwd: () => '/w', run: 'exec-1', process: 7 },
    reach,
    async (command, args) => {
      ran.push([command, ...args])
      return ended
    },
  )
}

const GRANT = { outcome: 'handed over', ruling: 'allow', receipt: 'r-1', text: '' }

describe('runs the child', () => {
  it('on an allow that is handed over, and on a hold that a person released', async () => {
    expect(await against([GRANT, {}])).toBe(0)
    expect(ran).toEqual([['tool', '-x']])
    expect(asked.map(({ url }) => url)).toEqual(['/v1/calls', '/v1/calls/r-1/close'])
    expect(asked[0]?.body).toMatchObject({ kind: 'shell', input: 'tool -x', perform: 'host' })
    expect(asked[1]?.body).toEqual({ outcome: 'done', code: 0 })
  })
  it('on a hold that a person released', async () => {
    expect(await against([{ ...GRANT, ruling: 'hold', released: true }, {}])).toBe(0)
    expect(ran).toHaveLength(1)
  })
  it.for([
    ['its own code', { kind: 'ended', code: 42 }, 42],
    ['127 where there is none', { kind: 'not found' }, 127],
    ['126 where it can’t be started', { kind: 'not started', why: 'EACCES' }, 126],
  ] as const)('and answers with %s', async ([, ended, code]) => {
    expect(await against([GRANT, {}], ended)).toBe(code)
    expect(asked[1]?.body).toEqual({ outcome: 'failed', code })
  })
  it('and answers with its code also where the guard is gone by then', async () => {
    expect(await against([GRANT], { kind: 'ended', code: 3 })).toBe(3)
  })
})

describe('runs nothing', () => {
  it.for([
    ['a deny', { ruling: 'deny', outcome: 'refused', text: 'no' }, 125],
    ['a hold', { ruling: 'hold', outcome: 'waiting', text: 'wait' }, 125],
    ['a hold that nobody released', { ...GRANT, ruling: 'hold' }, 126],
    ['a deny that is handed over', { ...GRANT, ruling: 'deny' }, 126],
    ['an allow without a receipt', { ...GRANT, receipt: undefined }, 126],
    ['an empty object', {}, 126],
    ['null', 'null', 126],
    ['half an answer', '{"outcome":"handed over","ruling":"allow","rec', 126],
    ['a page of something else', '<html>', 126],
    ['an error', 500, 126],
    ['no answer', [], 126],
  ] as const)('on %s', async ([, answer, code]) => {
    expect(await against(Array.isArray(answer) ? [] : [answer as object])).toBe(code)
    expect(ran).toEqual([])
  })
  it('where its folder is gone', async () => {
    const gone = (): string => {
      throw new Error('ENOENT')
    }
    const reach: Reach = { socket: join(folder, 'none'), loopback: () => undefined, start: async () => undefined }
    expect(
      await exec({ argv: ['tool'], cwd: gone, run: 'r', process: 7 }, reach, async () => ({ kind: 'ended', code: 0 })),
    ).toBe(126)
  })
})

describe('the text that is judged', () => {
  it('is read by a shell as the very words that are run', () => {
    const word = fc.string({ unit: 'binary-ascii', maxLength: 12 }).filter((each) => !each.includes('\0'))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        // A first word that a shell would take for an assignment, a keyword or a redirection shows here.
        const script = `printf '%s\\0' ${commandOf(['x', ...words]).slice(2)}`
        expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 60 },
    )
  })
  it.for([
    [['time', 'ls'], "'time' ls"],
    [['A=b', 'ls'], "'A=b' ls"],
    [['{', 'ls'], "'{' ls"],
    [['env', 'A=b', 'ls'], 'env A=b ls'],
    [['rm', '-rf', '~', 'a b', "it's"], "rm -rf '~' 'a b' 'it'\\''s'"],
    [['echo', ''], "echo ''"],
  ] as const)('of %j is %s', ([argv, command]) => {
    expect(commandOf(argv)).toBe(command)
  })
})
