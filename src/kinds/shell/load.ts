import { resolve } from 'node:path'
import type { Facts } from '../../core/study.ts'
import { type Field, show } from '../../lang/field.ts'
import type { Scope } from '../../lang/shell/scope.ts'
import { USUAL_PATH } from '../../lang/shell/scope.ts'
import { isInstalled } from './launch.ts'

/** Where only a person or a package manager puts programs and what they load. */
const INSTALLED =
  /^\/(?:usr|bin|sbin|opt|snap|nix|lib\w*|etc|dev\/null|Library|System|Applications|home\/linuxbrew)(?:\/|$)/

/** What shells read in a home before anything else. */
export const STARTUP = '.zshenv .zprofile .zshrc .zlogin .bash_profile .bash_login .profile .bashrc .shrc'.split(' ')

/** A place that code is loaded from; `own` are the workspace's, where a program may hide another of its name. */
export interface Place {
  readonly kind: 'usual' | 'own' | 'strange'
  /** Its path, or why that is not known. */
  readonly shown: string
}

/** Each place of a `:` list up to the first of the system's, where everything known is found. */
export function places(list: Field, scope: Scope, facts: Facts): readonly Place[] {
  if (list.text === USUAL_PATH && list.unknown === undefined) return []
  const usual = new Set((facts.surroundings.env.PATH ?? USUAL_PATH).split(':'))
  const found: Place[] = []
  const before = list.text.split(':')
  const behind = (list.unknown?.suffix ?? '').split(':').slice(1)
  for (const [i, text] of [...before, ...(list.unknown === undefined ? [] : behind)].entries()) {
    if (usual.has(text)) break
    const partial = list.unknown !== undefined && i === before.length - 1
    // What stands before the unknown part says where it leads, unless a `..` behind it leads out again.
    if (partial && (text === '' || list.unknown?.outer === true || list.unknown?.suffix.includes('..') === true))
      found.push({ kind: list.unknown?.outer === true ? 'usual' : 'strange', shown: list.unknown?.why ?? '' })
    else found.push(placed(text, scope, facts))
  }
  return found
}

function placed(text: string, scope: Scope, facts: Facts): Place {
  const { workspace, home, temporary } = facts.surroundings
  if (scope.cwd.unknown !== undefined && !text.startsWith('/')) return { kind: 'strange', shown: show(scope.cwd) }
  const path = resolve(scope.cwd.text, text.startsWith('~/') ? home + text.slice(1) : text)
  const inside = (folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
  if (isInstalled(`${path}/x`) || INSTALLED.test(path)) return { kind: 'usual', shown: path }
  if (inside(workspace)) return { kind: 'own', shown: path }
  // In a home, agents ask before they write.
  if (inside(home) && !temporary.some(inside)) return { kind: 'usual', shown: path }
  return { kind: 'strange', shown: path }
}
