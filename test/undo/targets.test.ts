import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { Budget } from '../../src/undo/budget.ts'
import { placesOf } from '../../src/undo/targets.ts'
import { Bounds } from '../../src/wire/config.ts'
import { makeWorld, target, type World } from './world.ts'

let world: World
const FILES = ['a.o', 'b.o', 'c.c', '.hidden.o', 'src/x.o', 'src/deep/y.o', 'src/[odd]', 'it*']

beforeAll(() => {
  world = makeWorld()
  for (const name of FILES) {
    mkdirSync(dirname(join(world.workspace, name)), { recursive: true })
    writeFileSync(join(world.workspace, name), name)
  }
  symlinkSync('src', join(world.workspace, 'link'))
  symlinkSync('c.c', join(world.workspace, 'one'))
  symlinkSync('nowhere/yet', join(world.workspace, 'dangling'))
})
afterAll(() => world.remove())

async function found(path: string, more: Parameters<typeof target>[1]): Promise<string[]> {
  const root = realpathSync(world.workspace)
  const budget = new Budget(systemClock, Bounds.parse({ snapshotMs: 60_000 }))
  const places = await placesOf([target(join(root, path), more)], budget)
  return places.map((place) => place.path.slice(root.length + 1)).sort()
}

describe('a pattern means the paths', () => {
  it.each([
    ['*.o', ['.hidden.o', 'a.o', 'b.o']],
    ['?.o', ['a.o', 'b.o']],
    ['[ab].o', ['a.o', 'b.o']],
    ['[!a].o', ['b.o']],
    ['[a-c].*', ['a.o', 'b.o', 'c.c']],
    ['**/*.o', ['.hidden.o', 'a.o', 'b.o', 'src/deep/y.o', 'src/x.o']],
    ['src/**', ['src/[odd]', 'src/deep', 'src/deep/y.o', 'src/x.o']],
    ['*/x.o', ['src/x.o']],
    ['src/\\[odd\\]', ['src/[odd]']],
    ['it\\*', ['it*']],
    ['*.none', ['*.none']],
    ['no/*.o', ['no/*.o']],
  ])('%s', async (pattern, paths) => {
    expect(await found(pattern, { glob: true, unlinkOnly: true })).toEqual(paths)
  })

  it.each([
    ['it*', ['it*']],
    ['src/[odd]', ['src/[odd]']],
    ['?.o', ['?.o', 'a.o', 'b.o']],
    ['no?', ['no?']],
  ])('also where nobody said that %s is one, unless it is a name that is there', async (path, paths) => {
    expect(await found(path, { unlinkOnly: true })).toEqual(paths)
  })

  it('whatever the pattern is, in little time', async () => {
    const hostile = `${'*a'.repeat(200)}b`
    const started = systemClock.micros()
    await found(hostile, { glob: true })
    expect(systemClock.micros() - started).toBeLessThan(5e6)
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('*', '?', '[', ']', '!', '-', 'a', '.', '\\', '/') }),
        async (pattern) => {
          await found(pattern || '*', { glob: true })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a path means', () => {
  it('where it leads, with no link on the way', async () => {
    expect(await found('link/x.o', { unlinkOnly: true })).toEqual(['src/x.o'])
    expect(await found('link/new/file', { unlinkOnly: true })).toEqual(['src/new/file'])
    expect(await found('src/../a.o', {})).toEqual(['a.o'])
  })

  it('the link itself when it is unlinked, and also what it points to when it is written to', async () => {
    expect(await found('one', { unlinkOnly: true })).toEqual(['one'])
    expect(await found('one', {})).toEqual(['c.c', 'one'])
    expect(await found('dangling', {})).toEqual(['dangling', 'nowhere/yet'])
  })
})
