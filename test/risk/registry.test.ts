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

  const shop = { ...system, deploys: [] }
  const queue = { match: ['aws:stack/queue'], environment: 'development', tier: 4, stateful: true }
  const bus = { match: ['aws:stack/bus'], environment: 'staging', tier: 3, stateful: true }
  const placeOf = (name: string, systems: object): unknown =>
    judged('shell', `aws cloudformation delete-stack --stack-name ${name}`, bench({ systems })).effects[0]?.place

  it('counts a system for as much as what depends on it, over any number of steps', () => {
    expect(placeOf('queue', { queue, bus, shop })).toMatchObject({ environment: 'development', tier: 4 })
    const byBus = { ...bus, dependsOn: ['queue'] }
    expect(placeOf('queue', { queue, bus: byBus, shop })).toMatchObject({ environment: 'staging', tier: 3 })
    const byShop = { ...shop, dependsOn: ['bus'] }
    expect(placeOf('queue', { queue, bus: byBus, shop: byShop })).toMatchObject({ environment: 'production', tier: 1 })
    // What a system needs does not count for more by it.
    expect(placeOf('bus', { queue: { ...queue, dependsOn: ['shop'] }, bus, shop })).toMatchObject({ tier: 3 })
  })

  it('forbids deleting what a system of the first tier depends on, and holds what production does', () => {
    const ruled = (dependent: object): string =>
      judged('shell', 'aws cloudformation delete-stack --stack-name queue', bench({ systems: { queue, dependent } }))
        .ruling.by
    expect(ruled(shop)).toBe('remote/irreversible')
    expect(ruled({ ...shop, dependsOn: ['queue'] })).toBe('protection/tier-1')
    expect(ruled({ ...shop, tier: 2, dependsOn: ['queue'] })).toBe('production/delete')
  })

  it('ends where systems depend on one another', () => {
    const both = { queue: { ...queue, dependsOn: ['bus'] }, bus: { ...bus, dependsOn: ['queue'] } }
    expect(placeOf('queue', both)).toMatchObject({ environment: 'staging', tier: 3 })
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
