import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { show } from '../../src/lang/field.ts'
import { interpret } from '../../src/lang/shell/interpret.ts'
import { firstScope, folders, type Ground } from '../../src/lang/shell/scope.ts'
import { effortOf } from '../effort.ts'

const GROUND: Ground = { cwd: '/w/p', home: '/home/dev', workspace: '/w/p', env: {} }

function seen(text: string): string {
  const { invocations, opaque } = interpret(text, GROUND, firstScope(GROUND))
  const commands = invocations
    .filter((each) => each.argv.length > 0)
    .map(({ argv, scope }) => {
      const shown = argv.map(show).map((arg) => (arg.includes(' ') ? `«${arg}»` : arg))
      const cwd = show(scope.cwd)
      return (cwd === '/w/p' ? '' : `@${cwd} `) + shown.join(' ')
    })
  return [...new Set([...commands, ...(opaque.size > 0 ? ['!'] : [])])].join(' | ')
}

describe('a script is followed to every command that a shell would run', () => {
  const table = readFileSync(new URL('../corpus/shell/interpret.txt', import.meta.url), 'utf8')
  const cases = table.split('\n').filter((line) => !line.startsWith('# ') && line.includes('  =>  '))
  it.each(cases.map((line) => line.split('  =>  ') as [string, string]))('%s', (text, expected) => {
    expect(seen(text.replaceAll('\\n', '\n').replaceAll('\\r', '\r'))).toBe(expected)
  })
})

it.each([
  ['a', '@/w/p/a rm x'],
  ['b', '@/w/p/b rm x | rm x'],
  ['b && ls', '@/w/p/b ls | @/w/p/b rm x | rm x'],
  ['b || exit', '@/w/p/b rm x'],
  ['..', '@/w rm x'],
])('the shell may still stand where it was behind `cd %s`, unless the folder is known to be there', (cd, expected) => {
  const ground = { ...GROUND, folder: (path: string) => path === '/w/p/a' }
  const { invocations } = interpret(`cd ${cd}; rm x`, ground, firstScope(ground))
  const seen = invocations
    .filter(({ argv }) => argv.length > 0 && argv[0]?.text !== 'exit')
    .flatMap(({ argv, scope }) =>
      folders(scope).map((cwd) => `${show(cwd) === '/w/p' ? '' : `@${show(cwd)} `}${argv.map(show).join(' ')}`),
    )
  expect(seen.join(' | ')).toBe(expected)
})

const WORDS = [
  'rm',
  '-rf',
  '/',
  '$X',
  '"$X"',
  '$(a)',
  '`b`',
  '{a,b}',
  '*.o',
  "'q'",
  '~',
  '<(c)',
  'x=1',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
  '${x:-y}',
  '$((1+1))',
  '\\\n',
]
const GLUE = [
  ' ',
  ' && ',
  ' || ',
  '; ',
  ' | ',
  ' & ',
  '\n',
  ' > f ',
  ' < g ',
  ' << E\nh\nE\n',
  ' (',
  ') ',
  ' { ',
  '; } ',
  ' if ',
  '; then ',
  '; fi ',
  ' "',
  "' ",
]
const scriptish = fc.array(fc.constantFrom(...WORDS, ...GLUE), { maxLength: 24 }).map((parts) => parts.join(''))

describe('reading', () => {
  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(scriptish, fc.string({ unit: 'binary', maxLength: 200 })), (text) => void seen(text)),
      { numRuns: 2000 },
    )
  })

  it('sees in `a; b` what it sees in `a` and in `b`', () => {
    const simple = fc
      .array(fc.constantFrom('rm', 'x', '"y z"', '{a,b}', '*.o', '$(q)'), { minLength: 1, maxLength: 4 })
      .map((words) => words.join(' '))
    fc.assert(
      fc.property(simple, simple, (a, b) => {
        const both = seen(`${a}; ${b}`).split(' | ')
        for (const command of [...seen(a).split(' | '), ...seen(b).split(' | ')]) expect(both).toContain(command)
      }),
    )
  })

  it('gives the same commands for every way to quote a word', () => {
    const quotings = [
      (w: string) => w,
      (w: string) => `'${w}'`,
      (w: string) => `"${w}"`,
      (w: string) => `\\${w}`,
      (w: string) => `$'${w}'`,
      (w: string) => `${w[0]}''${w.slice(1)}`,
    ]
    const word = fc.stringMatching(/^x[a-z]{1,5}$/) // never a word of the shell's own
    fc.assert(
      fc.property(word, word, fc.constantFrom(...quotings), fc.constantFrom(...quotings), (a, b, q, r) => {
        // A backslash before a letter is dropped outside quotes only.
        expect(seen(`${q(a)} ${r(b)}`)).toBe(`${a} ${b}`)
      }),
    )
  })

  it('answers text that is made to be deep, long or many without hanging, as opaque', () => {
    const hard = [
      `echo ${'word '.repeat(50_000)}`,
      `echo '${"'\\''".repeat(40_000)}'`,
      `x=aaaa; ${'x=$x$x; '.repeat(60)}echo $x`,
      '"$('.repeat(3000),
      '$('.repeat(3000),
      '('.repeat(3000),
      `rm ${'x '.repeat(200_000)}`,
      '{a,b}'.repeat(40),
      'a;'.repeat(50_000),
      `${'f(){ g; };'.repeat(2000)}f`,
      `${Array.from({ length: 25 }, (_, i) => `f${i}(){ f${i + 1}; f${i + 1}; };`).join('')}f25(){ :; };f0`,
    ]
    for (const text of hard) expect(effortOf(() => interpret(text, GROUND, firstScope(GROUND)))).toBeLessThan(2000)
    expect(seen('"$('.repeat(3000))).toBe('!')
    expect(seen(`rm ${'x '.repeat(200_000)}`)).toBe('!')
  })
})
