import { expect, it } from 'vitest'
import { known, literal } from '../../src/lang/field.ts'
import { under } from '../../src/lang/paths.ts'

it.each([
  ['/work', 'a', '/work/a'],
  ['/work', './a', '/work/a'],
  ['/work', '/b', '/b'],
  ['docs', 'a', 'docs/a'],
  ['docs/', 'a', 'docs/a'],
  ['.', 'a', 'a'],
  ['../docs', 'a', '../docs/a'],
  ['/work', '../a', '/work/../a'],
])('seen from %s, %s is %s, wherever this process stands', (folder, path, seen) => {
  expect(literal(under(known(folder), known(path)))).toBe(seen)
})
