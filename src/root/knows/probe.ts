import { freezeAction } from '../../core/action.ts'
import { DEFAULT_MANDATE } from '../../core/mandate.ts'
import type { Judged } from '../../core/study.ts'
import { Findings, surroundingsOf } from '../../gate/facts.ts'
import { type Bench, judge } from '../../gate/judge.ts'
import { predict } from '../../kinds/registry.ts'
import { known } from '../../lang/field.ts'
import { quoted } from '../../lang/shell/quoted.ts'
import type { Program } from '../../programs/grammar.ts'
import { touches } from '../../programs/lookup.ts'
import { NO_HISTORY } from '../../risk/sequence.ts'
import { loadBuiltIn } from '../../root/assemble.ts'
import { Config } from '../../wire/config.ts'
import { effectWords, joined, touchWords } from './words.ts'

/** What a command line was found to do, and how it is ruled by default. */
export interface Finding {
  readonly does: readonly string[]
  readonly ruling: string
}

/** Spellings of options that change what a command line does, as they are written, and what it does with them. */
export interface Difference {
  readonly options: readonly string[]
  readonly does: string
  readonly ruling: string
}

const HOME = '/home/dev'
const CWD = `${HOME}/project`
/** Stand for whatever a line has there. */
export const OPERANDS: readonly string[] = ['a', 'b']
const VALUE = 'x'

const BENCH: Bench = {
  policy: loadBuiltIn(),
  config: Config.parse({}),
  mandate: DEFAULT_MANDATE,
  history: NO_HISTORY,
}

/** How the defaults rule a line in a workspace of which nothing more is known. */
function judged(input: string): Judged {
  const action = freezeAction({ kind: 'shell', input, cwd: CWD, home: HOME, agent: { name: 'docs', run: 'docs' } })
  const around = surroundingsOf(action, { temporary: ['/tmp'], guarded: () => [], launchers: [], env: {} })
  const facts = new Findings(around)
  return judge({ action, drafts: predict('shell', input, facts), facts, preconditions: '' }, BENCH)
}

function rulingWords({ ruling }: Judged): string {
  if (ruling.kind === 'allow') return ruling.under.length > 0 ? 'passes after a snapshot' : 'passes'
  return ruling.kind === 'hold' ? 'a person is asked' : 'refused'
}

/** What a whole line would touch, as the gate sees it. */
export function lineFinding(command: string): Finding {
  const found = judged(command)
  const does = found.effects.map((effect) =>
    effectWords(effect).replaceAll(`${CWD}/`, '').replaceAll(CWD, 'the folder').replaceAll(HOME, '~'),
  )
  return { does: unique(does), ruling: rulingWords(found) }
}

/** What a program's own grammar makes of some arguments. */
export function finding(name: string, args: readonly string[]): Finding {
  const found = touches({ name, args: args.map(known), piped: false })
  const command = [name, ...args].map((word) => (/^[\w./=,:@-]+$/.test(word) ? word : quoted(word))).join(' ')
  return { does: joined(unique(found.map(touchWords))), ruling: rulingWords(judged(command)) }
}

/** Tries each option of a grammar beside `words` and two operands, and tells what it changes. */
export function differences(name: string, words: readonly string[], program: Program): readonly Difference[] {
  const plain = finding(name, [...words, ...OPERANDS])
  const byEffect = new Map<string, { options: string[]; does: string; ruling: string }>()
  for (const option of optionsOf(program)) {
    const found = finding(name, [...words, ...option, ...OPERANDS])
    const does = difference(plain.does, found.does)
    if (does === undefined) continue
    const key = `${does} ${found.ruling}`
    const same = byEffect.get(key) ?? { options: [], does, ruling: found.ruling === plain.ruling ? '' : found.ruling }
    same.options.push(option.join(' '))
    byEffect.set(key, same)
  }
  return [...byEffect.values()]
}

/** Every spelling of every option, with its values: `--output VALUE`, `--backup=VALUE`. */
function optionsOf(program: Program): readonly (readonly string[])[] {
  const groups = `${program.before ?? ''} ${program.options ?? ''}`.split(' ').filter((group) => group !== '')
  return groups.flatMap((group) => {
    const [spellings = '', role] = group.split(/=(.*)/)
    const count = role === undefined ? 0 : role.split('+').length
    return spellings.split(',').map((spelling) => {
      // A value that can be left out is, where it names nothing.
      if (role === '?data') return [spelling]
      if (role?.startsWith('?')) return [spelling.length > 2 ? `${spelling}=${VALUE}` : spelling + VALUE]
      return [spelling, ...Array<string>(count).fill(VALUE)]
    })
  })
}

function difference(plain: readonly string[], found: readonly string[]): string | undefined {
  const added = found.filter((words) => !plain.includes(words))
  const gone = plain.filter((words) => !found.includes(words))
  if (added.length === 0 && gone.length === 0) return undefined
  if (found.length === 0) return 'touches nothing'
  if (gone.length === 0) return `also ${added.join('; ')}`
  return found.join('; ')
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}
