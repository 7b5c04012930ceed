import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.ts'
import { runCases } from '../../src/policy/test.ts'
import { LADDER } from '../../src/policy/vocabulary.ts'
import { BUILTIN, pack, question } from './builtin.ts'

const policy = loadPolicy([BUILTIN])
const results = runCases(policy, pack.cases)

describe('the built-in pack', () => {
  it.each(Object.keys(pack.cases))('answers its cases in %s', (file) => {
    const wrong = results.filter((result) => result.file === file && !result.ok)
    expect(wrong).toEqual([])
    expect(results.some((result) => result.file === file)).toBe(true)
  })

  it('has a case for every rule', () => {
    const decided = new Set(results.map(({ got }) => got.split(' ')[1]))
    expect(policy.rules.map(({ id }) => id).filter((id) => !decided.has(id))).toEqual([])
  })

  it('says what to do instead in every rule that asks somebody or forbids', () => {
    const asking = new Set(
      results.filter(({ got }) => !/^(nothing|snapshot) /.test(got)).map(({ got }) => got.split(' ')[1]),
    )
    expect(policy.rules.filter(({ id, instead }) => asking.has(id) && instead === undefined)).toEqual([])
  })
})

describe('what a person reads', () => {
  const because = (more: Parameters<typeof question>[0]): string => policy.decide(question(more), LADDER).because

  it('is the reason of the place where something outside the workspace is at stake', () => {
    expect(because({ place: 'home' })).toBe("outside the workspace: what is lost there is not the run's own to lose")
  })

  it('is the mandate alone where nobody would have been asked inside it', () => {
    expect(because({ mandate: 'outside' })).toBe('it is outside the mandate that a person wrote for this run')
  })

  it('is the same whichever of two sets that ask the same people is tried first', () => {
    const sets = [[], ['snapshot'], ['confirm'], ['snapshot', 'confirm']] as const
    expect(policy.decide(question({ mandate: 'outside' }), sets)).toMatchObject({
      under: ['snapshot', 'confirm'],
      rule: 'mandate/outside',
      because: 'it is outside the mandate that a person wrote for this run',
    })
  })

  it('is both where the step made a dear thing dearer', () => {
    expect(because({ place: 'home', mandate: 'outside' })).toBe(
      "outside the workspace: what is lost there is not the run's own to lose; " +
        'it is outside the mandate that a person wrote for this run',
    )
  })

  it('tells what it would take where no feasible safeguards are enough', () => {
    const answer = policy.decide(question({ place: 'remote', environment: 'production', verb: 'replace' }), [
      [],
      ['confirm'],
    ])
    expect(answer).toMatchObject({ kind: 'forbidden', rule: 'production/replace' })
    expect(answer.because).toMatch(/between deleting and creating again there is nothing.*can’t be had here/)
    expect(answer.instead).toBe('change what is there in place, with the smallest change that does it')
  })
})

describe('a line of a case file', () => {
  const got = (line: string): string | undefined => runCases(policy, { 'own.txt': line })[0]?.got

  it('fails where policy answers otherwise, and says what it answers', () => {
    expect(runCases(policy, { 'own.txt': '# mine\n\ndelete home U1 => nothing local/home' })).toEqual([
      {
        file: 'own.txt',
        line: 3,
        text: 'delete home U1 => nothing local/home',
        ok: false,
        got: 'snapshot+confirm local/home',
      },
    ])
  })

  it.each([
    ['delet home => confirm local/home', '`delet` is no verb'],
    ['delete hme => confirm local/home', '`hme` is no fact'],
    ['delete home host => confirm local/home', '`home` and `host` say the same fact'],
    ['delete home', 'a case is `question => safeguards rule`'],
    ['delete home => confirm', 'a case is `question => safeguards rule`'],
    ['delete home => confirm => local/home', 'a case is `question => safeguards rule`'],
  ])('is never passed over: %s', (line, why) => {
    expect(got(line)).toContain(why)
    expect(runCases(policy, { 'own.txt': line })[0]?.ok).toBe(false)
  })

  it('can say that no snapshot can be had', () => {
    expect(got('delete U1 unsnapped => confirm local/without-snapshot')).toBe('confirm local/without-snapshot')
  })
})
