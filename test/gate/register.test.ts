import { describe, expect, it } from 'vitest'
import { Register } from '../../src/gate/register.ts'
import { type Closed, RECORD, type Ruled } from '../../src/wire/record.ts'

const RULED: Ruled = {
  run: 'run',
  agent: 'a',
  kind: 'shell',
  input: 'aws cloudformation delete-stack --stack-name prod',
  cwd: '/w',
  workspace: '/w',
  perform: 'host',
  digest: 'd',
  policy: 'p',
  preconditions: 'f',
  level: 'advised',
  ruling: 'allow',
  rule: 'r',
  because: 'b',
  safeguards: [],
  effects: [],
}
const CLOSED: Closed = { outcome: 'done', changes: [], diverged: false, snapshot: false, overlaps: [], lost: [] }
const DELETES = {
  effects: [{ verb: 'delete', resource: 'aws:stack/prod', place: 'production:aws', undo: 'U4', certainty: 'known' }],
}

function fold(...entries: (readonly [keyof typeof RECORD, string, object])[]): Register {
  const register = new Register()
  for (const [type, subject, data] of entries)
    register.apply({ type: RECORD[type], subject, time: '2026-01-01T00:00:00Z', data })
  return register
}
const now = Date.parse('2026-01-01T00:00:00Z')

it('what may run is open until it is closed; what waits or was denied is not', () => {
  const register = fold(
    ['ruled', 'r-1', RULED],
    ['ruled', 'r-2', { ...RULED, ruling: 'hold', ticket: 't-1' }],
    ['ruled', 'r-3', { ...RULED, ruling: 'deny' }],
    ['ruled', 'r-4', { ...RULED, ruling: 'hold', ticket: 't-2', asked: true }],
    ['ruled', 'r-5', RULED],
    ['closed', 'r-5', CLOSED],
  )
  expect([...register.open.keys()]).toEqual(['r-1', 'r-4'])
})

it('a second ruling of one receipt takes the place of the first', () => {
  const register = fold(['ruled', 'r-1', RULED], ['ruled', 'r-1', { ...RULED, ruling: 'hold', ticket: 't-1' }])
  expect(register.open.size).toBe(0)
  expect(register.waiting(now, 'operator').map(({ ticket }) => ticket)).toEqual(['t-1'])
})

describe('what a run deleted', () => {
  it.for([
    ['counts when it is done', [['closed', 'r-1', CLOSED]], ['aws:stack/prod']],
    ['counts while it runs', [], ['aws:stack/prod']],
    ['counts where its end is unknown', [['closed', 'r-1', { ...CLOSED, outcome: 'unknown' }]], ['aws:stack/prod']],
    ['does not count where it failed', [['closed', 'r-1', { ...CLOSED, outcome: 'failed' }]], []],
    ['does not count where it did not run', [['closed', 'r-1', { ...CLOSED, outcome: 'refused' }]], []],
  ] as const)('%s', ([, ends, deleted]) => {
    const register = fold(['ruled', 'r-1', { ...RULED, ...DELETES }], ...ends)
    expect(register.history('run').deleted).toEqual(deleted)
    expect(register.history('another').deleted).toEqual([])
  })
})

describe('what was undone', () => {
  const kept = { ...CLOSED, snapshot: true, changes: [{ path: '/w/a', change: 'deleted', predicted: true }] }
  const undo = (id: string, undoes: string): (readonly ['ruled' | 'closed', string, object])[] => [
    ['ruled', id, { ...RULED, kind: 'undo', input: { undoes } }],
    ['closed', id, kept],
  ]
  it('is known as such, until the undo is undone', () => {
    const first = [['ruled', 'r-1', RULED] as const, ['closed', 'r-1', kept] as const, ...undo('r-2', 'r-1')]
    expect(fold(...first).receipts.get('r-1')).toMatchObject({ undone: true, kept: true, changed: 1 })
    const register = fold(...first, ...undo('r-3', 'r-2'))
    expect(['r-1', 'r-2', 'r-3'].map((id) => register.receipts.get(id)?.undone)).toEqual([false, true, false])
  })
})

it('a stop holds until a resume', () => {
  const stop = ['turned', 'breaker', { state: 'stopped', why: 'w', by: 'b' }] as const
  expect(fold(stop).stopped).toBe('w')
  expect(fold(stop, ['turned', 'breaker', { state: 'resumed', why: 'w', by: 'b' }]).stopped).toBeUndefined()
})

it('B8: an entry that does not fit is left alone', () => {
  const register = fold(
    ['ruled', 'r-1', { some: 'thing' }],
    ['closed', 'r-2', {}],
    ['answered', 't', { answer: 'maybe' }],
  )
  expect(register.receipts.size).toBe(0)
})

it('does not grow without bound', () => {
  const register = new Register()
  const input = 'x'.repeat(1_000)
  for (let i = 0; i < 21_000; i++) {
    const ruled = { ...RULED, input, ruling: 'hold', run: `run-${i}`, ticket: `t-${i}`, preconditions: `${i}` }
    register.apply({ type: RECORD.ruled, subject: `r-${i}`, time: '2026-01-01T00:00:00Z', data: ruled })
  }
  expect([register.receipts.size, register.tickets.size, register.waiting(now, 'operator').length]).toEqual([
    20_000, 200, 200,
  ])
  expect(register.receipts.has('r-20999')).toBe(true)
})

describe('what a run was refused', () => {
  const wanted = [{ verb: 'delete', resource: 'path:/home/dev/notes/**' }]
  const HELD = { ...RULED, ruling: 'hold', ticket: 't-1', wanted }
  const said = (answer: string): readonly ['answered', string, object] => [
    'answered',
    't-1',
    { ticket: 't-1', answer, by: 'a terminal', forgeable: false },
  ]

  it.for([
    ['is what a person said No to', [['ruled', 'r-1', HELD], said('refused')], wanted],
    ['is what policy denied', [['ruled', 'r-1', { ...HELD, ruling: 'deny', ticket: undefined }]], wanted],
    ['is not what waits', [['ruled', 'r-1', HELD]], []],
    ['is not what a person said yes to', [['ruled', 'r-1', HELD], said('confirmed')], []],
    ['is of that run only', [['ruled', 'r-1', { ...HELD, run: 'other' }], said('refused')], []],
  ] as const)('%s', ([, entries, expected]) => {
    expect(fold(...entries).history('run').refused).toEqual(expected)
  })
})

it('what a run created is what its closed calls were seen to create', () => {
  const change = (path: string, how: string): object => ({ path, change: how, predicted: true })
  const register = fold(
    ['ruled', 'r-1', RULED],
    ['closed', 'r-1', { ...CLOSED, changes: [change('/out/a', 'created'), change('/out/b', 'changed')] }],
    ['ruled', 'r-2', { ...RULED, run: 'other' }],
    ['closed', 'r-2', { ...CLOSED, changes: [change('/out/c', 'created')] }],
  )
  expect(register.history('run').created).toEqual(['/out/a'])
})
