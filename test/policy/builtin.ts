import { fileURLToPath } from 'node:url'
import type { Safeguard } from '../../src/core/safeguard.ts'
import type { Answer, Question } from '../../src/core/study.ts'
import { type Layer, type LoadedPolicy, loadPolicy, readPack } from '../../src/policy/load.ts'

export const pack = readPack(fileURLToPath(new URL('../../policies/builtin', import.meta.url)))

export const BUILTIN: Layer = { name: 'builtin', files: pack.files }

/** The built-in pack with more rules from an organisation or a repository. */
export function withRules(text: string, name: Layer['name'] = 'organisation'): LoadedPolicy {
  return loadPolicy([BUILTIN, { name, files: { 'more.cedar': text } }])
}

/** A change in the workspace that a snapshot undoes, with whatever else is said. */
export function question(more: Partial<Question> = {}): Question {
  return {
    verb: 'delete',
    place: 'workspace',
    environment: 'none',
    tier: 0,
    undo: 'U1',
    certainty: 'known',
    traits: [],
    system: '',
    mandate: 'default',
    mode: 'act',
    escalating: false,
    given: false,
    level: 'advised',
    ...more,
  }
}

export const under = (answer: Answer): readonly Safeguard[] | 'forbidden' =>
  answer.kind === 'permitted' ? answer.under : 'forbidden'

/** How dear an answer is to people: 0 nobody is asked … 3 two approvals, 4 forbidden. */
export function price(answer: Answer): number {
  if (answer.kind === 'forbidden') return 4
  if (answer.under.includes('approval×2')) return 3
  if (answer.under.includes('approval×1')) return 2
  return answer.under.includes('confirm') ? 1 : 0
}
