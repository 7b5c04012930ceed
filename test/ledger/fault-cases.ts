import { expect } from 'vitest'
import { type OpenLedger, openLedger } from '../../src/ledger/log.ts'
import { acceptLoss } from '../../src/ledger/loss.ts'
import type { Files } from '../../src/store/files.ts'
import { Disk, FAULTS, type Fault } from './disk.ts'
import { COPY_DIR, entry, fill, ids, onDisk, stillClock, verifyDisk } from './support.ts'

/** Which operations a fault strikes: each `every`-th, not the same ones for each kind of fault. */
export interface Strikes {
  readonly kind: Fault
  readonly every: number
}

export function struck({ kind, every }: Strikes, operations: number): number[] {
  const first = 1 + ((FAULTS.indexOf(kind) * 2) % every)
  return Array.from({ length: Math.ceil((operations - first + 1) / every) }, (_, i) => first + i * every)
}

/** From a ledger of `count` entries on, strikes two runs of a guard: nothing that was acknowledged may be lost. */
export async function strikeRuns(strikes: Strikes, count: number): Promise<void> {
  const start = await prepared(count)
  const operations = await operationsOf((files) => twoRuns(files, new Map()), start)
  expect(operations).toBeGreaterThan(100)
  for (const at of struck(strikes, operations)) {
    const disk = start.clone()
    const session = disk.session({ kind: strikes.kind, at })
    const acknowledged = new Map<number, string>()
    await twoRuns(session, acknowledged).catch(() => undefined)
    session.end()
    const where = `${strikes.kind} at operation ${at}`
    // Power is lost at once, or after another guard came up and died, and what it saw was never synced.
    await expectWhole(disk.afterPowerLoss(dice(at)), acknowledged, `${where}, then power loss`)
    await halfAStart(disk, at)
    await expectWhole(at % 2 === 0 ? disk : disk.afterPowerLoss(dice(at + 7919)), acknowledged, where)
  }
}

/** Strikes the acceptance of a loss: what was whole stays, and accepting it again ends it. */
export async function strikeAcceptance(strikes: Strikes): Promise<void> {
  const start = await lostCopy()
  const operations = await operationsOf(accept, start)
  for (const at of struck(strikes, operations)) await acceptThrough(start.clone(), { kind: strikes.kind, at })
}

async function accept(files: Files): Promise<void> {
  await acceptLoss(onDisk(files, stillClock()), { by: 'someone', reason: 'a test' })
}

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
export function dice(seed: number): (below: number) => number {
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

export async function operationsOf(run: (files: Files) => Promise<unknown>, start: Disk): Promise<number> {
  const session = start.clone().session()
  await run(session)
  return session.operations()
}

/** A disk with `count` entries. */
export async function prepared(count: number): Promise<Disk> {
  const disk = new Disk()
  if (count > 0) await fill(onDisk(disk.session()), count)
  return disk
}

/** A guard that starts on what is there and is killed on its way. */
async function halfAStart(disk: Disk, at: number): Promise<void> {
  const session = disk.session({ kind: 'killed after', at: 1 + ((at * 31) % 60) })
  await openLedger(onDisk(session)).catch(() => undefined)
  session.end()
}

async function lostCopy(): Promise<Disk> {
  const disk = await prepared(3)
  for (const name of await disk.session().list(COPY_DIR)) disk.tamper(`${COPY_DIR}/${name}`, () => undefined)
  return disk
}

async function acceptThrough(before: Disk, fault: { kind: Fault; at: number }): Promise<void> {
  const where = `${fault.kind} at operation ${fault.at}`
  const session = before.session(fault)
  await accept(session).catch(() => undefined)
  session.end()
  const disk = fault.at % 2 === 0 ? before : before.afterPowerLoss(dice(fault.at))
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
