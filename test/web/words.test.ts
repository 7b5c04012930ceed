import { describe, expect, it } from 'vitest'
import { undoWords } from '../../src/core/effect.ts'
import { EffectLine } from '../../src/wire/api.ts'
import { gravestFirst, left, lossOf, placeOf, UNDO } from '../../web/words.ts'

function effect(words: string): EffectLine {
  const [verb = '', resource = '', place = '', undo = '', certainty = 'known'] = words.split(' ')
  return EffectLine.parse({ verb, resource, place, undo, certainty })
}

function sentence(...effects: string[]): string {
  const { names, says, lost } = lossOf(effects.map(effect))
  return `${lost ? 'LOST ' : ''}${names.join(', ')}${says}`
}

describe('the one sentence of what would be lost', () => {
  it.for([
    [
      'one thing',
      ['delete aws:stack/prod production:aws U4'],
      "LOST aws:stack/prod would be deleted in production, which can't be undone.",
    ],
    [
      'what is lost before what is not',
      ['update path:/a workspace U1', 'replace forge:branch/main production:forge U4'],
      "LOST forge:branch/main would be replaced in production, which can't be undone.",
    ],
    [
      'many things in more than one place',
      [
        'delete a:t/1 production:a U4',
        'delete a:t/2 production:a U4',
        'replace b:t/3 staging:b U4',
        'delete a:t/4 production:a U4',
      ],
      "LOST a:t/1, a:t/2, b:t/3 and 1 more thing would be deleted or replaced, which can't be undone.",
    ],
    [
      'what is only changed',
      ['update k:deploy/api production:k U2'],
      'k:deploy/api would be changed in production, which can be rebuilt.',
    ],
    ['what only reads', ['read path:/a workspace U0'], 'path:/a would be read in the workspace.'],
    [
      'what nobody can know',
      ['read path:/a workspace U0', 'execute anything host U4 opaque'],
      "LOST anything could be lost: what this does can't be known before it runs.",
    ],
    ['nothing known', [], 'Nothing that is known would change.'],
  ] as const)('%s', ([, effects, wanted]) => {
    expect(sentence(...effects)).toBe(wanted)
  })
})

it('puts what is lost first', () => {
  const effects = ['read a workspace U0', 'update b home U1', 'delete c host U4'].map(effect)
  expect(gravestFirst(effects).map(({ resource }) => resource)).toEqual(['c', 'b', 'a'])
})

it('reads a place as the guard writes it', () => {
  expect(placeOf('production:aws:eu')).toEqual({ system: 'aws:eu', environment: 'production' })
  expect(placeOf('workspace')).toEqual({ system: 'the workspace' })
})

it('says how long is left, rounded down', () => {
  const spans = [-1, 59_000, 60_000, 3_600_000, 23.99 * 3_600_000, 48 * 3_600_000]
  expect(spans.map((ms) => left(1_000_000 + ms, 1_000_000))).toEqual([
    'no time left',
    'less than a minute left',
    '1 min left',
    '1 h 0 min left',
    '23 h 59 min left',
    '2 days left',
  ])
})

it('has the same words for undoing as the guard', () => {
  expect(UNDO).toEqual(
    Object.fromEntries((['U0', 'U1', 'U2', 'U3', 'U4'] as const).map((undo) => [undo, undoWords(undo)])),
  )
})
