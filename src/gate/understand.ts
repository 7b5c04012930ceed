import type { Action } from '../core/action.ts'
import type { Study, Surroundings } from '../core/study.ts'
import { predict } from '../kinds/registry.ts'
import { weigh } from '../risk/weigh.ts'
import type { Config } from '../wire/config.ts'
import { type Asked, type Finding, Findings, type HostFacts, surroundingsOf } from './facts.ts'

/** Rounds of reading and looking; what is still unknown afterwards stays assumed or opaque. */
const ROUNDS = 4

export interface Understanding {
  readonly config: Config
  readonly host: HostFacts
  readonly probe: (asked: Asked, around: Surroundings) => Promise<Finding>
}

/** Read ⇄ probe: prediction and weighing ask for facts until none is missing. Elsewhere than here, all facts are assumed. */
export async function understand(action: Action, { config, host, probe }: Understanding): Promise<Study> {
  const facts = new Findings(surroundingsOf(action, host))
  let drafts = predict(action.kind, action.input, facts)
  weigh(drafts, facts, config, action.target)
  for (let round = 0; facts.surroundings.here && round < ROUNDS; round++) {
    const asked = facts.take()
    if (asked.length === 0) break
    for (const each of asked) facts.answer(each, await probe(each, facts.surroundings))
    drafts = predict(action.kind, action.input, facts)
    weigh(drafts, facts, config, action.target)
  }
  return { action, drafts, facts, preconditions: facts.digest() }
}
