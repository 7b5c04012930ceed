import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLedger } from '../../src/ledger/log.ts'
import { newSigningKey, parseSigningKey, signNote } from '../../src/ledger/note.ts'
import { copyPath } from '../../src/ledger/places.ts'
import { type Verification, verifyLedger } from '../../src/ledger/verify.ts'
import { entry, fill, inTemporary, stillClock } from './support.ts'

/** A real folder with a ledger, its copy and a blob, which each test copies and spoils. */
interface Place {
  readonly root: string
  readonly dir: string
  readonly copy: string
  readonly blobs: string
}

function placeIn(root: string): Place {
  const dir = join(root, 'ledger')
  return { root, dir, copy: join(root, 'copy', 'checkpoint'), blobs: join(root, 'blobs') }
}

async function make(root: string, counts: readonly number[]): Promise<Place> {
  const place = placeIn(root)
  const clock = stillClock()
  let size = 0
  for (const count of counts) {
    await fill({ dir: place.dir, copyDir: join(root, 'copy'), clock }, count, size)
    size += count
  }
  renameSync(copyPath(place.dir, join(root, 'copy')), place.copy)
  return place
}

const verify = ({ dir, copy, blobs }: Place): Promise<Verification> => verifyLedger(dir, { copy, blobs })

/** A copy of `place` with one file changed. */
async function spoiled<T>(place: Place, spoil: (place: Place) => void, use: (place: Place) => Promise<T>): Promise<T> {
  return await inTemporary(async (folder) => {
    const root = join(folder, 'spoiled')
    cpSync(place.root, root, { recursive: true })
    const copy = placeIn(root)
    spoil(copy)
    return await use(copy)
  })
}

function edit(path: string, change: (bytes: Buffer) => Buffer | string): void {
  writeFileSync(path, change(readFileSync(path)))
}

let folder = ''
let large: Place
let small: Place

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-test-'))
  // Two full tiles with partial ones that were published on the way, and a rest.
  large = await make(join(folder, 'large'), [3, 250, 200, 147])
  small = await make(join(folder, 'small'), [1, 2])
})

afterAll(() => rmSync(folder, { recursive: true }))

test('a sound ledger is intact, and the answer names it', async () => {
  expect(await verify(large)).toMatchObject({ kind: 'intact', size: 600, copy: 'same', ahead: 0 })
  const { origin, root, vkey } = (await verify(small)) as Verification & { kind: 'intact' }
  expect(readFileSync(join(small.dir, 'checkpoint'), 'utf8').startsWith(`${origin}\n3\n${root}\n`)).toBe(true)
  expect(`${vkey}\n`).toBe(readFileSync(join(small.dir, 'vkey'), 'utf8'))
})

test('an empty ledger is intact too', async () => {
  const empty = await make(join(folder, 'empty'), [0])
  expect(await verify(empty)).toMatchObject({
    kind: 'intact',
    size: 0,
    root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  })
})

describe('any flipped bit is found', () => {
  const files = (place: Place): string[] =>
    readdirSync(place.root, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile() && !/\.(key|lock)$/.test(each.name))
      .map((each) => join(each.parentPath, each.name))

  test('all through a small ledger', { timeout: 60_000 }, async () => {
    expect(
      files(small)
        .map((path) => path.slice(small.root.length + 1))
        .sort(),
    ).toEqual([
      'copy/checkpoint',
      'ledger/checkpoint',
      'ledger/tile/0/000.p/1',
      'ledger/tile/0/000.p/3',
      'ledger/tile/entries/000.p/1',
      'ledger/tile/entries/000.p/3',
      'ledger/vkey',
    ])
    for (const path of files(small)) {
      const sound = readFileSync(path)
      for (const [at, byte] of sound.entries()) {
        if (path.includes('tile') && at % 2 !== 0) continue
        // One more, too, in a text: the next letter of base64 may decode to the same bytes.
        for (const changed of [byte ^ (1 << (at % 8)), ...(path.includes('tile') ? [] : [byte + 1])]) {
          const flipped = Buffer.from(sound)
          flipped[at] = changed
          writeFileSync(path, flipped)
          expect(await verify(small), `byte ${at} of ${path}`).toMatchObject({ kind: 'broken' })
        }
      }
      writeFileSync(path, sound)
    }
    expect(await verify(small)).toMatchObject({ kind: 'intact' })
  })

  test('anywhere in a larger one, and the answer names the file or what it contradicts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, byte, flip) => {
        const path = files(large)[file % files(large).length] ?? ''
        const sound = readFileSync(path)
        const flipped = Buffer.from(sound)
        const at = byte % sound.length
        flipped[at] = (flipped[at] ?? 0) ^ flip
        writeFileSync(path, flipped)
        const result = await verify(large)
        writeFileSync(path, sound)
        expect(result).toMatchObject({
          kind: 'broken',
          where: expect.stringMatching(/./),
          why: expect.stringMatching(/./),
        })
      }),
      { numRuns: 60 },
    )
  })

  test('in a payload that was kept aside; one that was erased is none', async () => {
    await inTemporary(async (root) => {
      const place = placeIn(root)
      const options = { dir: place.dir, copyDir: join(root, 'copy'), clock: stillClock() }
      const ledger = await openLedger(options)
      await ledger.append(entry(0, 'x'.repeat(70_000)))
      await ledger.close()
      const blob = files(place).find((path) => path.includes('/blobs/')) ?? ''
      const check = (): Promise<Verification> => verifyLedger(place.dir, { blobs: place.blobs })
      expect(await check()).toMatchObject({ kind: 'intact', size: 1 })
      edit(blob, (bytes) => Buffer.concat([bytes, Buffer.of(0)]))
      expect(await check()).toMatchObject({ kind: 'broken', what: 'blob' })
      rmSync(blob)
      expect(await check()).toMatchObject({ kind: 'intact', size: 1 })
    })
  })
})

const bundle = (place: Place, name = '000'): string => join(place.dir, 'tile/entries', name)
const tile = (place: Place, name: string): string => join(place.dir, 'tile', name)

/** Cuts a bundle into its entries, each with its length. */
function cut(bytes: Buffer): Buffer[] {
  const entries: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + bytes.readUInt16BE(at)
    entries.push(bytes.subarray(at, end))
    at = end
  }
  return entries
}

/** A checkpoint of the attacker's choice, signed by the ledger's own key, which he must not need to be found out. */
function resign(place: Place, change: (lines: string[]) => string[]): void {
  const key = parseSigningKey(readFileSync(`${place.dir}.key`, 'utf8').trimEnd())
  if (key === undefined) throw new Error('the key does not parse')
  edit(join(place.dir, 'checkpoint'), (bytes) => {
    const [text = ''] = bytes.toString('utf8').split('\n\n')
    return signNote(`${change(text.split('\n')).join('\n')}\n`, key)
  })
}

const size =
  (n: number) =>
  (lines: string[]): string[] => [lines[0] ?? '', String(n), lines[2] ?? '']

const MUTATIONS: Record<string, { what: string; spoil: (place: Place) => void }> = {
  'an entry is dropped': {
    what: 'entries',
    spoil: (at) => edit(bundle(at), (b) => Buffer.concat(cut(b).toSpliced(7, 1))),
  },
  'two entries change places': {
    what: 'tile',
    spoil: (at) =>
      edit(bundle(at), (b) => Buffer.concat(cut(b).map((e, i, all) => (i === 7 ? all[8] : i === 8 ? all[7] : e) ?? e))),
  },
  'an entry is there twice': {
    what: 'tile',
    spoil: (at) => edit(bundle(at), (b) => Buffer.concat(cut(b).map((e, i, all) => (i === 8 ? (all[7] ?? e) : e)))),
  },
  'a bundle is cut short': { what: 'entries', spoil: (at) => edit(bundle(at), (b) => b.subarray(0, -1)) },
  'a bundle has one entry more': {
    what: 'entries',
    spoil: (at) => edit(bundle(at), (b) => Buffer.concat([b, ...cut(b).slice(0, 1)])),
  },
  'a bundle is missing': { what: 'missing', spoil: (at) => rmSync(bundle(at)) },
  'a tile is missing': { what: 'missing', spoil: (at) => rmSync(tile(at, '0/001')) },
  'two tiles change places': {
    what: 'tile',
    spoil: (at) => {
      renameSync(tile(at, '0/000'), tile(at, 'x'))
      renameSync(tile(at, '0/001'), tile(at, '0/000'))
      renameSync(tile(at, 'x'), tile(at, '0/001'))
    },
  },
  'two bundles change places with their tiles': {
    what: 'root',
    spoil: (at) => {
      for (const level of ['0', 'entries']) {
        renameSync(tile(at, `${level}/000`), tile(at, 'x'))
        renameSync(tile(at, `${level}/001`), tile(at, `${level}/000`))
        renameSync(tile(at, 'x'), tile(at, `${level}/001`))
      }
    },
  },
  'a tile above is another one': {
    what: 'tile',
    spoil: (at) => edit(tile(at, '1/000.p/2'), (b) => Buffer.from(b).reverse()),
  },
  'a tile is longer': {
    what: 'tile',
    spoil: (at) => edit(tile(at, '0/000'), (b) => Buffer.concat([b, b.subarray(0, 32)])),
  },
  'a file is in the tree that no log has': { what: 'unexpected', spoil: (at) => writeFileSync(tile(at, '0/1'), '') },
  'the size is one more': {
    what: 'note',
    spoil: (at) => edit(join(at.dir, 'checkpoint'), (b) => b.toString().replace('\n600\n', '\n601\n')),
  },
  'the size is one less': {
    what: 'note',
    spoil: (at) => edit(join(at.dir, 'checkpoint'), (b) => b.toString().replace('\n600\n', '\n599\n')),
  },
  'the size is one more, and signed': { what: 'rolled-back', spoil: (at) => resign(at, size(601)) },
  'the size is one less, and signed': { what: 'root', spoil: (at) => resign(at, size(599)) },
  'the origin is another one': { what: 'note', spoil: (at) => resign(at, ([, ...rest]) => ['elsewhere', ...rest]) },
  'there is an extension line': { what: 'note', spoil: (at) => resign(at, (lines) => [...lines, 'more']) },
  'the signature is gone': {
    what: 'note',
    spoil: (at) => edit(join(at.dir, 'checkpoint'), (b) => `${b.toString().split('\n\n')[0]}\n`),
  },
  'the key is another one': {
    what: 'note',
    spoil: (at) => writeFileSync(join(at.dir, 'vkey'), `${parseSigningKey(newSigningKey('interlock/other'))?.vkey}\n`),
  },
  'the checkpoint is of a tree that never was': {
    what: 'root',
    spoil: (at) => resign(at, ([origin = '']) => [origin, '3', Buffer.alloc(32).toString('base64')]),
  },
}

describe('a ledger is broken where', () => {
  test.each(Object.entries(MUTATIONS))('%s', async (_, { what, spoil }) => {
    await spoiled(large, spoil, async (place) => {
      expect(await verify(place)).toMatchObject({ kind: 'broken', what })
    })
  })
})

describe('against the copy outside', () => {
  test('a whole folder that was put back from yesterday is rolled back', async () => {
    const yesterday = await make(join(folder, 'yesterday'), [5])
    const today = placeIn(join(folder, 'today'))
    cpSync(yesterday.root, today.root, { recursive: true })
    const back = copyPath(today.dir, join(today.root, 'copy'))
    renameSync(today.copy, back)
    await fill({ dir: today.dir, copyDir: join(today.root, 'copy'), clock: stillClock() }, 3, 5)
    expect(await verifyLedger(today.dir, { copy: back })).toMatchObject({ kind: 'intact', size: 8 })
    const result = await verifyLedger(yesterday.dir, { copy: back })
    expect(result).toMatchObject({ kind: 'broken', what: 'rolled-back', where: 'tile/entries/000' })
    expect(await verifyLedger(yesterday.dir)).toMatchObject({ kind: 'intact', size: 5, copy: 'none' })
    expect(await verifyLedger(today.dir, { copy: yesterday.copy })).toMatchObject({
      kind: 'broken',
      what: 'rolled-back',
    })
  })

  test('a history that was written anew, with the same key, is a fork', async () => {
    await spoiled(
      small,
      (at) => {
        const key = readFileSync(`${at.dir}.key`)
        rmSync(at.dir, { recursive: true })
        rmSync(`${at.dir}.key`)
        writeFileSync(`${at.dir}.key`, key)
      },
      async (at) => {
        await fill({ dir: at.dir, copyDir: join(at.root, 'another'), clock: stillClock() }, 3, 100)
        expect(await verify(at)).toMatchObject({ kind: 'broken', what: 'forked' })
      },
    )
  })

  test('another key shows, if the key was noted down or the copy kept', async () => {
    const other = await make(join(folder, 'other'), [3])
    expect(await verifyLedger(other.dir, { copy: small.copy })).toMatchObject({ kind: 'broken', what: 'note' })
    const noted = readFileSync(join(small.dir, 'vkey'), 'utf8').trimEnd()
    expect(await verifyLedger(other.dir, { vkey: noted })).toMatchObject({ kind: 'broken', what: 'key' })
    expect(await verifyLedger(small.dir, { vkey: noted })).toMatchObject({ kind: 'intact' })
  })

  test('a folder that is not there is broken, not empty', async () => {
    expect(await verifyLedger(join(folder, 'nowhere'))).toMatchObject({
      kind: 'broken',
      what: 'missing',
      where: 'vkey',
    })
  })
})

test('the module imports nothing of the project', () => {
  const source = readFileSync(new URL('../../src/ledger/verify.ts', import.meta.url), 'utf8')
  expect([...source.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map((match) => match[1] ?? match[2])).toEqual([
    'node:crypto',
    'node:fs/promises',
    'node:path',
  ])
})
