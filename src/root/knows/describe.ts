import type { Program } from '../../programs/grammar.ts'
import { FAMILIES, programNamed } from '../../programs/table.ts'
import { type Difference, differences, type Finding, finding, OPERANDS } from './probe.ts'

/** What a table says of a program, found by asking it. */
export interface Knowledge {
  readonly names: readonly string[]
  /** What it does with two operands; of a program with verbs, which system it drives, or nothing. */
  readonly does: string
  readonly options: readonly Difference[]
  readonly verbs: readonly Verbs[]
}

/** Verbs that do the same. */
interface Verbs {
  /** Each with all spellings: `owner|author ls|list`. */
  readonly words: readonly string[]
  readonly does: string
  readonly options: readonly Difference[]
}

/** What is known of a program by any name that a command line may have for it; undefined where no table lists it. */
export function knowledgeOf(name: string): Knowledge | undefined {
  const program = programNamed(name)
  for (const family of Object.values(FAMILIES))
    for (const [names, listed] of Object.entries(family))
      if (listed === program) return describeProgram(names.split(' '), program)
  return undefined
}

export function describeProgram(names: readonly string[], program: Program): Knowledge {
  const [name = ''] = names
  const verbs = program.verbs === undefined ? [] : verbsOf(name, program.verbs)
  const options = differences(name, [], program)
  if (program.system !== undefined) return { names, does: drives(program), options, verbs }
  return { names, does: program.verbs === undefined ? plain(name) : '', options, verbs }
}

/** What a line does, and its ruling, as two sentences without the last full stop. */
export function told({ does, ruling }: Finding): string {
  return `${does.length === 0 ? 'touches nothing' : does.join('; ')}. ${sentenceCase(ruling)}`
}

/** What an option changes. */
export function toldOption({ does, ruling }: Difference): string {
  return `${does}.${ruling === '' ? '' : ` ${sentenceCase(ruling)}.`}`
}

function plain(name: string): string {
  const [alone, given] = [finding(name, []), finding(name, OPERANDS)]
  if (given.does.length === 0 && alone.does.length === 0) return 'touches nothing. Passes'
  if (given.does.length === 0) return `\`${name}\` ${told(alone)}`
  return `\`${[name, ...OPERANDS].join(' ')}\` ${told(given)}`
}

function drives({ system = '', where = 'remote' }: Program): string {
  const at = where === 'remote' ? 'another system' : 'this machine'
  return `drives ${system} on ${at}: what is not a read by its verb changes it`
}

function sentenceCase(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}

function verbsOf(name: string, verbs: Table): readonly Verbs[] {
  const same = Map.groupBy(leavesOf([], [], verbs), (leaf) => told(verbFinding(name, leaf)))
  return [...same].map(([does, leaves]) => ({
    words: leaves.map(({ shown }) => shown),
    does,
    options: leaves.flatMap(({ words, program }) => {
      const verb = leaves.length > 1 ? `${words.join(' ')} ` : ''
      return differences(name, words, program).map((each) => ({
        ...each,
        options: each.options.map((option) => verb + option),
      }))
    }),
  }))
}

function verbFinding(name: string, { words, program }: Leaf): Finding {
  const operands = program.object === undefined ? OPERANDS : OPERANDS.slice(0, 1)
  const { does, ruling } = finding(name, [...words, ...operands])
  const own = `the project’s own \`${words.at(-1) ?? ''}\``
  return { does: does.map((each) => each.replace(own, 'the project’s own task of that name')), ruling }
}

type Table = NonNullable<Program['verbs']>

/** One row of a table of verbs. */
interface Leaf {
  /** Its first spelling, as it is tried. */
  readonly words: readonly string[]
  readonly shown: string
  readonly program: Program
}

/** A word that no table lists. */
const OTHER = 'another'

function leavesOf(words: readonly string[], shown: readonly string[], verbs: Table): readonly Leaf[] {
  // Of two rows with one name the later one counts.
  const last = new Map(Object.entries(verbs).flatMap(([names, row]) => names.split(' ').map((each) => [each, row])))
  return Object.entries(verbs).flatMap(([all, program]) => {
    const names = all.split(' ').filter((each) => last.get(each) === program)
    const [first] = names
    if (first === undefined) return []
    const tried = first === '-' ? words : [...words, first === '*' ? OTHER : first]
    const written = [...shown, names.map((each) => SHOWN[each] ?? each).join('|')]
    return program.verbs === undefined
      ? [{ words: tried, shown: written.join(' '), program }]
      : leavesOf(tried, written, program.verbs)
  })
}

const SHOWN: Readonly<Record<string, string>> = { '*': '…', '-': '(none)' }
