import { undoWords } from '../core/effect.ts'
import { word as asWord } from '../lang/shell/quoted.ts'
import type { ExplainedEffect, Explanation, FactLine, Step, Word } from '../wire/explanation.ts'
import { decisionsOf } from './decision.ts'
import { line, paragraph, section, some } from './render.ts'

/** Why an action is ruled as it is, as a person reads it: the answer first, then what it rests on. */
export function printExplanation(explanation: Explanation): void {
  const { ruling, rule, because, safeguards, effects, facts, instead, precedents = [] } = explanation
  const under = ruling === 'allow' && safeguards.length > 0 ? `  after a ${safeguards.join(', ')}` : ''
  line(`${ruling.padEnd(5)} ${rule}${under}`)
  for (const each of paragraph('  ', because)) line(each)
  section('who can release it', releaseLines(explanation))
  section('what to do instead', instead === undefined ? [] : paragraph('  ', instead))
  section('how it was read', readingLines(explanation))
  section('what was looked at', some(facts.map(factLines), 'facts'))
  const numbered = effects.map((effect, i) => effectLines(effect, effects.length > 1 ? i + 1 : undefined))
  section('what it would do', some(numbered, 'effects'))
  section('what policy was asked, and what it said', decisionsOf(explanation))
  section(
    'what happened before',
    precedents.flatMap((each) => paragraph('  ', each)),
  )
}

function releaseLines({ ruling, release, effects, gravest }: Explanation): readonly string[] {
  if (release !== undefined) return paragraph('  ', `${release.who}, ${release.where}: ${release.how}`)
  if (ruling === 'allow') return []
  const decision = gravest === undefined ? undefined : effects[gravest]?.decision
  const people = decision?.under.filter((each) => each.startsWith('approval')) ?? []
  const who =
    people.length > 0
      ? `nobody here: it takes ${people.join(' + ')}, and nobody is enrolled who could give it`
      : 'nobody: no safeguard is enough'
  return paragraph('  ', who)
}

function readingLines({ reading, more }: Explanation): readonly string[] {
  const told = new Set<string>()
  const all = some(
    reading.map((step) => stepLines(step, told)),
    'steps',
  )
  return more ? [...all, '  … and more than is kept'] : all
}

/** `told`: why something is not known, said once. */
function stepLines(step: Step, told: Set<string>): readonly string[] {
  const head = ' '.repeat(2 + 2 * Math.min(step.depth, 16))
  switch (step.kind) {
    case 'command':
      return commandLines(step, head, told)
    case 'code':
      return [
        ...paragraph(head, `${step.language}: ${short(step.text.text)}`),
        ...unknownLines(`${head}  `, step.text, told),
      ]
    case 'call':
      return paragraph(head, short(`${step.name} ${step.text}`))
    case 'unread':
      return paragraph(head, `not read: ${step.why}`)
  }
}

type CommandStep = Extract<Step, { kind: 'command' }>

function commandLines({ assigns, words, redirects, input }: CommandStep, head: string, told: Set<string>): string[] {
  const typed = [...assigns, ...words].map(typedAs)
  const files = redirects.map(({ operator, path }) => `${OPERATORS[operator]} ${typedAs(path)}`)
  const all = [...assigns, ...words, ...redirects.map(({ path }) => path)]
  return [
    ...paragraph(head, short([...typed, ...files].join(' '))),
    ...(input === undefined ? [] : inputLines(`${head}  `, input, told)),
    ...all.flatMap((each) => unknownLines(`${head}  `, each, told)),
  ]
}

const OPERATORS = { read: '<', write: '>', append: '>>', both: '<>' } as const

function typedAs({ text, glob, unknown }: Word): string {
  const plain = glob === true || (unknown !== undefined && !/\s/.test(text))
  return plain ? text : asWord(text)
}

function inputLines(head: string, { text, unknown }: Word, told: Set<string>): readonly string[] {
  if (unknown !== undefined) told.add(unknown)
  return paragraph(head, `is fed ${unknown ?? `\`${short(text)}\``}`)
}

function unknownLines(head: string, { unknown }: Word, told: Set<string>): readonly string[] {
  if (unknown === undefined || told.has(unknown)) return []
  told.add(unknown)
  return paragraph(head, `… is not known: ${unknown}`)
}

/** One step is a few lines at most. */
function short(text: string): string {
  return text.length > LONGEST_STEP ? `${text.slice(0, LONGEST_STEP)}… (${text.length} characters)` : text
}

const LONGEST_STEP = 400

function factLines({ asked, path = '', answer }: FactLine): readonly string[] {
  const about = { path, changes: 'what is not committed', text: `what stands in ${path}` }
  return paragraph('  ', `${about[asked]}: ${answer}`)
}

function effectLines(effect: ExplainedEffect, number: number | undefined): readonly string[] {
  const { verb, resource, place, undo, certainty, why, magnitude, traits, by } = effect
  const head = number === undefined ? '  ' : `${String(number).padStart(4)}  `
  const inner = ' '.repeat(head.length + 2)
  const files = verb === 'read' || verb === 'execute' ? 0 : (magnitude?.files ?? 0)
  const stake = files === 0 ? [] : [`${files} ${files === 1 ? 'entry' : 'entries'}, ${unversioned(effect)}`]
  const known = certainty === 'known' ? [] : [certainty === 'opaque' ? 'can’t be known before it runs' : 'assumed']
  return [
    ...paragraph(head, `${verb} ${resource}`),
    ...paragraph(inner, [`${place}: ${undoWords(undo)}`, ...known, ...stake, ...traits].join('; ')),
    ...(why === undefined ? [] : paragraph(inner, why)),
    ...(number === undefined ? [] : paragraph(inner, `by ${short(by)}`)),
  ]
}

function unversioned({ magnitude }: ExplainedEffect): string {
  const lost = magnitude?.unversioned ?? 0
  return lost === 0 ? 'as committed' : `${lost} in no commit`
}
