import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

  it('comes for any text at all, and says why', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(judged('shell', text).ruling.because).not.toBe('')
      }),
      { numRuns: 300 },
    )
  })
})
