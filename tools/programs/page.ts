import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Family, Program } from '../../src/programs/grammar.ts'
import { FAMILIES } from '../../src/programs/table.ts'
import { type Difference, differences, type Finding, finding, lineFinding, OPERANDS } from './probe.ts'

/** Pages by their paths below the repository: one a family, and one that says where each program stands. */
export function pages(root: string): ReadonlyMap<string, string> {
  const examples = examplesIn(join(root, 'test/corpus/programs'))
  const made = Object.entries(FAMILIES).map(
    ([name, family]) => [`docs/programs/${name}.md`, familyPage(name, family, examples)] as const,
  )
  return new Map([['docs/programs.md', indexPage()], ...made])
}

const MADE = '<!-- written by `node tools/programs/main.ts --write` from src/programs and test/corpus/programs -->'

function indexPage(): string {
  const rows = Object.entries(FAMILIES).map(([family, programs]) => {
    const names = Object.keys(programs).flatMap((each) => each.split(' '))
    return `| [${family}](programs/${family}.md) | ${[...new Set(names)].sort().map(code).join(' ')} |`
  })
  return `${[INTRO, ...rows].join('\n')}\n`
}

const INTRO = `# What Interlock knows of each program

${MADE}

A page a family says, of each program in the tables, what its arguments, options and verbs mean in effects. It is made
by asking the same functions that judge a call: each option is tried beside two operands, \`a\` and \`b\`, with the value
\`x\`, and what changes is written down. Options that change nothing here are known too, and left out. Where a program
reads its arguments in a way that this does not show, lines of the test corpus stand as examples.

- **touches nothing**: it prints, or reads what its system tells of itself.
- **passes**: it runs without a question, under the defaults.
- **passes after a snapshot**: the guard keeps what it changes, and \`interlock undo\` gives it back.
- **a person is asked**: it waits for a yes.
- **refused**: no yes of one person is enough. A remote system that \`interlock.yaml\` does not name counts as production.

The ruling is that of a workspace of which nothing more is known. Paths outside of it, secrets, and what is known of a
system move it. A program that is not listed is read by a general grammar: its words for verbs, and what looks like a
path or a remote operand.

| family | programs |
|---|---|`

function familyPage(name: string, family: Family, examples: ReadonlyMap<string, readonly string[]>): string {
  const entries = Object.entries(family).map(([names, program]) => entry(names.split(' '), program, examples))
  const [short, long] = [
    entries.filter(({ lines }) => lines.length === 0),
    entries.filter(({ lines }) => lines.length > 0),
  ]
  const title = `# ${name[0]?.toUpperCase()}${name.slice(1)}\n\n${MADE}\n\nWhat the words mean is said in [programs](../programs.md).`
  const listed = [...Map.groupBy(short, ({ does }) => does)].map(
    ([does, same]) => `- ${same.flatMap(({ names }) => names.map(code)).join(' ')}: ${does}`,
  )
  const sections = long.map(({ names, does, lines }) =>
    [
      `## ${names.map((each) => each.replaceAll('_', '\\_')).join(', ')}`,
      '',
      ...(does === '' ? [] : [`${does}.`, '']),
      ...lines,
    ].join('\n'),
  )
  return `${[title, ...(listed.length > 0 ? [listed.join('\n')] : []), ...sections].join('\n\n')}\n`
}

interface Entry {
  readonly names: readonly string[]
  /** What it does with two operands, and the ruling; of a program with verbs, nothing. */
  readonly does: string
  readonly lines: readonly string[]
}

function entry(names: readonly string[], program: Program, examples: ReadonlyMap<string, readonly string[]>): Entry {
  const [name = ''] = names
  const system = program.system === undefined ? '' : drives(program)
  const does = program.verbs === undefined && system === '' ? plain(name) : system
  const lines = [
    ...differences(name, [], program).map(differenceLine),
    ...(program.verbs === undefined ? [] : verbLines(name, program.verbs)),
    ...names.flatMap((each) => examples.get(each) ?? []).map(exampleLine),
  ]
  return { names, does, lines }
}

function plain(name: string): string {
  const [alone, given] = [finding(name, []), finding(name, OPERANDS)]
  if (given.does.length === 0 && alone.does.length === 0) return 'touches nothing. Passes'
  if (given.does.length === 0) return `${code(name)} ${told(alone)}`
  return `${code([name, ...OPERANDS].join(' '))} ${told(given)}`
}

function drives({ system = '', where = 'remote' }: Program): string {
  const at = where === 'remote' ? 'another system' : 'this machine'
  return `Drives ${system} on ${at}: what is not a read by its verb changes it`
}

function told({ does, ruling }: Finding): string {
  return `${does.length === 0 ? 'touches nothing' : does.join('; ')}. ${sentenceCase(ruling)}`
}

function sentenceCase(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}

function differenceLine({ options, does, ruling }: Difference): string {
  return `- ${options.map(code).join(', ')}: ${does}.${ruling === '' ? '' : ` ${sentenceCase(ruling)}.`}`
}

/** Verbs that do the same stand together; below them, what their options change. */
function verbLines(name: string, verbs: Verbs): readonly string[] {
  const same = Map.groupBy(leavesOf([], [], verbs), (leaf) => told(verbFinding(name, leaf)))
  return [...same].flatMap(([does, leaves]) => [
    `- ${leaves.map(({ shown }) => code(shown)).join(' ')}: ${does}.`,
    ...leaves.flatMap(({ words, program }) =>
      differences(name, words, program).map((each) => {
        const verb = leaves.length > 1 ? `${words.join(' ')} ` : ''
        return `  ${differenceLine({ ...each, options: each.options.map((option) => verb + option) })}`
      }),
    ),
  ])
}

function verbFinding(name: string, { words, program }: Leaf): Finding {
  const operands = program.object === undefined ? OPERANDS : OPERANDS.slice(0, 1)
  const { does, ruling } = finding(name, [...words, ...operands])
  const own = `the project’s own ${code(words.at(-1) ?? '')}`
  return { does: does.map((each) => each.replace(own, 'the project’s own task of that name')), ruling }
}

type Verbs = NonNullable<Program['verbs']>

/** One row of a table of verbs. */
interface Leaf {
  /** Its first spelling, as it is tried. */
  readonly words: readonly string[]
  /** All spellings: `owner|author ls|list`. */
  readonly shown: string
  readonly program: Program
}

/** A word that no table lists. */
const OTHER = 'another'

function leavesOf(words: readonly string[], shown: readonly string[], verbs: Verbs): readonly Leaf[] {
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

/** Lines of the corpus by the program that they start with; those with a piped input or a variable are left out. */
function examplesIn(folder: string): ReadonlyMap<string, readonly string[]> {
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .flatMap((line) => /^(?!#)(.*?) {2}=> /.exec(line)?.[1] ?? [])
    .filter((line) => !/ <$|\$/.test(line))
  return Map.groupBy(lines, (line) => /^\S*/.exec(line)?.[0] ?? '')
}

function exampleLine(command: string): string {
  return `- ${code(command)} ${told(lineFinding(command))}.`
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}
