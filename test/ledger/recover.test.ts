import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openLedger } from '../../src/ledger/log.ts'
import { acceptLoss } from '../../src/ledger/loss.ts'
import { copyPath } from '../../src/ledger/places.ts'
import { type ReadEntry, readEntries } from '../../src/ledger/read.ts'
import { entryEnds } from '../../src/ledger/tiles.ts'
import { discard, replay, WriteAhead } from '../../src/ledger/wal.ts'
import { Disk } from './disk.ts'
import { appendAll, COPY, COPY_DIR, DIR, entry, fill, ids, onDisk, stillClock, verifyDisk } from './support.ts'

// Nothing is put into tiles behind a test's back, however slow the machine is.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }))
afterEach(() => void vi.useRealTimers())

async function withEntries(count: number): Promise<Disk> {
  const disk = new Disk()
  await fill(onDisk(disk.session()), count)
  return disk
}

/** A guard that was killed with `batches` acknowledged, none of them in tiles. */
async function killed(batches: readonly number[], start = new Disk()): Promise<Disk> {
  const session = start.session()
  const ledger = await openLedger(onDisk(session))
  let size = ledger.size
  for (const count of batches) {
    await appendAll(ledger, count, size)
    size += count
  }
  session.end()
  return start
}

const refusal = async (disk: Disk): Promise<unknown> =>
  await openLedger(onDisk(disk.session())).then(
    () => 'opened',
    (error: unknown) => error,
  )

const WAL = `${DIR}/wal/0000000000000000`

async function bytesOf(disk: Disk, path: string): Promise<Buffer> {
  return (await disk.session().read(path)) ?? Buffer.alloc(0)
}

describe('the write-ahead log', () => {
  test('cut anywhere gives back each frame that is whole, and the ledger goes on from there', async () => {
    const disk = await killed([2, 1, 3])
    const whole = await bytesOf(disk, WAL)
    const ends = [0, ...frameStarts(whole).slice(1), whole.length]
    for (let length = 0; length <= whole.length; length++) {
      if (length % 3 !== 0 && !ends.some((end) => Math.abs(end - length) < 2)) continue
      const cut = disk.clone()
      cut.tamper(WAL, (bytes) => bytes.subarray(0, length))
      const acknowledged = [0, 2, 3, 6][ends.findLastIndex((end) => end <= length)] ?? 0
      const files = cut.session()
      const ledger = await openLedger(onDisk(files))
      expect((await ledger.append(entry(99))).index, `cut at ${length}`).toBe(acknowledged)
      await ledger.close()
      expect(await ids(files)).toEqual([...Array.from({ length: acknowledged }, (_, i) => `entry-${i}`), 'entry-99'])
    }
  })

  test('with a broken frame before whole ones is refused; with a broken last one it is cut', async () => {
    const disk = await killed([2, 1, 3])
    const whole = await bytesOf(disk, WAL)
    const last = frameStarts(whole)[2] ?? 0
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const broken = disk.clone()
        broken.tamper(WAL, (bytes) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ flip : byte))))
        if (at < last) expect(await refusal(broken)).toMatchObject({ code: 'ledger/damaged' })
        else {
          expect(await refusal(broken)).toBe('opened')
          expect(await ids(broken.session())).toEqual(['entry-0', 'entry-1', 'entry-2'])
        }
      }),
      { numRuns: 150 },
    )
  })

  test('with a segment missing in the middle is refused', async () => {
    const big = { text: 'x'.repeat(50_000) }
    const disk = new Disk()
    const session = disk.session()
    const ledger = await openLedger(onDisk(session))
    for (let n = 0; n < 3; n++)
      await Promise.all(Array.from({ length: 90 }, (_, i) => ledger.append(entry(n * 90 + i, big))))
    session.end()
    const segments = await disk.session().list(`${DIR}/wal`)
    expect(segments.length).toBeGreaterThan(1)
    expect(await refusal(disk.clone())).toBe('opened')
    disk.tamper(`${DIR}/wal/${segments[0]}`, () => undefined)
    expect(await refusal(disk)).toMatchObject({ code: 'ledger/damaged' })
  })

  test('loses no segment before all of it is in tiles', async () => {
    const files = new Disk().session()
    await files.makeFolder('/wal')
    const wal = new WriteAhead(files, '/wal')
    const text = 'x'.repeat(60_000)
    const total = 240
    for (let n = 0; n < total; n += 3)
      await wal.append(
        n,
        Array.from({ length: 3 }, () => ({ text, length: text.length })),
      )
    const segments = (await files.list('/wal')).length
    expect(segments).toBeGreaterThan(2)
    for (let published = 0; published <= total; published += 10) {
      await discard(files, '/wal', published)
      const left = await replay(files, '/wal', published)
      expect(left).toMatchObject({ kind: 'whole' })
      expect(entryEnds(left.bundle)).toHaveLength(total - published)
    }
    expect((await files.list('/wal')).length).toBeLessThan(segments)
  })

  test('can’t be forged by what an entry holds', async () => {
    const disk = await killed([1])
    const frame = await bytesOf(disk, WAL)
    const session = disk.session()
    const ledger = await openLedger(onDisk(session))
    await ledger.append(entry(1, { text: frame.toString('binary') }))
    session.end()
    const last = (await disk.session().list(`${DIR}/wal`)).at(-1)
    disk.tamper(`${DIR}/wal/${last}`, (bytes) => bytes.subarray(0, -1))
    expect(await refusal(disk)).toBe('opened')
    expect(await ids(disk.session())).toEqual(['entry-0'])
  })
})

/** Where frames start, by their magic and length. */
function frameStarts(bytes: Buffer): number[] {
  const starts: number[] = []
  for (let at = 0; at < bytes.length; at += 48 + bytes.readUInt32BE(at + 4)) starts.push(at)
  return starts
}

const REFUSALS: Record<string, { code: string; spoil: (disk: Disk) => Promise<void> | void }> = {
  'the tail of the entries is gone': {
    code: 'ledger/truncated',
    spoil: (disk) => disk.tamper(`${DIR}/tile/entries/001.p/44`, () => undefined),
  },
  'a tile is gone': {
    code: 'ledger/truncated',
    spoil: (disk) => disk.tamper(`${DIR}/tile/0/001.p/44`, () => undefined),
  },
  'the checkpoint is gone': {
    code: 'ledger/truncated',
    spoil: (disk) => disk.tamper(`${DIR}/checkpoint`, () => undefined),
  },
  'the copy is gone': { code: 'ledger/copy-lost', spoil: (disk) => disk.tamper(COPY, () => undefined) },
  'the key is gone': { code: 'ledger/damaged', spoil: (disk) => disk.tamper(`${DIR}.key`, () => undefined) },
  'the key is another one': {
    code: 'ledger/damaged',
    spoil: async (disk) => {
      const key = await bytesOf(await withEntries(1), `${DIR}.key`)
      disk.tamper(`${DIR}.key`, () => key)
    },
  },
  'an entry at the end was changed': {
    code: 'ledger/damaged',
    spoil: (disk) =>
      disk.tamper(`${DIR}/tile/entries/001.p/44`, (bytes) => Buffer.from(bytes.map((b, i) => (i === 50 ? b ^ 1 : b)))),
  },
  'a tile above was changed': {
    code: 'ledger/damaged',
    spoil: (disk) =>
      disk.tamper(`${DIR}/tile/1/000.p/1`, (bytes) => Buffer.from(bytes.map((b, i) => (i === 5 ? b ^ 1 : b)))),
  },
  'the checkpoint was changed': {
    code: 'ledger/damaged',
    spoil: (disk) =>
      disk.tamper(`${DIR}/checkpoint`, (bytes) => Buffer.from(bytes.toString().replace('\n300\n', '\n299\n'))),
  },
}

describe('a ledger refuses to open, and says what to do, where', () => {
  test.each(Object.entries(REFUSALS))('%s', async (_, { code, spoil }) => {
    const disk = await withEntries(300)
    await spoil(disk)
    // It refuses again: the first try has mended nothing.
    for (const _again of [1, 2])
      expect(await refusal(disk)).toMatchObject({ code, hint: expect.stringMatching(/backup|copy back/) })
  })

  test('the folder of yesterday was put back', async () => {
    const disk = await withEntries(5)
    const yesterday = disk.clone()
    await fill(onDisk(disk.session()), 3, 5)
    const copy = await bytesOf(disk, COPY)
    yesterday.tamper(COPY, () => copy)
    const refused = await refusal(yesterday)
    expect(refused).toMatchObject({
      code: 'ledger/rolled-back',
      hint: expect.stringContaining('interlock log recover --accept-loss'),
    })
    expect(String(refused)).toContain('before entry 7')
  })

  test('the copy of yesterday was put back', async () => {
    const disk = await withEntries(5)
    const copy = await bytesOf(disk, COPY)
    await fill(onDisk(disk.session()), 3, 5)
    disk.tamper(COPY, () => copy)
    expect(await refusal(disk)).toMatchObject({ code: 'ledger/copy-lost' })
  })

  test('the whole folder is gone', async () => {
    const copy = await bytesOf(await withEntries(5), COPY)
    const disk = new Disk()
    await disk.session().makeFolder(COPY_DIR)
    disk.tamper(COPY, () => copy)
    expect(await refusal(disk)).toMatchObject({ code: 'ledger/rolled-back' })
  })

  test.each([3, 4])('the same key has signed another history of %i entries', async (count) => {
    const disk = await withEntries(0)
    const other = disk.clone()
    await fill(onDisk(disk.session()), 3)
    await fill(onDisk(other.session()), count, 100)
    const copy = await bytesOf(other, COPY)
    if (count === 4) await killed([1], disk)
    disk.tamper(COPY, () => copy)
    expect(await refusal(disk)).toMatchObject({ code: 'ledger/forked' })
  })

  test('the copy would lie inside the ledger', async () => {
    const files = new Disk().session()
    const inside = { ...onDisk(files), copyDir: `${DIR}/copy` }
    await expect(openLedger(inside)).rejects.toMatchObject({ code: 'ledger/copy-lost' })
  })

  test('it is open already; it opens again when that one is closed', async () => {
    const disk = new Disk()
    const first = await openLedger(onDisk(disk.session()))
    expect(await refusal(disk)).toMatchObject({
      code: 'ledger/locked',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    await first.close()
    expect(await refusal(disk)).toBe('opened')
  })

  test('somebody else writes its checkpoint while it is open', async () => {
    const disk = new Disk()
    const ledger = await openLedger(onDisk(disk.session()))
    await ledger.append(entry(0))
    const other = await bytesOf(await withEntries(1), COPY)
    disk.tamper(COPY, () => other)
    await expect(ledger.close()).rejects.toMatchObject({ code: 'ledger/not-durable', cause: { code: 'ledger/forked' } })
  })
})

test('two state folders have two copies in one folder', () => {
  expect(copyPath('/a/ledger', COPY_DIR)).not.toBe(copyPath('/b/ledger', COPY_DIR))
})

describe('accepting a loss', () => {
  const who = { by: 'someone', reason: 'the disk died, this is the backup of Monday' }

  test('goes on with what is whole, under a new key, and records it', async () => {
    const disk = await withEntries(5)
    const yesterday = disk.clone()
    await fill(onDisk(disk.session()), 3, 5)
    const copy = await bytesOf(disk, COPY)
    yesterday.tamper(COPY, () => copy)
    const files = yesterday.session()
    const accepted = await acceptLoss(onDisk(files), who)
    expect(accepted).toMatchObject({ kept: 5, aside: `${DIR}.lost-1` })
    await fill(onDisk(files), 1, 5)
    const entries: ReadEntry[] = []
    for await (const each of readEntries({ dir: DIR, files })) entries.push(each)
    expect(entries.map(({ entry: { id } }) => id).toSpliced(5, 1)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `entry-${n}`))
    expect(entries[5]?.entry).toMatchObject({
      type: 'dev.interlock.ledger.loss-accepted',
      source: accepted.origin,
      data: { ...who, kept: 5, refused: { code: 'ledger/rolled-back' }, copy: copy.toString('utf8') },
    })
    expect(await verifyDisk(yesterday)).toMatchObject({
      kind: 'intact',
      size: 7,
      copy: 'same',
      origin: accepted.origin,
    })
  })

  test('keeps everything before the first entry that is not whole, and leaves the rest aside', async () => {
    const disk = await withEntries(600)
    const spoilt = `${DIR}/tile/entries/001`
    const bytes = await bytesOf(disk, spoilt)
    disk.tamper(spoilt, () => Buffer.from(bytes.map((b, i) => (i === bytes.length - 2 ? b ^ 1 : b))))
    disk.tamper(`${DIR}/tile/0/002.p/88`, () => undefined)
    const files = disk.session()
    const { kept, aside } = await acceptLoss(onDisk(files), who)
    expect(kept).toBe(511)
    expect((await ids(files)).slice(0, -1)).toEqual(Array.from({ length: kept }, (_, i) => `entry-${i}`))
    expect(await files.list(`${aside}/tile/entries`)).toContain('002.p')
    expect(await verifyDisk(disk)).toMatchObject({ kind: 'intact', size: kept + 1 })
  })

  test('keeps what only the write-ahead log has', async () => {
    const disk = await killed([3, 4], await withEntries(300))
    disk.tamper(COPY, () => undefined)
    expect(await acceptLoss(onDisk(disk.session()), who)).toMatchObject({ kept: 307 })
  })

  test('makes a new ledger where the whole folder is gone', async () => {
    const copy = await bytesOf(await withEntries(5), COPY)
    const disk = new Disk()
    const files = disk.session()
    await files.makeFolder(COPY_DIR)
    disk.tamper(COPY, () => copy)
    expect(await acceptLoss(onDisk(files), who)).toMatchObject({ kept: 0, aside: undefined })
    expect(await verifyDisk(disk)).toMatchObject({ kind: 'intact', size: 1 })
  })

  test('is refused where nothing is lost', async () => {
    const disk = await withEntries(2)
    await expect(acceptLoss(onDisk(disk.session()), who)).rejects.toMatchObject({ code: 'ledger/intact' })
    expect(await refusal(disk)).toBe('opened')
  })

  test('can be done twice, and both stay in the record', async () => {
    const disk = await withEntries(2)
    const clock = stillClock()
    for (const aside of ['1', '2']) {
      disk.tamper(COPY, () => undefined)
      expect(await acceptLoss(onDisk(disk.session(), clock), who)).toMatchObject({ aside: `${DIR}.lost-${aside}` })
    }
    expect((await ids(disk.session())).filter((id) => id.startsWith('loss-'))).toHaveLength(2)
    expect(await verifyDisk(disk)).toMatchObject({ kind: 'intact', size: 4 })
  })
})
