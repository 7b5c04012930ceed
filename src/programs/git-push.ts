import type { Instead, Trait } from '../core/effect.ts'
import { type Field, known } from '../lang/field.ts'
import { typed } from '../lang/shell/quoted.ts'
import { has, value } from './arguments.ts'
import type { Arguments, ObjectTouch, Touch } from './grammar.ts'
import { from, object, shell } from './touch.ts'

const SHARED =
  /^(?:main|master|trunk|develop|development|default|stable|prod(?:uction)?|staging|gh-pages|HEAD|release[/-].*|\d+\.x)$/
const TAG = /^(?:refs\/tags\/.*|v?\d+(?:\.\d+)+.*)$/

/** Stands for what only the repository tells. */
export const CURRENT_BRANCH = 'the current branch'

export function isShared(branch: string): boolean {
  return SHARED.test(branch)
}

/** Each thing on the forge that `git push REMOTE REFSPEC…` adds, moves or removes. */
export function push(args: Arguments): readonly Touch[] {
  const [remote, ...given] = args.operands
  const repository = value(args, '--repo') ?? remote
  const touches: Touch[] = []
  if (repository !== undefined && /^ext::/.test(repository.text)) touches.push(shell(from(repository, 5)))
  const words =
    given[0]?.text === 'tag' ? given.slice(1).map((field) => ({ ...field, text: `refs/tags/${field.text}` })) : given
  const forced = has(args, '-f', '--force-with-lease')
  if (has(args, '--mirror', '--prune')) touches.push(change('delete', known('every other branch'), ['shared']))
  if (has(args, '--tags')) touches.push(change(forced ? 'replace' : 'create', known('all tags'), ['shared'], 'tag'))
  for (const refspec of words)
    touches.push(refspecChange(refspec, { forced, deletes: has(args, '-d'), remote: repository }))
  if (words.length === 0 && !has(args, '--tags', '--mirror')) touches.push(unnamed(args, forced))
  return touches
}

function unnamed(args: Arguments, forced: boolean): Touch {
  const every = has(args, '--all', '--branches')
  return change(forced ? 'replace' : 'update', known(every ? 'all branches' : CURRENT_BRANCH), every ? ['shared'] : [])
}

interface Pushed {
  readonly forced: boolean
  readonly deletes: boolean
  readonly remote: Field | undefined
}

/** One's own commits on top of what others have: then a plain push adds, and takes nothing from anybody. */
function rebased(remote: Field | undefined, branch: Field): Instead | undefined {
  const line = remote === undefined ? undefined : typed([...GIT_PULL, remote, branch])
  return line === undefined
    ? undefined
    : { run: line, after: 'then push without force: that takes nothing from anybody' }
}

const GIT_PULL = ['git', 'pull', '--rebase'].map(known)

/** `[+]SOURCE[:TARGET]`; an empty source deletes. */
function refspecChange(refspec: Field, { forced, deletes, remote }: Pushed): Touch {
  const plus = refspec.text.startsWith('+')
  const plain = plus ? from(refspec, 1) : refspec
  const colon = plain.text.indexOf(':')
  const target = colon < 0 ? plain : from(plain, colon + 1)
  const ref = { ...target, text: target.text.replace(/^refs\/heads\//, '') }
  const isTag = TAG.test(ref.text)
  const shared: readonly Trait[] = isTag || isShared(ref.text) ? ['shared'] : []
  const name = { ...ref, text: ref.text.replace(/^refs\/tags\//, '') }
  const type = isTag ? 'tag' : 'branch'
  if (deletes || colon === 0) return change('delete', name, shared, type)
  if (plus || forced) {
    const instead = type === 'branch' && colon < 0 ? rebased(remote, name) : undefined
    return { ...change('replace', name, shared, type), ...(instead && { instead }) }
  }
  // Adding to a branch is no rewrite of it, whoever else builds on it; a tag and what it releases is others' at once.
  return change(isTag ? 'create' : 'update', name, isTag ? shared : [], type)
}

function change(
  verb: 'create' | 'update' | 'replace' | 'delete',
  name: Field,
  traits: readonly Trait[],
  type = 'branch',
): ObjectTouch {
  return object(verb, ['forge', type], name, { where: 'remote', traits: ['forge', ...traits] })
}
