import { describe, expect, it } from 'vitest'
import { gather, runOf } from '../../src/report/gather.ts'
import { reportOf } from '../../src/report/report.ts'
import { Report } from '../../src/wire/report.ts'
import { BESIDE, effect, Written } from './run.ts'

const HOLD = { ruling: 'hold', rule: 'production/delete', ticket: 't-1', approvals: 2, effects: [effect()] }
const ADA = { id: 'p-1', name: 'Ada', at: Date.UTC(2026, 0, 2), reason: 'planned' }
const STARTED = { version: '0.1.0', user: 'dan', host: 'laptop', policy: 'hash', layers: ['builtin'] }

async function reported(written: Written, run = 'run-1'): Promise<Report> {
  return Report.parse(reportOf(await gather(written.read(), run), BESIDE))
}

describe('a run is found', () => {
  const written = new Written().ruled('r-1', { run: 'run-0' }).ruled('r-2', HOLD).ruled('r-3', { run: 'run-2' })

  it.for([
    ['run-1', 'run-1'],
    ['r-2', 'run-1'],
    ['t-1', 'run-1'],
    ['r-1', 'run-0'],
    ['--last', 'run-2'],
    ['r-9', undefined],
  ] as const)('by %s', async ([what, run]) => {
    expect(await runOf(written.read(), what)).toBe(run)
  })
})

describe('a report', () => {
  it('tells a held call, its votes, its grant and its end, and nothing of other runs', async () => {
    const report = await reported(
      new Written()
        .add('started', 'guard', STARTED)
        .ruled('r-0', { run: 'other' })
        .ruled('r-1', HOLD)
        .closed('r-0', { outcome: 'failed' })
        .ruled('r-2', HOLD)
        .add('granted', 'r-2', { ticket: 't-1', desk: 'https://desk', grant: 'jws', approved: [ADA] })
        .closed('r-2', { head: { commit: 'c2' } })
        .add('told', 'r-2', { ticket: 't-1', outcome: 'done' }),
    )
    expect(report.actions.map(({ receipt, became, next }) => [receipt, became, next])).toEqual([
      ['r-1', 'not run', 'r-2'],
      ['r-2', 'done', undefined],
    ])
    expect(report.actions[1]?.hold?.grant).toMatchObject({
      desk: 'https://desk',
      approved: [{ name: 'Ada', reason: 'planned' }],
      check: { kind: 'not checked' },
    })
    expect(report.actions[1]).toMatchObject({ told: 'done', entries: [4, 5, 6, 7], end: { commit: 'c2' } })
    expect(report.answers.approvers.map(({ who }) => who)).toEqual(['Ada'])
    expect(report.answers.operator).toEqual({ who: 'dan', how: expect.stringContaining('entry 0') })
    expect(report.answers.policy).toEqual([
      { who: 'Interlock 0.1.0, layers: builtin', how: expect.stringContaining('hash') },
    ])
  })

  it('tells whose agents they are by the desk, where the guard was enrolled', async () => {
    const desk = { origin: 'https://desk', operator: 'Dan' }
    const report = await reported(new Written().add('started', 'guard', { ...STARTED, desk }).ruled('r-1'))
    expect(report.answers.operator).toEqual({ who: 'Dan', how: expect.stringContaining('https://desk') })
  })

  it('tells an operator’s yes and that it could be forged, and keeps claims apart from facts', async () => {
    const report = await reported(
      new Written()
        .add('said', 'run-1', { run: 'run-1', what: 'goal', text: 'tidy up' })
        .ruled('r-1', { ruling: 'hold', ticket: 't-1' })
        .add('said', 'r-1', { run: 'run-1', what: 'claim', text: 'it is safe', model: 'm-5' })
        .add('answered', 'r-1', { ticket: 't-1', answer: 'confirmed', by: 'process 7 (bash)', forgeable: true })
        .ruled('r-2', { ruling: 'hold', ticket: 't-1', released: true })
        .closed('r-2', { outcome: 'unknown', why: 'the guard ended' }),
    )
    expect(report.goals.map(({ text }) => text)).toEqual(['tidy up'])
    expect(report.actions[0]?.claims).toEqual(['it is safe'])
    expect(report.actions[1]).toMatchObject({ became: 'unknown', hold: { released: true, approvals: 0 } })
    expect(report.answers.approvers[0]).toEqual({ who: 'process 7 (bash)', how: expect.stringContaining('forgeable') })
    expect(report.answers.agent[0]?.how).toContain('m-5')
  })

  it('tells what was taken back, by which receipt, and what can’t be', async () => {
    const report = await reported(
      new Written()
        .ruled('r-1', { effects: [effect()] })
        .closed('r-1', { snapshot: true, lost: [{ path: '/work/pipe', why: 'a pipe' }] })
        .ruled('r-2', { agent: 'operator', kind: 'undo', input: { undoes: 'r-1' } })
        .closed('r-2'),
    )
    expect(report.actions.map(({ undoneBy }) => undoneBy)).toEqual([['r-2'], []])
    expect(report.actions[0]?.end?.lost).toEqual([{ path: '/work/pipe', why: 'a pipe' }])
    expect(report.answers.agent.map(({ who }) => who)).toEqual(['claude-code'])
  })

  it('invents nothing: what is not recorded is absent or said to be', async () => {
    const report = await reported(new Written().ruled('r-1'))
    expect(report).not.toHaveProperty('mandate')
    expect(report).toMatchObject({ goals: [], commits: [], events: [], answers: { operator: BESIDE.operator } })
    expect(report.answers.agent[0]?.how).toContain('its model is not recorded')
    expect(report.actions[0]?.became).toBe('open')
  })

  it('lists entries of its receipts that it can’t read', async () => {
    const report = await reported(new Written().ruled('r-1').add('closed', 'r-1', { outcome: 'exploded' }))
    expect(report.ledger.unread).toEqual([1])
  })
})
