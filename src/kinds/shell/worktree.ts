import { resolve } from 'node:path'
import type { Verb } from '../../core/effect.ts'
import type { Draft, Facts } from '../../core/study.ts'
import type { Field } from '../../lang/field.ts'
import { under } from '../../lang/paths.ts'
import type { Touch } from '../../programs/grammar.ts'

interface Standpoint {
  readonly by: string
  readonly cwd: Field
  /** Its settings go along: a remote stands there, beside what was fetched from it. */
  readonly settings?: boolean
}

/** The files of the repository that say which commits it still knows. */
export function historyDrafts(verb: Verb, { by, cwd, settings }: Standpoint, facts: Facts): readonly Draft[] {
  const { workspace } = facts.surroundings
  const there = cwd.unknown === undefined ? resolve(cwd.text) : undefined
  const root = there === undefined || there.startsWith(`${workspace}/`) ? workspace : there
  return ['HEAD', 'index', 'refs', 'logs', 'packed-refs', ...(settings ? ['config'] : [])].map((name) => ({
    verb,
    resource: { kind: 'path', path: `${root}/.git/${name}`, tree: true },
    by,
    certainty: there === undefined ? 'assumed' : 'known',
    traits: name === 'config' ? ['repository', 'inert'] : ['repository'],
  }))
}

/** What a git command takes from the working tree: only what is there to lose, as facts tell. */
export function worktreeDrafts(
  touch: Extract<Touch, { kind: 'worktree' }>,
  cwd: Field,
  by: string,
  facts: Facts,
): readonly Draft[] {
  const { workspace } = facts.surroundings
  const { loses } = touch
  // A changed file is set back, one that no commit holds is gone.
  const verb = loses === 'uncommitted' ? 'update' : touch.verb
  if (loses === 'history' || loses === 'stash') return historyDrafts(verb, { by, cwd }, facts)
  // Another repository's: what it holds is not known here.
  const there = cwd.unknown === undefined ? resolve(cwd.text) : undefined
  if (there === undefined || !(there === workspace || there.startsWith(`${workspace}/`))) {
    const where =
      there === undefined ? ({ kind: 'anything' } as const) : ({ kind: 'path', path: there, tree: true } as const)
    return [
      {
        verb,
        resource: where,
        by,
        certainty: there === undefined ? 'opaque' : 'assumed',
        why: `all ${loses} work there is meant`,
      },
    ]
  }
  const changes = facts.changes()
  const whole: Draft = {
    verb,
    resource: { kind: 'path', path: workspace, tree: true },
    by,
    certainty: 'assumed',
    why: `all ${loses} work is meant`,
    traits: ['repository'],
  }
  if (changes.more) return [whole]
  const lost =
    loses === 'uncommitted'
      ? changes.modified
      : loses === 'untracked'
        ? changes.untracked
        : [...changes.untracked, ...changes.ignored]
  const limits = touch.paths
    .map((path) => under(cwd, path))
    .map((path) => (path.unknown === undefined && !path.glob ? path.text : workspace))
  return lost
    .filter((path) => limits.length === 0 || limits.some((limit) => path === limit || path.startsWith(`${limit}/`)))
    .map((path) => ({
      // Git never writes through a link: it puts a file in the link's own place.
      verb: facts.path(path, 'stake').type === 'link' ? 'delete' : verb,
      resource: { kind: 'path', path, tree: loses !== 'uncommitted' },
      by,
      certainty: 'known',
    }))
}
