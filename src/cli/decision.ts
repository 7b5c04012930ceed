import type { Decision, Explanation, PolicyExplanation, RuleSaid } from '../wire/explanation.ts'
import { line, paragraph, section, some } from './render.ts'

export interface Group {
  readonly decision: Decision
  /** Of the effects, from 1. */
  readonly numbers: readonly number[]
}

/** Effects that were answered alike stand together; those of the deciding one come first. */
export function grouped({ effects, gravest }: Pick<Explanation, 'effects' | 'gravest'>): readonly Group[] {
  const groups = new Map<string, Group>()
  const order = effects
    .map(({ decision }, i) => ({ decision, i }))
    .sort((a, b) => Number(b.i === gravest) - Number(a.i === gravest))
  for (const { decision, i } of order) {
    const key = JSON.stringify([decision.asked, decision.tried])
    groups.set(key, { decision, numbers: [...(groups.get(key)?.numbers ?? []), i + 1] })
  }
  return [...groups.values()]
}

/** What policy was asked about an action's effects, and what it said. */
export function decisionsOf(explanation: Explanation): readonly string[] {
  const { effects, gravest } = explanation
  if (effects.length === 1) return grouped(explanation).flatMap(({ decision }) => decisionLines(decision))
  return grouped(explanation).flatMap(({ decision, numbers }) => {
    const decides = gravest !== undefined && numbers.includes(gravest + 1)
    return decisionLines(decision, `${ranges(numbers)}: `, decides ? ' (this decides)' : '')
  })
}

/** `1, 3–5` */
function ranges(numbers: readonly number[]): string {
  const all: [from: number, to: number][] = []
  for (const n of numbers.toSorted((a, b) => a - b)) {
    const last = all.at(-1)
    if (last !== undefined && last[1] === n - 1) last[1] = n
    else all.push([n, n])
  }
  return all.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ')
}

/** The question, and each set of safeguards with what was said to it. */
function decisionLines({ asked, tried, verdict, rule, because }: Decision, before = '', after = ''): readonly string[] {
  const sets = tried.map(({ under }) => under.join(' + ') || 'as it is')
  const width = Math.max(0, ...sets.map((set) => set.length))
  const said = new Set<string>()
  const answers = tried.flatMap(({ permitted, rules }, i) => {
    const head = `    ${(sets[i] ?? '').padEnd(width)}  `
    if (rules.length === 0) return [`${head}no rule permits it`]
    const verb = permitted ? 'permitted' : 'forbidden'
    return rules.flatMap(({ id, because: why }, at) => {
      const again = said.has(id)
      said.add(id)
      return paragraph(at === 0 ? head : ' '.repeat(head.length), `${verb} by ${id}${again ? '' : `: ${why}`}`)
    })
  })
  const told = tried.at(-1)?.rules.some(({ id }) => id === rule) === true
  const end = verdict === 'forbidden' && !told ? paragraph('    ', `so it is forbidden, ${rule}: ${because}`) : []
  return [...paragraph('  ', `${before}${asked}${after}`), ...answers, ...end]
}

/** How policy came to its answer, with the rules themselves. */
export function printPolicyExplanation({ effects, decision, rules }: PolicyExplanation): void {
  const { verdict, under, rule, because, instead } = decision
  line(`${verdict} ${rule}${verdict === 'permitted' ? `  ${under.join(' + ') || 'as it is'}` : ''}`)
  for (const each of paragraph('  ', because)) line(each)
  if (instead !== undefined) for (const each of paragraph('  instead: ', instead)) line(each)
  const asked = effects.map((each) => paragraph('  ', each))
  section('what it was asked about', some(asked, 'effects'))
  section('what was asked and tried', decisionLines(decision))
  for (const each of rules) if (each.said !== 'silent') section(`${each.said}: ${headOf(each)}`, ruleLines(each))
  const silent = rules.filter(({ said }) => said === 'silent').map(({ id }) => id)
  section('about this verb and place too, but silent', silent.length === 0 ? [] : paragraph('  ', silent.join(', ')))
}

/** One rule, as it stands in its file. */
export function printRule(rule: Omit<RuleSaid, 'said'>): void {
  line(headOf(rule))
  for (const each of ruleLines(rule)) line(each)
}

function headOf({ id, layer, file }: Omit<RuleSaid, 'said'>): string {
  return `${id}  (${file} of the ${layer} rules)`
}

function ruleLines({ text }: Pick<RuleSaid, 'text'>): readonly string[] {
  return text.split('\n').map((each) => `  ${each}`)
}
