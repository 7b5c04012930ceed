import type { Instead, Trait } from '../../core/effect.ts'
import type { Draft, Facts, Surroundings } from '../../core/study.ts'
import { show } from '../../lang/field.ts'
import { CURRENT_BRANCH, isShared } from '../../programs/git-push.ts'
import type { Elsewhere, HostTouch, ObjectTouch, ProcessTouch } from '../../programs/grammar.ts'

/** What can't be known before it runs. */
export function opaque(by: string, why: string, { traits = [], instead }: Beside = {}): Draft {
  const resource = { kind: 'anything' } as const
  return { verb: 'execute', resource, by, certainty: 'opaque', why, traits, ...(instead && { instead }) }
}

interface Beside {
  readonly traits?: readonly Trait[]
  readonly instead?: Instead | undefined
}

/** What the grammar adds to a touch that no fact could tell. */
export function hints(
  touch: Partial<Pick<Draft, 'undo' | 'traits' | 'why' | 'where' | 'instead' | 'fresh'>>,
): Partial<Draft> {
  const { undo, traits, why, where, instead, fresh } = touch
  return {
    ...(fresh && { fresh }),
    ...(instead && { instead }),
    ...(undo && { undo }),
    ...(traits && { traits }),
    ...(why && { why }),
    ...(where && { where }),
  }
}

/** Interlock as a package or a service of the machine. */
const OWN = /^interlock(?:@\S+|\.service)?$/

export function objectDraft(touch: ObjectTouch, by: string, facts: Facts): Draft {
  if (show(touch.name) === CURRENT_BRANCH) return currentBranch(touch, by, facts)
  const { system, type, verb, name } = touch
  const own = touch.where === 'host' && verb !== 'read' && OWN.test(show(name))
  const certainty = touch.assumed === true || name.unknown !== undefined ? 'assumed' : 'known'
  const resource = { kind: 'object', system, type, name: show(name) } as const
  return {
    ...hints(own ? { ...touch, traits: [...(touch.traits ?? []), 'guard'] } : touch),
    verb,
    resource,
    by,
    certainty,
  }
}

/** A bare `git push`: which branch it reaches stands in the repository. */
function currentBranch(touch: ObjectTouch, by: string, facts: Facts): Draft {
  const head = facts.text(`${facts.surroundings.workspace}/.git/HEAD`)
  const branch = head.kind === 'text' ? /^ref: refs\/heads\/(.+)\s*$/.exec(head.text)?.[1] : undefined
  const { system, type, verb, traits = [] } = touch
  const shared = verb === 'replace' && (branch === undefined || isShared(branch)) && !traits.includes('shared')
  return {
    ...hints({ ...touch, traits: shared ? [...traits, 'shared'] : traits }),
    verb,
    resource: { kind: 'object', system, type, name: branch ?? CURRENT_BRANCH },
    by,
    certainty: branch === undefined ? 'assumed' : 'known',
  }
}

/** Refs that a command moves or drops are files of the repository, and come back as such. */
export function movesHistory({ system, type, verb, where }: ObjectTouch): boolean {
  if (system !== 'git' || where !== 'workspace' || verb === 'read' || verb === 'create') return false
  return ['branch', 'tag', 'stash', 'ref', 'reflog', 'head', 'remote'].includes(type)
}

export function hostDraft(touch: HostTouch, by: string): Draft {
  return {
    ...hints(touch),
    verb: touch.verb,
    resource: { kind: 'host', name: show(touch.host) },
    by,
    certainty: 'known',
  }
}

export function processDrafts(touch: ProcessTouch, by: string, { surroundings }: Facts): readonly Draft[] {
  const { name: field, verb } = touch
  // `$!` is the last job of this very shell.
  const name = field.unknown?.why === '`$!`' ? '%' : (field.unknown?.process ?? show(field))
  const guard = isGuard(touch, name, surroundings)
  if (verb === 'update' && !guard) return []
  const traits: Pick<Draft, 'traits'> = guard ? { traits: ['guard'] } : {}
  return [{ ...hints(touch), ...traits, verb, resource: { kind: 'process', name }, by, certainty: 'known' }]
}

/** Whether the guard's process is one of those that are meant: by its number, its group, its name or its command line. */
function isGuard({ looks, name: field }: ProcessTouch, name: string, { guard, guarded }: Surroundings): boolean {
  // `-1` are all processes.
  if (/interlock/.test(name) || name === '-1' || guarded.some((path) => name.startsWith(path))) return true
  if (guard === undefined) return false
  const pattern = looks ?? (field.unknown?.process === undefined ? undefined : 'line')
  if (pattern === undefined) return /^-?\d+$/.test(name) && Math.abs(Number(name)) === guard.pid
  const looked = pattern === 'line' ? guard.line : guard.name
  if (/^[\w\s/@:=,.-]+$/.test(name)) return looked.includes(name)
  // Of a regular expression, what stands in it as it is must be there: it may find more than is meant, never less.
  const words = name.split(/[^\w/@:-]+/).filter((word) => word !== '')
  return words.length > 0 && words.every((word) => looked.includes(word))
}

/** On another host or in a container: reads pass as reads there, the rest is that system's to lose. */
export function elsewhere(place: Elsewhere | undefined, by: string, drafts: readonly Draft[]): readonly Draft[] {
  if (place === undefined) return drafts
  const { name: system, where, undo } = place
  return drafts.map(({ verb, resource, certainty, why }) => {
    const name = resource.kind === 'path' ? resource.path : by
    const there = { kind: 'object', system, type: 'shell', name } as const
    return { verb, resource: there, by, certainty, where, ...(undo && { undo }), ...(why && { why }) }
  })
}

/** Neither in the workspace nor temporary. */
export function isElsewhere({ resource }: Draft, { surroundings }: Facts): boolean {
  if (resource.kind !== 'path') return false
  const own = [surroundings.workspace, ...surroundings.temporary]
  return !own.some((folder) => resource.path === folder || resource.path.startsWith(`${folder}/`))
}
