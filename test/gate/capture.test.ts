import { describe, expect, it } from 'vitest'
import { capture } from '../../src/gate/capture.ts'
import { effortOf } from '../effort.ts'

const CALL = { kind: 'shell', input: 'ls', cwd: '/w', agent: { name: 'a', run: 'r' }, perform: 'host' }

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

it('freezes what it captured', () => {
  const { action } = capture({ ...CALL, kind: 'tool', input: { name: 'x', arguments: { deep: ['y'] } } }, '/home/me')
  expect(() => Object.assign((action.input as { arguments: { deep: string[] } }).arguments.deep, ['z'])).toThrow(
    TypeError,
  )
  expect(action.home).toBe('/home/me')
})

it.for([
  ['nothing', undefined, 'does not fit'],
  ['a list', [], 'does not fit'],
  ['an unknown kind', { ...CALL, kind: 'sql' }, 'does not fit'],
  ['a field that nobody knows', { ...CALL, approved: true }, 'does not fit'],
  ['a relative folder', { ...CALL, cwd: 'w' }, 'does not fit'],
  ['more than 256 KiB', { ...CALL, input: 'x'.repeat(256 * 1024) }, 'longer than 256 KiB'],
  ['more than 64 levels', { ...CALL, kind: 'tool', input: nested(66) }, 'nested deeper than 64'],
  [
    'a member that reading it would drop',
    { ...CALL, kind: 'tool', input: JSON.parse('{"name":"x","arguments":{"__proto__":{"drop":"all"}}}') },
    '__proto__',
  ],
  ['a NUL in the command', { ...CALL, input: 'ls\0 -l' }, 'no command line can'],
  ['a NUL in the folder', { ...CALL, cwd: '/w\0' }, 'no command line can'],
] as const)('B6: refuses %s', ([, call, why]) => {
  expect(() => capture(call, '/home/me')).toThrow(why)
})

describe('does not let itself be worn out', () => {
  it.for([
    ['10 MB of text', 'x'.repeat(10 << 20)],
    ['10 MB of small things', Array.from({ length: 1 << 20 }, () => ({ a: 1 }))],
    ['3,000 levels', nested(3_000)],
  ] as const)('by %s', ([, input]) => {
    const call = { ...CALL, kind: 'tool', input }
    expect(effortOf(() => expect(() => capture(call, '/home/me')).toThrow())).toBeLessThan(2_000)
  })
})
