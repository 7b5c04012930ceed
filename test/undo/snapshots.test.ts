import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { startCompanion } from '../../src/process/companion.ts'
import { makeWorld as make, noise, portrait, target, type World, type WorldOptions } from './world.ts'

let world: World
function makeWorld(options?: WorldOptions): World {
  world = make(options)
  return world
}
afterEach(() => world.remove())

function at(name: string): string {
  return join(world.workspace, name)
}

function files(names: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(names)) {
    mkdirSync(join(at(name), '..'), { recursive: true })
    writeFileSync(at(name), content)
  }
}

async function closed(id = 'one'): Promise<Record<string, string>> {
  const { changes } = await world.snapshots.close(id, [world.workspace])
  const words = changes.map(({ path, change, predicted }) => {
    const name = path.slice(world.workspace.length + 1)
    return [name, predicted ? change : `${change}, unpredicted`] as const
  })
  return Object.fromEntries(words.sort())
}

describe('a snapshot', () => {
  it('says how much it keeps, and alters nothing', async () => {
    const { snapshots } = makeWorld()
    files({ 'a/x': 'x', 'a/y': 'yy', b: 'b' })
    const before = await portrait(world.workspace)
    const taken = await snapshots.take('one', [target(at('a'), { tree: true })])
    expect(taken).toEqual({ kind: 'kept', files: 2, bytes: 3, leftOut: [], attributes: true })
    expect(await portrait(world.workspace)).toEqual(before)
    expect(await closed()).toEqual({})
    expect(await portrait(world.workspace)).toEqual(before)
  })

  it('tells what was made, changed and deleted, and what of it prediction missed', async () => {
    const { snapshots } = makeWorld()
    files({
      'in/gone': '1',
      'in/same': '1',
      'in/new-content': '1',
      'in/new-mode': '1',
      'out/touched': '1',
      'out/gone': '1',
      beside: '1',
    })
    await snapshots.take('one', [target(at('in'), { tree: true }), target(at('made/deep'))])
    rmSync(at('in/gone'))
    appendFileSync(at('in/new-content'), '2')
    chmodSync(at('in/new-mode'), 0o600)
    files({ 'in/new': '1', 'made/deep': '1', 'out/touched': '2', 'out/new': '1' })
    rmSync(at('out/gone'))
    rmSync(at('beside'))
    expect(await closed()).toEqual({
      'in/gone': 'deleted',
      'in/new': 'created',
      'in/new-content': 'changed',
      'in/new-mode': 'changed',
      made: 'created',
      'made/deep': 'created',
      beside: 'deleted, unpredicted',
      'out/new': 'created, unpredicted',
      'out/touched': 'changed, unpredicted',
    })
  })

  it('notices that something went from a folder it knew nothing of', async () => {
    const { snapshots } = makeWorld()
    files({ 'in/x': '1', 'out/gone': '1' })
    await snapshots.take('one', [target(at('in/x'))])
    rmSync(at('out/gone'))
    expect(await closed()).toEqual({ out: 'changed, unpredicted' })
  })

  it('does not blame the call for what happened just before it', async () => {
    const { snapshots } = makeWorld()
    for (let turn = 0; turn < 10; turn += 1) {
      files({ [`before-${turn}`]: '1' })
      await snapshots.take(`turn-${turn}`, [])
      files({ [`during-${turn}`]: '1' })
      expect(await closed(`turn-${turn}`)).toEqual({ [`during-${turn}`]: 'created, unpredicted' })
    }
  })

  it('passes over what git writes for itself, but not over hooks and branches', async () => {
    const { snapshots } = makeWorld()
    files({ '.git/HEAD': 'x', '.git/index': 'x', '.git/objects/aa/bb': 'x', '.git/hooks/sample': 'x' })
    await snapshots.take('one', [target(at('x'))])
    files({ '.git/index': 'y', '.git/objects/aa/cc': 'x', '.git/hooks/pre-commit': 'x', '.git/HEAD': 'y' })
    expect(await closed()).toEqual({
      '.git/HEAD': 'changed, unpredicted',
      '.git/hooks/pre-commit': 'created, unpredicted',
    })
  })

  it('marks calls that overlap, also across a restart, and does not count the one for the other', async () => {
    const { snapshots } = makeWorld()
    files({ 'a/x': '1', 'b/x': '1' })
    await snapshots.take('one', [target(at('a'), { tree: true })])
    await snapshots.take('two', [target(at('a/x'))])
    await snapshots.take('other', [target(at('b/x'))])
    writeFileSync(at('a/x'), '2')
    writeFileSync(at('b/x'), '2')
    expect(await snapshots.close('other', [world.workspace])).toMatchObject({
      overlaps: [],
      changes: [{ path: at('b/x') }],
    })
    const later = world.reopen()
    expect((await later.close('two', [])).overlaps).toEqual(['one'])
    expect((await later.close('one', [])).overlaps).toEqual(['two'])
  })

  it('answers a second close like the first', async () => {
    const { snapshots } = makeWorld()
    files({ x: '1' })
    await snapshots.take('one', [target(at('x'))])
    rmSync(at('x'))
    const first = await snapshots.close('one', [world.workspace])
    files({ x: '2' })
    expect(await snapshots.close('one', [world.workspace])).toEqual(first)
    await expect(snapshots.take('one', [])).rejects.toMatchObject({ code: 'undo/used' })
    await expect(snapshots.close('none', [])).rejects.toMatchObject({ code: 'undo/unknown' })
  })
})

describe('a manifest that cannot be read', () => {
  it('keeps nobody from starting, and everybody from guessing', async () => {
    const { snapshots } = makeWorld({ bounds: { keepDays: 1 }, clock: { ...systemClock, now: () => 10 * 86_400_000 } })
    files({ x: '1' })
    for (const id of ['open', 'closed']) await snapshots.take(id, [target(at('x'))])
    await snapshots.close('closed', [])
    for (const [id, name] of Object.entries({ open: 'taken.jsonl', closed: 'closed.json' })) {
      writeFileSync(join(world.store, 'snapshots', id, name), '{"version":1')
    }
    const later = world.reopen()
    for (const id of ['open', 'closed']) {
      await expect(later.restore(id, { dryRun: true })).rejects.toMatchObject({ code: 'undo/damaged' })
    }
    await expect(later.close('open', [])).rejects.toMatchObject({ code: 'undo/damaged' })
    utimesSync(join(world.store, 'snapshots', 'closed', 'closed.json'), 1000, 1000)
    expect(await later.prune()).toEqual(['closed'])
    expect((await later.take('next', [target(at('x'))])).kind).toBe('kept')
  })
})

describe('what is not feasible', () => {
  async function why(targets: Parameters<World['snapshots']['take']>[1]): Promise<string> {
    const taken = await world.snapshots.take('one', targets)
    // Nothing half kept, and the id is free again.
    expect(readdirSync(join(world.store, 'making'))).toEqual([])
    expect(readdirSync(join(world.store, 'snapshots'))).toEqual([])
    await expect(world.snapshots.close('one', [])).rejects.toMatchObject({ code: 'undo/unknown' })
    return taken.kind === 'infeasible' ? taken.why : 'kept'
  }

  it('is more than may be copied', async () => {
    makeWorld({ bounds: { snapshotMiB: 1 } })
    files({ 'a/x': noise(700_000), 'a/y': noise(700_000) })
    expect(await why([target(at('a'), { tree: true })])).toBe('more than 1 MiB to copy')
  })

  it('is to unlink more than may be kept at all', async () => {
    makeWorld({ bounds: { keepMiB: 1 } })
    files({ 'a/x': noise(700_000), 'a/y': noise(700_000) })
    expect(await why([target(at('a'), { tree: true, unlinkOnly: true })])).toMatch(/more than the 1 MiB/)
  })

  it('is what takes too long', async () => {
    let micros = 0
    makeWorld({ bounds: { snapshotMs: 5 }, clock: { ...systemClock, micros: () => (micros += 100) } })
    files(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`a/${index}`, 'x'])))
    expect(await why([target(at('a'), { tree: true })])).toMatch(/more than 5 ms/)
  })

  it('is a name that is no text', async () => {
    makeWorld()
    mkdirSync(at('a'))
    writeFileSync(Buffer.concat([Buffer.from(at('a/')), Buffer.from([0xff, 0xfe])]), 'x')
    expect(await why([target(at('a'), { tree: true })])).toMatch(/not UTF-8/)
  })
})

describe('left out and said so', () => {
  function repository(): void {
    execFileSync('git', ['init', '-q', world.workspace], { env: { PATH: '/usr/bin:/bin', HOME: world.root } })
    const many = Object.fromEntries(Array.from({ length: 1100 }, (_, index) => [`app/node_modules/m/${index}`, 'x']))
    files({ '.gitignore': 'node_modules\n', 'app/package-lock.json': '{}', 'app/x': '1', ...many })
  }

  it('is a big folder that git ignores and a lockfile beside it brings back', async () => {
    const { snapshots } = makeWorld()
    repository()
    const taken = await snapshots.take('one', [target(at('app'), { tree: true })])
    expect(taken).toMatchObject({ kind: 'kept', files: 2, leftOut: [at('app/node_modules')] })
    rmSync(at('app'), { recursive: true })
    const { lost } = await snapshots.close('one', [world.workspace])
    expect(lost).toEqual([{ path: at('app/node_modules'), why: 'it was left out of the snapshot' }])
    const { refused } = await snapshots.restore('one', { dryRun: false, as: 'two' })
    expect(refused.map(({ path }) => path)).toEqual([at('app/node_modules')])
    expect(existsSync(at('app/x'))).toBe(true)
  })

  it.each([
    ['without a lockfile', () => rmSync(at('app/package-lock.json'))],
    ['that git does not ignore', () => rmSync(at('.gitignore'))],
    ['that is small', () => rmSync(at('app/node_modules/m'), { recursive: true })],
  ])('but not one %s', async (_, spoil) => {
    const { snapshots } = makeWorld()
    repository()
    spoil()
    expect(await snapshots.take('one', [target(at('app'), { tree: true })])).toMatchObject({ leftOut: [] })
  })

  it('is what can never be given back: pipes, sockets, devices', async () => {
    const { snapshots } = makeWorld()
    files({ 'a/x': '1' })
    execFileSync('mkfifo', [at('a/pipe')])
    expect(await snapshots.take('one', [target(at('a'), { tree: true })])).toMatchObject({
      files: 1,
      leftOut: [at('a/pipe')],
    })
  })

  it('are extended attributes where they cannot be read', async () => {
    const { snapshots } = makeWorld({ companion: (_, ...how) => startCompanion('/nowhere/perl', ...how) })
    files({ x: '1' })
    utimesSync(at('x'), 1000, 1000.5)
    expect(await snapshots.take('one', [target(at('x'))])).toMatchObject({ attributes: false })
    const before = await portrait(world.workspace)
    rmSync(at('x'))
    await closed()
    // Times come back by `touch` then.
    expect((await snapshots.restore('one', { dryRun: false, as: 'two' })).notes).toEqual([])
    expect(await portrait(world.workspace)).toEqual(before)
  })
})

describe('a link that stands for a content', () => {
  async function unlinked(meanwhile: (name: string) => void): Promise<unknown> {
    const { snapshots } = makeWorld()
    files({ 'd/x': 'before', 'd/y': 'before' })
    await snapshots.take('one', [target(at('d'), { tree: true, unlinkOnly: true })])
    meanwhile(at('d/x'))
    rmSync(at('d'), { recursive: true })
    const { lost } = await snapshots.close('one', [])
    const { refused } = await snapshots.restore('one', { dryRun: false, as: 'two' })
    return { lost: lost.map(({ path }) => path), refused: refused.map(({ path }) => path) }
  }

  it('is lost, and reported, where somebody wrote to it meanwhile', async () => {
    const found = await unlinked((path) => appendFileSync(path, 'later'))
    expect(found).toEqual({ lost: [at('d/x')], refused: [at('d/x')] })
  })

  it('is as good as a copy where nobody did', async () => {
    expect(await unlinked(() => undefined)).toEqual({ lost: [], refused: [] })
  })

  it('is a copy after the close: nobody can write to it any more', async () => {
    const { snapshots } = makeWorld()
    files({ x: 'before' })
    linkSync(at('x'), join(world.root, 'other name'))
    await snapshots.take('one', [target(at('x'), { unlinkOnly: true })])
    rmSync(at('x'))
    await snapshots.close('one', [])
    appendFileSync(join(world.root, 'other name'), 'later')
    const before = await snapshots.restore('one', { dryRun: false, as: 'two' })
    expect(before.refused).toEqual([])
    expect(before.notes).toEqual([expect.stringContaining('had more names than are known here')])
    expect((await portrait(world.workspace))['/x']).toMatchObject({ content: Buffer.from('before').toString('base64') })
  })

  it('is a copy from the start where the store lies on another file system', async (context) => {
    const elsewhere = '/dev/shm'
    if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(tmpdir()).dev) {
      return context.skip('there is no other file system to write to')
    }
    const { snapshots } = makeWorld({ state: elsewhere })
    files(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`d/${index}`, `content ${index}`])))
    const before = await portrait(world.workspace)
    const taken = await snapshots.take('one', [target(at('d'), { tree: true, unlinkOnly: true })])
    expect(taken).toMatchObject({ files: 50, bytes: 490 })
    writeFileSync(at('d/1'), 'written to')
    rmSync(at('d'), { recursive: true })
    expect((await snapshots.close('one', [])).lost).toEqual([])
    await snapshots.restore('one', { dryRun: false, as: 'two' })
    expect(await portrait(world.workspace)).toEqual(before)
  })

  it('works for many files, large ones and small', async () => {
    const { snapshots } = makeWorld()
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`d/${index}`, noise(index * 10)]))
    const nested = Array.from({ length: 800 }, (_, index) => [
      `d/${index % 7}-folder/${index % 3}/${index}`,
      `content ${index}`,
    ])
    files({
      ...many,
      ...Object.fromEntries(nested),
      'd/large': noise(3 << 20),
      'd/sub/huge': noise(9 << 20),
      'd/text': 'line\n'.repeat(1_000_000),
    })
    const before = await portrait(world.workspace)
    await snapshots.take('one', [target(at('d'), { tree: true, unlinkOnly: true })])
    rmSync(at('d'), { recursive: true })
    expect((await snapshots.close('one', [world.workspace])).lost).toEqual([])
    expect((await snapshots.restore('one', { dryRun: false, as: 'two' })).refused).toEqual([])
    expect(await portrait(world.workspace)).toEqual(before)
  })
})

describe('kept for a time and a size', () => {
  const DAY = 86_400_000

  async function deletions(count: number, size: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
      files({ x: noise(size) })
      await world.snapshots.take(`turn-${turn}`, [target(at('x'))])
      rmSync(at('x'))
      await world.snapshots.close(`turn-${turn}`, [])
      utimesSync(join(world.store, 'snapshots', `turn-${turn}`, 'closed.json'), 1000 + turn, 1000 + turn)
    }
  }

  function objects(): number {
    return readdirSync(join(world.store, 'objects'), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    ).length
  }

  it('the old ones go, with what only they needed, and an open one never', async () => {
    let now = 1_000_000
    makeWorld({ clock: { ...systemClock, now: () => now }, bounds: { keepDays: 2 } })
    await world.snapshots.take('open', [target(at('x'))])
    await deletions(3, 100_000)
    expect(objects()).toBe(3)
    now += 2 * DAY + 1500
    expect(await world.snapshots.prune()).toEqual(['turn-0', 'turn-1'])
    expect(objects()).toBe(1)
    expect((await world.snapshots.restore('turn-2', { dryRun: true })).refused).toEqual([])
    await expect(world.snapshots.restore('turn-0', { dryRun: true })).rejects.toMatchObject({ code: 'undo/unknown' })
    now += 100 * DAY
    expect(await world.snapshots.prune()).toEqual(['turn-2'])
    expect(readdirSync(join(world.store, 'snapshots'))).toEqual(['open'])
    expect(objects()).toBe(0)
  })

  it('one whose call was never seen to end goes with age, too', async () => {
    makeWorld({ bounds: { keepDays: 1 } })
    files({ x: '1' })
    await world.snapshots.take('open', [target(at('x'))])
    expect(await world.snapshots.prune()).toEqual([])
    utimesSync(join(world.store, 'snapshots', 'open', 'taken.jsonl'), 1000, 1000)
    expect(await world.snapshots.prune()).toEqual(['open'])
    expect(readdirSync(join(world.store, 'snapshots'))).toEqual([])
  })

  it('the oldest go while all take too much room', async () => {
    makeWorld({ clock: { ...systemClock, now: () => 1_000_000 }, bounds: { keepMiB: 1 } })
    await deletions(4, 400_000)
    expect(await world.snapshots.prune()).toEqual(['turn-0', 'turn-1'])
  })

  it('a content that several need is kept once, until the last of them goes', async () => {
    let now = 1_000_000
    makeWorld({ clock: { ...systemClock, now: () => now }, bounds: { keepDays: 1 } })
    const content = noise(100_000)
    for (const [index, id] of ['one', 'two'].entries()) {
      files({ x: content, small: 'small' })
      await world.snapshots.take(id, [target(at('x')), target(at('small'))])
      rmSync(at('x'))
      rmSync(at('small'))
      await world.snapshots.close(id, [])
      utimesSync(join(world.store, 'snapshots', id, 'closed.json'), 1000 + index * 1000, 1000 + index * 1000)
    }
    expect(objects()).toBe(2)
    now = 1_000_000 + DAY
    expect(await world.snapshots.prune()).toEqual(['one'])
    expect((await world.snapshots.restore('two', { dryRun: false, as: 'three' })).refused).toEqual([])
  })
})

describe('targets that are no plain files', () => {
  it('are kept as what they are: links, folders that were empty, paths below a file', async () => {
    const { snapshots } = makeWorld()
    files({ 'd/x': '1', file: '1' })
    mkdirSync(at('d/empty'))
    symlinkSync('x', at('d/link'))
    symlinkSync('/etc', at('d/outside'))
    const before = await portrait(world.workspace)
    await snapshots.take('one', [target(at('d'), { tree: true }), target(at('file/below'))])
    renameSync(at('d'), at('e'))
    rmSync(at('e'), { recursive: true })
    expect(await closed()).toEqual({
      d: 'deleted',
      'd/empty': 'deleted',
      'd/link': 'deleted',
      'd/outside': 'deleted',
      'd/x': 'deleted',
    })
    await snapshots.restore('one', { dryRun: false, as: 'two' })
    expect(await portrait(world.workspace)).toEqual(before)
  })
})
