import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CallReply, UndoReply } from '../../src/wire/api.ts'
import { type Entry, gone, makePlace, type Place, pidOf } from './place.ts'

let p: Place
beforeAll(async () => {
  p = await makePlace()
  await p.serve()
})
afterAll(async () => {
  await p.remove()
})
beforeEach(async () => {
  await p.sh('git config user.name a; git config user.email a@b')
})
afterEach(async () => {
  await p.sh('find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +')
})

const at = (name: string): string => join(p.work, name)
const text = (name: string): string => readFileSync(at(name), 'utf8')
const closed = async (receipt: string): Promise<Entry['data'] | undefined> =>
  (await p.log()).find(({ type, subject }) => type.endsWith('closed') && subject === receipt)?.data
const undo = async (what: string, dryRun = false): Promise<UndoReply> => {
  const asked = await p.ask('POST', '/v1/undo', { what, dryRun })
  return JSON.parse(asked.kind === 'reply' ? asked.text : 'null') as UndoReply
}
let runs = 0
/** Calls of one run of their own. */
const inRun = (): { run: string; call: (input: string) => Promise<CallReply> } => {
  const run = `run-${++runs}`
  return { run, call: (input) => p.call(input, 'guard', { agent: { name: 'test', run } }) }
}

describe('what the guard runs', () => {
  it('answers with code, output and errors, in the caller’s folder, environment and umask', async () => {
    mkdirSync(at('sub'))
    const env = { PATH: process.env.PATH, GREETING: 'hi' }
    const command = 'pwd; echo $GREETING; echo "$HOME"; echo oops >&2; echo x > made; exit 3'
    const reply = await p.call(command, 'guard', { cwd: at('sub'), env, umask: 0o027 })
    expect(reply).toMatchObject({
      outcome: 'failed',
      result: { code: 3, stdout: `${at('sub')}\nhi\n${p.home}\n`, stderr: 'oops\n' },
    })
    expect(statSync(at('sub/made')).mode & 0o777).toBe(0o640)
  })

  it('reads nothing besides the command that was judged', async () => {
    writeFileSync(at('evil'), 'echo evil > stolen')
    const env = {
      PATH: process.env.PATH,
      BASH_ENV: at('evil'),
      'BASH_FUNC_true%%': '() { echo evil > stolen; }',
      CDPATH: '/',
    }
    expect(await p.call('true', 'guard', { env })).toMatchObject({ outcome: 'done' })
    expect(existsSync(at('stolen'))).toBe(false)
  })

  it('is judged in the environment that it will see', async () => {
    mkdirSync(join(p.home, 'mine'))
    const held = await p.call('rm -r "$WHERE"', 'guard', {
      env: { PATH: process.env.PATH, WHERE: join(p.home, 'mine') },
    })
    expect(held).toMatchObject({ ruling: 'hold' })
    expect(held.effects).toContainEqual(expect.objectContaining({ verb: 'delete', resource: `path:${p.home}/mine/**` }))
  })

  it('writes files for the caller, whose umask they get', async () => {
    const call = (input: object): Promise<CallReply> => p.call('', 'guard', { kind: 'file', input, umask: 0o002 })
    expect(await call({ operation: 'write', path: 'src/new.ts', content: 'one two' })).toMatchObject({
      outcome: 'done',
    })
    expect([statSync(at('src')).mode & 0o777, statSync(at('src/new.ts')).mode & 0o777]).toEqual([0o775, 0o664])
    chmodSync(at('src/new.ts'), 0o755)
    const edited = await call({ operation: 'edit', path: 'src/new.ts', old: 'two', new: '2' })
    expect([edited.outcome, text('src/new.ts'), statSync(at('src/new.ts')).mode & 0o777]).toEqual([
      'done',
      'one 2',
      0o755,
    ])
    const not = await call({ operation: 'edit', path: 'src/new.ts', old: 'three', new: '3' })
    expect(not).toMatchObject({
      outcome: 'failed',
      result: { code: 1, stderr: expect.stringContaining('occurs 0 times') },
    })
    expect(await call({ operation: 'read', path: 'src/new.ts' })).toMatchObject({ result: { stdout: 'one 2' } })
  })

  it('keeps what was written before the calls that changed it, through a link too', async () => {
    writeFileSync(at('target'), 'before')
    symlinkSync('target', at('link'))
    const { receipt } = await p.call('', 'guard', {
      kind: 'file',
      input: { operation: 'write', path: 'link', content: 'after' },
    })
    expect(text('target')).toBe('after')
    await undo(receipt)
    expect(text('target')).toBe('before')
  })
})

describe('an answer comes in time', () => {
  const timed = async (asking: Promise<CallReply>): Promise<readonly [CallReply, number]> => {
    const since = performance.now()
    return [await asking, performance.now() - since]
  }
  it('also where a script is a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [at('script.sh')])
    const [reply, ms] = await timed(p.call('sh script.sh'))
    expect(reply.ruling).not.toBe('allow')
    expect(ms).toBeLessThan(10_000)
  })
  it('also about a huge folder', async () => {
    await p.sh('mkdir huge && cd huge && seq 1 60000 | xargs touch')
    const [reply, ms] = await timed(p.call('rm -rf huge', 'host'))
    expect(reply.ruling).not.toBe('allow')
    expect(ms).toBeLessThan(10_000)
  }, 120_000)
  it.for([
    ['10 MB of command', 'x'.repeat(10 << 20)],
    ['256 KiB of blanks', ' '.repeat(255 * 1024)],
    ['3,000 nested shells', `${'$('.repeat(3_000)}true${')'.repeat(3_000)}`],
    ['3,000 nested groups', `${'{ '.repeat(3_000)}true${'; }'.repeat(3_000)}`],
    ['3,000 nested quotes', `${'"$(echo '.repeat(3_000)}x${')"'.repeat(3_000)}`],
    ['a row of 20,000 commands', 'a;'.repeat(20_000)],
  ] as const)('also about %s', async ([, input]) => {
    const [reply, ms] = await timed(p.call(input, 'host'))
    expect(reply.receipt).not.toBe('')
    expect(ms).toBeLessThan(10_000)
  })
  it('also about a deep value, and then the guard is well', async () => {
    const deep = `{"kind":"tool","input":${'['.repeat(3_000)}${']'.repeat(3_000)},"cwd":"${p.work}","agent":{"name":"a","run":"r"},"perform":"host"}`
    writeFileSync(at('deep.json'), deep)
    const answer = await p.sh(`curl -s --unix-socket ${p.state}/guard.sock -d @deep.json http://guard/v1/calls`)
    expect(JSON.parse(answer.stdout)).toMatchObject({
      ruling: 'deny',
      because: expect.stringContaining('nested deeper than 64'),
    })
    expect((await p.call('true')).outcome).toBe('done')
  })
})

describe('undo', () => {
  it('gives back a run, the newest first; a dry run says what it would; an undo can be undone', async () => {
    writeFileSync(at('a'), 'one')
    const { run, call } = inRun()
    await call('echo two > a')
    await call('echo three > a; echo new > b')
    await call('rm b')
    expect(await undo(run, true)).toMatchObject({ refused: [], receipts: [] })
    expect(text('a')).toBe('three\n')
    const { receipts, refused } = await undo(run)
    expect([text('a'), existsSync(at('b')), refused, receipts.length]).toEqual(['one', false, [], 3])
    for (const receipt of receipts.toReversed()) await undo(receipt)
    expect([text('a'), existsSync(at('b'))]).toEqual(['three\n', false])
  })

  it('refuses what somebody changed since, says so, and touches nothing else’s work', async () => {
    writeFileSync(at('a'), 'one')
    const { receipt } = await p.call('echo two > a')
    writeFileSync(at('a'), 'by a person')
    const said = await p.interlock('undo', receipt, '--yes')
    expect([said.code, said.stdout]).toEqual([1, expect.stringContaining('somebody changed it since')])
    expect(text('a')).toBe('by a person')
  })

  it('asks first, and without a person changes nothing', async () => {
    writeFileSync(at('a'), 'one')
    await p.call('echo two > a')
    const { code, stdout } = await p.interlock('undo', '--last')
    expect([code, stdout, text('a')]).toEqual([10, expect.stringContaining(`restored  ${at('a')}`), 'two\n'])
    expect((await p.atTerminal('y\n', 'undo', '--last')).code).toBe(0)
    expect(text('a')).toBe('one')
  })

  it('knows nothing of what never was', async () => {
    const said = await p.interlock('undo', 'r-never', '--yes')
    expect([said.code, said.stderr]).toEqual([1, expect.stringContaining('nothing is kept that `r-never` changed')])
  })
})

describe('a receipt', () => {
  it('is diverged where more changed than was predicted, and says what', async () => {
    writeFileSync(at('a'), 'one')
    writeFileSync(at('other'), 'one')
    const { receipt } = await p.call('echo two > a', 'host')
    for (const name of ['a', 'other']) writeFileSync(at(name), 'two')
    await p.ask('POST', `/v1/calls/${receipt}/close`, { outcome: 'done', code: 0 })
    expect(await closed(receipt)).toMatchObject({ diverged: true })
    const shown = (await p.interlock('log', 'show', receipt)).stdout
    expect(shown).toContain('diverged')
    expect(shown).toContain(`changed  ${at('other')}  (not predicted)`)
    expect((await p.interlock('log', 'list')).stdout).toContain('done, diverged')
  })

  it('names the calls that ran at the same time over the same paths', async () => {
    writeFileSync(at('a'), 'one')
    const first = await p.call('echo two > a', 'host')
    const second = await p.call('echo three > a', 'host')
    for (const { receipt } of [first, second]) await p.ask('POST', `/v1/calls/${receipt}/close`, { outcome: 'done' })
    expect(await closed(first.receipt)).toMatchObject({ overlaps: [second.receipt] })
    expect(await closed(second.receipt)).toMatchObject({ overlaps: [first.receipt] })
  })

  it('holds no credential, be it in the command, the environment or the goal', async () => {
    const secret = 'hunter2secretvalue99'
    const env = { PATH: process.env.PATH, API_TOKEN: secret }
    await p.call(`curl -H "Authorization: Bearer ${secret}" https://x.test`, 'host', { goal: `use token=${secret}` })
    await p.call('echo $API_TOKEN > file-$API_TOKEN', 'guard', { env, claim: `password: ${secret}` })
    expect((await p.sh(`grep -rl ${secret} ${p.state}/ledger ${p.state}/blobs`)).stdout).toBe('')
  })

  it('has room for a long call: kept beside the ledger, read back by the next guard', async () => {
    const words = 'word '.repeat(20_000)
    const held = await p.call(`rm -r ~/gone; echo ${words}`, 'host')
    expect(held.outcome).toBe('waiting')
    await p.interlock('serve', '--stop')
    await gone(pidOf(p))
    await p.serve()
    expect((await p.interlock('confirm')).stdout).toContain(held.ticket)
    expect((await p.interlock('log', 'show', held.receipt)).stdout).toContain(words.slice(0, 500))
    expect((await p.interlock('log', 'verify')).code).toBe(0)
  })
})

describe('exec', () => {
  it.for([
    ['its own code', ['sh', '-c', 'exit 42'], 42],
    ['128 and the signal', ['timeout', '-s', 'KILL', '0.2', 'sleep', '9'], 137],
    ['127 where there is no such program', ['no-such-program'], 127],
    ['126 where it can’t be run', ['./plain'], 126],
    ['125 where it is held', ['rm', '-r', '/home/nobody/x'], 125],
  ] as const)('answers with %s', async ([, argv, code]) => {
    writeFileSync(at('plain'), 'no program')
    const ended = await p.interlock('exec', '--', ...argv)
    expect([ended.code, ended.stderr === '']).toEqual([code, code !== 125 && code !== 126 && code !== 127])
  })

  it('passes arguments, streams and umask as they are', async () => {
    const argv = ['printf', '%s|', 'a b', "it's", '$HOME', '*', '', '--help', '~']
    expect((await p.interlock('exec', '--', ...argv)).stdout).toBe("a b|it's|$HOME|*||--help|~|")
    await p.sh(`umask 027; echo typed | ${join(import.meta.dirname, '../../bin/interlock')} exec -- tee made`)
    expect([text('made'), statSync(at('made')).mode & 0o777]).toEqual(['typed\n', 0o640])
  })

  it('in a folder that is gone runs nothing', async () => {
    const interlock = join(import.meta.dirname, '../../bin/interlock')
    const { code, stderr } = await p.sh(`mkdir gone; cd gone; rmdir ../gone; ${interlock} exec -- touch ../ran`)
    expect([code, existsSync(at('ran'))]).toEqual([126, false])
    expect(stderr).toContain('nothing ran')
  })

  it('leaves the terminal to the child, and the keyboard’s signals reach it once', async () => {
    writeFileSync(
      at('child.sh'),
      'trap "echo caught >> caught; exit 9" INT\n[ -t 0 ] && echo terminal > tty\necho > ready\nwhile :; do sleep 0.05; done\n',
    )
    const running = p.atTerminalWhen('\x03', () => existsSync(at('ready')), 'exec', '--', 'sh', 'child.sh')
    expect((await running).code).toBe(9)
    expect([text('caught'), existsSync(at('tty'))]).toEqual(['caught\n', true])
    const last = (await p.log()).at(-1)
    expect(last?.data).toMatchObject({ outcome: 'failed', code: 9 })
  })

  it('with the guard dead and none to start runs nothing', async () => {
    const interlock = `INTERLOCK_HOME=/proc/none timeout 20 ${join(import.meta.dirname, '../../bin/interlock')}`
    const { code, stderr } = await p.sh(`${interlock} exec -- touch ran`)
    expect([code, existsSync(at('ran'))]).toEqual([126, false])
    expect(stderr).toContain('nothing ran')
    expect((await p.sh(`${interlock} serve`)).code).toBe(1)
  })
})
