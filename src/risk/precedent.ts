import type { Effect } from '../core/effect.ts'
import type { Mandate } from '../core/mandate.ts'
import type { Precedent } from '../core/study.ts'
import type { KnownPrecedent, Likeness } from './likeness.ts'
import { PRECEDENTS } from './precedents.ts'
import { standing } from './question.ts'

/** A person reads two of each at most. */
const SHOWN = 2

/** A precedent in the order of nearness; of equals, the earlier one is nearer. */
interface Ranked extends KnownPrecedent {
  readonly rank: number
}

/** How near an effect is that is all of this: facts that few effects have tell more. */
function nearness(like: Likeness): number {
  const told = Object.keys(like).map((fact) => TELLS[fact as keyof Likeness])
  // A replace is two steps that were seen to be one: nothing says more of an action.
  const replaces = like.verbs.every((verb) => verb === 'replace') ? 6 : 0
  return told.reduce((sum, each) => sum + each, replaces + (like.several ?? 0))
}

const TELLS: Readonly<Record<keyof Likeness, number>> = {
  verbs: 0,
  several: 0,
  places: 1,
  environments: 1,
  without: 1,
  tree: 1,
  unversioned: 1,
  systems: 2,
  types: 2,
  glob: 2,
  opaque: 2,
  traits: 4,
  files: 3,
  among: 3,
  beside: 3,
  modes: 3,
  outside: 3,
}

/** Precedents that an action can be held against, put in order once. */
export interface Catalogue {
  readonly ranked: readonly Ranked[]
  readonly byShape: Map<string, readonly Ranked[]>
}

export function catalogueOf(all: readonly KnownPrecedent[]): Catalogue {
  const ranked = [...all].sort((a, b) => nearness(b.like) - nearness(a.like)).map((known, rank) => ({ ...known, rank }))
  return { ranked, byShape: new Map() }
}

const BUILT_IN = catalogueOf(PRECEDENTS)

/** What effects of one verb, place and kind of resource can resemble at all, the nearest first. */
function candidates({ ranked, byShape }: Catalogue, { verb, place, resource }: Effect): readonly Ranked[] {
  const shape = `${verb} ${place.kind} ${resource.kind}`
  let found = byShape.get(shape)
  if (found === undefined) {
    found = ranked.filter(({ like }) => {
      if (!like.verbs.includes(verb) || like.places?.includes(place.kind) === false) return false
      if (like.environments !== undefined && place.kind !== 'remote') return false
      if (resource.kind === 'object') return like.tree === undefined && like.glob === undefined
      return like.types === undefined || like.types.includes(resource.kind)
    })
    byShape.set(shape, found)
  }
  return found
}

/**
 * The precedents that some effect resembles, the one that says most about it first; the organisation's `own` before those
 * of others, which they take no place from. Pure.
 */
export function matchPrecedents(effects: readonly Effect[], mandate: Mandate, own?: Catalogue): readonly Precedent[] {
  const scene: Scene = { effects, atStake: effects.filter(isAtStake), mandate, counts: new Map() }
  return [...(own === undefined ? [] : nearest(own, scene)), ...nearest(BUILT_IN, scene)]
}

function nearest(catalogue: Catalogue, scene: Scene): readonly Precedent[] {
  const found: Ranked[] = []
  for (const effect of scene.atStake)
    for (const known of candidates(catalogue, effect)) {
      const last = found.length < SHOWN ? undefined : found.at(-1)
      if (last !== undefined && known.rank >= last.rank) break
      if (found.includes(known) || !resembles(effect, known.like, scene)) continue
      found.push(known)
      found.sort((x, y) => x.rank - y.rank).splice(SHOWN)
    }
  return found.map(({ precedent }) => precedent)
}

/** An action, and the run that it is part of. */
interface Scene {
  readonly effects: readonly Effect[]
  /** Without what is easily made again. */
  readonly atStake: readonly Effect[]
  readonly mandate: Mandate
  /** How many effects are like this, for each likeness that was asked for. */
  readonly counts: Map<Likeness, number>
}

function isAtStake({ traits }: Effect): boolean {
  return !traits.includes('rebuildable') && !traits.includes('temporary')
}

function resembles(effect: Effect, like: Likeness, scene: Scene): boolean {
  const { beside, several, among, modes, outside } = like
  return (
    (modes?.includes(scene.mandate.mode) ?? true) &&
    (among === undefined || scene.effects.length >= among) &&
    (outside === undefined || standing(effect, scene.mandate) === 'outside') &&
    isLike(effect, like) &&
    (several === undefined || count(like, scene.atStake, scene) >= several) &&
    (beside === undefined || count(beside, scene.effects, scene) > (isLike(effect, beside) ? 1 : 0))
  )
}

/** Counted once: an action may have thousands of effects. */
function count(like: Likeness, effects: readonly Effect[], { counts }: Scene): number {
  let found = counts.get(like)
  if (found === undefined) {
    found = effects.filter((each) => isLike(each, like)).length
    counts.set(like, found)
  }
  return found
}

/** Whether the effect by itself is what is asked for. */
function isLike(effect: Effect, like: Likeness): boolean {
  const { resource, place, traits } = effect
  return (
    like.verbs.includes(effect.verb) &&
    (like.places?.includes(place.kind) ?? true) &&
    (like.environments === undefined || (place.kind === 'remote' && like.environments.includes(place.environment))) &&
    (like.traits?.every((trait) => traits.includes(trait)) ?? true) &&
    !(like.without?.some((trait) => traits.includes(trait)) ?? false) &&
    (like.tree === undefined || (resource.kind === 'path' && resource.tree === true)) &&
    (like.glob === undefined || (resource.kind === 'path' && resource.glob === true)) &&
    (like.opaque === undefined || effect.certainty === 'opaque') &&
    (like.unversioned === undefined || (effect.magnitude?.unversioned ?? 0) > 0) &&
    (like.files === undefined || (effect.magnitude?.files ?? 0) >= like.files) &&
    (like.systems?.some((system) => isSystem(effect, system)) ?? true) &&
    (like.types === undefined || typeWords(effect).some((word) => like.types?.includes(word)))
  )
}

/** An object names the program that drives its system; the place may know the system by the registry's name. */
function isSystem({ resource, place }: Effect, system: string): boolean {
  return (
    (resource.kind === 'object' && resource.system === system) || (place.kind === 'remote' && place.system === system)
  )
}

const kept = new Map<string, readonly string[]>()
const KEPT = 1024

/** Of an object’s type, in the singular: the grammars say `row` and `rows`. Of all else, its kind. */
function typeWords({ resource }: Effect): readonly string[] {
  const type = resource.kind === 'object' ? resource.type : resource.kind
  let words = kept.get(type)
  if (words === undefined) {
    words = type
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .map((word) => (/[^sui]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word))
    if (kept.size < KEPT) kept.set(type, words)
  }
  return words
}
