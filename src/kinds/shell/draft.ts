import type { Instead, Trait } from '../../core/effect.ts'
import type { Draft, Facts } from '../../core/study.ts'
import { type Field, show } from '../../lang/field.ts'
import { CURRENT_BRANCH, isShared } from '../../programs/git-push.ts'
import type { Elsewhere, HostTouch, ObjectTouch, ProcessTouch } from '../../programs/grammar.ts'
import { assignmentDraft } from './assignment.ts'

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
export function hints(touch: Partial<Pick<Draft, 'undo' | 'traits' | 'why' | 'where' | 'instead'>>): Partial<Draft> {
  const { undo, traits, why, where, instead } = touch
  return {
    ...(instead && { instead }),
    ...(undo && { undo }),
    ...(traits && { traits }),
    ...(why && { why }),
    ...(where && { where }),
  }
}

export function objectDraft(touch: ObjectTouch, by: string, facts: Facts): Draft {
  if (show(touch.name) === CURRENT_BRANCH) return currentBranch(touch, by, facts)
  const { system, type, verb, name } = touch
  const certainty = touch.assumed === true || name.unknown !== undefined ? 'assumed' : 'known'
  return { ...hints(touch), verb, resource: { kind: 'object', system, type, name: show(name) }, by, certainty }
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
  return ['branch', 'tag', 'stash', 'ref', 'reflog', 'head'].includes(type)
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

export function processDraft(touch: ProcessTouch, by: string): Draft {
  // `$!` is the last job of this very shell.
  const name = touch.name.unknown?.why === '`$!`' ? '%' : show(touch.name)
  const traits: Pick<Draft, 'traits'> = /interlock/.test(name) ? { traits: ['guard'] } : {}
  return { ...hints(touch), ...traits, verb: touch.verb, resource: { kind: 'process', name }, by, certainty: 'known' }
}

/** `NAME=value` words that a wrapper puts before its command. */
export function assignmentDrafts(words: readonly Field[], by: string): readonly Draft[] {
  return words.flatMap((field) => {
    const at = field.text.indexOf('=')
    return at < 0 ? [] : assignmentDraft(field.text.slice(0, at), { ...field, text: field.text.slice(at + 1) }, by)
  })
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
