import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../../src/process/run.ts'
import { gone, makePlace, type Place, pidOf } from './place.ts'

let p: Place
beforeEach(async () => {
  p = await makePlace()
})
afterEach(async () => {
  await p.remove()
})

describe('one guard a state folder', () => {
  it('the second refuses and says who holds it', async () => {
    const first = await p.serve()
    const second = await p.interlock('serve')
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`is open in process ${first.pid} since`)
    expect(second.stderr).toContain('interlock serve --stop')
    expect((await p.call('true')).outcome).toBe('done')
  })

  it('clients that start it at the same time find one', async () => {
    const all = await Promise.all([1, 2, 3].map(() => p.interlock('exec', '--', 'true')))
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0])
    const pid = pidOf(p)
    expect((await p.interlock('serve', '--stop')).code).toBe(0)
    await gone(pid)
    expect((await p.interlock('log', 'list')).stdout.trim().split('\n')).toHaveLength(3)
  })

  it('keeps its port and token for the hooks that are installed, and does not leave them to another', async () => {
    await p.serve()
    const before = readFileSync(join(p.state, 'guard.json'), 'utf8')
    await p.interlock('serve', '--stop')
    await gone(pidOf(p))
    const { port } = JSON.parse(before) as { port: number }
    const squatter = createServer().listen(port, '127.0.0.1')
    const refused = await p.interlock('serve')
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`something else listens at the guard's port ${port}`),
    ])
    await new Promise((resolve) => squatter.close(resolve))
    await p.serve()
    const { pid: _, ...address } = JSON.parse(before) as { pid: number }
    expect(JSON.parse(readFileSync(join(p.state, 'guard.json'), 'utf8'))).toMatchObject(address)
  })
})

describe('its own process', () => {
  it('is closed to what it rules on, by its number, its group and its command line; others are asked for', async () => {
    await p.serve()
    const pid = pidOf(p)
    for (const command of [`kill ${pid}`, `kill -STOP -- -${pid}`, `echo ${pid} | xargs kill -9`, 'pkill -f main.mjs'])
      expect([command, (await p.call(command, 'host')).rule]).toEqual([command, 'protection/guard'])
    expect((await p.call(`kill ${pid + 1}`, 'host')).rule).toBe('local/machine')
    expect((await p.call('true')).outcome).toBe('done')
  })
})

describe('what it keeps', () => {
  it('is for its user alone', async () => {
    await p.serve()
    await p.call('echo x > a')
    const modes = readdirSync(p.state).map((name) => [name, statSync(join(p.state, name)).mode & 0o077] as const)
    expect(modes.filter(([, mode]) => mode !== 0)).toEqual([])
    expect(statSync(p.state).mode & 0o777).toBe(0o700)
  })

  it('can’t be reached by another user', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can become another user')
    await p.serve()
    const { port } = JSON.parse(readFileSync(join(p.state, 'guard.json'), 'utf8')) as { port: number }
    const as = (command: string): ReturnType<typeof run> =>
      run('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c', command], {
        cwd: '/',
        env: p.env,
        timeoutMs: 20_000,
        maxBytes: 1000,
      })
    expect((await as(`cat ${p.state}/guard.json`)).stderr).toContain('Permission denied')
    expect((await as(`curl -s --unix-socket ${p.state}/guard.sock http://guard/v1/status`)).code).not.toBe(0)
    expect((await as(`curl -s http://127.0.0.1:${port}/v1/status`)).stdout).toContain('the token is missing')
  })

  it('is whole when `serve --stop` returns', async () => {
    await p.serve()
    for (let i = 0; i < 20; i++) await p.call(`echo ${i} > a`)
    expect((await p.interlock('serve', '--stop')).code).toBe(0)
    const verified = await p.interlock('log', 'verify', '--json')
    expect(JSON.parse(verified.stdout)).toMatchObject({ kind: 'intact', size: 41, copy: 'same', ahead: 0 })
    expect(readdirSync(join(p.state, 'ledger/wal'))).toEqual([])
    expect((await p.interlock('serve', '--stop')).code).toBe(1)
  })
})

describe('killed', () => {
  it('it has kept what it acknowledged, and closes what was open as unknown, with what changed', async () => {
    writeFileSync(join(p.work, 'a'), 'before')
    const guard = await p.serve()
    const replies = await Promise.all([1, 2, 3].map((i) => p.call(`echo ${i} > b${i}`)))
    const open = await p.call('echo after > a', 'host')
    expect(open.outcome).toBe('handed over')
    writeFileSync(join(p.work, 'a'), 'after')
    guard.kill('SIGKILL')
    await gone(guard.pid ?? 0)
    expect((await p.log()).map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(replies.map(({ receipt }) => receipt)),
    )
    await p.serve()
    await expect
      .poll(async () => (await p.log()).at(-1), { timeout: 20_000 })
      .toMatchObject({
        subject: open.receipt,
        data: { outcome: 'unknown', snapshot: true, changes: [{ path: join(p.work, 'a'), change: 'changed' }] },
      })
    expect((await p.interlock('undo', open.receipt, '--yes')).code).toBe(0)
    expect(readFileSync(join(p.work, 'a'), 'utf8')).toBe('before')
  })

  it('while a child of `exec` runs: the child’s code is the answer, and its outcome is unknown', async () => {
    const guard = await p.serve()
    const running = p.interlock(
      'exec',
      '--',
      'sh',
      '-c',
      'echo > started; while [ ! -e go ]; do sleep 0.05; done; exit 7',
    )
    await expect.poll(() => existsSync(join(p.work, 'started')), { timeout: 30_000 }).toBe(true)
    guard.kill('SIGKILL')
    await gone(guard.pid ?? 0)
    writeFileSync(join(p.work, 'go'), '')
    const { code, stderr } = await running
    expect([code, stderr]).toEqual([7, expect.stringContaining('could not be recorded')])
    await p.serve()
    await expect
      .poll(async () => (await p.log()).at(-1)?.data, { timeout: 20_000 })
      .toMatchObject({ outcome: 'unknown' })
  })
})

describe('a ledger that lost something', () => {
  const yesterday = (): string => join(p.state, '../yesterday')
  beforeEach(async () => {
    await p.serve()
    await p.call('echo 1 > a')
    await p.interlock('serve', '--stop')
    await gone(pidOf(p))
    cpSync(p.state, yesterday(), { recursive: true })
    await p.serve()
    await p.call('echo 2 > a')
    await p.interlock('serve', '--stop')
    await gone(pidOf(p))
  })

  it.for(['a restored old state folder', 'a truncated tail'])(
    '%s: the guard refuses, says what to do, and nothing runs',
    async (what) => {
      if (what === 'a truncated tail') rmSync(join(p.state, 'ledger/tile/entries'), { recursive: true })
      else {
        rmSync(p.state, { recursive: true })
        cpSync(yesterday(), p.state, { recursive: true })
      }
      const refused = await p.interlock('serve')
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringContaining('interlock log recover --accept-loss'),
      ])
      const not = await p.interlock('exec', '--', 'touch', 'ran')
      expect([not.code, existsSync(join(p.work, 'ran'))]).toEqual([126, false])

      expect((await p.interlock('log', 'recover', '--accept-loss')).code).toBe(10)
      expect((await p.interlock('serve')).code).toBe(1)
      const accepted = await p.atTerminal('y\n', 'log', 'recover', '--accept-loss', '--reason', 'a test')
      expect([accepted.code, accepted.stdout]).toEqual([0, expect.stringContaining('the loss is on record')])
      await p.serve()
      expect((await p.call('true')).outcome).toBe('done')
      expect((await p.log()).find(({ type }) => type.endsWith('loss-accepted'))?.data).toMatchObject({
        reason: 'a test',
      })
    },
  )
})

it('a state folder that others could read is closed to them', async () => {
  await p.serve()
  await p.interlock('serve', '--stop')
  await gone(pidOf(p))
  chmodSync(p.state, 0o755)
  await p.serve()
  expect(statSync(p.state).mode & 0o777).toBe(0o700)
})
