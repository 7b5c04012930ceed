import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Safeguard } from '../../src/core/safeguard.ts'
import type { Question } from '../../src/core/study.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { LADDER } from '../../src/policy/vocabulary.ts'
import { BUILTIN, pack, price, question, under, withRules } from './builtin.ts'
import { questions } from './questions.ts'

const policy = loadPolicy([BUILTIN])
const RUNS = { numRuns: 300 }

const turnedRules = (text: string): string =>
  text
    .split(/(?=^@id)/m)
    .reverse()
    .join('\n')

const RULE = '@id("own/rule") @because("ours")'

describe('a decision', () => {
  // Asking two policies in turn makes each install its rules anew: they are asked one after the other.
  const sample = fc.sample(questions, 200)
  const answers = sample.map((q) => ({ q, answer: policy.decide(q, LADDER) }))

  it('does not depend on the order of rules or files', () => {
    const turned = Object.entries(pack.files)
      .reverse()
      .map(([file, text]) => [file, file.endsWith('.cedar') ? turnedRules(text) : text])
    const other = loadPolicy([{ name: 'builtin', files: Object.fromEntries(turned) }])
    expect(sample.map((q) => ({ q, answer: other.decide(q, LADDER) }))).toEqual(answers)
  })

  it('does not depend on the order of traits, or on naming one twice', () => {
    const other = loadPolicy([BUILTIN])
    const again = (q: Question): Question => ({ ...q, traits: [...q.traits, ...q.traits].reverse() })
    expect(sample.map((q) => ({ q, answer: other.decide(again(q), LADDER) }))).toEqual(answers)
  })

  it('never gets dearer by a longer list of feasible sets', () => {
    fc.assert(
      fc.property(questions, fc.subarray([...LADDER]), fc.subarray([...LADDER]), (q, some, more) => {
        const longer = LADDER.filter((set) => some.includes(set) || more.includes(set))
        expect(price(policy.decide(q, longer))).toBeLessThanOrEqual(price(policy.decide(q, some)))
      }),
      RUNS,
    )
  })

  it('permits under more safeguards what it permits under fewer', () => {
    const sets = fc.subarray<Safeguard>(['snapshot', 'confirm', 'approval×1', 'approval×2'])
    fc.assert(
      fc.property(questions, sets, sets, (q, some, more) => {
        if (policy.decide(q, [some]).kind === 'forbidden') return
        expect(policy.decide(q, [[...new Set([...some, ...more])]]).kind).toBe('permitted')
      }),
      { numRuns: 500 },
    )
  })

  it('is never cheaper outside a mandate, escalating, opaque or irreversible than without', () => {
    const cost = (q: Question): number => price(policy.decide(q, LADDER))
    fc.assert(
      fc.property(questions, (q) => {
        expect(cost({ ...q, mandate: 'outside' })).toBeGreaterThanOrEqual(cost({ ...q, mandate: 'inside' }))
        expect(cost({ ...q, escalating: true })).toBeGreaterThanOrEqual(cost({ ...q, escalating: false }))
        expect(cost({ ...q, certainty: 'opaque' })).toBeGreaterThanOrEqual(cost({ ...q, certainty: 'known' }))
        expect(cost({ ...q, undo: 'U4' })).toBeGreaterThanOrEqual(cost({ ...q, undo: 'U0' }))
      }),
      { numRuns: 100 },
    )
  })

  it('gives every question an answer with a rule and a reason', () => {
    fc.assert(
      fc.property(questions, (q) => {
        const answer = policy.decide(q, LADDER)
        expect(answer.rule).not.toMatch(/^policy\//)
        expect(answer.because).not.toBe('')
      }),
      RUNS,
    )
  })

  it('forbids where nothing is feasible', () => {
    expect(policy.decide(question(), [])).toMatchObject({ kind: 'forbidden' })
  })

  it('forbids, and does not throw, on whatever is no question', () => {
    const junk = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.constant(''),
      fc.constant('delte'),
      fc.integer(),
      fc.constant(Number.NaN),
      fc.constant([]),
    )
    const names = fc.constantFrom(...(Object.keys(question()) as (keyof Question)[]))
    fc.assert(
      fc.property(
        names.filter((name) => name !== 'system' && name !== 'traits'),
        junk,
        (name, value) => {
          fc.pre(!(name === 'tier' && Number.isInteger(value)))
          const answer = policy.decide({ ...question(), [name]: value } as Question, LADDER)
          expect(answer).toMatchObject({ kind: 'forbidden', rule: 'policy/error' })
        },
      ),
    )
    expect(policy.decide(question({ traits: ['gaurd' as 'guard'] }), LADDER).rule).toBe('policy/error')
    expect(policy.decide(undefined as unknown as Question, LADDER).rule).toBe('policy/error')
  })
})

describe('rules of others', () => {
  const clause = fc
    .record({
      verb: fc.constantFrom('delete', 'update', 'execute', 'read'),
      test: fc.constantFrom(
        'context.undo == "U1"',
        'context.traits.contains("secret")',
        'resource is Remote',
        'context.certainty != "known"',
        'context.level == "advised"',
      ),
      unless: fc.constantFrom(
        '',
        ' unless { context.safeguards.contains("confirm") }',
        ' unless { context.assured >= 2 }',
      ),
    })
    .map(
      ({ verb, test, unless }) =>
        `${RULE} forbid (principal is Agent, action == Action::"${verb}", resource) when { ${test} }${unless};`,
    )

  it('never allow more by one more forbid', () => {
    const asked = fc.sample(questions, 40).flatMap((q) => LADDER.map((set) => [q, [set]] as const))
    const refused = asked.filter((one) => policy.decide(...one).kind === 'forbidden')
    fc.assert(
      fc.property(clause, (text) => {
        const stricter = withRules(text, 'repository')
        expect(refused.filter((one) => stricter.decide(...one).kind === 'permitted')).toEqual([])
      }),
      { numRuns: 10 },
    )
  })

  it('can ask for people where the pack asks nobody, with their own reason', () => {
    const strict = withRules(
      '@id("own/deletes") @because("we look at deletes") @instead("move it") forbid (principal is Agent, action == Action::"delete", resource) when { true } unless { context.assured >= 1 };',
      'repository',
    )
    expect(strict.decide(question(), LADDER)).toMatchObject({
      kind: 'permitted',
      under: ['snapshot', 'confirm'],
      rule: 'own/deletes',
      because: 'we look at deletes',
      instead: 'move it',
    })
  })

  it('can permit for an organisation what the pack asks for, but not what it forbids', () => {
    const wide = withRules(`${RULE} permit (principal is Agent, action == Action::"delete", resource);`)
    expect(under(wide.decide(question({ place: 'home' }), LADDER))).toEqual([])
    expect(under(wide.decide(question({ place: 'home', traits: ['guard'] }), LADDER))).toBe('forbidden')
  })

  it('can be for one system', () => {
    const own = withRules(`${RULE} forbid (principal is Agent, action, resource == Remote::"billing");`)
    const remote = question({ verb: 'update', place: 'remote', environment: 'development', system: 'billing' })
    expect(own.decide(remote, LADDER)).toMatchObject({ kind: 'forbidden', rule: 'own/rule' })
    expect(own.decide({ ...remote, system: 'shop' }, LADDER)).toMatchObject({ kind: 'permitted' })
  })

  it('that fail forbid what they look at, although Cedar would skip them', () => {
    const overflow = withRules(
      `${RULE} forbid (principal is Agent, action == Action::"read", resource is Remote) when { context.tier * 9223372036854775807 == 1 };`,
    )
    const read = question({ verb: 'read', place: 'remote', environment: 'production', tier: 2 })
    expect(policy.decide(read, LADDER)).toMatchObject({ kind: 'permitted' })
    expect(overflow.decide(read, LADDER)).toMatchObject({ kind: 'forbidden', rule: 'policy/error' })
    expect(overflow.decide(read, LADDER).because).toContain('own/rule')
  })

  it('answer for themselves where two policies are asked in turn', () => {
    const closed = withRules(`${RULE} forbid (principal is Agent, action, resource);`)
    for (const path of [1, 2, 3]) {
      const q = question({ verb: 'read', place: 'remote', environment: 'staging', tier: path })
      expect(policy.decide(q, LADDER).kind).toBe('permitted')
      expect(closed.decide(q, LADDER).kind).toBe('forbidden')
      expect(loadPolicy([BUILTIN]).decide({ ...q, tier: 9 }, LADDER).kind).toBe('permitted')
    }
    expect(closed.hash).not.toBe(policy.hash)
  })
})
