import { isAbsolute, normalize, resolve } from 'node:path'
import type { Resource, Verb } from '../../core/effect.ts'
import type { Draft, Facts } from '../../core/study.ts'
import type { Field } from '../../lang/field.ts'
import { under } from '../../lang/paths.ts'

/** Verbs for which a wrong guess of the path would lose, run or open something. */
export const GRAVE: ReadonlySet<Verb> = new Set(['delete', 'replace', 'execute', 'grant'])

type Where = Pick<Draft, 'resource' | 'certainty' | 'why'>

/** A path argument, as it stands in a folder. */
export interface Named {
  readonly path: Field
  readonly tree: boolean
  readonly cwd: Field
}

/**
 * Where a path argument leads. What can't be resolved is opaque for verbs that lose, run or open something;
 * elsewhere it is an assumed path of the workspace. Never absent.
 */
export function resolvePath(verb: Verb, { path, tree, cwd }: Named, facts: Facts): Where {
  const full = under(cwd, path)
  const { workspace } = facts.surroundings
  if (full.unknown === undefined) {
    const named = isAbsolute(full.text) ? full.text : resolve(workspace, full.text)
    // The kernel follows a link behind which a slash stands: it is the folder that is meant.
    const follows = path.text.endsWith('/') && !full.glob && facts.path(named, 'place').type === 'link'
    return {
      resource: pathResource(follows ? facts.path(named, 'place').real : named, tree, full.glob),
      certainty: 'known',
    }
  }
  const { shape, suffix, why } = full.unknown
  // A `..` behind what is unknown can lead anywhere.
  const within = shape !== 'text' && isAbsolute(full.text) && !suffix.includes('..')
  if (within) {
    const folder = full.text.endsWith('/') ? full.text : full.text.slice(0, full.text.lastIndexOf('/') + 1)
    const after = suffix.startsWith('/') ? normalize(suffix) : ''
    // What `mktemp` makes is named so, and is nobody else's.
    const name = shape === 'temporary' ? 'tmp.' : full.text.slice(folder.length)
    return { resource: pathResource(`${normalize(folder)}${name}*${after}`, tree, true), certainty: 'assumed', why }
  }
  if (GRAVE.has(verb)) return { resource: { kind: 'anything' }, certainty: 'opaque', why }
  return { resource: pathResource(`${workspace}/*`, tree, true), certainty: 'assumed', why }
}

function pathResource(path: string, tree: boolean, glob: boolean): Resource {
  return { kind: 'path', path, ...(tree && { tree }), ...(glob && { glob }) }
}
