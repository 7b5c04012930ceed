import { describe, expect, it } from 'vitest'
import { likenessOf } from '../../src/report/likeness.ts'
import type { EffectLine } from '../../src/wire/api.ts'

const line = (verb: string, resource: string, place: string, undo: EffectLine['undo'] = 'U4'): EffectLine => ({
  verb,
  resource,
  place,
  undo,
  certainty: 'known',
})
const STACK = line('delete', 'aws:stack/web', 'production:shop')

describe('what a recorded call is remembered by', () => {
  it.for([
    [[STACK], { verbs: ['delete'], environments: ['production'], systems: ['aws'], types: ['stack'] }],
    [
      [line('delete', 'aws:ebs-volumes/x', 'staging:aws')],
      { verbs: ['delete'], environments: ['staging'], systems: ['aws'], types: ['volume'] },
    ],
    [
      [line('delete', 'path:/home/dan/work/**', 'workspace', 'U1')],
      { verbs: ['delete'], places: ['workspace'], types: ['path'], tree: true },
    ],
    [
      [line('disclose', 'host:x.example', 'production:x')],
      { verbs: ['disclose'], environments: ['production'], types: ['host'] },
    ],
    [[line('execute', 'anything', 'host')], { verbs: ['execute'], places: ['host'] }],
    [
      [line('create', 'path:/a', 'workspace', 'U0'), STACK, line('update', 'aws:stack/api', 'production:shop')],
      'of the stack',
    ],
    [[line('read', 'path:/etc/passwd', 'host', 'U0')], undefined],
    [[line('delete', 'x y:z z/1', 'nowhere')], undefined],
    [[], undefined],
  ] as const)('%j: %j', ([effects, like]) => {
    const expected = like === 'of the stack' ? likenessOf([STACK]) : like
    expect(likenessOf([...effects])).toEqual(expected)
  })
})
