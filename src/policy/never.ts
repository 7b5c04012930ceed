import type { PolicyJson } from '@cedar-policy/cedar-wasm/web'
import type { PolicyCode } from './error.ts'
import { FACTS, SAFEGUARD_WORDS, TRAITS, type Words } from './vocabulary.ts'

/** What is wrong with a rule: a code, what the rule does, and what to do about it. */
export type Problem = readonly [code: PolicyCode, what: string, hint: string]

const WORDS: ReadonlyMap<string, Words> = new Map([
  ...Object.entries(FACTS),
  ['traits', TRAITS],
  ['safeguards', SAFEGUARD_WORDS],
])
const COMPARISONS = ['==', '!=', 'contains', 'containsAll', 'containsAny']

/**
 * What Cedar accepts although it can't mean anything here. Facts are words of closed lists, for Cedar any text:
 * a misspelt word would make a forbid that never forbids, and so would a rule for one agent or for a group of systems.
 */
export function neverMatches(json: PolicyJson): Problem | undefined {
  if (json.principal.op !== 'All' && (json.principal.op !== 'is' || json.principal.in !== undefined))
    return ['policy/never', 'is for one agent only', 'write `principal is Agent`: who acts is not among the facts']
  if (json.resource.op === 'in' || (json.resource.op === 'is' && json.resource.in !== undefined))
    return ['policy/never', 'is for a group of systems', 'write `resource == Remote::"name"`']
  for (const condition of json.conditions) {
    const problem = problemIn(condition.body)
    if (problem) return problem
  }
  return undefined
}

function problemIn(node: unknown): Problem | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  for (const [key, inner] of Object.entries(node)) {
    if (key === 'Var' && inner === 'principal')
      return ['policy/never', 'asks who acts', 'a rule sees the facts in `context` and the system in `resource`']
    if (key === 'like') return ['policy/never', 'uses `like`', 'name the words of the fact in full']
    const stray = key === 'Value' ? textsOf(node)[0] : undefined
    if (stray !== undefined)
      return ['policy/never', `compares \`${stray}\` with no fact`, 'compare it with one: `context.undo == "U4"`']
    const compared = COMPARISONS.includes(key) ? comparison(inner) : undefined
    const problem = compared === undefined ? problemIn(inner) : compared.problem
    if (problem) return problem
  }
  return undefined
}

/** A fact beside words, on either side; `undefined` where it is another comparison. */
function comparison(sides: { readonly left?: unknown; readonly right?: unknown }): { problem?: Problem } | undefined {
  const left = factOf(sides.left)
  const words = WORDS.get(left ?? factOf(sides.right) ?? '')
  const wrong = textsOf(left === undefined ? sides.left : sides.right)
  if (words === undefined || wrong.length === 0) return undefined
  const stray = wrong.find((word) => !words.has(word))
  if (stray === undefined) return {}
  const hint = `the words of \`context.${left ?? factOf(sides.right)}\` are ${[...words.keys()].join(', ')}`
  return { problem: ['policy/never', `asks for \`${stray}\`, which no fact ever is`, hint] }
}

function factOf(node: unknown): string | undefined {
  const access = field(node, '.')
  const name = field(access, 'attr')
  return field(field(access, 'left'), 'Var') === 'context' && typeof name === 'string' ? name : undefined
}

/** The words of `"a"` or `["a", "b"]`; none where the node is anything else. */
function textsOf(node: unknown): string[] {
  const set = field(node, 'Set')
  if (Array.isArray(set)) return set.flatMap(textsOf)
  const value = field(node, 'Value')
  return typeof value === 'string' ? [value] : []
}

function field(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, name) : undefined
}
