import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/core/digest.ts'
import type { Rules } from '../../src/gate/gate.ts'
import { keepConfirmed, type Rulebook, rulebookOf } from '../../src/root/config.ts'

let root: string
let book: Rulebook
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'interlock-config-'))
  for (const name of ['config', 'state', 'work']) mkdirSync(join(root, name))
  book = rulebookOf({ config: join(root, 'config'), state: join(root, 'state') })
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (where: 'config' | 'work', text: string): void => writeFileSync(join(root, where, 'interlock.yaml'), text)
const rules = (now = 0): Rules => book.rulesOf(join(root, 'work'), now)
const confirm = async (text: string): Promise<void> => keepConfirmed(join(root, 'state'), sha256(text))

const EASED = `
systems:
  shop: {match: ['aws:stack/shop'], environment: development, tier: 3, stateful: false}
mandate: {systems: [shop], may: [push]}
`

describe('a repository’s own file, which an agent can write', () => {
  it('B14: narrows at once, and widens nothing', () => {
    write('work', EASED)
    const { config, mandate } = rules()
    expect(config.systems.shop).toMatchObject({ environment: 'production', tier: 1, stateful: true })
    expect(mandate).toMatchObject({ systems: [], may: [], written: true })
  })

  it('widens once a person confirmed its bytes, until an agent changes one of them', async () => {
    write('work', EASED)
    await confirm(EASED)
    expect(rules().config.systems.shop).toMatchObject({ environment: 'development', tier: 3 })
    expect(rules().mandate).toMatchObject({ systems: ['shop'], may: ['push'] })
    write('work', EASED.replace('[push]', '[push, comment]'))
    expect(rules().mandate.may).toEqual([])
    write('work', EASED)
    expect(rules().mandate.may).toEqual(['push'])
  })

  it('has no say over the bounds of the one store', async () => {
    const text = 'bounds: {snapshotMiB: 9999}'
    write('work', text)
    await confirm(text)
    expect(rules().config.bounds.snapshotMiB).toBe(512)
  })

  it.for([
    ['no YAML', 'systems: [', 'not valid YAML'],
    ['an unknown key', 'sistems: {}', 'does not fit'],
    ['a wrong value', 'mandate: {mode: destroy}', 'mandate.mode'],
    [
      'a dependency on what is no system',
      'systems: {a: {match: [a], environment: staging, dependsOn: [b]}}',
      'depends on `b`',
    ],
    ['too much', `# ${'x'.repeat(1 << 20)}`, 'longer than 1 MiB'],
  ] as const)('with %s stops everything there', ([, text, why]) => {
    write('work', text)
    expect(() => rules()).toThrow(why)
  })

  it('that is a pipe makes nobody wait', () => {
    execFileSync('mkfifo', [join(root, 'work/interlock.yaml')])
    expect(() => rules()).toThrow('no regular file')
  })
})

describe('the person’s own file', () => {
  it('comes first, and of two modes the narrower holds', () => {
    write('config', 'systems:\n  shop: {match: [x], environment: staging}\nmandate: {mode: act, may: [push]}')
    write('work', 'systems:\n  shop: {match: [y], environment: development}\nmandate: {mode: read}')
    const { config, mandate } = rules()
    expect(config.systems.shop).toMatchObject({ match: ['x'], environment: 'staging' })
    expect(mandate).toMatchObject({ mode: 'read', may: ['push'] })
  })

  it('is read again when it changes', () => {
    write('config', 'bounds: {snapshotMiB: 1}')
    expect(rules().config.bounds.snapshotMiB).toBe(1)
    write('config', 'bounds: {snapshotMiB: 22}')
    expect(rules().config.bounds.snapshotMiB).toBe(22)
  })

  it('gives nothing any more when its mandate has expired', () => {
    write('config', 'mandate: {systems: [shop], may: [push], expires: "2026-01-01T00:00:00Z"}')
    const end = Date.parse('2026-01-01T00:00:00Z')
    expect(rules(end - 1).mandate).toMatchObject({ systems: ['shop'], may: ['push'] })
    expect(rules(end).mandate).toMatchObject({ systems: [], may: [], written: true })
  })
})

it('without any, the default mandate adds no step', () => {
  expect(rules().mandate).toEqual({ mode: 'act', systems: [], may: [], written: false })
})
