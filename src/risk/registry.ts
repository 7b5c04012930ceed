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
    if (entry.match.some((pattern) => matches(pattern, name))) return found(system, entry)
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
  return entry && found(...entry)
}

function found(system: string, { environment, tier, stateful }: System): Found {
  return { place: { kind: 'remote', system, environment, tier }, stateful, known: true }
}

/** `*` stands for any text. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  return parts.length <= 8 && new RegExp(`^${parts.join('.*')}$`).test(name)
}
