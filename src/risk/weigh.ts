import { normalize } from 'node:path'
import type { Target } from '../core/action.ts'
import type { Effect, Resource, Trait, UndoClass, Verb } from '../core/effect.ts'
import type { Place } from '../core/place.ts'
import type { Draft, Facts, PathFacts } from '../core/study.ts'
import type { Config } from '../wire/config.ts'
import { below, isHarmlessDevice, isRebuildable, literalPart, pathTraits } from './paths.ts'
import { deployedBy, findSystem } from './registry.ts'

export interface Terms {
  readonly config: Config
  readonly target: Target | undefined
  /** Absolute paths that the run created. */
  readonly created?: readonly string[]
}

/** Adds to each draft what follows from facts: its place, what the resource is, how much is at stake, how it could be undone. */
export function weigh(
  drafts: readonly Draft[],
  facts: Facts,
  { config, target, created = [] }: Terms,
): readonly Effect[] {
  const effects: Effect[] = []
  const seen = new Set<string>()
  for (const draft of drafts) {
    const found = weighOne(draft, facts, config, target)
    const effect = found === undefined ? undefined : asOwn(found, created)
    if (effect === undefined) continue
    const key = JSON.stringify([effect.verb, effect.resource, effect.certainty, effect.traits, effect.instead])
    if (!seen.has(key)) effects.push(effect)
    seen.add(key)
  }
  return taint(effects)
}

/**
 * What reads a secret and sends something out in one call may send the secret: flow inside a command can't be told
 * apart. One command that reads a file from outside the workspace and sends to a process here hands that file on.
 */
function taint(effects: readonly Effect[]): readonly Effect[] {
  if (!effects.some(({ verb }) => verb === 'disclose')) return effects
  const reads = effects.filter(({ verb }) => verb === 'read')
  const secret = reads.some(({ traits }) => traits.includes('secret'))
  const foreign = reads.filter(({ place }) => place.kind === 'home' || place.kind === 'host')
  return effects.map((effect) => {
    const handsOn = effect.place.kind === 'workspace' && foreign.some(({ by }) => by === effect.by)
    return effect.verb === 'disclose' && (secret || handsOn)
      ? { ...effect, traits: [...effect.traits, 'tainted'] }
      : effect
  })
}

/** What a run made itself counts as its workspace, wherever it lies. */
function asOwn(effect: Effect, created: readonly string[]): Effect {
  const { resource, place } = effect
  if (resource.kind !== 'path' || resource.glob === true || (place.kind !== 'home' && place.kind !== 'host'))
    return effect
  return created.some((path) => below(resource.path, path)) ? { ...effect, place: { kind: 'workspace' } } : effect
}

function weighOne(draft: Draft, facts: Facts, config: Config, target: Target | undefined): Effect | undefined {
  const { resource } = draft
  switch (resource.kind) {
    case 'path':
      return weighPath(draft, resource, facts, config)
    case 'object':
    case 'host':
      return weighRemote(draft, config, target)
    case 'process': {
      // A job of the command's own shell ends with it anyway.
      if (OWN_PROCESS.test(resource.name)) return { ...plain(draft), place: { kind: 'workspace' }, undo: 'U2' }
      return { ...plain(draft), place: { kind: 'host' }, undo: draft.undo ?? 'U2' }
    }
    case 'program':
      return { ...plain(draft), place: { kind: 'workspace' }, undo: draft.undo ?? 'U2' }
    case 'anything':
      return { ...plain(draft), place: { kind: 'host' }, undo: 'U4' }
  }
}

function plain(draft: Draft): Omit<Effect, 'place' | 'undo'> {
  const { verb, resource, by, certainty, why, instead, traits = [] } = draft
  return { verb, resource, by, certainty, traits, ...(why && { why }), ...(instead && { instead }) }
}

function weighPath(
  draft: Draft,
  named: Extract<Resource, { kind: 'path' }>,
  facts: Facts,
  config: Config,
): Effect | undefined {
  const lexical = normalize(named.path)
  if (isHarmlessDevice(lexical)) return undefined
  const around = facts.surroundings
  const found = facts.path(named.path, draft.verb === 'read' || draft.verb === 'execute' ? 'place' : 'stake')
  const real = draft.verb === 'delete' ? linkItself(named.path, found, facts) : found.real
  const tree = named.tree === true
  const traits = new Set<Trait>([
    ...(draft.traits ?? []),
    ...pathTraits(lexical, tree, around),
    ...pathTraits(real, tree, around),
  ])
  if (isRebuildable(real, found.version, around)) traits.add('rebuildable')
  if (traits.has('inert')) traits.delete('startup')
  const place = pathPlace(literalPart(real), traits, facts)
  const verb = writes(draft.verb) ? (isThere(draft, found, place) ? 'update' : 'create') : draft.verb
  const certainty = draft.certainty === 'known' && found.certainty === 'assumed' ? 'assumed' : draft.certainty
  const resource: Resource = { ...named, path: named.glob === true && lexical === named.path ? named.path : real }
  const undo = draft.undo ?? pathUndo(verb, found, traits, config)
  return { ...plain(draft), verb, resource, traits: [...traits], place, certainty, undo, magnitude: found.magnitude }
}

/**
 * Grammar can't tell whether a path is there: facts do. Where they are assumed it counts as there, but for what a
 * program makes in a folder that is neither the workspace's nor anybody's home.
 */
function isThere(draft: Draft, found: PathFacts, place: Place): boolean {
  if (draft.fresh === true) return false
  return found.exists && !(found.certainty === 'assumed' && draft.verb === 'create' && place.kind === 'host')
}

function writes(verb: Verb): boolean {
  return verb === 'create' || verb === 'update'
}

/** Unlinking a symbolic link takes the link, not what it leads to. */
function linkItself(path: string, found: PathFacts, facts: Facts): string {
  if (found.type !== 'link') return found.real
  const at = path.lastIndexOf('/')
  return `${facts.path(path.slice(0, at) || '/', 'place').real}/${path.slice(at + 1)}`
}

function pathPlace(path: string, traits: ReadonlySet<Trait>, facts: Facts): Place {
  const { workspace, home } = facts.surroundings
  if (below(path, workspace) || (traits.has('temporary') && !traits.has('system'))) return { kind: 'workspace' }
  return below(path, home) ? { kind: 'home' } : { kind: 'host' }
}

function pathUndo(verb: Verb, found: PathFacts, traits: ReadonlySet<Trait>, config: Config): UndoClass {
  if (verb === 'read') return 'U0'
  if (verb === 'execute') return 'U2'
  if (traits.has('device')) return 'U4'
  if (traits.has('rebuildable')) return 'U2'
  const fits = !found.more && found.magnitude.bytes <= config.bounds.snapshotMiB * 1024 * 1024
  return fits ? 'U1' : 'U4'
}

const REMOTE_UNDO: Readonly<Record<Verb, UndoClass>> = {
  read: 'U0',
  create: 'U2',
  update: 'U2',
  delete: 'U4',
  replace: 'U4',
  execute: 'U4',
  grant: 'U2',
  disclose: 'U4',
  spend: 'U4',
}

/** The local engine is the host, but starting and changing a container touches no more than it mounts, which is judged apart. */
function ownEngine({ resource, verb }: Draft): boolean {
  return (
    resource.kind === 'object' &&
    /^(?:docker|podman|nerdctl|vagrant|docker-machine)$/.test(resource.system) &&
    ['create', 'update', 'execute'].includes(verb)
  )
}

/** Where clouds hand a machine its credentials. */
const METADATA =
  /^(?:169\.254\.169\.254|169\.254\.170\.2|metadata\.google\.internal|100\.100\.100\.200|\[?fd00:ec2::254\]?)(?::\d+)?$/
/** Jobs of the command's own shell. */
const OWN_PROCESS = /^%(?:\d+|[+-])?$/
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0)(?::\d+)?$/

function weighRemote(draft: Draft, config: Config, target: Target | undefined): Effect {
  const { resource } = draft
  const effect = { ...plain(draft), undo: draft.undo ?? REMOTE_UNDO[draft.verb] }
  if (draft.where === 'host' || draft.where === 'workspace')
    return { ...effect, place: { kind: ownEngine(draft) ? 'workspace' : draft.where } }
  if (resource.kind === 'host' && METADATA.test(resource.name))
    return { ...effect, place: { kind: 'host' }, traits: [...effect.traits, 'secret'] }
  if (resource.kind === 'host' && LOOPBACK.test(resource.name)) return { ...effect, place: { kind: 'workspace' } }
  const deployed = deployedBy(effect, config)
  if (deployed !== undefined)
    return { ...effect, traits: effect.traits.filter((trait) => trait !== 'forge'), place: deployed.place }
  const { place, stateful, known } = findSystem(resource, config, target)
  // An unfamiliar program, a thing that nobody named and nothing taken away: it passes for what it says it is.
  const plainly =
    resource.kind === 'object' &&
    draft.where === undefined &&
    !known &&
    !['delete', 'replace', 'grant'].includes(draft.verb)
  if (plainly && effect.traits.length === 0) return { ...effect, place: { kind: 'workspace' } }
  return { ...effect, place, traits: stateful ? [...effect.traits, 'stateful'] : effect.traits }
}
