import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { dress, makeWorld, portrait, target } from './world.ts'

/** A small alphabet of paths, so that what is done to one is undone, replaced and moved by the next. */
const name = fc.constantFrom('a', 'b', 'c', 'd e', 'ü')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constant('same'),
  fc.nat(200_000).map((size) => 'x\n'.repeat(size / 2)),
)
const time = fc.bigInt({ min: 0n, max: 1_800_000_000_999_999_999n })

export type Operation =
  | { do: 'write' | 'append'; path: string; text: string }
  | { do: 'folder' | 'delete' | 'sparse'; path: string }
  | { do: 'chmod'; path: string; mode: number }
  | { do: 'symlink' | 'rename' | 'link'; path: string; to: string }
  | { do: 'truncate'; path: string; size: number }
  | { do: 'touch'; path: string; at: number }

/** The owner keeps the right to look into what is his: what he can't see he can't give back. */
const mode = fc.nat(0o777).map((bits) => bits | 0o700)

const mutation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constantFrom('write' as const, 'append' as const), path, text }),
  fc.record({ do: fc.constantFrom('folder' as const, 'delete' as const), path }),
  fc.record({ do: fc.constant('chmod' as const), path, mode }),
  fc.record({ do: fc.constantFrom('symlink' as const, 'rename' as const, 'link' as const), path, to: path }),
  fc.record({ do: fc.constant('truncate' as const), path, size: fc.nat(100) }),
  fc.record({ do: fc.constant('touch' as const), path, at: fc.nat(2_000_000_000) }),
)
const setup = fc.oneof(mutation, fc.record({ do: fc.constant('sparse' as const), path }))
const times = fc.array(
  fc.tuple(time, time, fc.dictionary(fc.constantFrom('user.a', 'user.b'), fc.string({ minLength: 1 }))),
  {
    minLength: 8,
    maxLength: 8,
  },
)

export function apply(root: string, operation: Operation): void {
  const at = join(root, operation.path)
  try {
    switch (operation.do) {
      case 'write':
        writeFileSync(at, operation.text)
        break
      case 'append':
        appendFileSync(at, operation.text)
        break
      case 'folder':
        mkdirSync(at, { recursive: true })
        break
      case 'delete':
        rmSync(at, { recursive: true })
        break
      case 'sparse':
        writeSparse(at)
        break
      case 'chmod':
        if (!lstatSync(at).isSymbolicLink()) chmodSync(at, operation.mode)
        break
      case 'symlink':
        symlinkSync(operation.to, at)
        break
      case 'rename':
        renameSync(at, join(root, operation.to))
        break
      case 'link':
        linkSync(at, join(root, operation.to))
        break
      case 'truncate':
        truncateSync(at, operation.size)
        break
      case 'touch':
        if (!lstatSync(at).isSymbolicLink()) utimesSync(at, operation.at, operation.at)
        break
    }
  } catch (cause) {
    // Many make no sense where they land: a system that says no has done nothing.
    if (!(cause instanceof Error && 'code' in cause)) throw cause
  }
}

function writeSparse(at: string): void {
  const fd = openSync(at, 'w')
  writeSync(fd, 'end', 100_000)
  ftruncateSync(fd, 300_000)
  closeSync(fd)
}

/** Gives the first paths of a tree times with nanoseconds, and attributes. */
async function dressTree(root: string, all: readonly [bigint, bigint, Record<string, string>][]): Promise<void> {
  const names = Object.keys(await portrait(root)).reverse()
  for (const [index, [atimeNs, mtimeNs, attributes]] of all.entries()) {
    const at = root + (names[index] ?? '')
    const wants = lstatSync(at).isSymbolicLink() ? {} : attributes
    await dress(at, { atimeNs, mtimeNs, attributes: wants })
  }
}

/**
 * Any tree, any mutations: undo gives back what was, and undoing the undo what the mutations had made, by `lstat` to the
 * nanosecond, content, links and attributes. This is what the word U1 rests on.
 */
export const givesBackAnything = fc.asyncProperty(
  fc.array(setup, { minLength: 5, maxLength: 25 }),
  times,
  fc.array(mutation, { maxLength: 12 }),
  async (before, dresses, mutations) => {
    const world = makeWorld()
    try {
      const tree = join(world.workspace, 'tree')
      mkdirSync(tree)
      for (const one of before) apply(tree, one)
      await dressTree(tree, dresses)
      const first = await portrait(tree)

      const taken = await world.snapshots.take('one', [target(tree, { tree: true })])
      if (taken.kind !== 'kept') throw new Error(taken.why)
      for (const one of mutations) apply(tree, one)
      const second = await portrait(tree)
      const { changes, lost } = await world.snapshots.close('one', [world.workspace])
      equal({ lost, missed: changes.filter(({ predicted }) => !predicted) }, { lost: [], missed: [] })

      const dry = await world.snapshots.restore('one', { dryRun: true })
      equal(await portrait(tree), second)
      const undone = await world.snapshots.restore('one', { dryRun: false, as: 'two' })
      equal({ ...undone, notes: [] }, { ...dry, notes: [] })
      equal({ refused: undone.refused, notes: undone.notes }, { refused: [], notes: [] })
      equal(await portrait(tree), first)

      const again = await world.snapshots.restore('two', { dryRun: false, as: 'three' })
      equal(again.refused, [])
      equal(await portrait(tree), second)
    } finally {
      world.remove()
    }
  },
)

/** Names are unlinked only: links stand for contents until the close. */
export const givesBackDeletions = fc.asyncProperty(
  fc.array(setup, { minLength: 5, maxLength: 25 }),
  times,
  fc.array(path, { minLength: 1, maxLength: 8 }),
  async (before, dresses, deletions) => {
    const world = makeWorld()
    try {
      const tree = join(world.workspace, 'tree')
      mkdirSync(tree)
      for (const one of before) apply(tree, one)
      await dressTree(tree, dresses)
      const first = await portrait(tree)
      const targets = deletions.map((one) => target(join(tree, one), { tree: true, unlinkOnly: true }))
      await world.snapshots.take('one', targets)
      for (const one of deletions) apply(tree, { do: 'delete', path: one })
      equal((await world.snapshots.close('one', [world.workspace])).lost, [])
      equal((await world.snapshots.restore('one', { dryRun: false, as: 'two' })).refused, [])
      equal(await portrait(tree), first)
      if (existsSync(join(tree, '.interlock'))) throw new Error('something was left behind')
    } finally {
      world.remove()
    }
  },
)

/** Whoever may remove a file need not be able to read it. */
export async function givesBackUnreadable(): Promise<void> {
  const world = makeWorld()
  try {
    const at = join(world.workspace, 'closed')
    writeFileSync(at, 'kept', { mode: 0o000 })
    await world.snapshots.take('one', [target(at, { unlinkOnly: true })])
    rmSync(at)
    equal((await world.snapshots.close('one', [world.workspace])).lost, [])
    equal((await world.snapshots.restore('one', { dryRun: false, as: 'two' })).refused, [])
    equal((lstatSync(at).mode & 0o777).toString(8), '0')
    chmodSync(at, 0o600)
    equal(readFileSync(at, 'utf8'), 'kept')
  } finally {
    world.remove()
  }
}

function equal(found: unknown, wanted: unknown): void {
  const [a, b] = [found, wanted].map((value) =>
    JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one), 1),
  )
  if (a === b) return
  const [left, right] = [a?.split('\n') ?? [], b?.split('\n') ?? []]
  const at = left.findIndex((line, index) => line !== right[index])
  throw new Error(
    `found\n${left.slice(Math.max(0, at - 12), at + 3).join('\n')}\nwanted\n${right.slice(Math.max(0, at - 12), at + 3).join('\n')}`,
  )
}

/** Run as a script, by another user. */
if (process.argv[2] === 'run') {
  const options = {
    numRuns: Number(process.argv[3]),
    seed: Number(process.argv[4]),
    endOnFailure: process.argv[5] === 'raw',
  }
  await fc.assert(givesBackAnything, options)
  await fc.assert(givesBackDeletions, options)
  await givesBackUnreadable()
  console.log('held')
}
