import type { Effect, Verb } from '../../core/effect.ts'
import { sentence } from '../../gate/judge.ts'
import { type Field, show } from '../../lang/field.ts'
import type { Elsewhere, Touch } from '../../programs/grammar.ts'

const DOES: Readonly<Record<Verb, string>> = {
  read: 'reads',
  create: 'creates or replaces',
  update: 'changes',
  delete: 'deletes',
  replace: 'replaces',
  execute: 'runs something in',
  grant: 'gives rights to',
  disclose: 'sends data to',
  spend: 'spends money on',
}

const ON_HOST: Partial<Record<Verb, string>> = { read: 'fetches from', execute: 'opens a session on' }

const LOSES = {
  uncommitted: 'changes that are not committed',
  untracked: 'untracked files',
  ignored: 'ignored files',
  history: 'commits that nothing else holds',
  stash: 'what is stashed',
}

/** One touch, as a person would say it. */
export function touchWords(touch: Touch): string {
  switch (touch.kind) {
    case 'path': {
      const inside = touch.names === undefined ? '' : ` (in a folder, ${touch.names.map(code).join(', ')})`
      return `${DOES[touch.verb]} ${code(touch.path)}${touch.tree ? ' and all below it' : ''}${inside}`
    }
    case 'object': {
      const name = touch.name.text === '' && touch.name.unknown === undefined ? '' : ` ${code(touch.name)}`
      return `${DOES[touch.verb]} ${touch.type}${name} (${touch.system})`
    }
    case 'host':
      return `${ON_HOST[touch.verb] ?? DOES[touch.verb]} the host ${code(touch.host)}`
    case 'process':
      return `${touch.verb === 'delete' ? 'ends' : DOES[touch.verb]} the process ${code(touch.name)}`
    case 'worktree':
      return `takes ${LOSES[touch.loses]}${touch.paths.length > 0 ? ` in ${touch.paths.map(code).join(', ')}` : ''}`
    case 'run': {
      const more = touch.more === undefined ? '' : ' with more arguments'
      const folder = touch.cwd === undefined ? '' : ` in the folder ${code(touch.cwd)}`
      return `runs \`${touch.argv.map(show).join(' ')}\` as a command${more}${folder}${there(touch.elsewhere)}`
    }
    case 'code':
      return `runs ${code(touch.text)} as ${language(touch.language)}${there(touch.elsewhere)}`
    case 'script':
      return `runs the file ${code(touch.path)} as ${language(touch.language)}`
    case 'load':
      return `takes code from ${code(touch.from)}`
    case 'stdin':
      return `runs its input as ${language(touch.language)}${there(touch.elsewhere)}`
    case 'task': {
      const at = touch.at === undefined ? '' : ` on ${touch.at.map(code).join(', ')}`
      return `runs the project’s own \`${touch.name}\`${at}`
    }
    case 'opaque':
      return `can’t be known before it runs: ${touch.why}`
  }
}

function code(field: Field): string {
  return `\`${show(field)}\``
}

function language(name: string): string {
  return name === 'unknown' ? 'code that is not read' : name === 'sh' ? 'shell' : name
}

function there(elsewhere: Elsewhere | undefined): string {
  return elsewhere === undefined ? '' : ` in ${elsewhere.name}`
}

/** One effect of a whole line, without the place that the registry would give it. */
export function effectWords(effect: Effect): string {
  if (effect.certainty === 'opaque') return `can’t be known before it runs: ${sentence(effect)}`
  return sentence({ ...effect, place: { kind: 'workspace' } })
}

/** `deletes \`a\`` and `deletes \`b\`` in one. */
export function joined(does: readonly string[]): readonly string[] {
  const [a, b] = ['`a`', '`b`']
  const second = (words: string): string => words.replaceAll(a, b)
  const pair = (words: string): boolean => words.includes(a) && !words.includes(b) && does.includes(second(words))
  const taken = new Set(does.filter(pair).map(second))
  return does
    .filter((words) => !taken.has(words))
    .map((words) => (pair(words) ? words.replace(a, `${a} and ${b}`) : words))
}
