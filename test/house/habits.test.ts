import { expect, it } from 'vitest'
import { checkHabits } from '../../tools/habits.ts'
import { readSource } from '../../tools/source.ts'

const check = (path: string, text: string): string[] => checkHabits([readSource(path, text)])

it.for([
  ['Date.now()', 'src/gate/a.ts'],
  ['new Date()', 'src/gate/a.ts'],
  ['Math.random()', 'src/cli.ts'],
  ['process.env.HOME', 'src/gate/a.ts'],
  ['process.cwd()', 'src/server/a.ts'],
] as const)('finds `%s` in %s', ([text, path]) => {
  expect(check(path, `export const x = 1\nexport const y = ${text}\n`)).toHaveLength(1)
})

it.for([
  ['Date.now()', 'src/core/clock.ts'],
  ['new Date(0)', 'src/gate/a.ts'],
  ['process.env.HOME', 'src/cli.ts'],
  ['Math.random()', 'test/gate/a.test.ts'],
  ["'Date.now()'", 'src/gate/a.ts'],
] as const)('has nothing against `%s` in %s', ([text, path]) => {
  expect(check(path, `export const y = ${text}\n`)).toEqual([])
})

it('finds a file that is too long, unless it is a table of programs', () => {
  const text = '// a line\n'.repeat(501)
  expect(check('src/gate/a.ts', text)).toEqual(['src/gate/a.ts: 501 lines; split it by stage or noun at 500'])
  expect(check('src/programs/git.ts', text)).toEqual([])
})

it('finds a function that is too long, and counts the named ones inside it apart', () => {
  const lines = '  f()\n'.repeat(59)
  expect(check('src/gate/a.ts', `function f() {\n${lines}}\n`)).toEqual([
    'src/gate/a.ts:1: `f` has 61 lines; at most 60',
  ])
  const inner = '  f()\n'.repeat(40)
  expect(check('src/gate/a.ts', `function f() {\n${inner}  const g = () => {\n${inner}  }\n}\n`)).toEqual([])
})
