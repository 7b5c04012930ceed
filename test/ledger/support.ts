import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/core/clock.ts'
import type { LedgerEntry } from '../../src/core/ports.ts'
import { type OpenLedger, openLedger } from '../../src/ledger/log.ts'
import { copyPath, type LedgerOptions } from '../../src/ledger/places.ts'
import { readEntries } from '../../src/ledger/read.ts'
import { type Verification, verifyLedger } from '../../src/ledger/verify.ts'
import type { Files } from '../../src/store/files.ts'
import type { Disk } from './disk.ts'

/** A clock that stands still and counts ids, so that runs repeat. */
export function stillClock(): Clock {
  let ids = 0
  return {
    now: () => 1_764_000_000_000,
    micros: () => 0,
    id: (prefix) => `${prefix}-${String(++ids).padStart(10, '0')}`,
  }
}

export const entry = (n: number, data: LedgerEntry['data'] = { n }): LedgerEntry => ({
  id: `entry-${n}`,
  type: 'dev.interlock.test',
  subject: 'receipt-1',
  time: '2026-01-01T00:00:00.000Z',
  data,
})

export const DIR = '/state/ledger'
export const COPY_DIR = '/config'
export const COPY = copyPath(DIR, COPY_DIR)

export function onDisk(files: Files, clock: Clock = stillClock()): LedgerOptions {
  return { dir: DIR, copyDir: COPY_DIR, clock, files }
}

/** Opens, appends `count` entries at once and closes. */
export async function fill(options: LedgerOptions, count: number, from = 0): Promise<void> {
  const ledger = await openLedger(options)
  await appendAll(ledger, count, from)
  await ledger.close()
}

export async function appendAll(ledger: OpenLedger, count: number, from = 0): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => ledger.append(entry(from + i))))
}

export async function ids(files: Files | undefined, dir: string = DIR): Promise<string[]> {
  const found: string[] = []
  for await (const each of readEntries({ dir, ...(files && { files }) })) {
    if (each.index !== found.length) throw new Error(`entry ${each.index} where ${found.length} was due`)
    found.push(each.entry.id)
  }
  return found
}

/** Verifies what a process would see on `disk`. */
export async function verifyDisk(disk: Disk): Promise<Verification> {
  return await inTemporary(async (folder) => {
    disk.dump(folder)
    return await verifyLedger(join(folder, DIR), { copy: join(folder, COPY), blobs: join(folder, '/state/blobs') })
  })
}

export async function inTemporary<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-test-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
