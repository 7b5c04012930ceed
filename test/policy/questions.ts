import fc from 'fast-check'
import type { Trait } from '../../src/core/effect.ts'
import type { Question } from '../../src/core/study.ts'
import { FACTS, TRAITS, VERBS } from '../../src/policy/vocabulary.ts'

const oneOf = <Word>(words: ReadonlyMap<string, number>): fc.Arbitrary<Word> =>
  fc.constantFrom(...([...words.keys()] as Word[]))

const places = fc.oneof(
  fc.record({
    place: fc.constantFrom('workspace' as const, 'home' as const, 'host' as const),
    environment: fc.constant('none' as const),
    tier: fc.constant(0),
    system: fc.constant(''),
  }),
  fc.record({
    place: fc.constant('remote' as const),
    environment: oneOf<Question['environment']>(FACTS.environment),
    tier: fc.integer({ min: 1, max: 4 }),
    system: fc.constantFrom('aws', 'billing'),
  }),
)

/** Any question that an effect can lead to, with few traits as effects have them. */
export const questions: fc.Arbitrary<Question> = fc
  .tuple(
    places,
    fc.record({
      verb: oneOf<Question['verb']>(VERBS),
      undo: oneOf<Question['undo']>(FACTS.undo),
      certainty: oneOf<Question['certainty']>(FACTS.certainty),
      traits: fc.uniqueArray(oneOf<Trait>(TRAITS), { maxLength: 4 }),
      mandate: oneOf<Question['mandate']>(FACTS.mandate),
      // Mostly runs that may act: the others are forbidden all but reads.
      mode: fc.constantFrom<Question['mode']>('act', 'act', 'act', 'act', 'plan', 'read'),
      escalating: fc.boolean(),
      given: fc.boolean(),
      level: oneOf<Question['level']>(FACTS.level),
    }),
  )
  .map(([where, rest]) => ({ ...where, ...rest }))
