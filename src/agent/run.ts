import { EXIT } from '../core/ruling.ts'
import type { CallReply, CallRequest } from '../wire/api.ts'
import { connectGuard } from './client.ts'
import { type Ending, work } from './loop.ts'
import { MODEL_KEYS, type ModelChoice, openModel } from './models.ts'
import { entry, type Look, show } from './show.ts'

export interface RunGoal {
  readonly goal: string
  readonly choice: ModelChoice
  readonly socket: string
  /** The id of this run. */
  readonly run: string
  readonly caller: Pick<CallRequest, 'cwd' | 'home' | 'umask'> & { readonly env: Readonly<Record<string, string>> }
  /** A person can release a hold while the agent waits. */
  readonly attended: boolean
  readonly look: Look
  write(line: string): void
}

/** `interlock run GOAL`. Answers with the exit code: what the model says of its success has no part in it. */
export async function runGoal(r: RunGoal): Promise<number> {
  const env = Object.fromEntries(Object.entries(r.caller.env).filter(([name]) => !MODEL_KEYS.includes(name)))
  const events = work({
    goal: r.goal,
    model: openModel(r.choice),
    guard: connectGuard(r.socket),
    caller: { ...r.caller, env, agent: { name: 'interlock', run: r.run, model: r.choice.model.slice(0, 200) } },
    turns: 200,
    attended: r.attended,
  })
  const outcomes = new Map<CallReply['outcome'], number>()
  let code: number = EXIT.fault
  for await (const event of events) {
    for (const line of show(event, r.look)) r.write(line)
    if (event.kind === 'answered') outcomes.set(event.reply.outcome, (outcomes.get(event.reply.outcome) ?? 0) + 1)
    if (event.kind === 'ended') code = exitOf(event.how, outcomes)
  }
  const figures = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
  for (const line of entry('on record', figures || 'no calls', r.look, 'dim')) r.write(line)
  return code
}

function exitOf(how: Ending, outcomes: ReadonlyMap<CallReply['outcome'], number>): number {
  if (how === 'unknown' || outcomes.has('unknown')) return EXIT.unknown
  if (how !== 'finished') return EXIT.fault
  return outcomes.has('waiting') ? EXIT.hold : EXIT.done
}
