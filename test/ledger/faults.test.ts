import { describe, expect, test } from 'vitest'
import { openLedger } from '../../src/ledger/log.ts'
import type { Files } from '../../src/store/files.ts'
import { FAULTS } from './disk.ts'
import { operationsOf, prepared, strikeAcceptance, strikeRuns } from './fault-cases.ts'
import { entry, fill, onDisk, verifyDisk } from './support.ts'

/** `test/slow/ledger-faults.test.ts` strikes every operation. */
const EVERY = 31

describe.each(FAULTS)('an operation that is %s', (kind) => {
  test.each([
    { from: 'nothing', count: 0 },
    { from: 'a tile that is about to be full', count: 252 },
  ])('loses nothing that was acknowledged, from $from on', async ({ count }) => {
    await strikeRuns({ kind, every: EVERY }, count)
  })

  test('while a loss is accepted keeps what is whole', async () => {
    await strikeAcceptance({ kind, every: EVERY })
  })
})

describe('a failure', () => {
  test('of a sync rejects that and every later append, and is never tried again on that file', async () => {
    const start = await prepared(1)
    const operations = await operationsOf(async (files) => {
      const ledger = await openLedger(onDisk(files))
      await ledger.append(entry(1))
    }, start)
    // The last operation is the sync of the first frame; the disk throws where it is synced again.
    const session = start.session({ kind: 'refused', at: operations })
    const ledger = await openLedger(onDisk(session))
    const notDurable = { code: 'ledger/not-durable', cause: { code: 'EIO' } }
    const both = [ledger.append(entry(1)), ledger.append(entry(2))]
    for (const append of both) await expect(append).rejects.toMatchObject(notDurable)
    await expect(ledger.append(entry(3))).rejects.toMatchObject(notDurable)
    await expect(ledger.close()).rejects.toMatchObject(notDurable)
  })

  test('frees the lock when the ledger is closed, so that the next guard can start', async () => {
    const disk = await prepared(1)
    const operations = await operationsOf((files) => openLedger(onDisk(files)), disk)
    const session = disk.session({ kind: 'refused', at: operations + 1 })
    const ledger = await openLedger(onDisk(session))
    await expect(ledger.append(entry(1))).rejects.toMatchObject({ code: 'ledger/not-durable' })
    await expect(ledger.close()).rejects.toMatchObject({ code: 'ledger/not-durable' })
    await fill(onDisk(session), 1)
  })

  test('between writing and signing gets no signature: what the disk returns is hashed again', async () => {
    const disk = await prepared(3)
    const session = disk.session()
    const lying: Files = {
      ...session,
      read: async (path) => {
        const bytes = await session.read(path)
        if (bytes === undefined || !path.includes('/entries/000.p/5')) return bytes
        return Buffer.from(bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)))
      },
    }
    const ledger = await openLedger(onDisk(lying))
    await Promise.all([ledger.append(entry(3)), ledger.append(entry(4))])
    await expect(ledger.close()).rejects.toMatchObject({
      code: 'ledger/not-durable',
      cause: { code: 'ledger/damaged' },
    })
    expect(await verifyDisk(disk)).toMatchObject({ kind: 'intact', size: 3, copy: 'same' })
  })
})
