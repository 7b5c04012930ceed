import type { Function as FunctionNode } from 'unbash'
import { anything, type Field, joinFields, known } from '../field.ts'

/** A variable's possible values; an array's are all its elements at once. */
export type Value =
  | { readonly kind: 'scalar'; readonly any: readonly Field[] }
  | { readonly kind: 'array'; readonly items: readonly Field[] }

/** What the shell knows at one point of a script. Never changed in place, so that a branch can keep its own. */
export interface Scope {
  readonly cwd: Field
  /** Where it may stand instead: a `cd` can fail, and branches can end in different folders. */
  readonly others: readonly Field[]
  readonly variables: ReadonlyMap<string, Value>
  readonly functions: ReadonlyMap<string, Defined>
  /** All that a name was made to stand for: an alias holds from a later line on, and not in every shell. */
  readonly aliases: ReadonlyMap<string, readonly string[]>
  /** Variables that programs started from here see. */
  readonly exported: ReadonlySet<string>
  /** Variables that can't be assigned again, though a shell may go on where that is tried. */
  readonly fixed: ReadonlySet<string>
  /** Variables to which arithmetic is assigned. */
  readonly numbers: ReadonlySet<string>
  /** Variables that a function made its own. */
  readonly locals: ReadonlySet<string>
  /** `$1`…; undefined where they come from outside. */
  readonly positional?: readonly Field[]
  /** Names of the functions that are being followed. */
  readonly calls: readonly string[]
  /** What this script wrote so far: a path, and the text where it is known. */
  readonly written: ReadonlyMap<string, Field>
  /** Whether errors go where they always do, or somewhere with other output. */
  readonly errors: 'apart' | 'joined'
  /** `!(x)` is a pattern from the next line on; where it is not, that is an error. */
  readonly extglob?: boolean
  /** A shell reads it that may know no more than POSIX has. */
  readonly posix?: boolean
  /** What is read from each open descriptor, by its number. */
  readonly descriptors: ReadonlyMap<string, Input>
}

/** What comes on a command's standard input, or on another descriptor. */
export type Input =
  | { readonly kind: 'inherited' }
  /** `piped` into this very command, where zsh adds what redirections bring. */
  | { readonly kind: 'text'; readonly text: Field; readonly piped?: true }
  | { readonly kind: 'file'; readonly path: Field }

export const INHERITED: Input = { kind: 'inherited' }

/** The bodies that a function may have. Unless it is `certain`, a program may go by its name as well. */
export interface Defined {
  readonly bodies: readonly Body[]
  readonly certain: boolean
}

/** A function's body, with the text that its positions index. */
export interface Body {
  readonly node: FunctionNode['body']
  readonly source: string
}

/** What the interpreter may take for granted of where the script runs. */
export interface Ground {
  readonly cwd: string
  readonly home: string
  readonly workspace: string
  readonly env: Readonly<Record<string, string>>
  /** Whether a folder is there, as far as that is known. */
  readonly folder?: (path: string) => boolean
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
    others: [],
    variables,
    functions: new Map(),
    aliases: new Map(),
    exported: new Set(variables.keys()),
    fixed: new Set(),
    numbers: new Set(),
    locals: new Set(),
    calls: [],
    written: new Map(),
    errors: 'apart',
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
  const settled = scope.fixed.has(name) ? (either(name, scope.variables.get(name), value) ?? value) : value
  return { ...scope, variables: new Map(scope.variables).set(name, settled) }
}

const EMPTY = known('')
const UNSET: Value = { kind: 'scalar', any: [EMPTY] }

export function assignAll(scope: Scope, all: readonly { readonly name: string; readonly value: Field }[]): Scope {
  return all.reduce((at, { name, value }) => assign(at, name, { kind: 'scalar', any: [value] }), scope)
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
    functions: both(a.functions, b.functions, (x, y) => ({
      bodies: [...new Set([...(x?.bodies ?? []), ...(y?.bodies ?? [])])],
      certain: x?.certain === true && y?.certain === true,
    })),
    aliases: both(a.aliases, b.aliases, (x = [], y = []) => [...new Set([...x, ...y])]),
    exported: new Set([...a.exported].filter((name) => b.exported.has(name))),
    fixed: new Set([...a.fixed, ...b.fixed]),
    numbers: new Set([...a.numbers, ...b.numbers]),
    locals: new Set([...a.locals, ...b.locals]),
    written: both(a.written, b.written, (x, y) => (x && y && sameField(x, y) ? x : UNTOLD_TEXT)),
    descriptors: both(a.descriptors, b.descriptors, () => UNTOLD),
    extglob: a.extglob === true && b.extglob === true,
    errors: a.errors === b.errors ? a.errors : 'joined',
    ...positional(a.positional, b.positional),
    ...standsIn([...folders(a), ...folders(b)]),
  }
}

/** Where it may stand is followed to so many folders. */
const MOST_FOLDERS = 4

/** Every folder that the shell may stand in, the likeliest first. */
export function folders({ cwd, others }: Pick<Scope, 'cwd' | 'others'>): readonly Field[] {
  return [cwd, ...others]
}

/** Any of them, each once. */
export function standsIn(all: readonly Field[]): Pick<Scope, 'cwd' | 'others'> {
  const found: Field[] = []
  for (const each of all) if (!found.some((other) => sameField(each, other))) found.push(each)
  const [cwd = NOWHERE, ...others] = found
  return found.length > MOST_FOLDERS ? { cwd: NOWHERE, others: [] } : { cwd, others }
}

const NOWHERE = anything('the working folder depends on what ran before')

function both<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>, join: (x?: V, y?: V) => V): ReadonlyMap<K, V> {
  if (a === b) return a
  const keys = new Set([...a.keys(), ...b.keys()])
  return new Map(
    [...keys].map((key) => [key, a.get(key) === b.get(key) ? (a.get(key) as V) : join(a.get(key), b.get(key))]),
  )
}

const UNTOLD_TEXT = anything('a text that depends on which branch ran')
const UNTOLD: Input = { kind: 'text', text: UNTOLD_TEXT }

/** Any number of them. */
export const ARGUMENTS: Field = { ...anything('the arguments'), several: true }

function positional(a: Scope['positional'], b: Scope['positional']): Pick<Scope, 'positional'> {
  const same = a === b || (a?.length === b?.length && a?.every((field, i) => sameField(field, b?.[i] ?? field)))
  if (!same) return { positional: [ARGUMENTS] }
  return a === undefined ? {} : { positional: a }
}

/** What a shell that is started here begins with: variables that were not exported may be missing. */
export function child(scope: Scope): Scope {
  const variables = new Map<string, Value>()
  for (const [name, value] of scope.variables)
    variables.set(
      name,
      scope.exported.has(name) ? value : { kind: 'scalar', any: [...fields(value).slice(0, MANY), EMPTY] },
    )
  const functions = new Map([...scope.functions].map(([name, { bodies }]) => [name, { bodies, certain: false }]))
  return { ...scope, variables, functions, aliases: new Map(), locals: new Set() }
}

function either(name: string, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === b) return a
  if (a === undefined || b === undefined) return either(name, a ?? UNSET, b ?? UNSET)
  // An array in one branch and a word in the other: what `$name` is can't be said.
  if (a !== UNSET && b !== UNSET && a.kind !== b.kind) return { kind: 'scalar', any: [unset(name)] }
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

/** Behind a function: its arguments and its own variables are gone. */
export function outside(scope: Scope, { positional: _, ...after }: Scope): Scope {
  const variables = new Map(after.variables)
  for (const name of after.locals) {
    const before = scope.variables.get(name)
    if (before === undefined) variables.delete(name)
    else variables.set(name, before)
  }
  const { calls, locals, positional } = scope
  return { ...after, variables, calls, locals, ...(positional && { positional }) }
}

export function sameState(a: Scope, b: Scope): boolean {
  const same = a.variables.size === b.variables.size && a.functions.size === b.functions.size
  return same && a.cwd === b.cwd && a.others.length === b.others.length
}

export function append(scope: Scope, name: string, appends: boolean, value: Value): Value {
  if (!appends) return value
  const before = scope.variables.get(name)
  if (before === undefined || before.kind === 'array' || value.kind === 'array')
    return { kind: 'array', items: [...(before ? fields(before) : []), ...fields(value)] }
  const joined = before.any.flatMap((a) => value.any.map((b) => joinFields(a, b)))
  return { kind: 'scalar', any: joined.slice(0, 16) }
}

/** The variables that differ behind a command, each with all that it may hold. */
export function setBy(before: Scope, after: Scope): readonly { readonly name: string; readonly value: Field }[] {
  if (after.variables === before.variables) return []
  return [...after.variables].flatMap(([name, value]) =>
    before.variables.get(name) === value ? [] : fields(value).map((field) => ({ name, value: field })),
  )
}

/** zsh runs all but the last command of `a && b &` in the shell itself. */
export function inBackground(scope: Scope, after: Scope): Scope {
  const { variables, cwd, others } = merge(scope, after)
  return { ...ended(scope, after), variables, cwd, others }
}

/** After a shell of its own has ended: of what it changed, only files are left. */
export function ended(scope: Scope, { written }: Scope): Scope {
  return written === scope.written ? scope : { ...scope, written }
}
