import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.ts'
import { questionText, readQuestion, wordsIn } from '../../src/policy/question.ts'
import { LADDER } from '../../src/policy/vocabulary.ts'
import { BUILTIN, question } from './builtin.ts'
import { questions } from './questions.ts'

describe('a question in words', () => {
  it('is read as the same question, whatever it asks', () => {
    fc.assert(
      fc.property(questions, (asked) => {
        const read = readQuestion(wordsIn(questionText(asked)))
        expect(read).toMatchObject({ question: { ...asked, traits: expect.any(Array) } })
        if ('question' in read) expect(read.question.traits.toSorted()).toEqual(asked.traits.toSorted())
      }),
    )
  })

  it('leaves out what goes without saying', () => {
    expect(questionText(question({ place: 'home', traits: ['secret'] }))).toBe('delete home U1 secret')
  })
})

describe('an answer', () => {
  const policy = loadPolicy([BUILTIN])

  it('tells which safeguards were tried, those left out that the rules can’t tell from others, and the rules that decided', () => {
    const { tried } = policy.decide(question({ place: 'home', mandate: 'outside' }), LADDER)
    expect(tried.map(({ under, permitted, rules }) => [under.join('+'), permitted, rules.map(({ id }) => id)])).toEqual(
      [
        ['', false, ['mandate/outside']],
        ['snapshot+confirm', false, []],
        ['snapshot+approval×1', true, ['local/home']],
      ],
    )
  })

  it('is permitted exactly where the last set that it tried was', () => {
    fc.assert(
      fc.property(questions, (asked) => {
        const answer = policy.decide(asked, LADDER)
        expect(answer.tried.slice(0, -1).some(({ permitted }) => permitted)).toBe(false)
        expect(answer.tried.at(-1)?.permitted).toBe(answer.kind === 'permitted')
        if (answer.kind === 'permitted') expect(answer.tried.at(-1)?.under).toEqual(answer.under)
      }),
    )
  })
})
