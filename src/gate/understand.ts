import type { Action } from '../core/action.ts'
import type { Study, Surroundings } from '../core/study.ts'
import { predict } from '../kinds/registry.ts'
import { weigh } from '../risk/weigh.ts'
import type { Config } from '../wire/config.ts'
import { Findings } from './facts.ts'
import type { Probe } from './probe.ts'

/** Rounds of reading and looking; what is still unknown afterwards stays assumed or opaque. */
const ROUNDS = 4

export interface Understanding {
  readonly around: Surroundings
  readonly config: Config
  readonly probe: Probe
}

/** A study whose facts can be listed. */
export interface Understood extends Study {
  readonly facts: Findings
}

/** Read ⇄ probe: prediction and weighing ask for facts until none is missing. Elsewhere than here, all facts are assumed. */
export async function understand(action: Action, { around, config, probe }: Understanding): Promise<Understood> {
  const facts = new Findings(around)
  let drafts = predict(action.kind, action.input, facts)
  weigh(drafts, facts, { config, target: action.target })
  for (let round = 0; around.here && round < ROUNDS; round++) {
    const asked = facts.take()
    if (asked.length === 0) break
    const found = await probe(asked, around)
    for (const [at, each] of asked.entries()) facts.answer(each, found[at])
    drafts = predict(action.kind, action.input, facts)
    weigh(drafts, facts, { config, target: action.target })
  }
  return { action, drafts, facts, preconditions: facts.digest() }
}
