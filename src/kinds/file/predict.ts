import { isAbsolute, resolve } from 'node:path'
import type { Json } from '../../core/digest.ts'
import type { Verb } from '../../core/effect.ts'
import type { Draft, Facts, Surroundings } from '../../core/study.ts'

const VERBS: Readonly<Record<string, Verb>> = {
  read: 'read',
  write: 'update',
  edit: 'update',
  delete: 'delete',
  move: 'delete',
}

/** What the file tools of hosts touch; `FileInput` in core says the shape. */
export function predictFile(input: Json, facts: Facts): readonly Draft[] {
  const fields =
    input !== null && typeof input === 'object' && !Array.isArray(input)
      ? (input as Readonly<Record<string, Json>>)
      : {}
  const { operation, path, to } = fields
  const verb = typeof operation === 'string' && Object.hasOwn(VERBS, operation) ? VERBS[operation] : undefined
  if (verb === undefined || typeof path !== 'string' || (operation === 'move' && typeof to !== 'string'))
    return [
      {
        verb: 'execute',
        resource: { kind: 'anything' },
        by: 'a file tool',
        certainty: 'opaque',
        why: 'the file call names no operation or path',
      },
    ]
  const draft = (each: Verb, at: string): Draft => ({
    verb: each,
    resource: { kind: 'path', path: absoluteIn(at, facts.surroundings), ...(each === 'delete' && { tree: true }) },
    by: `${operation} ${at}`,
    certainty: 'known',
  })
  return typeof to === 'string' && operation === 'move' ? [draft(verb, path), draft('update', to)] : [draft(verb, path)]
}

/** The path that a file call names; the guard's own file tools take the same. */
export function absoluteIn(path: string, { cwd, home }: Pick<Surroundings, 'cwd' | 'home'>): string {
  if (path === '~' || path.startsWith('~/')) return resolve(home, path.slice(2))
  // A `..` is left for the look at the disk: the kernel follows a link before it goes up.
  const plain = path.replace(/^file:\/\//, '')
  return isAbsolute(plain) ? plain : `${cwd}/${plain}`
}
