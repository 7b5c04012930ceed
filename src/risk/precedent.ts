import type { Effect } from '../core/effect.ts'
import type { Precedent } from '../core/study.ts'
import { type Likeness, PRECEDENTS } from './precedents.ts'

/** A person reads two at most. */
const SHOWN = 2

/** The precedents that some effect resembles, the one that says most about it first. */
export function matchPrecedents(effects: readonly Effect[]): readonly Precedent[] {
  const atStake = effects.filter(({ traits }) => !traits.includes('rebuildable') && !traits.includes('temporary'))
  return PRECEDENTS.filter(({ like }) => atStake.some((effect) => resembles(effect, like)))
    .sort((a, b) => conditions(b.like) - conditions(a.like))
    .slice(0, SHOWN)
    .map(({ precedent }) => precedent)
}

function resembles(effect: Effect, like: Likeness): boolean {
  const { resource, place, traits } = effect
  return (
    like.verbs.includes(effect.verb) &&
    (like.places?.includes(place.kind) ?? true) &&
    (like.environments === undefined || (place.kind === 'remote' && like.environments.includes(place.environment))) &&
    (like.systems?.some((system) => systemsOf(effect).includes(system)) ?? true) &&
    (like.types?.some((type) => typeWords(effect).includes(type)) ?? true) &&
    (like.traits ?? []).every((trait) => traits.includes(trait)) &&
    !(like.without ?? []).some((trait) => traits.includes(trait)) &&
    (like.tree === undefined || (resource.kind === 'path' && resource.tree === true)) &&
    (like.opaque === undefined || effect.certainty === 'opaque') &&
    (like.unversioned === undefined || (effect.magnitude?.unversioned ?? 0) > 0)
  )
}

/** An object names the program that drives its system; the place may know the system by the registry's name. */
function systemsOf({ resource, place }: Effect): readonly string[] {
  return [...(resource.kind === 'object' ? [resource.system] : []), ...(place.kind === 'remote' ? [place.system] : [])]
}

function typeWords({ resource }: Effect): readonly string[] {
  return resource.kind === 'object' ? resource.type.toLowerCase().split(/[^a-z0-9]+/) : [resource.kind]
}

/** How much a likeness asks for; a single verb says more than several. */
function conditions(like: Likeness): number {
  return Object.keys(like).length + (like.traits?.length ?? 1) - 1 + (like.verbs.length === 1 ? 1 : 0)
}
