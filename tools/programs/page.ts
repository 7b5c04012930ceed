import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Family } from '../../src/programs/grammar.ts'
import { FAMILIES } from '../../src/programs/table.ts'
import { describeProgram, type Knowledge, told, toldOption } from '../../src/root/knows/describe.ts'
import { type Difference, lineFinding } from '../../src/root/knows/probe.ts'

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

function familyPage(name: string, family: Family, examples: Examples): string {
  const entries = Object.entries(family).map(([names, program]) => describeProgram(names.split(' '), program))
  const lines = new Map(entries.map((each) => [each, linesOf(each, examples)]))
  const short = entries.filter((each) => lines.get(each)?.length === 0)
  const listed = [...Map.groupBy(short, ({ does }) => does)].map(
    ([does, same]) => `- ${same.flatMap(({ names }) => names.map(code)).join(' ')}: ${does}`,
  )
  const sections = entries.filter((each) => !short.includes(each)).map((each) => section(each, lines.get(each) ?? []))
  const title = `# ${name[0]?.toUpperCase()}${name.slice(1)}`
  const head = [title, MADE, 'What the words mean is said in [programs](../programs.md).']
  return `${[...head, ...(listed.length > 0 ? [listed.join('\n')] : []), ...sections].join('\n\n')}\n`
}

function section({ names, does }: Knowledge, lines: readonly string[]): string {
  const title = `## ${names.map((each) => each.replaceAll('_', '\\_')).join(', ')}`
  return [title, '', ...(does === '' ? [] : [`${does[0]?.toUpperCase()}${does.slice(1)}.`, '']), ...lines].join('\n')
}

function linesOf({ names, options, verbs }: Knowledge, examples: Examples): readonly string[] {
  return [
    ...options.map(optionLine),
    ...verbs.flatMap((same) => [
      `- ${same.words.map(code).join(' ')}: ${same.does}.`,
      ...same.options.map((each) => `  ${optionLine(each)}`),
    ]),
    ...names
      .flatMap((each) => examples.get(each) ?? [])
      .map((command) => `- ${code(command)} ${told(lineFinding(command))}.`),
  ]
}

function optionLine(each: Difference): string {
  return `- ${each.options.map(code).join(', ')}: ${toldOption(each)}`
}

type Examples = ReadonlyMap<string, readonly string[]>

/** Lines of the corpus by the program that they start with; those with a piped input or a variable are left out. */
function examplesIn(folder: string): Examples {
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .flatMap((line) => /^(?!#)(.*?) {2}=> /.exec(line)?.[1] ?? [])
    .filter((line) => !/ <$|\$/.test(line))
  return Map.groupBy(lines, (line) => /^\S*/.exec(line)?.[0] ?? '')
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}
