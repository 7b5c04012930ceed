import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from '../core/digest.ts'
import type { Policy } from '../core/study.ts'
import { decider } from './decide.ts'
import { refuseInvalid, startEngine } from './engine.ts'
import { PolicyError } from './error.ts'
import { type LayerName, type Rule, readRules } from './rule.ts'

export interface Layer {
  readonly name: LayerName
  /** File name → text: `*.cedar`, and in the built-in layer the one `*.cedarschema`. */
  readonly files: Readonly<Record<string, string>>
}

export interface LoadedPolicy extends Policy {
  readonly rules: readonly Rule[]
}

/** Rules that were found to be in order, and the hash of all that was looked at. */
export type Proven = Pick<LoadedPolicy, 'hash' | 'rules'>

/**
 * All layers as one policy. Throws a `PolicyError` that names file, rule and fix on whatever is not in order:
 * a policy that is half loaded would permit what its missing half forbids. Exactly the texts that were `proven` before
 * are not looked through again.
 */
export function loadPolicy(layers: readonly Layer[], proven?: Proven): LoadedPolicy {
  const hash = digestOf('interlock-policy/v1', textsOf(layers))
  const rules = proven?.hash === hash ? proven.rules : inOrder(layers)
  return { hash, rules, decide: decider(startEngine(rules), rules) }
}

function inOrder(layers: readonly Layer[]): readonly Rule[] {
  const rules = layers.flatMap(rulesOf).sort((a, b) => (a.id < b.id ? -1 : 1))
  refuseTwice(rules)
  refuseInvalid(schemaOf(layers), rules)
  return rules
}

/** Every text with its layer and file name, whatever order they came in. */
function textsOf(layers: readonly Layer[]): string[][] {
  const texts = layers.flatMap(({ name, files }) => Object.entries(files).map(([file, text]) => [name, file, text]))
  return texts.sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1))
}

function rulesOf({ name, files }: Layer): Rule[] {
  return Object.entries(files).flatMap(([file, text]) => {
    if (file.endsWith('.cedar')) return readRules(name, file, text)
    if (name === 'builtin' && file.endsWith('.cedarschema')) return []
    throw new PolicyError('policy/file', `\`${file}\` of the ${name} layer is no file of rules`, {
      hint: 'rules are files named `*.cedar`; the schema is the built-in one',
    })
  })
}

function refuseTwice(rules: readonly Rule[]): void {
  for (const [at, rule] of rules.entries()) {
    const next = rules[at + 1]
    if (next?.id === rule.id)
      throw new PolicyError('policy/duplicate', `\`${rule.id}\` is in \`${rule.file}\` and in \`${next.file}\``, {
        hint: `rename one; the layers are ${rule.layer} and ${next.layer}, and no layer replaces another one’s rule`,
      })
  }
}

function schemaOf(layers: readonly Layer[]): string {
  const files = layers.flatMap((layer) => Object.entries(layer.files))
  const schemas = files.filter(([file]) => file.endsWith('.cedarschema'))
  const [only] = schemas
  if (only === undefined || schemas.length > 1)
    throw new PolicyError('policy/schema', `there are ${schemas.length} schemas instead of one`, {
      hint: 'load the built-in pack, once',
    })
  return only[1]
}

/** A pack on disk: its rules with their schema, and the cases beside them. */
export interface Pack {
  readonly files: Readonly<Record<string, string>>
  readonly cases: Readonly<Record<string, string>>
}

export function readPack(folder: string): Pack {
  return { files: readTexts(folder, /\.cedar(schema)?$/), cases: readTexts(join(folder, 'cases'), /\.txt$/) }
}

function readTexts(folder: string, names: RegExp): Record<string, string> {
  try {
    const files = readdirSync(folder).filter((name) => names.test(name))
    return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  } catch (cause) {
    throw new PolicyError('policy/unreadable', `could not read the rules in \`${folder}\``, {
      cause,
      hint: 'reinstall Interlock, or correct the path',
    })
  }
}
