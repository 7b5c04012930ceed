import {
  type DetailedError,
  type EntityUidJson,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
} from '@cedar-policy/cedar-wasm/web'
import { startCedar } from './cedar.ts'
import { PolicyError } from './error.ts'
import { neverMatches, type Problem } from './never.ts'

export type LayerName = 'builtin' | 'organisation' | 'repository'

export interface Rule {
  readonly id: string
  readonly layer: LayerName
  readonly file: string
  readonly effect: 'permit' | 'forbid'
  /** The verbs that it is about, and the one kind of place. */
  readonly verbs: readonly string[] | 'all'
  readonly place: string | 'all'
  readonly because: string
  readonly instead?: string
  readonly text: string
}

const ID = /^[a-z0-9-]+(\/[a-z0-9-]+)+$/
const ANNOTATIONS = ['id', 'because', 'instead']

/** The rules of one file, each checked for what Cedar's own validation lets pass. */
export function readRules(layer: LayerName, file: string, text: string): Rule[] {
  startCedar()
  const parts = policySetTextToParts(text)
  if (parts.type === 'failure')
    throw new PolicyError('policy/syntax', `\`${file}\` of the ${layer} layer is not Cedar: ${said(parts.errors)}`, {
      hint: 'a rule looks like `@id("a/b") @because("…") forbid (principal is Agent, action, resource) when { … };`',
    })
  if (parts.policy_templates.length > 0)
    throw new PolicyError('policy/syntax', `\`${file}\` of the ${layer} layer has a template, which nothing fills`, {
      hint: 'write the rule without `?principal` and `?resource`',
    })
  return parts.policies.map((policy) => readRule(layer, file, policy))
}

function readRule(layer: LayerName, file: string, text: string): Rule {
  const answer = policyToJson(text)
  if (answer.type === 'failure') throw new PolicyError('policy/syntax', `\`${file}\`: ${said(answer.errors)}`)
  const { effect, annotations = {} } = answer.json
  const { id = '', because = '', instead } = annotations
  const problem = problemOf(layer, answer.json)
  if (problem) {
    const [code, what, hint] = problem
    const name = id ? `rule \`${id}\`` : `a rule without a name (\`${text.slice(0, 60)}\`)`
    throw new PolicyError(code, `${name} in \`${file}\` of the ${layer} layer ${what}`, { hint })
  }
  return {
    id,
    layer,
    file,
    effect,
    verbs: verbsOf(answer.json),
    place: placeOf(answer.json),
    because,
    ...(instead && { instead }),
    text,
  }
}

function verbsOf({ action }: PolicyJson): Rule['verbs'] {
  if ('entity' in action) return [idOf(action.entity)]
  // A list that is not understood means all: Cedar looks at the scope itself, and a forbid must not get lost.
  return 'entities' in action ? action.entities.map(idOf) : 'all'
}

function placeOf({ resource }: PolicyJson): string | 'all' {
  if (resource.op === 'is') return resource.entity_type
  if (resource.op !== '==' || !('entity' in resource)) return 'all'
  return '__entity' in resource.entity ? resource.entity.__entity.type : resource.entity.type
}

const idOf = (entity: EntityUidJson): string => ('__entity' in entity ? entity.__entity.id : entity.id)

function problemOf(layer: LayerName, json: PolicyJson): Problem | undefined {
  const annotations = json.annotations ?? {}
  const { id, because, instead = '' } = annotations
  const unknown = Object.keys(annotations).find((name) => !ANNOTATIONS.includes(name))
  if (unknown !== undefined)
    return [
      'policy/annotation',
      `has the unknown annotation \`@${unknown}\``,
      'known are `@id`, `@because`, `@instead`',
    ]
  if (!id || !ID.test(id) || id.startsWith('policy/'))
    return ['policy/annotation', 'has no usable `@id`', 'write `@id("theme/name")`; `policy/…` is the engine’s own']
  if (!because)
    return ['policy/annotation', 'has no `@because`', 'write `@because("…")`, the reason as a person should read it']
  if (/\p{C}/u.test(because + instead))
    return ['policy/annotation', 'has control characters in its words', 'write plain text on one line']
  if (layer === 'repository' && json.effect === 'permit')
    return [
      'policy/layer',
      'permits something',
      'a repository may only forbid; what widens is the organisation’s to say',
    ]
  return neverMatches(json)
}

/** Its scope names this verb, and this place by the name that rules have for it. */
export function isAbout({ verbs, place }: Pick<Rule, 'verbs' | 'place'>, verb: string, there: string): boolean {
  return (verbs === 'all' || verbs.includes(verb)) && (place === 'all' || place === there)
}

/** What Cedar says first, with its own advice. */
export function said(errors: readonly DetailedError[]): string {
  const error = errors[0]
  return error === undefined ? 'no reason given' : `${error.message}${error.help ? ` (${error.help})` : ''}`
}
