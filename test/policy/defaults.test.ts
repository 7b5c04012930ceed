import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Question } from '../../src/core/study.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { FACTS, ladder, VERBS } from '../../src/policy/vocabulary.ts'
import { BUILTIN, question, under } from './builtin.ts'
import { questions } from './questions.ts'

/**
 * The defaults a second time and the other way round: the pack lists what is permitted, and the cheapest permit counts;
 * here every sentence demands something, and the dearest demand counts. A permit that is too wide shows as a difference.
 */
const FORBIDDEN = 99
const CONFIRM = 1
const ONE = 2
const TWO = 3

const CHANGES = ['create', 'update', 'delete', 'replace']

function demands(q: Question): number[] {
  const { verb, undo } = q
  const has = (...traits: string[]): boolean => q.traits.some((trait) => traits.includes(trait))
  const change = CHANGES.includes(verb)
  const remote = q.place === 'remote'
  const outside = q.place === 'home' || q.place === 'host'
  const acts = change || verb === 'execute' || verb === 'grant'
  const ownForge = remote && has('forge') && !has('shared') && change
  const production =
    remote && acts && !ownForge && (has('forge') || !['development', 'staging'].includes(q.environment))
  const lesser = remote && acts && !ownForge && !production
  const rebuildable = undo === 'U2' && has('rebuildable')
  const scratch = has('temporary') && !has('repository')
  const writes = ['create', 'update'].includes(verb) && q.certainty !== 'opaque'
  const fresh = undo === 'U0' || (verb === 'create' && undo === 'U1')
  const adds = writes && fresh && !has('secret', 'settings')
  const preference = writes && q.place === 'home' && undo === 'U1' && has('inert')
  const when = (condition: boolean, demand: number): number => (condition ? demand : 0)
  return [
    // Nothing may touch Interlock's own, ruin the machine, act in a reading run, or take away what everything rests on.
    when(has('guard') && (verb !== 'read' || has('secret')), FORBIDDEN),
    when(verb !== 'read' && q.mode !== 'act', FORBIDDEN),
    when((change || verb === 'grant') && has('ruin'), FORBIDDEN),
    when(
      remote &&
        ['delete', 'replace'].includes(verb) &&
        has('stateful') &&
        q.tier === 1 &&
        ['production', 'none'].includes(q.environment),
      FORBIDDEN,
    ),
    when(verb === 'read' && has('secret'), CONFIRM),
    when(q.certainty === 'opaque', CONFIRM),
    // Local.
    when(!remote && change && ['U3', 'U4'].includes(undo) && !scratch, CONFIRM),
    when(outside && change && !rebuildable && !adds && !preference, CONFIRM),
    when(!remote && change && has('startup', 'system', 'device'), CONFIRM),
    when(!remote && verb === 'grant', CONFIRM),
    when(!remote && verb === 'execute' && has('tainted'), CONFIRM),
    when(outside && verb === 'execute' && ['U3', 'U4'].includes(undo), CONFIRM),
    // Remote.
    when(lesser && ['U3', 'U4'].includes(undo), CONFIRM),
    when(lesser && (verb === 'grant' || (verb === 'execute' && has('tainted'))), CONFIRM),
    when(lesser && q.environment === 'staging' && undo === 'U4', ONE),
    when(production, ONE),
    when(production && (['delete', 'replace', 'grant'].includes(verb) || undo === 'U4'), TWO),
    when(ownForge && !(q.given && ['create', 'update'].includes(verb)), CONFIRM),
    // Outward.
    when(verb === 'disclose' && (q.place !== 'workspace' || has('secret', 'tainted')), CONFIRM),
    when(verb === 'disclose' && remote && has('secret', 'tainted'), ONE),
    when(verb === 'spend', CONFIRM),
  ]
}

function expected(q: Question): readonly string[] | 'forbidden' {
  const base = Math.max(...demands(q))
  const steps = (q.mandate === 'outside' && q.verb !== 'read' ? 1 : 0) + (q.escalating ? 1 : 0)
  const people = base + steps
  if (people > TWO) return 'forbidden'
  const free = q.place === 'workspace' && q.traits.includes('temporary') && !q.traits.includes('repository')
  const alone = base === 0 && CHANGES.includes(q.verb) && !free
  const snapshot = canSnapshot(q) && (alone || people > 0)
  return [...(snapshot ? ['snapshot'] : []), ...([[], ['confirm'], ['approval×1'], ['approval×2']][people] ?? [])]
}

const canSnapshot = (q: Question): boolean => q.place !== 'remote' && q.undo === 'U1'

const policy = loadPolicy([BUILTIN])
const words = <Word>(name: keyof typeof FACTS): Word[] => [...FACTS[name].keys()] as Word[]

const PLACES: Partial<Question>[] = [
  ...words<Question['place']>('place')
    .filter((place) => place !== 'remote')
    .map((place) => ({ place })),
  ...words<Question['environment']>('environment').flatMap((environment) =>
    [1, 2].map((tier) => ({ place: 'remote' as const, environment, tier, system: 'billing' })),
  ),
]

describe('the defaults', () => {
  it.each([...VERBS.keys()] as Question['verb'][])('hold for every undo class, place and mandate: %s', (verb) => {
    for (const where of PLACES)
      for (const undo of words<Question['undo']>('undo'))
        for (const mandate of words<Question['mandate']>('mandate')) {
          const q = question({ verb, ...where, undo, mandate })
          expect({ q, under: under(policy.decide(q, ladder(canSnapshot(q)))) }).toEqual({ q, under: expected(q) })
        }
  })

  it('hold for any question', () => {
    fc.assert(
      fc.property(questions, (q) => {
        expect(under(policy.decide(q, ladder(canSnapshot(q))))).toEqual(expected(q))
      }),
      { numRuns: 1000 },
    )
  })
})
