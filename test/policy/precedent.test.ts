import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { matchPrecedents } from '../../src/risk/precedent.ts'
import { PRECEDENTS } from '../../src/risk/precedents.ts'

const REFERENCE = '../shared/reference/incidents.jsonl'

const base: Effect = {
  verb: 'delete',
  resource: { kind: 'path', path: '/home/dev/project/src', tree: true },
  place: { kind: 'workspace' },
  undo: 'U1',
  certainty: 'known',
  traits: [],
  by: 'rm',
}
const effect = (more: Partial<Effect>): Effect => ({ ...base, ...more })
const object = (system: string, type: string): Effect['resource'] => ({ kind: 'object', system, type, name: 'x' })
const production: Effect['place'] = { kind: 'remote', system: 'shop', environment: 'production', tier: 1 }
const host: Effect['place'] = { kind: 'host' }
const ids = (...effects: Partial<Effect>[]): string[] => matchPrecedents(effects.map(effect)).map(({ id }) => id)

describe('precedents', () => {
  it.each<[string, Partial<Effect>]>([
    ['INC-001', { verb: 'replace', resource: object('aws', 'stack'), place: production }],
    ['INC-002', { resource: object('railway', 'volume'), place: production }],
    ['INC-003', { resource: object('terraform', 'resource'), place: production }],
    ['INC-004', { verb: 'update', resource: object('prisma', 'database'), place: production }],
    ['INC-005', { resource: object('forge', 'branch'), place: production, traits: ['forge'] }],
    ['INC-011', { resource: object('psql', 'table'), place: production }],
    ['INC-030', { resource: object('gcloud', 'instance'), place: production }],
    ['INC-032', { resource: { kind: 'process', name: '1' }, place: host }],
    ['INC-035', { verb: 'update', resource: object('aws', 'hosted-zone'), place: production }],
    ['INC-036', { verb: 'update', resource: object('kubectl', 'deployment'), place: production }],
    ['INC-041', { resource: object('docker', 'volume'), place: host }],
    ['INC-047', { place: { kind: 'home' }, traits: ['ruin'] }],
    ['INC-049', { magnitude: { files: 3, bytes: 9, unversioned: 1 } }],
    ['INC-051', { place: { kind: 'home' } }],
    ['INC-052', { verb: 'update', place: host, traits: ['ruin', 'device'] }],
    ['INC-055', { verb: 'execute', resource: { kind: 'anything' }, certainty: 'opaque' }],
    [
      'INC-082',
      { verb: 'update', resource: object('forge', 'branch'), place: production, traits: ['forge', 'shared'] },
    ],
    ['INC-091', { verb: 'execute', resource: { kind: 'program', name: 'sh' }, traits: ['tainted'] }],
    ['INC-092', { verb: 'disclose', resource: { kind: 'host', name: 'x' }, place: production, traits: ['secret'] }],
    ['INC-101', { verb: 'update', place: { kind: 'home' }, traits: ['guard'] }],
  ])('name %s first', (id, more) => {
    expect(ids(more)[0]).toBe(id)
  })

  it('name December 2025 whatever remote thing is replaced', () => {
    for (const system of ['aws', 'gcloud', 'terraform', 'kubectl', 'psql', 'envctl'])
      for (const type of ['stack', 'database', 'instance', 'volume', 'environment', 'zone', 'deployment'])
        for (const traits of [[], ['stateful']] as Effect['traits'][])
          for (const environment of ['development', 'staging', 'production'] as const) {
            const place = { ...production, environment }
            expect(ids({ verb: 'replace', resource: object(system, type), place, traits })[0]).toBe('INC-001')
          }
  })

  it('do not name it for a history that is rewritten on the forge', () => {
    expect(
      ids({ verb: 'replace', resource: object('forge', 'branch'), place: production, traits: ['forge', 'shared'] }),
    ).not.toContain('INC-001')
  })

  it('are two at most, the one that fits more closely first', () => {
    expect(
      ids(
        { verb: 'create', resource: object('aws', 'stack'), place: production },
        { verb: 'replace', resource: object('aws', 'stack'), place: production },
        { place: { kind: 'home' } },
        { place: { kind: 'home' }, traits: ['ruin'] },
      ),
    ).toEqual(['INC-001', 'INC-047'])
  })

  it.each<[string, Partial<Effect>]>([
    ['a read', { verb: 'read', place: production }],
    ['a file that is restored from a snapshot', { resource: { kind: 'path', path: '/home/dev/project/a' } }],
    ['a folder that every commit holds', { magnitude: { files: 9, bytes: 9, unversioned: 0 } }],
    ['build output', { traits: ['rebuildable'], magnitude: { files: 9, bytes: 9, unversioned: 9 } }],
    ['a temporary folder', { traits: ['temporary'], magnitude: { files: 9, bytes: 9, unversioned: 9 } }],
    ['a program that is known', { verb: 'execute', resource: { kind: 'program', name: 'make' } }],
    ['a volume’s namesake elsewhere in the type', { resource: object('docker', 'volumetric'), place: host }],
  ])('name nothing for %s', (_, more) => {
    expect(ids(more)).toEqual([])
  })

  it('are twenty, each with words for all of it', () => {
    expect(new Set(PRECEDENTS.map(({ precedent }) => precedent.id)).size).toBe(20)
    for (const { precedent } of PRECEDENTS)
      for (const words of Object.values(precedent)) expect(words.trim()).not.toBe('')
  })

  it('say of date, source and figures only what the reference says', (context) => {
    if (!existsSync(REFERENCE)) return context.skip('the reference is not beside this clone')
    const records = readFileSync(REFERENCE, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
    for (const { precedent } of PRECEDENTS) {
      const record = records.find(({ id }) => id === precedent.id)
      expect(record, precedent.id).toBeDefined()
      const all = JSON.stringify(record).replaceAll(/[\d,]+/g, (digits) => digits.replaceAll(',', ''))
      expect(record?.['source'], precedent.id).toContain(precedent.source)
      for (const figure of precedent.what.replaceAll(',', '').match(/\d+/g) ?? [])
        expect(all, precedent.id).toContain(figure)
      const [month = '', year = ''] = precedent.when.split(' ')
      const number = new Date(`${month} 1 2000 UTC`).getUTCMonth() + 1
      expect(record?.['date'], precedent.id).toContain(`${year}-${String(number).padStart(2, '0')}`)
    }
  })
})
