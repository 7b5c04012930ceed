import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { makeWorld, noise, sketch, target, type World } from './world.ts'

/** Every call that changes what is on the disk. */
const CHANGING = [
  ...([
    'openSync',
    'writeSync',
    'writeFileSync',
    'fsyncSync',
    'linkSync',
    'mkdirSync',
    'renameSync',
    'unlinkSync',
  ] as const),
  ...([
    'rmSync',
    'rmdirSync',
    'symlinkSync',
    'copyFileSync',
    'chmodSync',
    'chownSync',
    'utimesSync',
    'ftruncateSync',
  ] as const),
]

class Crash extends Error {}

const original = Object.fromEntries(CHANGING.map((name) => [name, fs[name]]))

/** The process dies at the call of that number: neither it nor any later one happens, clean-up included. */
async function dyingAt(call: number, work: () => Promise<unknown>): Promise<'died' | 'lived'> {
  let calls = 0
  for (const name of CHANGING) {
    const real = original[name] as (...args: unknown[]) => unknown
    Object.assign(fs, {
      [name]: (...args: unknown[]) => {
        if (++calls > call) throw new Crash(`${name} ${String(args[0])}`)
        return real(...args)
      },
    })
  }
  syncBuiltinESMExports()
  try {
    await work()
    return calls > call ? 'died' : 'lived'
  } catch (cause) {
    if (!(cause instanceof Crash)) throw cause
    return 'died'
  } finally {
    Object.assign(fs, original)
    syncBuiltinESMExports()
  }
}

let world: World
afterEach(() => world.remove())

function setUp(): string {
  world = makeWorld()
  const folder = join(world.workspace, 'd')
  fs.mkdirSync(join(folder, 'e'), { recursive: true })
  fs.writeFileSync(join(folder, 'x'), 'x')
  fs.writeFileSync(join(folder, 'e/large'), noise(100_000))
  fs.symlinkSync('x', join(folder, 'link'))
  return folder
}

/** What a person would look at; times of folders may be those of an interrupted try. */
function contents(folder: string): unknown {
  const leaves = Object.entries(sketch(folder))
  return leaves
    .filter(([name]) => !name.includes('.interlock-'))
    .map(([name, { mode, content, target: to }]) => ({ name, mode, content, to }))
}

/** Tries every call, or every few where there are many, until one life lasts to the end. */
async function atEveryCall(every: number, live: (call: number) => Promise<'died' | 'lived'>): Promise<void> {
  let deaths = 0
  for (let call = 0; ; call += every) {
    if ((await live(call)) === 'lived') break
    deaths += 1
    world.remove()
  }
  expect(deaths).toBeGreaterThan(5)
}

describe('a guard that dies', { timeout: 180_000 }, () => {
  it.each([true, false])('while it takes a snapshot leaves none or a whole one (links: %s)', async (unlinkOnly) => {
    await atEveryCall(unlinkOnly ? 1 : 3, async (call) => {
      const folder = setUp()
      const before = contents(folder)
      let answered = false
      const end = await dyingAt(call, async () => {
        await world.snapshots.take('one', [target(folder, { tree: true, unlinkOnly })])
        answered = true
      })
      expect(answered).toBe(end === 'lived')
      expect(contents(folder)).toEqual(before)

      fs.rmSync(folder, { recursive: true })
      const later = world.reopen()
      const there = fs.existsSync(join(world.store, 'snapshots', 'one'))
      if (!there) await expect(later.restore('one', { dryRun: true })).rejects.toMatchObject({ code: 'undo/unknown' })
      else {
        expect((await later.restore('one', { dryRun: false, as: 'two' })).refused).toEqual([])
        expect(contents(folder)).toEqual(before)
      }
      expect(there || !answered).toBe(true)
      expect((await later.take('three', [])).kind).toBe('kept')
      return end
    })
  })

  it.each([true, false])('while it closes one can close it again (links: %s)', async (unlinkOnly) => {
    await atEveryCall(3, async (call) => {
      const folder = setUp()
      const before = contents(folder)
      await world.snapshots.take('one', [target(folder, { tree: true, unlinkOnly })])
      fs.rmSync(folder, { recursive: true })
      const end = await dyingAt(call, () => world.snapshots.close('one', [world.workspace]))
      const later = world.reopen()
      expect((await later.close('one', [world.workspace])).lost).toEqual([])
      expect((await later.restore('one', { dryRun: false, as: 'two' })).refused).toEqual([])
      expect(contents(folder)).toEqual(before)
      return end
    })
  })

  it('while it restores leaves whole files, and can restore again', async () => {
    await atEveryCall(5, async (call) => {
      const folder = setUp()
      const before = contents(folder)
      await world.snapshots.take('one', [target(folder, { tree: true })])
      fs.rmSync(join(folder, 'e'), { recursive: true })
      fs.writeFileSync(join(folder, 'x'), 'changed')
      fs.writeFileSync(join(folder, 'new'), 'new')
      await world.snapshots.close('one', [world.workspace])
      const end = await dyingAt(call, () => world.snapshots.restore('one', { dryRun: false, as: 'two' }))
      expect(['x', 'changed']).toContain(fs.readFileSync(join(folder, 'x'), 'utf8'))
      const again = await world.reopen().restore('one', { dryRun: false, as: 'three' })
      expect(again.refused).toEqual([])
      expect(contents(folder)).toEqual(before)
      return end
    })
  })
})
