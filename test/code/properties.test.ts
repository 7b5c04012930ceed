import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCode } from '../../src/programs/code/read.ts'
import type { Language } from '../../src/programs/grammar.ts'
import { casesOf, touchText } from './touch-text.ts'

const LANGUAGES = ['python', 'node', 'perl', 'ruby', 'php'] as const

function read(code: string, language: Language): readonly string[] {
  return readCode(code, language).map(touchText)
}

/** Reasons that the reader gives by itself; any other is an error of ours that it has caught. */
const REASONS =
  /^the code can't be read: (?:code nested|strings inside|values that hang|a chain of calls|a string that is not|no end of the text|a mark that means|a name that stands)/

function ownReasons(code: string, language: Language): void {
  for (const touch of readCode(code, language))
    if (touch.kind === 'opaque' && touch.why.startsWith("the code can't be read")) expect(touch.why).toMatch(REASONS)
}

const PIECES =
  `' " \\ ( ) [ ] { } \${ \` / // /* */ # << <<A \n \t . , ; : = == => -> :: ? ! + - * % & | @ $ $x x y 1 0x f" r' """ q{ qw( s/ tr/ %w[ %x( =begin =cut __END__ <?php ?> import from as def class for in if else lambda return function const new await with eval exec system unlink os.remove open( rm fs.rmSync require( x= x+= (x)=> |x| do end each{ map{ foreach $_ ... ?. ** ++ case try é \u2028`.split(
    ' ',
  )
const pieces = fc.array(fc.constantFrom(...PIECES, ' '), { maxLength: 60 }).map((all) => all.join(''))

describe.each(LANGUAGES)('%s', (language) => {
  const cases = casesOf(new URL(`cases/${language}.txt`, import.meta.url))
  const oneLiners = cases.filter(({ code }) => !code.includes('\n')).map(({ code }) => code)

  test('any text has a reading', () => {
    fc.assert(
      fc.property(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 200 })), (code) =>
        ownReasons(code, language),
      ),
      { numRuns: 150 },
    )
  })

  test('any beginning and any end of code has a reading', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.nat(), fc.nat(), ({ code }, from, to) => {
        ownReasons(code.slice(from % code.length, (to % code.length) + 1), language)
      }),
      { numRuns: 200 },
    )
  })

  test('what stands in a comment does nothing', () => {
    const mark = language === 'node' ? '//' : '#'
    // A page of PHP goes on behind the end of its code, even in a comment.
    for (const code of oneLiners)
      if (!code.includes('?>') && !code.includes('\u2028')) expect(read(`${mark} ${code}`, language)).toEqual([])
  })

  test('what stands in a text does nothing', () => {
    for (const { code } of cases) {
      const text =
        language === 'python' || language === 'node' ? JSON.stringify(code) : `'${code.replace(/[\\']/g, '\\$&')}'`
      expect(read(`${language === 'perl' || language === 'php' ? '$' : ''}x = ${text};`, language)).toEqual([])
    }
  })

  test('a comment changes nothing', () => {
    const note = language === 'node' ? `// it's "so {` : `# it's "so {`
    for (const { code, title } of cases)
      if (!/^</.test(code)) expect(read(`${note}\n${code}\n${note}`, language), title).toEqual(read(code, language))
  })

  test('the name of a variable changes nothing', () => {
    const named: Readonly<Record<Language, (name: string) => string>> = {
      python: (name) =>
        `import os\n${name} = '/etc/x'\nfor ${name}2 in [${name}]: os.remove(${name}2)\ndef f(${name}): open(${name}, 'w')\nf('y')`,
      node: (name) =>
        `const ${name} = '/etc/x'; for (const ${name}2 of [${name}]) fs.rmSync(${name}2); const f = (${name}) => fs.writeFileSync(${name}, ''); f('y')`,
      perl: (name) =>
        `my $${name} = '/etc/x'; for my $${name}2 ($${name}) { unlink "$${name}2" } system("ls $${name}")`,
      ruby: (name) =>
        `${name} = '/etc/x'; [${name}].each { |${name}2| File.delete(${name}2) }; system("ls #{${name}}")`,
      php: (name) =>
        `$${name} = '/etc/x'; foreach ([$${name}] as $${name}2) unlink($${name}2); system("ls {$${name}}");`,
      powershell: String,
      sh: String,
      sql: String,
      sqlite: String,
      sed: String,
      awk: String,
      ex: String,
      unknown: String,
    }
    const expected = read(named[language]('plain'), language)
    expect(expected.length).toBe(2)
    // Long enough to be no word of a language, and none of a table.
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}_[a-z]{2,6}$/), (name) => {
        expect(read(named[language](name), language)).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })
})

const DENSE: Readonly<Record<(typeof LANGUAGES)[number], readonly string[]>> = {
  python: ['os.remove(x);', 'f"{', 'a=', '[x for x in ', 'x=x+x;', 'def f(a):\n f(a)\n', '('],
  node: ['f(a);', '`${', '(x)=>', 'x="a"+x;', 'const {a}=b;', '.a', '/'],
  perl: ['unlink $x;', '"@{[', '<<A', 's/a/b/e;', '`', 'for $x (@a) { unlink $_ }'],
  ruby: ['rm_rf x;', '"#{', 'each{|x|', '%w[', '`', 'x=[x,x];'],
  php: ['unlink($x);', '"{$', '$a=', '(x)=>', '`', 'a->'],
}

/** Node 22 counts all threads together. */
const usage = process.threadCpuUsage ?? process.cpuUsage

function costOf(code: string, language: Language): number {
  const before = usage()
  readCode(code, language)
  const { user, system } = usage(before)
  return (user + system) / 1000
}

test.each(LANGUAGES)('four times as much %s takes about four times as long', (language) => {
  for (const piece of DENSE[language]) {
    const text = (size: number): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
    const little = Math.min(...[1, 2].map(() => costOf(text(8_192), language)))
    const much = costOf(text(32_768), language)
    expect(much, piece).toBeLessThan(10 * little + 60)
  }
})

test('more than 64 KiB is not read, and said so', () => {
  expect(read(`${' '.repeat(64 * 1024)}1`, 'python')).toEqual(['opaque'])
})

test('a language without a reader is opaque', () => {
  expect(read('print(1)', 'unknown')).toEqual(['opaque'])
})
