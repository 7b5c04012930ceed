import { type Effect, resourceName } from '../core/effect.ts'

/** What earlier actions of a run did that later ones are judged by. Bounded: the newest `MOST` of each. */
export interface History {
  /** Resource names of objects that the run deleted. */
  readonly deleted: readonly string[]
}

export const NO_HISTORY: History = { deleted: [] }

const MOST = 256

/**
 * Delete and create of one thing is a replace, in one command or over a run: what the thing held is gone,
 * whatever stands there afterwards.
 */
export function joinReplaces(effects: readonly Effect[], history: History): readonly Effect[] {
  const deleted = new Set(history.deleted)
  const here = new Map<string, number>()
  const joined: Effect[] = []
  for (const effect of effects) {
    const name = resourceName(effect.resource)
    const object = effect.resource.kind === 'object'
    if (object && effect.verb === 'delete') here.set(name, joined.length)
    if (object && effect.verb === 'create' && (here.has(name) || deleted.has(name))) {
      const replace: Effect = { ...effect, verb: 'replace', undo: 'U4', why: `\`${name}\` is deleted and created again` }
      const at = here.get(name)
      if (at === undefined) joined.push(replace)
      else joined[at] = replace
      continue
    }
    joined.push(effect)
  }
  return joined
}

/** The history after these effects happened. */
export function remember(history: History, effects: readonly Effect[]): History {
  const gone = effects.filter((effect) => effect.verb === 'delete' && effect.resource.kind === 'object').map((effect) => resourceName(effect.resource))
  return gone.length === 0 ? history : { deleted: [...new Set([...history.deleted, ...gone])].slice(-MOST) }
}
