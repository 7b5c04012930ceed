import { join } from 'node:path'
import { shellCall } from '../cli/check.ts'
import { grouped, printPolicyExplanation, printRule } from '../cli/decision.ts'
import { json, line, note } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { decisionOf } from '../gate/explain.ts'
import { type LoadedPolicy, readPack } from '../policy/load.ts'
import { readQuestion, wordsIn } from '../policy/question.ts'
import { isAbout, type Rule } from '../policy/rule.ts'
import { runCases } from '../policy/test.ts'
import { PLACES } from '../policy/vocabulary.ts'
import type { Decision, PolicyExplanation, RuleSaid } from '../wire/explanation.ts'
import { loadBuiltIn } from './assemble.ts'
import { explainFor } from './check.ts'
import { type Env, PACKAGE } from './folders.ts'

/** Runs the cases beside the built-in rules. */
export async function policyTest(options: { json?: boolean }): Promise<number> {
  const results = runCases(loadBuiltIn(), readPack(join(PACKAGE, 'policies/builtin')).cases)
  const failed = results.filter(({ ok }) => !ok)
  if (options.json === true) for (const result of results) json(result)
  else {
    for (const { file, line: at, text, got } of failed) line(`failed  ${file}:${at}  ${text}\n        answers ${got}`)
    line(`${results.length - failed.length} cases passed, ${failed.length} failed`)
  }
  return failed.length === 0 ? EXIT.done : EXIT.fault
}

export interface PolicyAsked {
  /** A rule, a question in words, or a command. */
  readonly words: readonly string[]
  /** `--` stood before the words: they are a command. */
  readonly command: boolean
  readonly options: { readonly json?: boolean }
}

/** A rule as it stands; or how policy answers a question, or each question that a command leads to. */
export async function policyExplain({ words, command, options }: PolicyAsked, env: Env, cwd: string): Promise<number> {
  const policy = loadBuiltIn()
  if (command) return print(await explainedCommand(words, policy, env, cwd), options)
  const asked = words.flatMap(wordsIn)
  const rule = asked.length === 1 ? policy.rules.find(({ id }) => id === asked[0]) : undefined
  if (rule !== undefined) {
    if (options.json === true) json(asWritten(rule))
    else printRule(asWritten(rule))
    return EXIT.done
  }
  const read = readQuestion(asked)
  if ('wrong' in read) {
    note(`interlock: \`${asked.join(' ')}\` is neither a rule nor a question: ${read.wrong}`)
    note('  a rule is named as `production/delete`; a question begins with a verb, as `delete home U1 secret`;')
    note('  a command stands after `--`')
    return EXIT.usage
  }
  const decision = decisionOf(read.question, policy.decide(read.question, read.feasible))
  return print([{ policy: policy.hash, effects: [], decision, rules: rulesFor(policy.rules, decision) }], options)
}

async function explainedCommand(
  words: readonly string[],
  policy: LoadedPolicy,
  env: Env,
  cwd: string,
): Promise<readonly PolicyExplanation[]> {
  const explanation = await explainFor(env, cwd, policy)(shellCall(words))
  return grouped(explanation).map(({ decision, numbers }) => ({
    policy: policy.hash,
    effects: explanation.effects
      .filter((_, i) => numbers.includes(i + 1))
      .map(({ verb, resource, by }) => `${verb} ${resource}, by ${by}`),
    decision,
    rules: rulesFor(policy.rules, decision),
  }))
}

/** Every rule about the verb and place of a decision, with what it said. */
function rulesFor(rules: readonly Rule[], { question, tried }: Decision): RuleSaid[] {
  const place = PLACES.get(String(question.place)) ?? ''
  const said = new Map(
    tried.flatMap(({ permitted, rules: held }) =>
      held.map(({ id }) => [id, permitted ? ('permits' as const) : ('forbids' as const)]),
    ),
  )
  return rules
    .filter((rule) => isAbout(rule, String(question.verb), place))
    .map((rule) => ({ ...asWritten(rule), said: said.get(rule.id) ?? 'silent' }))
}

function asWritten({ id, effect, because, instead, layer, file, text }: Rule): Omit<RuleSaid, 'said'> {
  return { id, effect, because, ...(instead !== undefined && { instead }), layer, file, text }
}

function print(all: readonly PolicyExplanation[], options: { readonly json?: boolean }): number {
  if (all.length === 0 && options.json !== true) line('policy is not asked: it touches nothing')
  for (const [i, each] of all.entries()) {
    if (options.json === true) json(each)
    else {
      if (i > 0) line()
      printPolicyExplanation(each)
    }
  }
  return EXIT.done
}
