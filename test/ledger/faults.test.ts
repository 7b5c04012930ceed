import { describe, expect, test } from 'vitest'
import { type OpenLedger, openLedger } from '../../src/ledger/log.ts'
import { acceptLoss } from '../../src/ledger/loss.ts'
import type { Files } from '../../src/store/files.ts'
import { Disk, FAULTS, type Fault } from './disk.ts'
import { COPY_DIR, DIR, entry, fill, ids, onDisk, stillClock, verifyDisk } from './support.ts'

/**
 * A run of a guard, then another one: first entries, a blob, batches, a publication that fills a tile, a restart.
 * Notes every acknowledged entry under its index.
 */
async function twoRuns(files: Files, acknowledged: Map<number, string>): Promise<void> {
  const append = async (ledger: OpenLedger, n: number, data?: string): Promise<void> => {
    const { index } = await ledger.append(entry(n, data ?? { n }))
    if (acknowledged.has(index)) throw new Error(`index ${index} was given twice`)
    acknowledged.set(index, `entry-${n}`)
  }
  const first = await openLedger(onDisk(files))
  await append(first, 1000)
  await Promise.all([append(first, 1001), append(first, 1002, 'x'.repeat(70_000)), append(first, 1003)])
  await first.close()
  const second = await openLedger(onDisk(files))
  await Promise.all([append(second, 1004), append(second, 1005)])
  await append(second, 1006)
  await second.close()
}

/** Something that repeats: the n-th number drawn for one case is always the same. */
function dice(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * below)
  }
}

/** What holds whatever happened: it opens, has what was acknowledged, goes on, and verifies. */
async function expectWhole(disk: Disk, acknowledged: ReadonlyMap<number, string>, where: string): Promise<void> {
  const files = disk.session()
  const ledger = await openLedger(onDisk(files))
  const { index } = await ledger.append(entry(9999))
  await ledger.close()
  const found = await ids(files)
  for (const [at, id] of acknowledged) expect(`${where}: ${at} ${found[at]}`).toBe(`${where}: ${at} ${id}`)
  expect(acknowledged.has(index), `${where}: index ${index} is used again`).toBe(false)
  expect(found[index], where).toBe('entry-9999')
  expect(await verifyDisk(disk), where).toMatchObject({ kind: 'intact', size: found.length, copy: 'same', ahead: 0 })
}

async function operationsOf(run: (files: Files) => Promise<unknown>, start: Disk): Promise<number> {
  const session = start.clone().session()
  await run(session)
  return session.operations()
}

/** A disk with `count` entries. */
async function prepared(count: number): Promise<Disk> {
  const disk = new Disk()
  if (count > 0) await fill(onDisk(disk.session()), count)
  return disk
}

describe.each([
  { name: 'an empty disk', count: 0 },
  { name: 'a tile that is about to be full', count: 252 },
])('from $name on, at every operation', ({ count }) => {
  test.each(FAULTS)('%s: nothing that was acknowledged is lost', { timeout: 60_000 }, async (kind) => {
    const start = await prepared(count)
    const operations = await operationsOf((files) => twoRuns(files, new Map()), start)
    expect(operations).toBeGreaterThan(100)
    for (let at = 1; at <= operations; at++) {
      const disk = start.clone()
      const session = disk.session({ kind, at })
      const acknowledged = new Map<number, string>()
      await twoRuns(session, acknowledged).catch(() => undefined)
      session.end()
      const where = `${kind} at operation ${at}`
      // Power is lost at once, or after another guard came up and died, and what it saw was never synced.
      await expectWhole(disk.afterPowerLoss(dice(at)), acknowledged, `${where}, then power loss`)
      await halfAStart(disk, at)
      await expectWhole(at % 2 === 0 ? disk : disk.afterPowerLoss(dice(at + 7919)), acknowledged, where)
    }
  })
})

/** A guard that starts on what is there and is killed on its way. */
async function halfAStart(disk: Disk, at: number): Promise<void> {
  const session = disk.session({ kind: 'killed after', at: (at * 31) % 60 })
  await openLedger(onDisk(session)).catch(() => undefined)
  session.end()
}

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

  test.each(FAULTS)(
    '%s while a loss is accepted keeps all entries, and accepting it again ends it',
    { timeout: 60_000 },
    async (kind) => {
      const start = await lostCopy()
      const accept = (files: Files): Promise<unknown> =>
        acceptLoss(onDisk(files, stillClock()), { by: 'someone', reason: 'a test' })
      const operations = await operationsOf(accept, start)
      for (let at = 1; at <= operations; at++) await acceptThrough(start.clone(), { kind, at }, accept)
    },
  )
})

async function lostCopy(): Promise<Disk> {
  const disk = await prepared(3)
  for (const name of await disk.session().list(COPY_DIR)) disk.tamper(`${COPY_DIR}/${name}`, () => undefined)
  return disk
}

async function acceptThrough(
  struck: Disk,
  fault: { kind: Fault; at: number },
  accept: (files: Files) => Promise<unknown>,
): Promise<void> {
  const where = `${fault.kind} at operation ${fault.at}`
  const session = struck.session(fault)
  await accept(session).catch(() => undefined)
  session.end()
  const disk = fault.at % 2 === 0 ? struck : struck.afterPowerLoss(dice(fault.at))
  const files = disk.session()
  // The guard may come up between the two tries: it must refuse, and spoil nothing.
  const early = await openLedger(onDisk(files)).catch((error: unknown) => error)
  if (early instanceof Error) {
    expect(early, where).toMatchObject({ hint: expect.stringContaining('accept-loss') })
    await accept(files)
  } else await (early as OpenLedger).close()
  const found = await ids(files)
  expect(found.slice(0, 3), where).toEqual(['entry-0', 'entry-1', 'entry-2'])
  expect(found.slice(3).every((id) => id.startsWith('loss-')) && found.length > 3, where).toBe(true)
  await fill(onDisk(files), 1, 50)
  expect(await verifyDisk(disk), where).toMatchObject({ kind: 'intact', copy: 'same' })
}

test('the folder is at its place in the tests above', async () => {
  const disk = await prepared(1)
  expect(await disk.session().list(DIR)).toContain('checkpoint')
})
