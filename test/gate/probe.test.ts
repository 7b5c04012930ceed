import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Changes, Content, PathFacts } from '../../src/core/study.ts'
import { type Asked, type Finding, surroundingsOf } from '../../src/gate/facts.ts'
import { probeWith } from '../../src/gate/probe.ts'
import { realOf } from '../../src/gate/real.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'interlock-probe-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)
const git = (...args: string[]): void => void execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
async function look(...asked: Asked[]): Promise<readonly Finding[]> {
  const around = surroundingsOf(
    { cwd: folder, home: '/home/nobody' },
    { temporary: [], guarded: () => [], launchers: [], env: {} },
  )
  return await probeWith(systemClock)(asked, around)
}
const stake = async (name: string): Promise<PathFacts> =>
  (await look({ kind: 'path', path: at(name), want: 'stake' }))[0] as PathFacts
const text = async (name: string): Promise<Content> => (await look({ kind: 'text', path: at(name) }))[0] as Content

describe('what git has of a path', () => {
  beforeEach(() => {
    git('init', '-q')
    for (const name of ['tracked', 'modified', 'dir/tracked']) {
      mkdirSync(at('dir'), { recursive: true })
      writeFileSync(at(name), name)
    }
    writeFileSync(at('.gitignore'), 'ignored\nout/\n')
    git('add', '.')
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x')
    writeFileSync(at('modified'), 'changed')
    for (const name of ['untracked', 'ignored', 'dir/new', 'out/deep/inner', 'un/deep/inner']) {
      mkdirSync(join(at(name), '..'), { recursive: true })
      writeFileSync(at(name), name)
    }
  })
  it.for([
    ['tracked', 'tracked'],
    ['modified', 'modified'],
    ['untracked', 'untracked'],
    ['ignored', 'ignored'],
    ['dir', 'untracked'],
    ['dir/tracked', 'tracked'],
    ['out/deep/inner', 'ignored'],
    ['un/deep/inner', 'untracked'],
    ['missing', 'none'],
    ['.git', 'none'],
  ] as const)('%s: %s', async ([name, version]) => {
    expect((await stake(name)).version).toBe(version)
  })
  it('is asked once for all paths of a call', async () => {
    const names = ['tracked', 'modified', 'untracked', 'ignored']
    const found = await look(...names.map((name): Asked => ({ kind: 'path', path: at(name), want: 'stake' })))
    expect(found.map((each) => (each as PathFacts).version)).toEqual(names)
  })
  it('counts as work that no commit holds where git does not tell', async () => {
    writeFileSync(at('.git/index'), 'broken')
    expect(await stake('tracked')).toMatchObject({ version: 'modified', magnitude: { unversioned: 1 } })
  })
  it('runs nothing that the repository’s settings name', async () => {
    writeFileSync(at('monitor'), `#!/bin/sh\ntouch ${at('ran')}\n`, { mode: 0o755 })
    git('config', 'core.fsmonitor', at('monitor'))
    await stake('tracked')
    expect((await stake('ran')).exists).toBe(false)
  })
  it('lists what the workspace holds beyond its commits', async () => {
    const [found] = (await look({ kind: 'changes' })) as readonly [Changes]
    expect(found).toEqual({
      modified: [at('modified')],
      untracked: [at('dir/new'), at('un'), at('untracked')],
      ignored: [at('ignored'), at('out')],
      more: false,
    })
  })
})

describe('a stamp', () => {
  it('moves with whatever changes below, be it back-dated', async () => {
    mkdirSync(at('deep/er'), { recursive: true })
    writeFileSync(at('deep/er/file'), 'one')
    const before = await stake('deep')
    const since = performance.now()
    while (performance.now() < since + 20) writeFileSync(at('deep/er/file'), 'two')
    utimesSync(at('deep/er/file'), 0, 0)
    const after = await stake('deep')
    expect(after).toEqual({ ...before, stamp: after.stamp })
    expect(after.stamp).not.toBe(before.stamp)
  })
})

describe('a pattern', () => {
  it('counts what it matches; without a match there is nothing', async () => {
    for (const name of ['a.log', 'b.log', 'c.txt']) writeFileSync(at(name), 'x')
    expect(await stake('*.log')).toMatchObject({ exists: true, magnitude: { files: 2, bytes: 2 } })
    expect(await stake('*.none')).toMatchObject({ exists: false, magnitude: { files: 0 } })
  })
  it('is a name where something has it', async () => {
    writeFileSync(at('[id].ts'), 'xyz')
    writeFileSync(at('i.ts'), 'x')
    expect(await stake('[id].ts')).toMatchObject({
      exists: true,
      type: 'file',
      real: at('[id].ts'),
      magnitude: { bytes: 3 },
    })
  })
})

it('counting has an end: then there is more than can be known', async () => {
  mkdirSync(at('many'))
  for (let i = 0; i < 120; i++) writeFileSync(at(`many/${i}`), '')
  const around = surroundingsOf(
    { cwd: folder, home: '/home/nobody' },
    { temporary: [], guarded: () => [], launchers: [], env: {} },
  )
  const asked = ['many', 'many/*'].map((name): Asked => ({ kind: 'path', path: at(name), want: 'stake' }))
  for (const most of [
    { entries: 100, ms: 10_000 },
    { entries: 1000, ms: -1 },
  ])
    for (const each of asked) expect(await probeWith(systemClock, most)([each], around)).toMatchObject([{ more: true }])
})

describe('a script', () => {
  it.for([
    ['is read', 'echo hi\n', { kind: 'text', text: 'echo hi\n' }],
    ['that is compiled is a program', '\x7fELF\0\0', { kind: 'program' }],
    [
      'that is too long is not read',
      '#'.repeat(65 * 1024),
      { kind: 'unreadable', why: 'the script is longer than 64 KiB' },
    ],
  ] as const)('%s', async ([, content, expected]) => {
    writeFileSync(at('script'), content)
    expect(await text('script')).toEqual(expected)
  })
  it('that is missing is told as that', async () => {
    expect(await text('script')).toEqual({ kind: 'missing' })
  })
  it.for(['pipe', 'link to a pipe', 'device', 'folder'])('that is a %s does not make anybody wait', async (what) => {
    execFileSync('mkfifo', [at('pipe')])
    if (what === 'pipe') symlinkSync('pipe', at('unused'))
    const path = { pipe: 'pipe', 'link to a pipe': 'link', device: 'device', folder: 'dir' }[what] ?? ''
    if (what === 'link to a pipe') symlinkSync(at('pipe'), at('link'))
    if (what === 'device') symlinkSync('/dev/zero', at('device'))
    if (what === 'folder') mkdirSync(at('dir'))
    expect(await text(path)).toEqual({ kind: 'unreadable', why: 'the script is no regular file' })
  })
})

describe('where a path leads', () => {
  it('through links on the way, and one that leads nowhere yet', () => {
    mkdirSync(at('real'))
    symlinkSync(at('real'), at('way'))
    symlinkSync('/nowhere/cron.d/evil', at('dangling'))
    symlinkSync('way/not/yet', at('relative'))
    expect(realOf(at('way/new/file'))).toBe(at('real/new/file'))
    expect(realOf(at('dangling'))).toBe('/nowhere/cron.d/evil')
    expect(realOf(at('dangling/inner'))).toBe('/nowhere/cron.d/evil/inner')
    writeFileSync(at('a-file'), '')
    expect(realOf(at('a-file/below'))).toBe(at('a-file/below'))
    expect(realOf(at('relative'))).toBe(at('real/not/yet'))
    expect(realOf('/')).toBe('/')
  })
  it('in a circle: nowhere', () => {
    symlinkSync('b', at('a'))
    symlinkSync('a', at('b'))
    expect(realOf(at('a/x'))).toMatch(new RegExp(`^${folder}/[ab]/x$`))
  })
})
