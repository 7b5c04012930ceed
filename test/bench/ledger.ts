import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../src/core/clock.ts'
import type { LedgerEntry } from '../../src/core/ports.ts'
import { type OpenLedger, openLedger } from '../../src/ledger/log.ts'

const WAITERS = 256
const ROUNDS = 3
const SYNC_MICROS = 300_000
const APPEND_MICROS = 500_000

interface Row {
  readonly what: string
  readonly value: string
  readonly goal: string
  readonly ok: boolean
}

/** The ledger's rows of the performance table: ratios of figures taken in turns, in one run, on one disk. */
export async function ledgerRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'))
  const dir = join(folder, 'ledger')
  const ledger = await openLedger({ dir, copyDir: join(folder, 'copy'), clock: systemClock })
  try {
    await appendFor(ledger, WAITERS, APPEND_MICROS)
    const syncs: number[] = []
    const single: number[] = []
    const many: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await settled(ledger, dir)
      syncs.push(...syncFor(join(folder, 'sync'), SYNC_MICROS))
      single.push(...(await appendFor(ledger, 1, APPEND_MICROS)))
      many.push(...(await appendFor(ledger, WAITERS, APPEND_MICROS)))
    }
    const sync = quantile(syncs, 0.5)
    const rate = Math.round((many.length / ROUNDS / APPEND_MICROS) * 1e6)
    const own = (quantile(syncs, 0.99) / sync).toFixed(1)
    return [
      row(`durable entries at ${WAITERS} waiters (${rate}/s) against one writer`, many.length / single.length, {
        sign: '≥',
        than: 50,
      }),
      row(
        `durable append p50 against one fdatasync of 512 B (p50 ${Math.round(sync)} µs)`,
        quantile(single, 0.5) / sync,
        { sign: '≤', than: 4 },
      ),
      row(`durable append p99 against the same (whose own p99 is ${own}×)`, quantile(single, 0.99) / sync, {
        sign: '≤',
        than: 12,
      }),
    ]
  } finally {
    await ledger.close()
    rmSync(folder, { recursive: true })
  }
}

function row(what: string, value: number, { sign, than }: { sign: '≤' | '≥'; than: number }): Row {
  const ok = sign === '≤' ? value <= than : value >= than
  return { what, value: `${value.toFixed(1)}×`, goal: `${sign} ${than}×`, ok }
}

/** Microseconds of each append, with `waiters` of them under way. */
async function appendFor(ledger: OpenLedger, waiters: number, micros: number): Promise<number[]> {
  const taken: number[] = []
  const end = systemClock.micros() + micros
  const one = async (): Promise<void> => {
    for (let start = systemClock.micros(); start < end; ) {
      await ledger.append(entry(taken.length))
      const now = systemClock.micros()
      taken.push(now - start)
      start = now
    }
  }
  await Promise.all(Array.from({ length: waiters }, one))
  return taken
}

/** Waits until the tiles of the last phase are made, which are not the next one's. */
async function settled(ledger: OpenLedger, dir: string): Promise<void> {
  while (readFileSync(join(dir, 'checkpoint'), 'utf8').split('\n')[1] !== String(ledger.size)) await wait(5)
}

function syncFor(path: string, micros: number): number[] {
  const taken: number[] = []
  const file = openSync(path, 'w')
  const block = Buffer.alloc(512, 'x')
  const end = systemClock.micros() + micros
  for (let start = systemClock.micros(); start < end; ) {
    writeSync(file, block)
    fdatasyncSync(file)
    const now = systemClock.micros()
    taken.push(now - start)
    start = now
  }
  closeSync(file)
  return taken
}

/** Some 250 bytes, as an outcome is recorded. */
function entry(n: number): LedgerEntry {
  return {
    id: `entry-${n}`,
    type: 'dev.interlock.action.closed',
    subject: 'receipt-2345abcdef',
    time: '2026-01-01T00:00:00.000Z',
    data: { outcome: 'done', code: 0, diverged: false, changes: [] },
  }
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN
}
