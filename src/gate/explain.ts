import type { Json } from '../core/digest.ts'
import type { Effect } from '../core/effect.ts'
import type { Answer, Judged, Question } from '../core/study.ts'
import { Notes } from '../kinds/notes.ts'
import { predict } from '../kinds/registry.ts'
import { questionText } from '../policy/question.ts'
import { pathTraits } from '../risk/paths.ts'
import { matchPrecedents } from '../risk/precedent.ts'
import type { Decision, ExplainedEffect, Explanation, Step } from '../wire/explanation.ts'
import { answerOf, precedentLine } from './answer.ts'
import type { Findings } from './facts.ts'
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
  const reading = withoutSecrets(notes.steps, facts)
  const effects = effectsOf(judged, bench)
  return {
    ...answerOf(judged),
    action: { kind: action.kind, input: action.input, cwd: action.cwd, workspace: facts.surroundings.workspace },
    reading: onceEach(reading),
    more: notes.more,
    facts: factLines(facts.looks()),
    effects: reading.length < notes.steps.length ? nameless(effects, action.input) : effects,
    ...(at >= 0 && { gravest: at }),
    policy: judged.policy,
  }
}

/** INVARIANT: who may not read a file learns nothing of what stands in it from how it is read when it runs. */
function withoutSecrets(steps: readonly Step[], facts: Findings): readonly Step[] {
  let hidden = Number.POSITIVE_INFINITY
  return steps.filter((step) => {
    if (step.depth > hidden) return false
    const secret = step.kind === 'code' && step.path !== undefined && isSecret(step.path, facts)
    hidden = secret ? step.depth : Number.POSITIVE_INFINITY
    return true
  })
}

function isSecret(path: string, facts: Findings): boolean {
  const { surroundings } = facts
  return [path, facts.path(path, 'place').real].some((each) => pathTraits(each, false, surroundings).includes('secret'))
}

/** Effects of commands that the call itself does not show are those of a file whose content is not told. */
function nameless(effects: readonly ExplainedEffect[], input: Json): ExplainedEffect[] {
  const shown = JSON.stringify(input)
  const own = (by: string): boolean => shown.includes(JSON.stringify(by.replace(/…$/, '')).slice(1, -1))
  return effects.map((effect) => (own(effect.by) ? effect : { ...effect, by: 'a command in a file with secrets' }))
}

/** A loop is followed twice, and a command that stands twice is read alike: each is told once. */
function onceEach(steps: readonly Step[]): Step[] {
  const told = new Set<string>()
  const starts = steps.flatMap(({ depth }, i) => (depth === 0 ? [i] : []))
  return starts.flatMap((from, i) => {
    const block = steps.slice(from, starts[i + 1])
    const key = JSON.stringify(block)
    const again = told.has(key)
    told.add(key)
    return again ? [] : block
  })
}

function effectsOf({ effects, questions, answers, ...judged }: Judged, bench: Bench): ExplainedEffect[] {
  const lines = answerOf({ effects, questions, answers, ...judged }).effects
  return lines.flatMap((line, i) => {
    const [effect, question, answer] = [effects[i], questions[i], answers[i]]
    if (effect === undefined || question === undefined || answer === undefined) return []
    const { by, traits, magnitude } = effect
    const precedents = precedentsOf(effect, judged.precedents, bench)
    const decision = decisionOf(question, answer)
    return [{ ...line, by, traits: [...traits], ...(magnitude && { magnitude }), precedents, decision }]
  })
}

/** Those of the action's precedents that this effect resembles by itself. */
function precedentsOf(effect: Effect, all: Judged['precedents'], { mandate, precedents }: Bench): string[] {
  const own = new Set(matchPrecedents([effect], mandate, precedents).map(({ id }) => id))
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
