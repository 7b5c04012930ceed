import type { Case, Judge } from '../cli/check.ts'
import { freezeAction, type Kind } from '../core/action.ts'
import { systemClock } from '../core/clock.ts'
import type { Json } from '../core/digest.ts'
import { answerOf } from '../gate/answer.ts'
import { surroundingsOf } from '../gate/facts.ts'
import { judge } from '../gate/judge.ts'
import { probeWith } from '../gate/probe.ts'
import { understand } from '../gate/understand.ts'
import { predict } from '../kinds/registry.ts'
import { NO_HISTORY } from '../risk/sequence.ts'
import { hostFacts, loadBuiltIn } from './assemble.ts'
import { rulebookOf } from './config.ts'
import { type Env, foldersOf } from './folders.ts'

const KINDS: ReadonlySet<string> = new Set(['shell', 'file', 'tool'])

/** The judgement that `check` prints: the gate's own functions, with nothing opened and nothing run. */
export function judgeFor(env: Env, cwd: string): Judge {
  const folders = foldersOf(env)
  const rulebook = rulebookOf(folders)
  const probe = probeWith(systemClock)
  const policy = loadBuiltIn()
  const host = hostFacts(env, folders)
  return async (call) => {
    if (!KINDS.has(call.kind)) throw new Error(`actions of the kind \`${call.kind}\` are not judged`)
    const action = freezeAction(callOf(call, cwd, folders.home))
    const around = surroundingsOf(action, host)
    const { config, mandate } = rulebook.rulesOf(around.workspace, systemClock.now())
    const understood = await understand(action, { around, config, probe })
    // Once more with all facts at hand: `micros` is what reading, predicting, weighing and deciding take.
    const started = systemClock.micros()
    const study = { ...understood, drafts: predict(action.kind, action.input, understood.facts) }
    const judged = judge(study, { policy, config, mandate, history: NO_HISTORY })
    return { ...answerOf(judged), micros: systemClock.micros() - started }
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
