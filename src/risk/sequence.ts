import { type Effect, resourceName } from '../core/effect.ts'
import type { Draft } from '../core/study.ts'

/** What earlier actions of a run did that later ones are judged by. Bounded: the newest `MOST` of each. */
export interface History {
  /** Resource names of objects that the run deleted. */
  readonly deleted: readonly string[]
  /** Absolute paths that the run created. */
  readonly created: readonly string[]
  /** What the run wanted to do and was refused, by a person or by policy. */
  readonly refused: readonly Wanted[]
}

/** An effect that needed people, by its verb and resource name. */
export interface Wanted {
  readonly verb: string
  readonly resource: string
}

export const NO_HISTORY: History = { deleted: [], created: [], refused: [] }

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

/** The history after more of it; of each the newest are kept. */
export function remember(history: History, { deleted = [], created = [], refused = [] }: Partial<History>): History {
  const wanted = new Map([...history.refused, ...refused].map((each) => [`${each.verb} ${each.resource}`, each]))
  return {
    deleted: newest([...history.deleted, ...deleted]),
    created: newest([...history.created, ...created]),
    refused: [...wanted.values()].slice(-MOST),
  }
}

/** The history after a person said yes to what was refused. */
export function forgive(history: History, granted: readonly Wanted[]): History {
  const names = new Set(granted.map(({ verb, resource }) => `${verb} ${resource}`))
  return { ...history, refused: history.refused.filter(({ verb, resource }) => !names.has(`${verb} ${resource}`)) }
}

function newest(names: readonly string[]): readonly string[] {
  return [...new Set(names)].slice(-MOST)
}

/** Whether an effect brings about what was refused in this run: by whatever tool, the same or more of it. */
export function escalates({ verb, resource }: Effect, { refused }: History): boolean {
  if (resource.kind === 'anything' || refused.length === 0) return false
  const name = resourceName(resource)
  return refused.some((before) => (verb === before.verb || TAKES_ALL.has(verb)) && covers(name, before.resource))
}

const TAKES_ALL: ReadonlySet<string> = new Set(['delete', 'replace'])

/** `path:/a/**` covers `path:/a` and all below it. */
function covers(name: string, other: string): boolean {
  if (name === other) return true
  const folder = /^(path:.*)\/\*\*$/.exec(name)?.[1]
  return folder !== undefined && (other === folder || other.startsWith(`${folder}/`))
}
