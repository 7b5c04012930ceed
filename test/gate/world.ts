import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/core/clock.ts'
import { DEFAULT_MANDATE } from '../../src/core/mandate.ts'
import type { LedgerEntry, Snapshots } from '../../src/core/ports.ts'
import type { Safeguard } from '../../src/core/safeguard.ts'
import type { Answer, Policy } from '../../src/core/study.ts'
import type { Gate } from '../../src/gate/gate.ts'
import { probeWith } from '../../src/gate/probe.ts'
import { Register } from '../../src/gate/register.ts'
import { UndoError } from '../../src/undo/error.ts'
import { Config } from '../../src/wire/config.ts'

/** A gate of fakes around a real folder: what it writes down, and what can be made to fail. */
export interface World extends Gate {
  readonly entries: LedgerEntry[]
  readonly folder: string
  readonly time: { now: number }
  readonly stop: { why?: string }
  readonly kept: Set<string>
  remove(): void
}

export type Change = Partial<Pick<Gate, 'policy' | 'probe' | 'rulesOf' | 'desk'>> & {
  /** Called before each append; a throw is the ledger's failure. */
  readonly append?: (entry: LedgerEntry) => void
  readonly take?: Snapshots['take']
  readonly close?: Snapshots['close']
}

export function worldOf(change: Change = {}): World {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'interlock-gate-')))
  const entries: LedgerEntry[] = []
  const time = { now: Date.parse('2026-01-01T00:00:00Z') }
  const stop: World['stop'] = {}
  const kept = new Set<string>()
  let ids = 0
  const clock: Clock = {
    now: () => time.now,
    micros: () => Number(process.hrtime.bigint() / 1000n),
    id: (prefix) => `${prefix}-${++ids}`,
  }
  const config = Config.parse({})
  return {
    entries,
    folder,
    time,
    stop,
    kept,
    clock,
    register: new Register(),
    policy: change.policy ?? policyOf({ kind: 'permitted', under: [], rule: 'test', because: 'a test', tried: [] }),
    host: { temporary: [], guarded: () => [], launchers: [], env: {} },
    home: '/home/nobody',
    probe: change.probe ?? probeWith(clock),
    desk: change.desk ?? (() => undefined),
    forgetDesk: async () => undefined,
    precedents: { look: async () => undefined, of: () => undefined },
    rulesOf: change.rulesOf ?? (() => ({ config, mandate: DEFAULT_MANDATE })),
    breaker: {
      stopped: () => stop.why,
      stop: async (why) => {
        stop.why = why
      },
      resume: async () => {
        delete stop.why
      },
    },
    ledger: {
      append: async (entry) => {
        change.append?.(entry)
        entries.push(entry)
        return { index: entries.length - 1, leaf: '' }
      },
    },
    snapshots: {
      take:
        change.take ??
        (async (id) => {
          kept.add(id)
          return { kind: 'kept', files: 1, bytes: 1, leftOut: [], attributes: true }
        }),
      close:
        change.close ??
        (async (id) => {
          if (!kept.has(id)) throw new UndoError('undo/unknown', 'none')
          return { changes: [], overlaps: [], lost: [] }
        }),
      restore: async () => ({ restored: [], refused: [], notes: [] }),
      has: () => true,
      prune: async () => [],
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

export function policyOf(answer: Answer): Policy {
  return { hash: 'policy', decide: () => answer }
}

export const HELD: Answer = { kind: 'permitted', under: ['confirm'], rule: 'test/hold', because: 'a test', tried: [] }
export const FOR_OTHERS: Answer = forOthers('approval×2')
export function forOthers(...under: readonly Safeguard[]): Answer {
  return { kind: 'permitted', under, rule: 'test/others', because: 'a test', tried: [] }
}
export const DENIED: Answer = { kind: 'forbidden', rule: 'test/deny', because: 'a test', tried: [] }

export function shellCall(w: World, input: string, perform: 'guard' | 'host' = 'host'): Record<string, unknown> {
  return { kind: 'shell', input, cwd: w.folder, agent: { name: 'test', run: 'run' }, perform }
}

/** `ruled allow`, `closed done`, … in the order of the ledger. */
export function told(w: World): string[] {
  return w.entries.map(({ type, data }) => {
    const { ruling, outcome, answer } = data as { ruling?: string; outcome?: string; answer?: string }
    return `${type.split('.').at(-1)} ${ruling ?? outcome ?? answer ?? ''}`.trim()
  })
}
