import { describe, expect, it } from 'vitest'
import { type Candidate, type Commit, candidates, changedBy, unnamed, verdictOf } from '../../src/report/who.ts'
import { Written } from './run.ts'

const AT = Date.UTC(2026, 0, 2, 3, 4, 5)
const COMMIT: Commit = { id: 'c2', tree: 't2', committedMs: AT }
const CALL: Candidate = {
  receipt: 'r-1',
  run: 'run-1',
  workspace: '/work',
  what: 'git commit',
  from: AT - 900,
  to: AT + 900,
  ran: true,
  closed: true,
  head: 'c1',
  moved: { commit: 'c2', tree: 't2' },
  changes: [],
}
/** c1 ← c2 ← c3 */
const isAncestor = async (commit: string, of: string): Promise<boolean> => /^c\dc\d$/.test(commit + of) && commit <= of
const later = { from: AT + 60_000, to: AT + 61_000 }

const CASES: readonly (readonly [string, Partial<Candidate> | undefined])[] = [
  ['recorded', {}],
  ['recorded', { moved: { commit: 'c3' } }],
  ['recorded', { head: 'none' }],
  ['brought', later],
  ['brought', { ...later, moved: { commit: 'c3' } }],
  ['rewritten', { ...later, moved: { commit: 'x9', tree: 't2' } }],
  ['differs', { moved: { commit: 'x9', tree: 't9' } }],
  ['differs', { moved: { commit: 'x9' } }],
  ['differs', { moved: { commit: 'c3' }, head: 'c2' }],
  ['did not run', { ran: false }],
  ['foreign', undefined],
]

describe('a receipt in a commit’s message', () => {
  it.for(CASES)('is %s: %j', async ([verdict, more]) => {
    const call = more === undefined ? undefined : { ...CALL, ...more }
    expect((await verdictOf(COMMIT, call, isAncestor)).verdict).toBe(verdict)
  })

  it('is not seen where the call ran then and moved to no commit, and differs where it ran at another time', async () => {
    const { moved: _, ...still } = CALL
    expect((await verdictOf(COMMIT, still, isAncestor)).verdict).toBe('not seen')
    expect((await verdictOf(COMMIT, { ...still, ...later }, isAncestor)).verdict).toBe('differs')
    expect((await verdictOf(COMMIT, { ...still, closed: false }, isAncestor)).verdict).toBe('not seen')
  })
})

describe('a commit without a receipt', () => {
  it('is told by the call that made it, before one that brought it along', async () => {
    const pull = { ...CALL, ...later, receipt: 'r-2' }
    expect((await unnamed(COMMIT, [pull, CALL], isAncestor)).map(({ call }) => call.receipt)).toEqual(['r-1'])
    expect((await unnamed(COMMIT, [pull], isAncestor)).map(({ verdict }) => verdict)).toEqual(['brought'])
  })

  it('is told by nothing where no call moved to it', async () => {
    expect(await unnamed(COMMIT, [{ ...CALL, moved: { commit: 'x9' } }], isAncestor)).toEqual([])
  })
})

describe('calls that commits and files are told by', () => {
  const change = { path: '/work/a', change: 'changed', predicted: true }
  const written = new Written()
    .ruled('r-1', { head: 'c1' })
    .closed('r-1', { head: { commit: 'c2', tree: 't2' } })
    .ruled('r-2')
    .closed('r-2', { changes: [change, { ...change, path: '/work/b' }] })
    .ruled('r-3')
    .closed('r-3')
    .ruled('r-4', { ruling: 'deny' })
    .ruled('r-5')
    .closed('r-5', { outcome: 'refused', head: { commit: 'c9' } })

  it('are those that moved, that changed the file, that are named, and that did not end', async () => {
    const all = await candidates(written.read(), { named: new Set(['r-3']), path: '/work/a' })
    expect(all.map(({ receipt, ran }) => [receipt, ran])).toEqual([
      ['r-1', true],
      ['r-2', true],
      ['r-3', true],
      ['r-4', false],
      ['r-5', false],
    ])
    expect(all[0]).toMatchObject({ head: 'c1', moved: { commit: 'c2', tree: 't2' } })
    const told = changedBy(all, { ...COMMIT, committedMs: Date.UTC(2027, 0) })
    expect(told.map(({ receipt, change }) => [receipt, change])).toEqual([['r-2', 'changed']])
    expect(changedBy(all, { ...COMMIT, committedMs: 0 })).toEqual([])
  })
})
