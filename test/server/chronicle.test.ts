import { expect, it } from 'vitest'
import { Chronicle } from '../../src/server/console/chronicle.ts'
import { RECORD, type Ruled } from '../../src/wire/record.ts'

const RULED: Ruled = {
  run: 'run',
  agent: 'claude-code',
  kind: 'shell',
  input: 'rm -rf notes',
  cwd: '/w',
  workspace: '/w',
  perform: 'host',
  digest: 'd',
  policy: 'p',
  preconditions: '',
  level: 'advised',
  ruling: 'allow',
  rule: 'local/workspace',
  because: 'deletes notes',
  safeguards: ['snapshot'],
  effects: [],
}
const CLOSED = { outcome: 'done', code: 0, changes: [], diverged: false, snapshot: true, overlaps: [], lost: [] }

function chronicleOf(
  ...entries: readonly (readonly [type: keyof typeof RECORD, subject: string, data: object])[]
): Chronicle {
  const chronicle = new Chronicle()
  for (const [index, [type, subject, data]] of entries.entries())
    chronicle.apply({ index, type: RECORD[type], subject, time: `2026-01-01T00:00:0${index}.000Z`, data })
  return chronicle
}

it('tells a run as the ledger has it: goal, rulings, answers and outcomes, in their order', () => {
  const held = { ...RULED, ruling: 'hold', ticket: 't-1', input: 'rm -r ~/photos' }
  const chronicle = chronicleOf(
    ['said', 'run', { run: 'run', what: 'goal', text: 'tidy up' }],
    ['ruled', 'r-1', RULED],
    ['closed', 'r-1', { ...CLOSED, changes: [{ path: '/w/notes', change: 'deleted', predicted: true }] }],
    ['ruled', 'r-2', held],
    ['said', 'r-2', { run: 'run', what: 'claim', text: 'they are old' }],
    ['answered', 'r-2', { ticket: 't-1', answer: 'confirmed', by: 'process 20', forgeable: true }],
    ['ruled', 'r-3', { ...held, released: true }],
  )
  expect(chronicle.runs(10)).toEqual([
    expect.objectContaining({ run: 'run', goal: 'tidy up', calls: 3, stopped: 2, waiting: 0, open: 1, changed: 1 }),
  ])
  expect(chronicle.run('run')?.calls).toMatchObject([
    { receipt: 'r-1', outcome: 'done', changed: 1, what: 'rm -rf notes', index: 1 },
    {
      receipt: 'r-2',
      outcome: 'did not run',
      claim: 'they are old',
      answered: 'confirmed by process 20, which could be forged',
    },
    { receipt: 'r-3', outcome: 'runs', ruling: 'hold', answered: 'confirmed by process 20, which could be forged' },
  ])
  expect(chronicle.workspaces(5)).toEqual(['/w'])
})

it('counts what comes twice once, and passes over what it does not know', () => {
  const chronicle = chronicleOf(['ruled', 'r-1', RULED])
  chronicle.apply({ index: 0, type: RECORD.ruled, subject: 'r-9', time: '2026-01-01T00:00:00Z', data: RULED })
  chronicle.apply({ index: 1, type: RECORD.ruled, subject: 'r-2', time: '2026-01-01T00:00:00Z', data: { other: 1 } })
  expect([chronicle.run('run')?.calls.length, chronicle.next]).toEqual([1, 2])
})

it('forgets the oldest calls, and the runs that are left with none', () => {
  const chronicle = new Chronicle()
  for (let index = 0; index < 5_010; index++)
    chronicle.apply({
      index,
      type: RECORD.ruled,
      subject: `r-${index}`,
      time: '2026-01-01T00:00:00Z',
      data: { ...RULED, run: `run-${Math.floor(index / 5)}`, ...(index % 2 === 0 && { ticket: `t-${index}` }) },
    })
  expect(chronicle.run('run-0')).toBeUndefined()
  expect(chronicle.run('run-2')?.calls.length).toBe(5)
  expect(chronicle.runs(10_000).length).toBe(1000)
})
