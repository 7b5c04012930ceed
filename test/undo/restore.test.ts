import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dress, makeWorld, noise, portrait, shared, target, type World } from './world.ts'

let world: World
beforeEach(() => {
  world = makeWorld()
})
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

/** An action between take and close, over the folder `d`. */
async function action(work: () => void | Promise<void>, id = 'one'): Promise<void> {
  await world.snapshots.take(id, [target(at('d'), { tree: true })])
  await work()
  await world.snapshots.close(id, [world.workspace])
}

async function undo(
  id = 'one',
  as = 'two',
): Promise<{ did: Record<string, string>; refused: Record<string, string>; notes: readonly string[] }> {
  const { restored, refused, notes } = await world.snapshots.restore(id, { dryRun: false, as })
  const name = (path: string): string => path.slice(world.workspace.length + 1)
  return {
    did: Object.fromEntries(restored.map(({ path, did }) => [name(path), did])),
    refused: Object.fromEntries(refused.map(({ path, why }) => [name(path), why])),
    notes,
  }
}

describe('what comes back', () => {
  it('keeps times to the nanosecond, attributes, holes, owners and modes', async () => {
    files({ 'd/plain': 'x', 'd/sparse': 'x', 'd/set-id': 'x' })
    truncateSync(at('d/sparse'), 50 << 20)
    mkdirSync(at('d/folder'))
    symlinkSync('nowhere', at('d/link'))
    if (process.getuid?.() === 0) for (const name of ['set-id', 'folder']) chownSync(at(`d/${name}`), 12, 34)
    chmodSync(at('d/set-id'), 0o4750)
    chmodSync(at('d/folder'), 0o1711)
    for (const [index, name] of ['plain', 'sparse', 'set-id', 'folder', 'link', ''].entries()) {
      const attributes = name === 'link' ? {} : { 'user.note': `of ${name}`, 'user.empty': '' }
      await dress(at(`d/${name}`), {
        atimeNs: 1_600_000_000_123_456_789n + BigInt(index),
        mtimeNs: -1n - BigInt(index),
        attributes,
      })
    }
    const before = await portrait(at('d'))
    await action(() => rmSync(at('d'), { recursive: true }))
    expect((await undo()).refused).toEqual({})
    expect(await portrait(at('d'))).toEqual(before)
    expect(lstatSync(at('d/sparse')).blocks).toBeLessThan(100)
    expect(before['/plain']).toMatchObject({ mtime: -1n, atime: 1_600_000_000_123_456_789n })
  })

  it('is only what changed, and what is back already stays', async () => {
    files({ 'd/a/x': '1', 'd/b/x': '1', 'd/same': '1' })
    await action(() => files({ 'd/a/x': '2', 'd/b/x': '2' }))
    expect((await undo('one', 'two')).did).toEqual({ 'd/a/x': 'restored', 'd/b/x': 'restored' })
    expect((await undo('one', 'three')).did).toEqual({ 'd/a/x': 'nothing to do', 'd/b/x': 'nothing to do' })
  })

  it('keeps the inode where only attributes changed', async () => {
    files({ 'd/x': '1' })
    const { ino } = lstatSync(at('d/x'))
    await action(() => chmodSync(at('d/x'), 0o600))
    await undo()
    expect(lstatSync(at('d/x'))).toMatchObject({ ino, mode: 0o100644 })
  })

  it('comes with folders that went since, as they were', async () => {
    files({ 'd/e/x': '1' })
    chmodSync(at('d/e'), 0o750)
    const before = await portrait(at('d'))
    await action(() => rmSync(at('d/e/x')))
    rmSync(at('d'), { recursive: true })
    expect((await undo()).did).toEqual({ 'd/e/x': 'restored', 'd/e': 'restored', d: 'restored' })
    expect(await portrait(at('d'))).toEqual(before)
  })

  it('turns files, folders and links back into each other', async () => {
    files({ 'd/file': '1', 'd/folder/x': '1' })
    symlinkSync('file', at('d/link'))
    const before = await portrait(at('d'))
    await action(() => {
      for (const name of ['file', 'folder', 'link']) rmSync(at(`d/${name}`), { recursive: true })
      files({ 'd/file/inner': '2', 'd/link': '2' })
      symlinkSync('/etc', at('d/folder'))
    })
    expect((await undo()).refused).toEqual({})
    expect(await portrait(at('d'))).toEqual(before)
  })

  it('can go again, and come again', async () => {
    files({ 'd/x': '1', 'd/y': '1' })
    await action(() => {
      rmSync(at('d/x'))
      files({ 'd/y': '2', 'd/new/z': '2' })
    })
    const [before, after] = [await portrait(at('d')), await undo().then(() => portrait(at('d')))]
    expect((await undo('two', 'three')).refused).toEqual({})
    expect(await portrait(at('d'))).toEqual(before)
    await undo('three', 'four')
    expect(await portrait(at('d'))).toEqual(after)
  })

  it('is told by a dry run, which changes nothing', async () => {
    files({ 'd/x': '1', 'd/y': '1' })
    await action(() => {
      rmSync(at('d/x'))
      files({ 'd/z': '2' })
    })
    files({ 'd/y': 'since', 'd/z': 'since' })
    const before = await portrait(at('d'))
    const dry = await world.snapshots.restore('one', { dryRun: true })
    expect(await portrait(at('d'))).toEqual(before)
    expect(dry).toEqual({
      restored: [{ path: at('d/x'), did: 'restored' }],
      refused: [{ path: at('d/z'), why: 'somebody changed it since' }],
      notes: [],
    })
    expect(await world.snapshots.restore('one', { dryRun: false, as: 'two' })).toEqual(dry)
  })
})

describe('what stays', () => {
  it('is exactly the path that somebody changed since', async () => {
    files({ 'd/x': '1', 'd/y': '1', 'd/z': '1' })
    await action(() => files({ 'd/x': '2', 'd/y': '2', 'd/made': '2', 'd/dir/in': '2' }))
    files({ 'd/y': '3', 'd/dir/mine': '3' })
    rmSync(at('d/z'))
    expect(await undo()).toEqual({
      did: { 'd/x': 'restored', 'd/made': 'removed', 'd/dir/in': 'removed' },
      refused: { 'd/y': 'somebody changed it since', 'd/dir': 'it holds `mine`, which stays' },
      notes: [],
    })
    expect(readdirSync(at('d'), { recursive: true }).sort()).toEqual(['dir', 'dir/mine', 'x', 'y'])
    expect(readFileSync(at('d/y'), 'utf8')).toBe('3')
  })

  it('is what others made where prediction did not look', async () => {
    files({ 'd/x': '1' })
    await action(() => {
      rmSync(at('d/x'))
      files({ beside: '2' })
    })
    expect(await undo()).toEqual({
      did: { 'd/x': 'restored' },
      refused: { beside: 'nothing was kept of it, since prediction did not name it' },
      notes: [],
    })
    expect(existsSync(at('beside'))).toBe(true)
  })

  it('is everything, where the present state could not be kept first', async () => {
    world.remove()
    world = makeWorld({ bounds: { snapshotMiB: 0.1 } })
    files({ 'd/x': '1' })
    await action(() => files({ 'd/x': noise(200_000) }))
    expect((await undo()).refused['d/x']).toMatch(/could not be kept first: more than 0.1 MiB/)
    expect(lstatSync(at('d/x')).size).toBe(200_000)
  })

  it('is a file whose kept content is damaged', async () => {
    files({ 'd/small': 'content', 'd/large': noise(100_000), 'd/packed': 'line\n'.repeat(100_000) })
    await action(() => rmSync(at('d'), { recursive: true }))
    const objects = join(world.store, 'objects')
    for (const name of readdirSync(objects, { recursive: true, encoding: 'utf8' })) {
      const path = join(objects, name)
      if (!lstatSync(path).isFile()) continue
      const bytes = readFileSync(path)
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2)
      writeFileSync(path, bytes)
    }
    const { refused } = await undo()
    const damaged = 'its kept content is damaged'
    expect(refused).toEqual({ 'd/small': damaged, 'd/large': damaged, 'd/packed': damaged })
    expect(readdirSync(at('d'))).toEqual([])
  })
})

describe('without a close', () => {
  it('is compared with what was before only, and said so', async () => {
    files({ 'd/x': '1', 'd/y': '1', 'd/z': noise(100_000) })
    await world.snapshots.take('one', [target(at('d'), { tree: true }), target(at('made'))])
    const before = await portrait(at('d'))
    rmSync(at('d'), { recursive: true })
    files({ made: '2', 'd/y': '2' })
    world.snapshots = world.reopen()
    const { did, refused, notes } = await undo()
    expect(did).toMatchObject({ 'd/x': 'restored', 'd/y': 'restored', 'd/z': 'restored' })
    expect(refused).toEqual({ made: expect.stringContaining('not known who made this') })
    expect(notes).toEqual([expect.stringContaining('was never recorded')])
    expect(await portrait(at('d'))).toEqual(before)
  })

  it('gives back from links, unless somebody wrote to them', async () => {
    files({ 'd/x': '1', 'd/y': '1' })
    await world.snapshots.take('one', [target(at('d'), { tree: true, unlinkOnly: true })])
    appendFileSync(at('d/y'), '2')
    rmSync(at('d'), { recursive: true })
    const { did, refused } = await undo()
    expect(did).toMatchObject({ d: 'restored', 'd/x': 'restored' })
    expect(refused).toEqual({ 'd/y': 'its content is lost' })
  })
})

describe('an attacker who owns the workspace', () => {
  let outside: string
  beforeEach(() => {
    outside = join(world.root, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'x'), 'not yours')
  })

  async function untouched(work: () => Promise<unknown>): Promise<void> {
    const before = await portrait(outside)
    await work()
    expect(await portrait(outside)).toEqual(before)
  }

  it('puts a link to elsewhere in the place of a folder: nothing is written there', async () => {
    files({ 'd/e/x': '1', 'd/e/new/y': '1' })
    await action(() => {
      rmSync(at('d/e/x'))
      rmSync(at('d/e/new'), { recursive: true })
      files({ 'd/e/made': '1' })
    })
    renameSync(at('d/e'), at('moved'))
    symlinkSync(outside, at('d/e'))
    await untouched(async () => {
      const { did, refused } = await undo()
      expect(Object.keys(refused).sort()).toEqual(['d/e/new', 'd/e/new/y', 'd/e/x'])
      expect(did).toEqual({ 'd/e/made': 'nothing to do' })
    })
    expect(lstatSync(at('d/e')).isSymbolicLink()).toBe(true)
  })

  it.each([1, 2, 3, 4, 5, 6])('does so while a child of ours works, the %sth time', async (moment) => {
    world.remove()
    let asked = Number.NEGATIVE_INFINITY
    const hostile: typeof shared = (...how) => {
      const real = shared(...how)
      const swap = (): void => {
        renameSync(at('d/e'), at('moved'))
        symlinkSync(outside, at('d/e'))
      }
      return {
        ...real,
        ask(...what) {
          if (++asked === moment) swap()
          return real.ask(...what)
        },
      }
    }
    world = makeWorld({ companion: hostile })
    outside = join(world.root, 'outside')
    files({ '../outside/x': 'not yours', 'd/e/x': '1', 'd/e/y': '1', 'd/e/sub/z': '1' })
    await action(() => {
      for (const name of ['x', 'sub']) rmSync(at(`d/e/${name}`), { recursive: true })
      files({ 'd/e/y': '2', 'd/e/made': '2' })
    })
    asked = 0
    await untouched(() => undo())
    // Asked for the look, the snapshot before, files, folders, and the close: no sixth time.
    expect(lstatSync(at('d/e')).isSymbolicLink()).toBe(moment <= asked)
    expect(asked).toBeLessThan(6)
  })

  it('puts a link where a file comes back: the link is not written through', async () => {
    files({ 'd/x': '1' })
    await action(() => rmSync(at('d/x')))
    symlinkSync(join(outside, 'x'), at('d/x'))
    await untouched(async () => expect((await undo()).refused).toEqual({ 'd/x': 'somebody changed it since' }))
  })

  it('swaps a folder for a link before the snapshot: what lies behind is not taken for his', async () => {
    files({ 'd/e/x': '1' })
    rmSync(at('d/e'), { recursive: true })
    symlinkSync(outside, at('d/e'))
    await untouched(() => action(() => rmSync(at('d/e'))))
    expect((await undo()).did).toEqual({ 'd/e': 'restored' })
    expect(lstatSync(at('d/e')).isSymbolicLink()).toBe(true)
  })
})
