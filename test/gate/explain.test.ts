import { describe, expect, it } from 'vitest'
import { answerOf } from '../../src/gate/answer.ts'
import { RulingLine } from '../../src/wire/api.ts'
import { Explanation, type Step } from '../../src/wire/explanation.ts'
import { CWD, explained, judged } from '../kinds/bench.ts'
import { rulings } from '../kinds/rulings.ts'

const steps = (input: string): string[] =>
  explained('shell', input).reading.map((step) => '  '.repeat(step.depth) + said(step))

function said(step: Step): string {
  switch (step.kind) {
    case 'command':
      return [...step.assigns, ...step.words, ...step.redirects.map(({ path }) => path)]
        .map(({ text }) => text)
        .join(' ')
    case 'code':
      return `${step.language}: ${step.text.text}`
    case 'call':
      return `${step.name} ${step.text}`
    case 'unread':
      return step.why
  }
}

describe('an explanation', () => {
  it.each(rulings)('of `$command` is the very ruling, with what it rests on', ({ command }) => {
    const explanation = explained('shell', command)
    const ruling = judged('shell', command)
    expect(Explanation.parse(explanation)).toEqual(explanation)
    // What `check` and the hosts are answered is a part of it, as it stands.
    expect(RulingLine.strip().parse({ ...explanation, effects: answerOf(ruling).effects })).toEqual(answerOf(ruling))
    expect(explanation.effects).toMatchObject(answerOf(ruling).effects)
    expect(explanation.effects.length === 0).toBe(explanation.gravest === undefined)
    const decisive = explanation.effects[explanation.gravest ?? -1]?.decision
    expect(explanation.rule).toBe(decisive?.rule ?? 'nothing/to-judge')
  })

  it('shows what a wrapper runs inside of it, words resolved', () => {
    expect(steps('X=~/x; sudo -u root nice rm -rf "$X"')).toEqual([
      'sudo -u root nice rm -rf /home/dev/x',
      '  nice rm -rf /home/dev/x',
      '    rm -rf /home/dev/x',
    ])
  })

  it('shows nested shells, code in other languages, and what other tools bring', () => {
    expect(steps(`bash -c "python3 -c 'import os; os.remove(1)' > a; $(echo ls)"`)).toEqual([
      'echo ls',
      `bash -c python3 -c 'import os; os.remove(1)' > a; ls`,
      '  python3 -c import os; os.remove(1) a',
      '    python: import os; os.remove(1)',
      '  ls',
    ])
    expect(explained('tool', { name: 'Bash', arguments: { command: 'ls' } }).reading.map(said)).toEqual([
      'Bash {"command":"ls"}',
      'ls',
    ])
    expect(explained('file', { operation: 'write', path: 'a' }).reading.map(said)).toEqual(['write a'])
  })

  it('tells what a loop runs once', () => {
    expect(steps('for f in a b; do sudo rm "$f"; X=$f; done')).toEqual(
      ['a', 'b'].flatMap((f) => [`sudo rm ${f}`, `  rm ${f}`]),
    )
  })

  it('says of each word that is not known why it is not', () => {
    const [step] = explained('shell', 'rm -rf "$UNSET"/x').reading
    expect(step).toMatchObject({ words: [{}, {}, { text: '…/x', unknown: '`$UNSET`, whose value is not known here' }] })
    expect(steps('rm -rf "$(')).toEqual(['not valid shell: unterminated double quote'])
  })

  it('lists what was looked at, and what was assumed instead', () => {
    expect(explained('shell', 'rm -rf src').facts).toContainEqual({
      asked: 'path',
      path: `${CWD}/src`,
      answer: 'not looked at: it counts as there, in no commit, and small enough for a snapshot',
      certainty: 'assumed',
    })
  })

  it('names for each effect the safeguards that were not enough, and the rule that decided', () => {
    const { effects, gravest } = explained('shell', 'ls > a; rm -rf ~/x')
    expect(gravest).toBe(1)
    expect(effects[1]).toMatchObject({
      by: 'rm -rf ~/x',
      decision: {
        asked: 'delete home U1 assumed',
        verdict: 'permitted',
        under: ['snapshot', 'confirm'],
        tried: [
          { under: [], permitted: false, rules: [] },
          { under: ['snapshot', 'confirm'], permitted: true, rules: [{ id: 'local/home', effect: 'permit' }] },
        ],
      },
    })
  })

  it('stays bounded for a text that has more commands than anybody reads', () => {
    const { reading, more } = explained('shell', Array.from({ length: 1_500 }, (_, i) => `ls ${i}`).join('; '))
    expect([reading.length, more]).toEqual([1_000, true])
  })
})
