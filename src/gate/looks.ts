import type { Changes, Content, PathFacts } from '../core/study.ts'
import type { FactLine } from '../wire/explanation.ts'
import type { Asked, Look } from './facts.ts'

/** What was looked at, as a person reads it. What is known of a path's stake covers its place. */
export function factLines(looks: readonly Look[]): FactLine[] {
  const staked = new Set(looks.flatMap(({ asked }) => (isStake(asked) ? [asked.path] : [])))
  return looks
    .filter(({ asked }) => asked.kind !== 'path' || asked.want === 'stake' || !staked.has(asked.path))
    .map(({ asked, finding }) => {
      const path = asked.kind === 'changes' ? {} : { path: asked.path }
      if (finding === undefined)
        return { asked: asked.kind, ...path, answer: ASSUMED[asked.kind], certainty: 'assumed' }
      return { asked: asked.kind, ...path, answer: wordsOf(asked, finding), certainty: 'known' }
    })
}

const ASSUMED: Readonly<Record<Asked['kind'], string>> = {
  path: 'not looked at: it counts as there, in no commit, and small enough for a snapshot',
  changes: 'not looked at: anything may be uncommitted',
  text: 'not looked at: it counts as a program',
}

function isStake(asked: Asked): asked is Extract<Asked, { kind: 'path' }> {
  return asked.kind === 'path' && asked.want === 'stake'
}

function wordsOf(asked: Asked, finding: NonNullable<Look['finding']>): string {
  if (asked.kind === 'path') return pathWords(asked, finding as PathFacts)
  return asked.kind === 'changes' ? changesWords(finding as Changes) : contentWords(finding as Content)
}

function pathWords(asked: Extract<Asked, { kind: 'path' }>, found: PathFacts): string {
  if (!found.exists) return 'not there'
  const leads = found.real === asked.path ? '' : `, is ${found.real}`
  if (asked.want === 'place') return found.type + leads
  const { files, bytes, unversioned } = found.magnitude
  const most = found.more ? 'more than ' : ''
  const lost = unversioned === 0 ? 'all as committed' : GIT[found.version]
  return `${found.type}${leads}, ${most}${count(files, 'entry')}, ${most}${size(bytes)}, ${lost}`
}

const GIT: Readonly<Record<PathFacts['version'], string>> = {
  tracked: 'all as committed',
  modified: 'changed since the last commit',
  untracked: 'in no commit',
  ignored: 'ignored by git',
  none: 'outside of git',
}

function changesWords({ modified, untracked, ignored, more }: Changes): string {
  const counts = [`${modified.length} changed`, `${untracked.length} untracked`, `${ignored.length} ignored`]
  return `${counts.join(', ')}${more ? ', and more than that' : ''}`
}

function contentWords(content: Content): string {
  switch (content.kind) {
    case 'text':
      return `text of ${count(content.text.split('\n').length, 'line')}, which is read too`
    case 'program':
      return 'a compiled program'
    case 'missing':
      return 'not there'
    case 'unreadable':
      return content.why
  }
}

function count(n: number, what: 'entry' | 'line'): string {
  return `${n} ${n === 1 ? what : { entry: 'entries', line: 'lines' }[what]}`
}

/** `1.4 MB`. */
function size(bytes: number): string {
  const at = Math.min(4, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** at
  return `${value < 10 && at > 0 ? value.toFixed(1) : Math.round(value)} ${['B', 'kB', 'MB', 'GB', 'TB'][at]}`
}
