import type { Line } from '../../src/report/gather.ts'
import type { Beside } from '../../src/report/report.ts'
import { RECORD } from '../../src/wire/record.ts'

/** Entries of a ledger, as a guard writes them. */
export class Written {
  readonly lines: Line[] = []
  #second = 0

  add(type: keyof typeof RECORD, subject: string, data: object): this {
    const time = new Date(Date.UTC(2026, 0, 2, 3, 4, this.#second++)).toISOString()
    this.lines.push({ index: this.lines.length, entry: { type: RECORD[type], subject, time, data } })
    return this
  }

  ruled(receipt: string, more: object = {}): this {
    return this.add('ruled', receipt, {
      run: 'run-1',
      agent: 'claude-code',
      kind: 'shell',
      input: 'make clean',
      cwd: '/work',
      workspace: '/work',
      perform: 'host',
      digest: `digest of ${receipt}`,
      policy: 'hash',
      preconditions: 'facts',
      level: 'advised',
      ruling: 'allow',
      rule: 'local/restorable',
      because: 'it can be undone exactly',
      safeguards: ['snapshot'],
      effects: [],
      ...more,
    })
  }

  closed(receipt: string, more: object = {}): this {
    const nothing = { changes: [], diverged: false, snapshot: false, overlaps: [], lost: [] }
    return this.add('closed', receipt, { outcome: 'done', code: 0, ...nothing, ...more })
  }

  async *read(): AsyncGenerator<Line> {
    yield* this.lines
  }
}

export const BESIDE: Beside = {
  grants: new Map(),
  operator: { who: 'somebody', how: 'a guess' },
  authors: [],
  ledger: {
    origin: 'interlock/ledger-1',
    vkey: 'interlock/ledger-1+00000000+key',
    size: 99,
    root: 'root',
    checkpoint: 'interlock/ledger-1\n99\nroot\n\n— signature\n',
    copy: 'same',
    included: [0],
    unsigned: [],
  },
}

export const effect = (more: object = {}): object => ({
  verb: 'delete',
  resource: 'path:/work/build/**',
  place: 'workspace',
  undo: 'U1',
  certainty: 'known',
  ...more,
})
