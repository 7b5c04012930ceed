import type { Effect } from '../core/effect.ts'
import type { Answer, Judged, Question } from '../core/study.ts'
import { Notes } from '../kinds/notes.ts'
import { predict } from '../kinds/registry.ts'
import { questionText } from '../policy/question.ts'
import { matchPrecedents } from '../risk/precedent.ts'
import type { Decision, ExplainedEffect, Explanation } from '../wire/explanation.ts'
import { answerOf, precedentLine } from './answer.ts'
import { type Bench, gravest, judge } from './judge.ts'
import { factLines } from './looks.ts'
import type { Understood } from './understand.ts'

/** A study judged once more, with notes: the functions are those that enforce, so the answer is theirs. Pure. */
export function explain(study: Understood, bench: Bench): Explanation {
  const { action, facts } = study
  const notes = new Notes()
  const drafts = predict(action.kind, action.input, facts, notes)
  const judged = judge({ ...study, drafts }, bench)
  const at = gravest(judged.answers)
  return {
    ...answerOf(judged),
    action: { kind: action.kind, input: action.input, cwd: action.cwd, workspace: facts.surroundings.workspace },
    reading: notes.steps,
    more: notes.more,
    facts: factLines(facts.looks()),
    effects: effectsOf(judged),
    ...(at >= 0 && { gravest: at }),
    policy: judged.policy,
  }
}

function effectsOf({ effects, questions, answers, ...judged }: Judged): ExplainedEffect[] {
  const lines = answerOf({ effects, questions, answers, ...judged }).effects
  return lines.flatMap((line, i) => {
    const [effect, question, answer] = [effects[i], questions[i], answers[i]]
    if (effect === undefined || question === undefined || answer === undefined) return []
    const { by, traits, magnitude } = effect
    const precedents = precedentsOf(effect, judged.precedents)
    const decision = decisionOf(question, answer)
    return [{ ...line, by, traits: [...traits], ...(magnitude && { magnitude }), precedents, decision }]
  })
}

/** Those of the action's precedents that this effect resembles. */
function precedentsOf(effect: Effect, all: Judged['precedents']): string[] {
  const own = new Set(matchPrecedents([effect]).map(({ id }) => id))
  return all.filter(({ id }) => own.has(id)).map(precedentLine)
}

/** What policy was asked, and how it came to its answer. */
export function decisionOf(question: Question, answer: Answer): Decision {
  const { rule, because, instead } = answer
  return {
    asked: questionText(question),
    question: { ...question, traits: [...question.traits] },
    verdict: answer.kind,
    under: answer.kind === 'permitted' ? [...answer.under] : [],
    rule,
    because,
    ...(instead !== undefined && { instead }),
    tried: answer.tried.map(({ under, permitted, rules }) => ({
      under: [...under],
      permitted,
      rules: rules.map(({ id, effect, because: why }) => ({ id, effect, because: why })),
    })),
  }
}
