import type { Function as FunctionNode } from 'unbash'
import { type Field, known } from '../field.ts'

/** A variable's possible values; an array's are all its elements at once. */
export type Value =
  | { readonly kind: 'scalar'; readonly any: readonly Field[] }
  | { readonly kind: 'array'; readonly items: readonly Field[] }

/** What comes on a command's standard input. */
export type Input =
  | { readonly kind: 'inherited' }
  | { readonly kind: 'text'; readonly text: Field }
  | { readonly kind: 'file'; readonly path: Field }

/** What the shell knows at one point of a script. Never changed in place, so that a branch can keep its own. */
export interface Scope {
  readonly cwd: Field
  readonly variables: ReadonlyMap<string, Value>
  readonly functions: ReadonlyMap<string, Defined>
  readonly aliases: ReadonlyMap<string, string>
  /** `$1`…; undefined where they come from outside. */
  readonly positional?: readonly Field[]
  /** Names of the functions that are being followed. */
  readonly calls: readonly string[]
  /** What this script wrote so far: a path, and the text where it is known. */
  readonly written: ReadonlyMap<string, Field>
  /** What is read from each open descriptor, by its number. */
  readonly descriptors: ReadonlyMap<string, Input>
}

/** A function's body, with the text that its positions index. */
export interface Defined {
  readonly body: FunctionNode['body']
  readonly source: string
}

/** What the interpreter may take for granted of where the script runs. */
export interface Ground {
  readonly cwd: string
  readonly home: string
  readonly workspace: string
  readonly env: Readonly<Record<string, string>>
}

/** Where programs are looked for as long as nothing in the script changes it. */
export const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function firstScope(ground: Ground): Scope {
  const given = { PATH: USUAL_PATH, ...ground.env, HOME: ground.home, PWD: ground.cwd }
  const variables = new Map<string, Value>()
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) variables.set(name, { kind: 'scalar', any: [TEMPORARY] })
  variables.set('RUNNER_TEMP', { kind: 'scalar', any: [RUNNERS] })
  for (const [name, text] of Object.entries(given)) variables.set(name, { kind: 'scalar', any: [known(text)] })
  return {
    cwd: known(ground.cwd),
    variables,
    functions: new Map(),
    aliases: new Map(),
    calls: [],
    written: new Map(),
    descriptors: new Map(),
  }
}

/** What the variables for temporary folders hold wherever they are set. */
const TEMPORARY: Field = {
  text: '/tmp/',
  glob: false,
  unknown: { why: 'a temporary folder', shape: 'temporary', suffix: '' },
}

/** Only the runner of a build sets it, for the build's own steps. */
const RUNNERS: Field = {
  ...TEMPORARY,
  unknown: { why: 'a temporary folder', shape: 'temporary', suffix: '', outer: true },
}

/** After code that was not read: what the script itself had set may be anything. */
export function forget(scope: Scope, ground: Ground): Scope {
  const variables = new Map(firstScope(ground).variables)
  for (const [name, value] of scope.variables)
    if (!variables.has(name) || !sameValue(value, variables.get(name)))
      variables.set(name, { kind: 'scalar', any: [unset(name)] })
  return { ...scope, variables }
}

function sameValue(a: Value, b: Value | undefined): boolean {
  return b !== undefined && a.kind === b.kind && sameField(fields(a)[0] ?? known(''), fields(b)[0] ?? known(''))
}

export function assign(scope: Scope, name: string, value: Value): Scope {
  return { ...scope, variables: new Map(scope.variables).set(name, value) }
}

/** More alternatives than this are one unknown value. */
const MANY = 16

/** Either of two scopes may hold after a branch: values of both are possible. */
export function merge(a: Scope, b: Scope): Scope {
  if (a === b) return a
  const variables = new Map(a.variables)
  for (const name of new Set([...a.variables.keys(), ...b.variables.keys()])) {
    const merged = either(name, a.variables.get(name), b.variables.get(name))
    if (merged !== undefined) variables.set(name, merged)
  }
  return {
    ...a,
    variables,
    functions: new Map([...a.functions, ...b.functions]),
    aliases: new Map([...a.aliases, ...b.aliases]),
    written: new Map([...a.written, ...b.written]),
    descriptors: new Map([...a.descriptors, ...b.descriptors]),
    cwd: sameField(a.cwd, b.cwd) ? a.cwd : unknownCwd,
  }
}

const unknownCwd: Field = {
  text: '',
  glob: false,
  unknown: { why: 'the working folder depends on which branch ran', shape: 'text', suffix: '' },
}

function either(name: string, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === b || b === undefined) return a
  if (a === undefined) return b
  if (a.kind === 'array' || b.kind === 'array') {
    const items = [...fields(a), ...fields(b)]
    return { kind: 'array', items: items.slice(0, MANY * 4) }
  }
  const any = [...a.any]
  for (const field of b.any) if (!any.some((other) => sameField(field, other))) any.push(field)
  return { kind: 'scalar', any: any.length > MANY ? [unset(name)] : any }
}

export function fields(value: Value): readonly Field[] {
  return value.kind === 'array' ? value.items : value.any
}

export function sameField(a: Field, b: Field): boolean {
  return (
    a.text === b.text &&
    a.glob === b.glob &&
    a.unknown?.why === b.unknown?.why &&
    a.unknown?.suffix === b.unknown?.suffix
  )
}

export function unset(name: string): Field {
  return {
    text: '',
    glob: false,
    unknown: { why: `\`$${name}\`, whose value is not known here`, shape: 'text', suffix: '' },
  }
}

/** What the script did not set: the environment may. A special parameter is not the environment's. */
export function outer(name: string): Field {
  const { text, glob, unknown } = unset(name)
  const environment = /^[A-Za-z_]/.test(name)
  return { text, glob, ...(unknown && { unknown: { ...unknown, ...(environment && { outer: true }) } }) }
}
