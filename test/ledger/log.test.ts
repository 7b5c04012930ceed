import { describe, expect, test, vi } from 'vitest'
import { canonical } from '../../src/core/digest.ts'
import { encodeEntry, readBlob } from '../../src/ledger/entry.ts'
import { openLedger } from '../../src/ledger/log.ts'
import { leafHash } from '../../src/ledger/merkle.ts'
import { readEntries } from '../../src/ledger/read.ts'
import type { Files } from '../../src/store/files.ts'
import { BlobReference } from '../../src/wire/ledger-entry.ts'
import { Disk } from './disk.ts'
import { appendAll, COPY, DIR, entry, fill, ids, onDisk, verifyDisk } from './support.ts'

const expected = (count: number): string[] => Array.from({ length: count }, (_, i) => `entry-${i}`)

/** Counts how often the write-ahead log was synced. */
function countingSyncs(files: Files): Files & { readonly syncs: () => number } {
  let syncs = 0
  const create = async (path: string): ReturnType<Files['create']> => {
    const file = await files.create(path)
    if (!path.includes('/wal/')) return file
    return {
      ...file,
      sync: async () => {
        syncs += 1
        await file.sync()
      },
    }
  }
  return { ...files, create, syncs: () => syncs }
}

describe('appending', () => {
  test('gives indexes in order and the leaf hash of the bytes that are stored', async () => {
    const files = new Disk().session()
    const ledger = await openLedger(onDisk(files))
    const sealed = [await ledger.append(entry(0)), await ledger.append(entry(1))]
    await ledger.close()
    const bundle = (await files.read(`${DIR}/tile/entries/000.p/2`)) ?? Buffer.alloc(0)
    const first = bundle.subarray(2, 2 + bundle.readUInt16BE(0))
    expect(sealed.map(({ index }) => index)).toEqual([0, 1])
    expect(sealed[0]?.leaf).toBe(leafHash(first).toString('base64'))
    expect(JSON.parse(first.toString('utf8'))).toEqual({ specversion: '1.0', source: ledger.origin, ...entry(0) })
  })

  test('an entry is canonical JSON whatever it holds, lone surrogates too', () => {
    const data = { b: 'ü\u2028', a: [1.5e300, null, '\ud800'], '10': 1, '9': '"' }
    const { text, length } = encodeEntry(entry(0, data), { origin: 'interlock/test', blobs: '/blobs' })
    expect(text).toBe(canonical({ specversion: '1.0', source: 'interlock/test', ...entry(0, data) }))
    expect(length).toBe(Buffer.byteLength(text))
  })

  test('256 waiters share a few syncs', async () => {
    const files = countingSyncs(new Disk().session())
    const ledger = await openLedger(onDisk(files))
    await appendAll(ledger, 256)
    expect(files.syncs()).toBe(1)
    for (let n = 256; n < 260; n++) await ledger.append(entry(n))
    expect(files.syncs()).toBe(5)
    await ledger.close()
    expect(await ids(files)).toEqual(expected(260))
  })

  test('any number of runs and entries read back as they were given', async () => {
    const disk = new Disk()
    let size = 0
    for (const count of [1, 0, 254, 1, 2, 600, 255]) {
      await fill(onDisk(disk.session()), count, size)
      size += count
      expect(await ids(disk.session())).toEqual(expected(size))
      expect(await verifyDisk(disk)).toMatchObject({ kind: 'intact', size, copy: 'same', ahead: 0 })
    }
  })

  test('after the close is refused', async () => {
    const ledger = await openLedger(onDisk(new Disk().session()))
    await ledger.close()
    await ledger.close()
    await expect(ledger.append(entry(0))).rejects.toMatchObject({ code: 'ledger/closed' })
  })

  test('what was appended before the close is written, even unawaited', async () => {
    const files = new Disk().session()
    const ledger = await openLedger(onDisk(files))
    const pending = ledger.append(entry(0))
    await ledger.close()
    expect(await pending).toMatchObject({ index: 0 })
    expect(await ids(files)).toEqual(['entry-0'])
  })

  test('partial tiles go once the tile is full', async () => {
    const files = new Disk().session()
    await fill(onDisk(files), 10)
    await fill(onDisk(files), 246, 10)
    expect(await files.list(`${DIR}/tile/0`)).toEqual(['000'])
    expect(await files.list(`${DIR}/tile/entries`)).toEqual(['000'])
  })

  test('the checkpoint and its copy are current within a second, without a close', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const disk = new Disk()
      const ledger = await openLedger(onDisk(disk.session()))
      await ledger.append(entry(0))
      await vi.advanceTimersByTimeAsync(900)
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
      for (const path of [`${DIR}/checkpoint`, COPY])
        expect((await disk.session().read(path))?.toString('utf8').split('\n')[1]).toBe('1')
      await ledger.close()
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('large payloads', () => {
  test('are kept aside by their digest, and read back until they are erased', async () => {
    const files = new Disk().session()
    const data = { output: 'é'.repeat(50_000) }
    const ledger = await openLedger(onDisk(files))
    await Promise.all([ledger.append(entry(0, data)), ledger.append(entry(1, data))])
    await ledger.close()
    for await (const { entry: stored } of readEntries({ dir: DIR, files })) {
      const reference = BlobReference.parse(stored.data)
      expect(await readBlob(files, '/state/blobs', reference)).toEqual({ kind: 'kept', text: canonical(data) })
      expect(reference.bytes).toBe(Buffer.byteLength(canonical(data)))
    }
    const [folder = ''] = await files.list('/state/blobs')
    const [blob = ''] = await files.list(`/state/blobs/${folder}`)
    await files.remove(`/state/blobs/${folder}/${blob}`)
    expect(await readBlob(files, '/state/blobs', { blob, bytes: 1 })).toMatchObject({ kind: 'gone' })
    expect(await ids(files)).toEqual(expected(2))
  })

  test('that can’t be kept aside are refused, and the ledger goes on', async () => {
    const files = new Disk().session()
    const ledger = await openLedger(onDisk(files))
    const long = { ...entry(0), subject: 'x'.repeat(70_000) }
    await expect(ledger.append(long)).rejects.toMatchObject({ code: 'ledger/too-large' })
    expect(await ledger.append(entry(0))).toMatchObject({ index: 0 })
    await ledger.close()
  })
})

describe('reading', () => {
  test('beside a guard at work sees every acknowledged entry, in a tile or not', async () => {
    const disk = new Disk()
    const ledger = await openLedger(onDisk(disk.session()))
    const reader = disk.session()
    for (let n = 0; n < 40; n++) {
      await appendAll(ledger, 25, n * 25)
      expect(await ids(reader)).toEqual(expected((n + 1) * 25))
    }
    await ledger.close()
  })

  test('a range gives exactly it', async () => {
    const files = new Disk().session()
    const ledger = await openLedger(onDisk(files))
    await appendAll(ledger, 300)
    const range = async (from: number, to?: number): Promise<number[]> => {
      const found: number[] = []
      for await (const { index } of readEntries({ dir: DIR, files }, { from, ...(to !== undefined && { to }) }))
        found.push(index)
      return found
    }
    for (const published of [false, true]) {
      expect(await range(254, 258)).toEqual([254, 255, 256, 257])
      expect(await range(298)).toEqual([298, 299])
      expect(await range(300)).toEqual([])
      expect(await range(5, 5)).toEqual([])
      if (!published) await ledger.close()
    }
  })

  test('where there is no ledger says so', async () => {
    await expect(ids(new Disk().session())).rejects.toMatchObject({ code: 'ledger/truncated' })
  })
})
