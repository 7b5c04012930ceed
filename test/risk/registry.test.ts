import { describe, expect, it } from 'vitest'
import { NO_HISTORY } from '../../src/risk/sequence.ts'
import { Config } from '../../src/wire/config.ts'
import { BENCH, judged } from '../kinds/bench.ts'

const system = { match: ['aws:stack/shop-*'], environment: 'production', tier: 1, stateful: true, deploys: ['main'] }
const bench = (config: object): typeof BENCH => ({ ...BENCH, config: Config.parse(config) })
const DELETE = 'aws cloudformation delete-stack --stack-name shop-1'

describe('the registry', () => {
  it('forbids deleting a stateful system of the first tier', () => {
    expect(judged('shell', DELETE, bench({ systems: { shop: system } })).ruling.by).toBe('protection/tier-1')
  })

  it('makes development like local: what is irreversible asks the operator', () => {
    const shop = { ...system, environment: 'development' }
    expect(judged('shell', DELETE, bench({ systems: { shop } })).ruling.kind).toBe('hold')
  })

  it('counts what nobody names as production', () => {
    const [effect] = judged('shell', DELETE, bench({})).effects
    expect(effect?.place).toMatchObject({ kind: 'remote', environment: 'production' })
  })

  it('knows which push deploys, and that it is production then', () => {
    expect(judged('shell', 'git push origin main', bench({ systems: { shop: system } })).ruling.by).toBe(
      'production/write',
    )
    expect(judged('shell', 'git push origin topic', bench({ systems: { shop: system } })).ruling.by).toBe('forge/add')
  })

  it('matches `*` as any text and everything else to the letter', () => {
    const at = (pattern: string, command: string): unknown =>
      judged('shell', command, bench({ systems: { shop: { ...system, match: [pattern] } } })).effects[0]?.place
    expect(at('aws:stack/shop-*', DELETE)).toMatchObject({ system: 'shop' })
    expect(at('aws:stack/shop-1', DELETE)).toMatchObject({ system: 'shop' })
    expect(at('aws:stack/shop', DELETE)).toMatchObject({ system: 'aws' })
    expect(at('aws.stack/shop-.', DELETE)).toMatchObject({ system: 'aws' })
  })
})

describe('a mandate', () => {
  const mandate = { mode: 'act', systems: ['shop'], may: ['push'], written: true } as const
  const shop = { ...system, environment: 'development', deploys: [] }
  const withMandate = { ...bench({ systems: { shop } }), mandate }

  it('gives a push for the whole run, and no forced one', () => {
    expect(judged('shell', 'git push origin topic', withMandate).ruling.kind).toBe('allow')
    expect(judged('shell', 'git push --force origin main', withMandate).ruling.kind).toBe('deny')
  })

  it('makes what is outside of it one step dearer, reads excepted', () => {
    const other = { ...withMandate, config: Config.parse({ systems: { other: { ...shop, match: ['aws:*'] } } }) }
    expect(judged('shell', DELETE, withMandate).ruling.kind).toBe('hold')
    expect(judged('shell', DELETE, other).ruling.kind).toBe('deny')
    expect(judged('shell', 'aws s3 ls', other).ruling.kind).toBe('allow')
  })

  it('that only reads lets nothing else pass', () => {
    const reading = { ...BENCH, mandate: { ...mandate, mode: 'read' } as const }
    expect(judged('shell', 'ls', reading).ruling.kind).toBe('allow')
    expect(judged('shell', 'touch a', reading).ruling.kind).toBe('deny')
  })
})

describe('a run’s history', () => {
  const run = { ...BENCH, history: { ...NO_HISTORY, deleted: ['aws:stack/a'] } }
  const create = (name: string): string => `aws cloudformation create-stack --stack-name ${name}`

  it('makes creating what the run deleted a replace, with its precedent', () => {
    const { ruling, precedents } = judged('shell', create('a'), run)
    expect(ruling.by).toBe('production/replace')
    expect(precedents[0]?.id).toBe('INC-001')
  })

  it('says nothing of other things', () => {
    expect(judged('shell', create('b'), run).ruling.by).toBe('production/write')
  })
})
