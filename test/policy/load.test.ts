import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decider } from '../../src/policy/decide.ts'
import { PolicyError } from '../../src/policy/error.ts'
import { type Layer, loadPolicy, readPack } from '../../src/policy/load.ts'
import { LADDER } from '../../src/policy/vocabulary.ts'
import { BUILTIN, pack, question, withRules } from './builtin.ts'

function refusal(load: () => unknown): { code: string; message: string; hint: string | undefined } {
  try {
    load()
  } catch (error) {
    if (error instanceof PolicyError) return { code: error.code, message: error.message, hint: error.hint }
    throw error
  }
  throw new Error('it was loaded')
}

const NAMED = '@id("own/rule") @because("ours")'
const scoped = (when: string): string => `${NAMED} forbid (principal is Agent, action, resource) when { ${when} };`

describe('loading refuses', () => {
  it.each([
    ['what is not Cedar', 'policy/syntax', `${NAMED} forbid principal;`],
    ['a template', 'policy/syntax', `${NAMED} forbid (principal == ?principal, action, resource);`],
    ['a rule without id', 'policy/annotation', '@because("x") forbid (principal, action, resource);'],
    [
      'an id that is the engine’s',
      'policy/annotation',
      '@id("policy/x") @because("x") forbid (principal, action, resource);',
    ],
    ['a rule without a reason', 'policy/annotation', '@id("own/rule") forbid (principal, action, resource);'],
    ['an unknown annotation', 'policy/annotation', `${NAMED} @becuase("x") forbid (principal, action, resource);`],
    [
      'a reason that plays with the terminal',
      'policy/annotation',
      '@id("own/rule") @because("a\\u{1b}[2Jb") forbid (principal, action, resource);',
    ],
    ['a misspelt verb', 'policy/type', `${NAMED} forbid (principal, action == Action::"delte", resource);`],
    ['a misspelt fact', 'policy/type', scoped('context.teir == 1')],
    ['a fact of the wrong type', 'policy/type', scoped('context.undo == 4')],
    ['a misspelt place', 'policy/type', `${NAMED} forbid (principal, action, resource is Hme);`],
    ['what can never hold', 'policy/type', scoped('false')],
    ['a misspelt trait', 'policy/never', scoped('context.traits.contains("gaurd")')],
    ['a misspelt trait among others', 'policy/never', scoped('context.traits.containsAny(["guard", "secrets"])')],
    ['a misspelt word on the left', 'policy/never', scoped('["U3", "u4"].contains(context.undo)')],
    ['a word of another fact', 'policy/never', scoped('context.undo == "production"')],
    ['a misspelt safeguard', 'policy/never', scoped('!context.safeguards.contains("approval")')],
    ['a word behind a condition', 'policy/never', scoped('(if context.given then "U1" else "U9") == context.undo')],
    ['a pattern', 'policy/never', scoped('context.undo like "u*"')],
    ['a rule for one agent', 'policy/never', `${NAMED} forbid (principal == Agent::"codex", action, resource);`],
    ['a question about the agent', 'policy/never', scoped('principal == Agent::"codex"')],
    [
      'a rule for a group of systems',
      'policy/never',
      `${NAMED} forbid (principal, action, resource in Remote::"billing");`,
    ],
  ])('%s', (_, code, text) => {
    const refused = refusal(() => withRules(text))
    expect(refused).toMatchObject({ code })
    expect(refused.message).toContain('more.cedar')
    expect(refused.hint).toBeTruthy()
  })

  it('a permit of a repository, naming rule, file and fix', () => {
    const permit = `${NAMED} permit (principal is Agent, action, resource);`
    expect(refusal(() => withRules(permit, 'repository'))).toEqual({
      code: 'policy/layer',
      message: 'rule `own/rule` in `more.cedar` of the repository layer permits something',
      hint: 'a repository may only forbid; what widens is the organisation’s to say',
    })
    expect(withRules(permit, 'organisation').rules.some(({ id }) => id === 'own/rule')).toBe(true)
  })

  it('an id that another layer has', () => {
    const twice = '@id("protection/guard") @because("x") forbid (principal, action, resource);'
    expect(refusal(() => withRules(twice)).message).toContain('`protection/guard`')
    expect(refusal(() => withRules(twice)).code).toBe('policy/duplicate')
  })

  it.each<[string, string, Layer[]]>([
    ['no built-in pack', 'policy/schema', [{ name: 'repository', files: {} }]],
    ['two built-in packs', 'policy/duplicate', [BUILTIN, BUILTIN]],
    ['a schema of a repository', 'policy/file', [BUILTIN, { name: 'repository', files: { 'x.cedarschema': '' } }]],
    ['a file that is no rule', 'policy/file', [BUILTIN, { name: 'organisation', files: { 'rules.yaml': '' } }]],
    ['a broken schema', 'policy/schema', [{ name: 'builtin', files: { 'schema.cedarschema': 'entity ;' } }]],
  ])('%s', (_, code, layers) => {
    expect(refusal(() => loadPolicy(layers)).code).toBe(code)
  })

  it('a folder that is not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'policy-'))
    rmSync(folder, { recursive: true })
    expect(refusal(() => readPack(folder)).code).toBe('policy/unreadable')
  })
})

describe('the hash of a policy', () => {
  it('is the same for the same texts in another order', () => {
    const turned = Object.fromEntries(Object.entries(pack.files).reverse())
    expect(loadPolicy([{ name: 'builtin', files: turned }]).hash).toBe(loadPolicy([BUILTIN]).hash)
  })

  it('changes with a rule, its words, its layer or its file', () => {
    const text = '@id("own/rule") @because("ours") forbid (principal, action, resource);'
    const hashes = [
      loadPolicy([BUILTIN]).hash,
      withRules(text).hash,
      withRules(text.replace('ours', 'yours')).hash,
      withRules(text, 'repository').hash,
      loadPolicy([BUILTIN, { name: 'organisation', files: { 'other.cedar': text } }]).hash,
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

describe('an engine that fails', () => {
  it('forbids and is asked again, with nothing kept of the failure', () => {
    let asked = 0
    const decide = decider(
      {
        factsFor: () => [],
        ask: () => {
          asked++
          if (asked === 1) throw new Error('unreachable executed')
          return { kind: 'permitted', rules: ['reads/plain'] }
        },
      },
      loadPolicy([BUILTIN]).rules,
    )
    expect(decide(question(), LADDER)).toMatchObject({ kind: 'forbidden', rule: 'policy/error' })
    expect(decide(question(), LADDER)).toMatchObject({ kind: 'permitted' })
  })

  it('forbids where it permits without a rule, or by a rule that nobody loaded', () => {
    for (const rules of [[], ['un/known']]) {
      const decide = decider(
        { factsFor: () => [], ask: () => ({ kind: 'permitted', rules }) },
        loadPolicy([BUILTIN]).rules,
      )
      expect(decide(question(), LADDER)).toMatchObject({ kind: 'forbidden', rule: 'policy/error' })
    }
  })
})

describe('answers that are kept', () => {
  it('are told apart by every fact', () => {
    let asked = 0
    const decide = decider(
      {
        factsFor: () => [],
        ask: () => {
          asked++
          return { kind: 'permitted', rules: ['reads/plain'] }
        },
      },
      loadPolicy([BUILTIN]).rules,
    )
    const different = [
      question(),
      question({ verb: 'update' }),
      question({ place: 'home' }),
      question({ place: 'remote' }),
      question({ environment: 'staging' }),
      question({ tier: 1 }),
      question({ undo: 'U2' }),
      question({ certainty: 'assumed' }),
      question({ traits: ['secret'] }),
      question({ traits: ['secret', 'guard'] }),
      question({ system: 'x' }),
      question({ mandate: 'inside' }),
      question({ mode: 'plan' }),
      question({ escalating: true }),
      question({ given: true }),
      question({ level: 'confined' }),
    ]
    for (const q of [...different, ...different]) decide(q, [['confirm']])
    expect(asked).toBe(different.length)
    // A system's name can't pass for a set of safeguards.
    decide(question({ system: '2,' }), [['confirm']])
    decide(question(), [['confirm'], ['approval×1']])
    expect(asked).toBe(different.length + 2)
  })
})
