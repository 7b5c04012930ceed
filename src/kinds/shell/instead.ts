import { relative } from 'node:path'
import { digestOf } from '../../core/digest.ts'
import type { Instead } from '../../core/effect.ts'
import { type Field, literal } from '../../lang/field.ts'
import type { Invocation } from '../../lang/shell/invocation.ts'
import { typed, word } from '../../lang/shell/quoted.ts'
import { firstScope, type Ground } from '../../lang/shell/scope.ts'
import type { Language } from '../../programs/grammar.ts'

const RUNNERS: Readonly<Partial<Record<Language, readonly [program: string, ending: string]>>> = {
  sh: ['bash', 'sh'],
  python: ['python3', 'py'],
  node: ['node', 'cjs'],
  perl: ['perl', 'pl'],
  ruby: ['ruby', 'rb'],
  php: ['php', 'php'],
}

/** Of what no parser can follow. */
export const PLAINLY: Instead = {
  words: 'write it in plain commands that a shell reads without guessing, one step a call',
}

/**
 * Text that a command prints to be run: put down first, it can be read, and is judged by what stands in it. `itself`:
 * the shell runs it in its own process.
 */
export function writtenFirst(text: Field, language: Language, itself = false): Instead | undefined {
  const [runner, ending] = RUNNERS[language] ?? []
  const whole = text.text === '' && text.unknown?.suffix === '' && runner !== undefined
  const from = whole ? text.unknown.from?.() : undefined
  if (from === undefined) return undefined
  const file = `step-${digestOf('interlock-step/v1', from).slice(0, 6)}.${ending}`
  return asked(`${from} > ${file}`, `read it, then run \`${itself ? `. ./${file}` : `${runner} ${file}`}\``)
}

/** A file that `line` brings and the same call runs: brought by a call of its own, it is judged by what stands in it. */
export function broughtFirst(line: string, path: string, language: Language, { cwd }: Ground): Instead | undefined {
  const [runner] = RUNNERS[language] ?? []
  const file = path.startsWith(`${cwd}/`) ? relative(cwd, path) : path
  const known = runner !== undefined && !file.includes('`')
  return known ? asked(line, `read it, then run \`${runner} ${word(file)}\``) : undefined
}

/** What a program's grammar says to run instead, where the command stands; its folder and variables go with it. */
export function standing(
  instead: Instead | undefined,
  { scope, assigns }: Pick<Invocation, 'scope' | 'assigns'>,
  ground: Ground,
): Instead | undefined {
  if (instead === undefined || 'words' in instead) return instead
  const known = firstScope(ground).variables
  const folder = literal(scope.cwd)
  const before = assigns.map(({ name, value }) => [name, literal(value)] as const)
  // What the text itself has set, another call would not see.
  const own = [...scope.variables.keys()].some((name) => name !== 'OLDPWD' && !known.has(name))
  // Elsewhere than in the workspace, also what only fetches may ask somebody.
  const inside = folder !== undefined && (folder === ground.cwd || folder.startsWith(`${ground.workspace}/`))
  if (own || !inside || before.some(([, value]) => value === undefined)) return undefined
  const set = before.map(([name, value]) => `${name}=${word(value ?? '')} `).join('')
  const there = folder === ground.cwd ? '' : `cd ${word(relative(ground.cwd, folder))} && `
  return asked(there + set + instead.run, instead.after)
}

/** An invocation as one line that does the same in the folder where the call stands. */
export function lineOf({ argv, assigns, redirects, input, scope }: Invocation, ground: Ground): string | undefined {
  const line = typed(argv)
  if (line === undefined || assigns.length > 0 || literal(scope.cwd) !== ground.cwd) return undefined
  const files = redirects.map(({ operator, path }) => [operator, literal(path)] as const)
  if (files.some(([operator, path]) => path === undefined || (operator !== 'write' && operator !== 'append')))
    return undefined
  const into = files.map(([operator, path]) => ` ${operator === 'write' ? '>' : '>>'} ${word(path ?? '')}`).join('')
  if (input.kind === 'inherited') return line + into
  const { text, unknown } = input.kind === 'text' ? input.text : { text: '', unknown: undefined }
  const from = text === '' && unknown?.suffix === '' ? unknown.from?.() : undefined
  return from === undefined ? undefined : `${from} | ${line}${into}`
}

/** None where the command would not stand between the marks that say where it begins and ends. */
function asked(run: string, after: string): Instead | undefined {
  return /[`\p{Cc}]/u.test(run) || run.length > LONGEST_RUN ? undefined : { run, after }
}

const LONGEST_RUN = 400
