import { type Effect, resourceName } from '../core/effect.ts'
import type { Mandate } from '../core/mandate.ts'
import { placeName } from '../core/place.ts'
import type { Release, Ruling } from '../core/ruling.ts'
import { approvalsIn, bySafeguardOrder, SAFEGUARDS } from '../core/safeguard.ts'
import type { Answer, Judged, Policy, Study } from '../core/study.ts'
import { ladder } from '../policy/vocabulary.ts'
import { type Catalogue, matchPrecedents } from '../risk/precedent.ts'
import { questionOf } from '../risk/question.ts'
import { type History, joinReplaces, type Wanted } from '../risk/sequence.ts'
import { weigh } from '../risk/weigh.ts'
import type { Config } from '../wire/config.ts'

export interface Bench {
  readonly policy: Policy
  readonly config: Config
  readonly mandate: Mandate
  readonly history: History
  /** What the breaker stops, and why, where it is open. */
  readonly stopped?: string
  /** Somebody said No to this very call. */
  readonly refused?: Refusal
  /** What happened in this organisation: shown, and of no weight. */
  readonly precedents?: Catalogue
  /** Where other people can approve, and whose agents these are; absent where nobody else can be asked. */
  readonly approvals?: { readonly where: string; readonly operator: string }
}

/** Who said No: the operator, or with a reason one who was asked for his approval. */
export interface Refusal {
  readonly by: string
  readonly reason?: string
}

/** Weigh → decide. Pure and synchronous: `explain`, dry run, replay and enforcement all call this. */
export function judge(study: Study, bench: Bench): Judged {
  if (bench.stopped !== undefined) return stopped(study, bench, bench.stopped)
  const { config } = bench
  // A No to this very call says more than that its effects were refused.
  const history = bench.refused !== undefined ? { ...bench.history, refused: [] } : bench.history
  const drafts = joinReplaces(study.drafts, history)
  const effects = weigh(drafts, study.facts, { config, target: study.action.target, created: history.created })
  const questions = effects.map((effect) => questionOf(effect, { mandate: bench.mandate, history }, 'advised'))
  const answers = questions.map((question, i) => {
    // The safeguards that can be had here, the cheapest for people first.
    const sets = ladder(
      study.noSnapshot === undefined && effects[i]?.resource.kind === 'path' && question.undo === 'U1',
    )
    return bench.policy.decide(question, sets)
  })
  const ruled = rule({ effects, answers, questions }, bench.approvals)
  const ruling = bench.refused !== undefined && ruled.kind === 'hold' ? refused(ruled.because, bench.refused) : ruled
  return {
    study,
    policy: bench.policy.hash,
    mandate: bench.mandate,
    effects,
    questions,
    answers,
    ruling,
    precedents: matchPrecedents(effects, bench.mandate, bench.precedents),
  }
}

function refused(because: string, { by, reason }: Refusal): Ruling {
  const instead = 'take the No as the answer, and say at the end what was left undone'
  const said = `${by} said No to this very call${reason === undefined ? '' : ` (“${reason}”)`}`
  const rule = reason === undefined ? 'operator/refused' : 'approval/refused'
  return { kind: 'deny', by: rule, because: `${said}: ${because}`, instead }
}

function stopped(study: Study, { policy, mandate }: Bench, why: string): Judged {
  const ruling: Ruling = {
    kind: 'deny',
    by: 'breaker/stopped',
    because: why,
    instead: 'end the turn; a person resumes with `interlock resume`',
  }
  return { study, policy: policy.hash, mandate, effects: [], questions: [], answers: [], ruling, precedents: [] }
}

/** The index of the answer that is dearest to people, the first of several; -1 of none. */
export function gravest(answers: readonly Answer[]): number {
  return answers.reduce((most, answer, i) => (most < 0 || cost(answer) > cost(answers[most]) ? i : most), -1)
}

/** An action is ruled as its gravest effect; the safeguards of all effects add up. */
function rule(
  { effects, answers, questions }: Pick<Judged, 'effects' | 'answers' | 'questions'>,
  approvals: Bench['approvals'],
): Ruling {
  const at = gravest(answers)
  const [effect, answer] = [effects[at], answers[at]]
  if (effect === undefined || answer === undefined)
    return { kind: 'allow', by: 'nothing/to-judge', because: 'it touches nothing', under: [] }
  const under = new Set(answers.flatMap((each) => (each.kind === 'permitted' ? each.under : [])))
  const again = questions[at]?.escalating === true ? '; it was refused in this run before, which makes it dearer' : ''
  const because = `${sentence(effect)}: ${answer.because}${again}`
  const words = insteadOf(at, effects, answers) ?? answer.instead
  const instead = words === undefined ? {} : { instead: words }
  if (answer.kind === 'forbidden') return { kind: 'deny', by: answer.rule, because, ...instead }
  const asked = [...under].sort(bySafeguardOrder)
  const people = asked.filter((each) => each !== 'snapshot').at(-1)
  if (people === undefined) return { kind: 'allow', by: answer.rule, because, under: asked }
  if (people === 'confirm')
    return { kind: 'hold', by: answer.rule, because, under: asked, release: OPERATOR, ...instead }
  const count = approvalsIn(asked)
  const needed = `${because}; it needs the approval of ${peopleWords(count)}`
  if (approvals === undefined)
    return { kind: 'deny', by: answer.rule, because: `${needed}, and nobody is enrolled who could give it`, ...instead }
  const release = byOthers(count, approvals)
  return { kind: 'hold', by: answer.rule, because: needed, under: asked, release, ...instead }
}

/**
 * What the command itself tells to do instead of its effect `at`. A command to run is told only where nothing else
 * needs people: what is left of the call would need them again.
 */
function insteadOf(at: number, effects: readonly Effect[], answers: readonly Answer[]): string | undefined {
  const instead = effects[at]?.instead
  if (instead === undefined) return undefined
  if ('words' in instead) return instead.words
  const words = `run \`${instead.run}\`, ${instead.after}`
  const others = effects.filter((effect) => JSON.stringify(effect.instead) !== JSON.stringify(instead))
  return others.some((effect) => cost(answers[effects.indexOf(effect)]) > NOBODY_ASKED) ? undefined : words
}

const OPERATOR: Release = { who: 'the operator', where: 'in a terminal of his own', how: 'interlock confirm TICKET' }

function byOthers(count: number, { where, operator }: NonNullable<Bench['approvals']>): Release {
  return {
    who: count > 1 ? `two people other than ${operator}` : `a person other than ${operator}`,
    where: `on the desk at ${where}`,
    how: 'they approve TICKET there; then the same call passes once, within an hour',
  }
}

function peopleWords(count: number): string {
  return count > 1 ? 'two people' : 'another person'
}

/** What a call wants that needs people, or that nobody may grant. */
export function wantedOf({ effects, answers, ruling }: Judged): readonly Wanted[] {
  if (ruling.kind === 'allow') return []
  // That nobody could be asked is no No: the same may be asked for once somebody is enrolled.
  if (ruling.kind === 'deny' && answers[gravest(answers)]?.kind === 'permitted') return []
  return effects
    .filter((_, i) => cost(answers[i]) > NOBODY_ASKED)
    .filter(({ resource }) => resource.kind !== 'anything')
    .map(({ verb, resource }) => ({ verb, resource: resourceName(resource) }))
}

const NOBODY_ASKED = 1 + SAFEGUARDS.indexOf('snapshot')

function cost(answer: Answer | undefined): number {
  if (answer === undefined) return -1
  if (answer.kind === 'forbidden') return 100
  return Math.max(0, ...answer.under.map((each) => 1 + SAFEGUARDS.indexOf(each)))
}

/** What a verb does, in the words of a sentence about one thing. */
const DOES: Readonly<Record<Effect['verb'], string>> = {
  read: 'reads',
  create: 'creates',
  update: 'changes',
  delete: 'deletes',
  replace: 'deletes and creates again',
  execute: 'runs',
  grant: 'gives rights to',
  disclose: 'sends data to',
  spend: 'spends money on',
}

/** One effect, as a person would say it. */
export function sentence(effect: Effect): string {
  if (effect.certainty === 'opaque') return opaqueSentence(effect)
  const { resource, place } = effect
  const where = place.kind === 'remote' ? ` (${placeName(place)})` : ''
  const what =
    resource.kind === 'path'
      ? resource.path + (resource.tree === true ? ' and all below it' : '')
      : resourceName(resource)
  const does = effect.verb === 'replace' && effect.traits.includes('forge') ? 'rewrites' : DOES[effect.verb]
  return `${does} ${what}${where}`
}

/** Why it runs what is not known is a sentence of its own; of what it deletes, say, only the source is told. */
function opaqueSentence({ verb, why }: Effect): string {
  if (why === undefined) return 'part of it is unclear'
  return verb === 'execute' ? why : `what it ${DOES[verb]} comes from ${why}`
}
