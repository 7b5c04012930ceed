import { resourceName } from '../core/effect.ts'
import type { Draft } from '../core/study.ts'

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
export function joinReplaces(drafts: readonly Draft[], history: History): readonly Draft[] {
  const before = new Set(history.deleted)
  const here = new Map<string, number>()
  const joined: Draft[] = []
  for (const draft of drafts) {
    const name = resourceName(draft.resource)
    const object = draft.resource.kind === 'object'
    const at = here.get(name)
    if (object && draft.verb === 'create' && (at !== undefined || before.has(name))) {
      const { instead: _, ...first } = joined[at ?? -1] ?? draft
      const replace: Draft = {
        ...first,
        verb: 'replace',
        undo: 'U4',
        why: `\`${name}\` is deleted and created again`,
      }
      if (at === undefined) joined.push(replace)
      else joined[at] = replace
      continue
    }
    if (object && draft.verb === 'delete') here.set(name, joined.length)
    joined.push(draft)
  }
  return joined
}

/** The history after objects of these names were deleted. */
export function remember(history: History, deleted: readonly string[]): History {
  return deleted.length === 0 ? history : { deleted: [...new Set([...history.deleted, ...deleted])].slice(-MOST) }
}
