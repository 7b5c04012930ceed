import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { freezeAction } from '../../src/core/action.ts'
import type { Json } from '../../src/core/digest.ts'
import type { Effect } from '../../src/core/effect.ts'
import { DEFAULT_MANDATE } from '../../src/core/mandate.ts'
import type { Judged } from '../../src/core/study.ts'
import { Findings, surroundingsOf } from '../../src/gate/facts.ts'
import { type Bench, judge } from '../../src/gate/judge.ts'
import { predict } from '../../src/kinds/registry.ts'
import { catalogueOf, matchPrecedents } from '../../src/risk/precedent.ts'
import { PRECEDENTS } from '../../src/risk/precedents.ts'
import { BENCH, CWD, HOME } from '../kinds/bench.ts'

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
const ids = (...effects: Partial<Effect>[]): string[] =>
  matchPrecedents(effects.map(effect), DEFAULT_MANDATE).map(({ id }) => id)

const lines = readFileSync(new URL('../corpus/precedents.txt', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, given = '', input, ruling, named = ''] =
      /^(?!#)(?:\[(.+?)\] )?(.*?) {2}=> {2}(\w+) {2}(.*)$/.exec(line) ?? []
    return input === undefined ? [] : [{ given, input, ruling, named: named.split(' ') }]
  })

/** Judged by all of the gate's own functions; of facts, what `given` says. */
function judgedWith(given: string, input: string, precedents?: Bench['precedents']): Judged {
  const kind = given === 'tool' ? 'tool' : 'shell'
  const call = kind === 'tool' ? (JSON.parse(input) as Json) : input
  const action = freezeAction({ kind, input: call, cwd: CWD, home: HOME, agent: { name: 'test', run: 'test' } })
  const host = { temporary: ['/tmp'], guarded: () => [`${HOME}/.local/state/interlock`], launchers: [], env: {} }
  const facts = new Findings(surroundingsOf(action, host))
  const study = { action, drafts: predict(kind, call, facts), facts, preconditions: '' }
  const mode = given === 'read' || given === 'plan' ? given : 'act'
  const own = precedents === undefined ? {} : { precedents }
  const bench = { ...BENCH, ...own, mandate: { ...DEFAULT_MANDATE, mode, written: given === 'outside' } as const }
  const answer = judge({ ...study, ...(given === 'no snapshot' && { noSnapshot: 'it is too much' }) }, bench)
  if (given !== 'many') return answer
  // What was asked for while it was judged is now answered.
  for (const asked of facts.take())
    if (asked.kind === 'path') facts.answer(asked, { ...facts.path(asked.path, asked.want), magnitude: MANY })
  return judge(study, bench)
}

const MANY = { files: 40_000, bytes: 2 ** 37, unversioned: 40_000 }

describe('an action that is stopped', () => {
  it.each(lines)('$given $input', ({ given, input, ruling, named }) => {
    const answer = judgedWith(given, input)
    expect([answer.ruling.kind, ...answer.precedents.map(({ id }) => id)]).toEqual([ruling, ...named])
    expect(ruling).not.toBe('allow')
  })

  it('names each precedent of the catalogue in one case or another', () => {
    const named = new Set(lines.flatMap((line) => line.named))
    expect(PRECEDENTS.map(({ precedent }) => precedent.id).filter((id) => !named.has(id))).toEqual([])
  })
})

describe('precedents', () => {
  it.each<[string, Partial<Effect>]>([
    ['INC-001', { verb: 'replace', resource: object('aws', 'stack'), place: production }],
    ['INC-002', { resource: object('railway', 'volume'), place: production }],
    ['INC-003', { resource: object('terraform', 'resource'), place: production }],
    ['INC-004', { verb: 'update', resource: object('prisma', 'database'), place: production }],
    ['INC-005', { resource: object('forge', 'branch'), place: production, traits: ['forge'] }],
    ['INC-011', { resource: object('prisma', 'data'), place: host, traits: ['stateful'] }],
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
    ['INC-092', { verb: 'disclose', resource: { kind: 'host', name: 'x' }, place: production, traits: ['tainted'] }],
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

  it('have words for all of it, and no two the same', () => {
    const words = PRECEDENTS.map(({ precedent }) => Object.values(precedent))
    for (const each of words.flat()) expect(each.trim()).not.toBe('')
    for (const field of ['id', 'what', 'lesson', 'source'] as const)
      expect(new Set(PRECEDENTS.map(({ precedent }) => precedent[field])).size, field).toBe(PRECEDENTS.length)
  })

  it('say of date, source and figures only what the reference says', (context) => {
    if (!existsSync(REFERENCE)) return context.skip('the reference is not beside this clone')
    const records = readFileSync(REFERENCE, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
    expect(PRECEDENTS.map(({ precedent }) => precedent.id).sort()).toEqual(records.map(({ id }) => id).sort())
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

describe('precedents of the organisation', () => {
  const told = { when: '2026-03-14', what: 'it was deleted', lesson: 'ask first', source: '', reviewedBy: 'Ben' }
  const all = catalogueOf(
    (['delete', 'replace', 'execute', 'disclose'] as const).flatMap((verb) => [
      { precedent: { id: `${verb.toUpperCase()}-1`, ...told }, like: { verbs: [verb] } },
      { precedent: { id: `${verb.toUpperCase()}-2`, ...told }, like: { verbs: [verb], places: ['remote' as const] } },
    ]),
  )
  const named = (...effects: Partial<Effect>[]): string[] =>
    matchPrecedents(effects.map(effect), DEFAULT_MANDATE, all).map(({ id }) => id)

  it('stand before those of others, the closest first, two at most, and take no place from them', () => {
    const stack = { resource: object('aws', 'stack'), place: production }
    expect(named({ verb: 'replace', ...stack })).toEqual([
      'REPLACE-2',
      'REPLACE-1',
      ...ids({ verb: 'replace', ...stack }),
    ])
    expect(named(stack, { verb: 'disclose', ...stack }, { verb: 'replace', ...stack })).toHaveLength(
      2 + ids(stack, { verb: 'disclose', ...stack }, { verb: 'replace', ...stack }).length,
    )
    expect(named({ verb: 'create' })).toEqual(ids({ verb: 'create' }))
  })

  it('change no ruling', () => {
    for (const { given, input } of lines)
      expect(judgedWith(given, input, all).ruling).toEqual(judgedWith(given, input).ruling)
  })
})
