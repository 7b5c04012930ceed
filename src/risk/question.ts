import type { Effect } from '../core/effect.ts'
import type { Mandate } from '../core/mandate.ts'
import type { Question } from '../core/study.ts'
import { escalates, type History } from './sequence.ts'

/** The few facts that policy is asked about one effect. Pure. */
export function questionOf(
  effect: Effect,
  { mandate, history }: { readonly mandate: Mandate; readonly history: History },
  level: Question['level'],
): Question {
  const { verb, place, undo, certainty, traits } = effect
  const remote = place.kind === 'remote'
  return {
    verb,
    place: place.kind,
    environment: remote ? place.environment : 'none',
    tier: remote ? place.tier : 0,
    undo,
    certainty,
    traits,
    system: remote ? place.system : '',
    mandate: standing(effect, mandate),
    mode: mandate.mode,
    escalating: escalates(effect, history),
    given: isGiven(effect, mandate),
    level,
  }
}

/** Whether the run’s mandate names what the effect reaches. */
export function standing({ place, traits }: Effect, mandate: Mandate): Question['mandate'] {
  if (!mandate.written) return 'default'
  const inside = place.kind !== 'remote' || traits.includes('forge') || mandate.systems.includes(place.system)
  return inside ? 'inside' : 'outside'
}

/** A person may give adding to the forge for a whole run; what rewrites or removes there stays a question. */
function isGiven({ verb, traits, resource }: Effect, mandate: Mandate): boolean {
  if ((verb !== 'create' && verb !== 'update') || !traits.includes('forge') || resource.kind !== 'object') return false
  const step =
    resource.type === 'branch'
      ? 'push'
      : /^(?:pr|mr|pull-request|merge-request)$/.test(resource.type)
        ? 'pull-request'
        : 'comment'
  return mandate.may.includes(step)
}
