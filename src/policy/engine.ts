import {
  type AuthorizationAnswer,
  type Context,
  preparsePolicySet,
  statefulIsAuthorized,
  type TypeAndId,
  validate,
} from '@cedar-policy/cedar-wasm/web'
import { startCedar } from './cedar.ts'
import { PolicyError } from './error.ts'
import { isAbout, type Rule, said } from './rule.ts'
import { PLACES, RULE_FACTS, type RuleFact, VERBS } from './vocabulary.ts'

export type Reply =
  /** `rules` are the permits that hold. */
  | { readonly kind: 'permitted'; readonly rules: readonly string[] }
  /** `rules` are the forbids that hold; none where no permit did. */
  | { readonly kind: 'denied'; readonly rules: readonly string[] }
  | { readonly kind: 'error'; readonly what: string }

export interface Engine {
  /** The facts that some rule for this verb and place names; no other can make a difference. */
  factsFor(verb: string, place: string): readonly RuleFact[]
  /** `facts` are at least those of `factsFor`: a missing one is an error, never a guess. */
  ask(verb: string, resource: TypeAndId, facts: Context): Reply
}

const AGENT = { type: 'Agent', id: 'agent' }

// Cedar keeps parsed rules under a name for as long as the process lives, so every policy uses the same few names.
// INVARIANT: under a name are the rules of its holder; who does not hold it puts his own there before he asks.
const holders = new Map<string, Engine>()

/** One set for each verb and place, parsed when it is first asked. The rules are in order. */
export function startEngine(rules: readonly Rule[]): Engine {
  const sets = new Map([...VERBS.keys()].flatMap((verb) => setsFor(verb, rules)))
  const engine: Engine = {
    factsFor: (verb, place) => sets.get(setName(verb, place))?.facts ?? [],
    ask(verb, resource, facts) {
      const name = setName(verb, resource.type)
      if (holders.get(name) !== engine) hold(name, engine, sets.get(name)?.texts)
      return replyOf(
        statefulIsAuthorized({
          principal: AGENT,
          action: { type: 'Action', id: verb },
          resource,
          context: facts,
          entities: [],
          preparsedPolicySetId: name,
          validateRequest: false,
        }),
      )
    },
  }
  return engine
}

function replyOf(answer: AuthorizationAnswer): Reply {
  if (answer.type === 'failure') return { kind: 'error', what: said(answer.errors) }
  const { decision, diagnostics } = answer.response
  // Cedar skips a rule that fails, a forbid too: what it says then can't be relied on.
  const failed = diagnostics.errors[0]
  if (failed) return { kind: 'error', what: `rule \`${failed.policyId}\`: ${failed.error.message}` }
  return { kind: decision === 'allow' ? 'permitted' : 'denied', rules: diagnostics.reason }
}

const setName = (verb: string, place: string): string => `interlock/${verb}/${place}`

interface RuleSet {
  readonly texts: Readonly<Record<string, string>>
  readonly facts: readonly RuleFact[]
}

function setsFor(verb: string, rules: readonly Rule[]): [string, RuleSet][] {
  return [...PLACES.values()].map((place) => {
    const there = rules.filter((rule) => isAbout(rule, verb, place))
    const facts = RULE_FACTS.filter((fact) => there.some(({ text }) => text.includes(fact)))
    return [setName(verb, place), { texts: Object.fromEntries(there.map(({ id, text }) => [id, text])), facts }]
  })
}

function hold(name: string, engine: Engine, staticPolicies: RuleSet['texts'] = {}): void {
  startCedar()
  // CRASH: nobody holds a name whose rules are half replaced.
  holders.delete(name)
  const answer = preparsePolicySet(name, { staticPolicies })
  if (answer.type === 'failure')
    throw new PolicyError('policy/engine', `the rules of \`${name}\` can't be parsed: ${said(answer.errors)}`)
  holders.set(name, engine)
}

/** Strict validation of all rules, any error or warning of which refuses the whole. */
export function refuseInvalid(schema: string, rules: readonly Rule[]): void {
  startCedar()
  const staticPolicies = Object.fromEntries(rules.map((rule) => [rule.id, rule.text]))
  const answer = validate({ schema, policies: { staticPolicies }, validationSettings: { mode: 'strict' } })
  if (answer.type === 'failure') throw new PolicyError('policy/schema', `can't validate: ${said(answer.errors)}`)
  const problem = answer.validationErrors[0] ?? answer.validationWarnings[0]
  const other = answer.otherWarnings[0]
  if (problem === undefined && other === undefined) return
  const rule = rules.find(({ id }) => id === problem?.policyId)
  const where = rule === undefined ? 'the rules' : `\`${rule.file}\` of the ${rule.layer} layer`
  const error = problem?.error ?? other
  throw new PolicyError(
    'policy/type',
    `${where}: ${error === undefined ? 'not valid' : said([{ ...error, help: null }])}`,
    {
      hint: error?.help ?? 'see `schema.cedarschema` in the built-in pack for what a rule may ask',
    },
  )
}
