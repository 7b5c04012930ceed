import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import type { LedgerEntry } from '../../src/core/ports.ts'
import { type OpenLedger, openLedger } from '../../src/ledger/log.ts'

const WAITERS = 256
const PHASE_MICROS = 1_200_000

/** The ledger's rows of the performance table: ratios of figures taken in one run, in turns, on one disk. */
export async function ledgerRows(): Promise<{ what: string; value: string; goal: string; ok: boolean }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'))
  const ledger = await openLedger({ dir: join(folder, 'ledger'), copyDir: join(folder, 'copy'), clock: systemClock })
  try {
    await appendFor(ledger, 1, PHASE_MICROS / 4)
    const syncs: number[] = []
    const single: number[] = []
    const many: number[] = []
    for (let turn = 0; turn < 2; turn++) {
      syncs.push(...syncFor(join(folder, 'sync'), PHASE_MICROS / 2))
      single.push(...(await appendFor(ledger, 1, PHASE_MICROS)))
      many.push(...(await appendFor(ledger, WAITERS, PHASE_MICROS)))
    }
    const gain = many.length / single.length
    const p50 = quantile(single, 0.5) / quantile(syncs, 0.5)
    const p99 = quantile(single, 0.99) / quantile(syncs, 0.5)
    const rate = `${Math.round((many.length / PHASE_MICROS / 2) * 1e6)}/s`
    const sync = `${Math.round(quantile(syncs, 0.5))} µs`
    return [
      {
        what: `durable entries at ${WAITERS} waiters (${rate}) against one writer`,
        ...row(gain, 50, (x) => x >= 50, '≥'),
      },
      { what: `durable append p50 against one fdatasync of 512 B (${sync})`, ...row(p50, 4, (x) => x <= 4, '≤') },
      { what: 'durable append p99 against the same', ...row(p99, 12, (x) => x <= 12, '≤') },
    ]
  } finally {
    await ledger.close()
    rmSync(folder, { recursive: true })
  }
}

function row(
  value: number,
  goal: number,
  ok: (x: number) => boolean,
  sign: string,
): { value: string; goal: string; ok: boolean } {
  return { value: `${value.toFixed(1)}×`, goal: `${sign} ${goal}×`, ok: ok(value) }
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

/** Some 450 bytes, as a ruling is recorded. */
function entry(n: number): LedgerEntry {
  return {
    id: `entry-${n}`,
    type: 'dev.interlock.action.ruled',
    subject: 'receipt-2345abcdef',
    time: '2026-01-01T00:00:00.000Z',
    data: {
      ruling: 'allow',
      by: 'local/undo-exact',
      because: 'what it deletes can be given back',
      under: ['snapshot'],
      action: { kind: 'shell', input: 'rm -rf build', cwd: '/home/someone/work' },
      digest: 'c0ffee'.repeat(10),
    },
  }
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN
}
