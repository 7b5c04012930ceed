import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shellTexts } from '../shells/grammar.ts'
import { cost, judged } from './bench.ts'
import { rulings as cases } from './rulings.ts'

describe('the ruling on a command', () => {
  it.each(cases)('$command', ({ command, ruling, rule }) => {
    const answer = judged('shell', command)
    const kept = answer.ruling.kind === 'allow' && answer.ruling.under.includes('snapshot')
    expect(
      [kept ? 'keep' : answer.ruling.kind, rule === '' ? '' : answer.ruling.by],
      JSON.stringify(answer.effects),
    ).toEqual([ruling, rule])
  })
})

const plain = fc.constantFrom(
  ...cases
    .filter(({ command }) => !/[\n<#|&;(){}]|\$\(|^\w+=|alias|hash|trap|repeat|\\/.test(command))
    .map(({ command }) => command),
)

describe('a ruling', () => {
  const wrappers = [
    'sudo ',
    'env -i ',
    'nice -n 5 ',
    'timeout 5 ',
    'nohup ',
    'time ',
    'command ',
    'stdbuf -o0 ',
    'setsid ',
  ]
  it('is never cheaper for a wrapper around the command', () => {
    fc.assert(
      fc.property(
        plain,
        fc.array(fc.constantFrom(...wrappers), { maxLength: 3 }),
        fc.constantFrom('', 'FOO=1 '),
        (command, around, assigned) => {
          const wrapped = assigned + around.join('') + command
          expect(cost(judged('shell', wrapped)), wrapped).toBeGreaterThanOrEqual(cost(judged('shell', command)))
        },
      ),
    )
  })

  it('is never cheaper where another command stands beside it, or where it stands inside another construct', () => {
    const around = [
      (c: string) => `ls; ${c}`,
      (c: string) => `${c}; ls`,
      (c: string) => `true && ${c}`,
      (c: string) => `if true; then ${c}; fi`,
      (c: string) => `( ${c} )`,
      (c: string) => `echo "$(${c})"`,
      (c: string) => `for i in 1; do ${c}; done`,
      (c: string) => `f() { ${c}; }; f`,
    ]
    fc.assert(
      fc.property(plain, fc.constantFrom(...around), (command, put) => {
        expect(cost(judged('shell', put(command))), put(command)).toBeGreaterThanOrEqual(cost(judged('shell', command)))
      }),
    )
  })

  it('is on all effects of either command where one follows the other', () => {
    const effects = (text: string): readonly string[] =>
      judged('shell', text).effects.map(({ verb, resource }) => JSON.stringify([verb, resource]))
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(effects(`${a}; ${b}`)).toEqual(expect.arrayContaining([...effects(a), ...effects(b)]))
      }),
    )
  })

  it('is the same for quotes that the shell drops', () => {
    const quotings = [
      (word: string) => `"${word}"`,
      (word: string) => `'${word}'`,
      (word: string) => `${word.slice(0, 1)}""${word.slice(1)}`,
      (word: string) => `''${word}`,
    ]
    const words = plain.filter((command) => /^[\w./ -]+$/.test(command)).map((command) => command.split(' '))
    fc.assert(
      fc.property(words, fc.infiniteStream(fc.constantFrom(...quotings)), (command, ways) => {
        const spelled = command.map((word) => ways.next().value?.(word) ?? word).join(' ')
        const [seen, meant] = [spelled, command.join(' ')].map((text) => judged('shell', text).ruling)
        expect([seen?.kind, seen?.by], spelled).toEqual([meant?.kind, meant?.by])
      }),
    )
  })

  it('comes for any text at all, and says why', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), shellTexts()), (text) => {
        expect(judged('shell', text).ruling.because).not.toBe('')
      }),
      { numRuns: 300 },
    )
  })
})
