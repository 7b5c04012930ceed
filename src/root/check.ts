import { readEnrolment } from '../approvals/enrolment.ts'
import type { Case, Judge } from '../cli/check.ts'
import { freezeAction, type Kind } from '../core/action.ts'
import { systemClock } from '../core/clock.ts'
import type { Json } from '../core/digest.ts'
import { answerOf } from '../gate/answer.ts'
import { explain } from '../gate/explain.ts'
import { surroundingsOf } from '../gate/facts.ts'
import { type Bench, judge } from '../gate/judge.ts'
import { probeWith } from '../gate/probe.ts'
import { type Understood, understand } from '../gate/understand.ts'
import { predict } from '../kinds/registry.ts'
import type { LoadedPolicy } from '../policy/load.ts'
import { type History, NO_HISTORY } from '../risk/sequence.ts'
import type { Explanation } from '../wire/explanation.ts'
import { hostFacts, loadBuiltIn } from './assemble.ts'
import { rulebookOf } from './config.ts'
import { type Env, foldersOf } from './folders.ts'
import { ownPrecedents } from './precedent-file.ts'

const KINDS: ReadonlySet<string> = new Set(['shell', 'file', 'tool'])

/** What a guard would remember of the run; nothing where the call stands alone. */
export interface Remembered {
  readonly workspace?: string
  readonly history?: History
  readonly noSnapshot?: string
}

type Call = Omit<Case, 'id'>
type Understand = (call: Call, run?: Remembered) => Promise<{ study: Understood; bench: Bench }>

/** What a call rests on: the gate's own functions, with nothing opened and nothing run. */
function understandFor(env: Env, cwd: string, policy: LoadedPolicy): Understand {
  const folders = foldersOf(env)
  const rulebook = rulebookOf(folders)
  const probe = probeWith(systemClock)
  const host = hostFacts(env, folders)
  const approvals = approvalsHere(folders.state)
  const precedents = ownPrecedents()
  return async (call, { workspace, history = NO_HISTORY, noSnapshot } = {}) => {
    if (!KINDS.has(call.kind)) throw new Error(`actions of the kind \`${call.kind}\` are not judged`)
    const action = freezeAction(callOf(call, cwd, folders.home))
    const around = surroundingsOf(action, host, { ...(workspace && { workspace }) })
    const { config, mandate } = rulebook.rulesOf(around.workspace, systemClock.now())
    await precedents.look(around.workspace)
    const own = precedents.of(around.workspace)
    const study = await understand(action, { around, config, probe })
    const bench = { policy, config, mandate, history, ...(own && { precedents: own }), ...(approvals && { approvals }) }
    return { study: noSnapshot === undefined ? study : { ...study, noSnapshot }, bench }
  }
}

/** Where others approve, as far as this machine's own files tell; undefined where nowhere, or where they can't be read. */
function approvalsHere(state: string): { readonly where: string; readonly operator: string } | undefined {
  try {
    const enrolment = readEnrolment(state)
    return enrolment && { where: enrolment.origin, operator: enrolment.operator.name }
  } catch {
    return undefined
  }
}

/** The judgement that `check` prints. */
export function judgeFor(env: Env, cwd: string): Judge {
  const understood = understandFor(env, cwd, loadBuiltIn())
  return async (call) => {
    const { study, bench } = await understood(call)
    const { action, facts } = study
    // Once more with all facts at hand: `micros` is what reading, predicting, weighing and deciding take.
    const started = systemClock.micros()
    const judged = judge({ ...study, drafts: predict(action.kind, action.input, facts) }, bench)
    return { ...answerOf(judged), micros: systemClock.micros() - started }
  }
}

/** The same judgement, with all that it rests on. */
export function explainFor(
  env: Env,
  cwd: string,
  policy: LoadedPolicy = loadBuiltIn(),
): (call: Call, run?: Remembered) => Promise<Explanation> {
  const understood = understandFor(env, cwd, policy)
  return async (call, run) => {
    const { study, bench } = await understood(call, run)
    return explain(study, bench)
  }
}

function callOf(call: Omit<Case, 'id'>, cwd: string, home: string): Parameters<typeof freezeAction>[0] {
  const { kind, input, target } = call
  const where = call.cwd === undefined || call.cwd === '' ? undefined : call.cwd
  return {
    kind: kind as Kind,
    input: input as Json,
    cwd: where ?? (call.home === undefined ? cwd : `${call.home}/project`),
    home: call.home ?? home,
    agent: { name: 'check', run: 'check' },
    ...(target && { target }),
  }
}
