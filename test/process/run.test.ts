import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type RunOptions, run } from '../../src/process/run.ts'

const HOW: RunOptions = { cwd: '/', env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 20_000, maxBytes: 10 }

describe('a run', () => {
  it('ends with the command’s code, and what it printed within the bound', async () => {
    const ran = await run('sh', ['-c', 'cat; echo more >&2; printf 0123456789abc; exit 3'], { ...HOW, input: 'in|' })
    expect(ran).toEqual({ code: 3, stdout: 'in|0123456', stderr: 'more\n', truncated: true, timedOut: false })
  })

  it('ends in time, also where a child left the group and holds its output open', async () => {
    const since = Date.now()
    const ran = await run('sh', ['-c', 'setsid sleep 8 & echo on; sleep 9'], { ...HOW, timeoutMs: 300 })
    expect(ran).toMatchObject({ timedOut: true, stdout: 'on\n', code: 128 + 9 })
    expect(Date.now() - since).toBeLessThan(5_000)
  })

  it('of what can’t be started is code 127 with the reason', async () => {
    expect(await run('/no/such/program', [], HOW)).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('ENOENT'),
    })
  })

  it('without room for another process is code 127, too', async () => {
    const script = `
      import { closeSync, openSync } from 'node:fs'
      import { run } from ${JSON.stringify(join(import.meta.dirname, '../../src/process/run.ts'))}
      const held = []
      try { for (;;) held.push(openSync('/dev/null', 'r')) } catch {}
      const running = run('true', [], ${JSON.stringify(HOW)})
      for (const fd of held) closeSync(fd)
      console.log(JSON.stringify(await running))`
    const words = ['-c', 'ulimit -n 100; exec "$0" --input-type=module -e "$1"', process.execPath, script]
    const { stdout } = await run('sh', words, { ...HOW, maxBytes: 10_000 })
    expect(JSON.parse(stdout)).toMatchObject({ code: 127, stderr: expect.stringContaining('EMFILE') })
  })
})
