import type { Target } from '../core/action.ts'
import { type Effect, type Resource, resourceName } from '../core/effect.ts'
import type { Remote } from '../core/place.ts'
import type { Config, System } from '../wire/config.ts'

export interface Found {
  readonly place: Remote
  readonly stateful: boolean
  /** A person named it in `interlock.yaml`, or the caller did. */
  readonly known: boolean
}

/** What `interlock.yaml` says of a remote resource. Unknown counts as production. */
export function findSystem(resource: Resource, config: Config, target: Target | undefined): Found {
  const name = resource.kind === 'host' ? resource.name : resourceName(resource)
  for (const [system, entry] of Object.entries(config.systems))
    if (entry.match.some((pattern) => matches(pattern, name))) return found(system, entry, config)
  const called = resource.kind === 'object' ? resource.system : name
  const named = target?.environment
  const environment = named === 'development' || named === 'staging' ? named : 'production'
  return {
    place: { kind: 'remote', system: target?.system ?? called, environment, tier: 2 },
    stateful: false,
    known: target !== undefined,
  }
}

/** The system that a push to this branch deploys. */
export function deployedBy(
  { resource, traits }: Pick<Effect, 'resource' | 'traits'>,
  config: Config,
): Found | undefined {
  if (resource.kind !== 'object' || resource.type !== 'branch' || !traits.includes('forge')) return undefined
  const entry = Object.entries(config.systems).find(([, each]) => each.deploys.includes(resource.name))
  return entry && found(...entry, config)
}

function found(system: string, { stateful }: System, config: Config): Found {
  const all = [...dependents(system, config)].flatMap((name) => config.systems[name] ?? [])
  const environment = ENVIRONMENTS.findLast((each) => all.some((one) => one.environment === each)) ?? 'production'
  const tier = Math.min(...all.map((one) => one.tier))
  return { place: { kind: 'remote', system, environment, tier }, stateful, known: true }
}

/** From the least to the most that is at stake. */
const ENVIRONMENTS = ['development', 'staging', 'production'] as const

/** This one, and whatever can't do without it, over any number of steps. */
function dependents(system: string, { systems }: Config): ReadonlySet<string> {
  const all = new Set([system])
  // A set that grows while it is walked is walked to its end, also where they depend on one another.
  for (const needed of all)
    for (const [name, { dependsOn }] of Object.entries(systems)) if (dependsOn.includes(needed)) all.add(name)
  return all
}

/** `*` stands for any text. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  return parts.length <= 8 && new RegExp(`^${parts.join('.*')}$`).test(name)
}
