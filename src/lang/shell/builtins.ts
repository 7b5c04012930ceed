import { anything, type Field, joinFields, known, literal, show } from '../field.ts'
import { moved } from './folders.ts'
import type { Invocation, Shell } from './invocation.ts'
import { printed } from './output.ts'
import { assign, fields, merge, type Scope, type Value } from './scope.ts'

type Builtin = (invocation: Invocation, run: Shell) => Scope

export function isBuiltin(name: string): boolean {
  return Object.hasOwn(BUILTINS, name)
}

const PRINTS = new Set(['echo', 'printf', 'pwd', 'type', 'times', 'jobs', 'kill', 'history', 'source', '.'])

/** The shell does it itself: `PATH` is not looked at. */
export function ofShell(name: string): boolean {
  return PRINTS.has(name) || isBuiltin(name)
}

/** What a builtin makes of the shell; undefined where `name` is none that changes it. */
export function builtin(name: string, invocation: Invocation, run: Shell): Scope | undefined {
  if (name === 'printf' && invocation.argv[1]?.text !== '-v') return undefined
  return Object.hasOwn(BUILTINS, name) ? BUILTINS[name]?.(invocation, run) : undefined
}

const nothing: Builtin = ({ scope }) => scope

const leaves: Builtin = ({ scope }, run) => {
  run.left(scope)
  return scope
}

const cd: Builtin = ({ scope, argv }, { ground }) => {
  const target = argv.slice(1).find((field) => !/^-[LPe@]+$/.test(field.text) && field.text !== '--')
  if (target === undefined) return moved(scope, lookupFirst(scope, 'HOME') ?? known(ground.home), ground)
  if (literal(target) === '-')
    return moved(scope, lookupFirst(scope, 'OLDPWD') ?? anything('the folder before'), ground)
  // `CDPATH` sends a plain name elsewhere.
  const sent = scope.variables.has('CDPATH') && !/^[./]/.test(target.text)
  return moved(scope, sent ? anything('`CDPATH` is set') : target, ground)
}

function lookupFirst(scope: Scope, name: string): Field | undefined {
  const value = scope.variables.get(name)
  return value?.kind === 'scalar' ? value.any[0] : undefined
}

const declare: Builtin = ({ scope, argv, given }, run) => {
  subscripts(argv, scope, run)
  const [command, ...rest] = argv.map((field) => field.text)
  // With `-i`, what is assigned is arithmetic.
  if (rest.some((text) => /^-\w*i/.test(text)))
    for (const { text } of given.flatMap(({ value }) => fields(value))) run.again(text, scope)
  const words = argv.slice(1).flatMap((field) => assignment(field, given))
  const assigned = [...given, ...words].reduce((so, { name, value }) => assign(so, name, value), scope)
  const names = rest
    .filter((text) => /^[A-Za-z_]\w*(?:\+?=|$)/.test(text))
    .map((text) => text.replace(/\+?=[\s\S]*/, ''))
  const exports = command === 'export' || rest.some((text) => /^-\w*x/.test(text))
  const fixes = command === 'readonly' || rest.some((text) => /^-\w*r/.test(text))
  const own = /^(?:local|declare|typeset)$/.test(command ?? '') && !rest.some((text) => /^-\w*g/.test(text))
  const outside = command === 'local' && scope.calls.length === 0 // an error, and nothing is assigned
  const at: Scope = {
    ...(outside ? merge(scope, assigned) : assigned),
    ...(exports && { exported: new Set([...scope.exported, ...names]) }),
    ...(fixes && { fixed: new Set([...scope.fixed, ...names]) }),
    ...(own && { locals: new Set([...scope.locals, ...names]) }),
  }
  // `declare -n other=name` and `$name=value` make aliases that are not followed.
  for (const field of argv.slice(1))
    if (/^-\w*n/.test(field.text)) run.opaque.set('a variable that stands for another one', undefined)
  return at
}

/** Arguments that name variables: a subscript in one is expanded once more. */
function subscripts(argv: readonly Field[], scope: Scope, run: Shell): void {
  for (const { text } of argv.slice(1)) if (text.includes('[')) run.again(text, scope)
}

/** Behind `-v`, the name of a variable. */
const tests: Builtin = ({ scope, argv }, run) => {
  const at = argv.findIndex((field) => field.text === '-v')
  if (at >= 0) subscripts(argv.slice(at), scope, run)
  return scope
}

/** `printf -v NAME FORMAT…` prints into a variable. */
function printsTo(invocation: Invocation, run: Shell): Scope {
  const { scope, argv } = invocation
  const [program = known('printf'), , name, ...args] = argv
  subscripts([program, ...(name === undefined ? [] : [name])], scope, run)
  const value = printed({ ...invocation, argv: [program, ...args] }, run.ground)
  return name === undefined ? scope : assign(scope, show(name), { kind: 'scalar', any: [value] })
}

/** `NAME=value` that came out of an expansion, or stood behind `command`. */
function assignment(field: Field, given: Invocation['given']): Invocation['given'] {
  const name = /^([A-Za-z_]\w*)\+?=/.exec(field.text)
  if (name?.[1] === undefined || given.some((each) => each.name === name[1])) return []
  const value = { ...field, text: field.text.slice(name[0].length) }
  return [{ name: name[1], value: { kind: 'scalar', any: [value] } }]
}

/** Variables that a command sets from what it reads. */
const reads: Builtin = ({ scope, argv, input }, run) => {
  subscripts(argv, scope, run)
  const callback = argv[argv.findIndex((field) => field.text === '-C') + 1]
  // `mapfile -C` evaluates it for each line.
  if (argv[0]?.text !== 'read' && callback !== argv[0] && callback?.unknown === undefined)
    run.text(callback?.text ?? '', scope, { kind: 'inherited' })
  const names = argv.slice(1).filter((field) => /^[A-Za-z_]\w*$/.test(field.text))
  const value = input.kind === 'text' && names.length === 1 ? firstLine(input.text) : anything('a line that is read')
  return (names.length === 0 ? [known('REPLY')] : names).reduce(
    (at, field) => assign(at, field.text, { kind: 'scalar', any: [value] }),
    scope,
  )
}

function firstLine(text: Field): Field {
  if (text.unknown === undefined) return text.text.includes('\n') ? firstOf(text.text.split('\n')) : text
  return { text: '', glob: false, unknown: { ...text.unknown, suffix: '' } }
}

function firstOf(lines: readonly string[]): Field {
  const filled = lines.filter((line) => line !== '')
  return filled.length === 1 && filled[0] !== undefined ? known(filled[0]) : anything('one of several lines')
}

const evaluate: Builtin = (invocation, run) => {
  const { scope, argv, input } = invocation
  // dash takes `--` for a word of the text.
  if (argv[1]?.text === '--') {
    const [, , ...words] = argv
    const plain = evaluate({ ...invocation, argv: [known('eval'), ...words] }, run)
    return merge(plain, evaluate({ ...invocation, argv: [known('eval'), known(' --'), ...words] }, run))
  }
  const text = argv
    .slice(1)
    .reduce<Field | undefined>(
      (at, field) => (at === undefined ? field : joinFields(joinFields(at, known(' ')), field)),
      undefined,
    )
  if (text === undefined) return scope
  if (text.unknown === undefined) return run.text(text.text, scope, input)
  if (text.unknown.generated === true && text.text === '') return scope
  run.opaque.set(`\`eval\` of ${text.unknown.why}`, text)
  return scope
}

/** What arithmetic assigns is a number. */
export function computed(scope: Scope, text: string): Scope {
  const names = text.matchAll(
    /(?:\+\+|--)\s*([A-Za-z_]\w*)|([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:\+\+|--|(?:<<|>>|[-+*/%&|^])?=(?!=))/g,
  )
  const number: Field = { text: '', glob: false, unknown: { why: 'a computed number', shape: 'token', suffix: '' } }
  let at = scope
  for (const [, before, behind] of names) at = assign(at, before ?? behind ?? '', { kind: 'scalar', any: [number] })
  return at
}

const trap: Builtin = ({ scope, argv }, run) => {
  const code = argv.slice(1).find((field) => !field.text.startsWith('-'))
  if (code === undefined || argv.length < 3) return scope
  if (code.unknown !== undefined) {
    run.opaque.set(`\`trap\` on ${code.unknown.why}`, code)
    return scope
  }
  run.trap(code.text, scope)
  const between = argv.slice(2).some((field) => !/^(?:SIG)?(?:EXIT|0|INT|TERM|HUP|QUIT|\d+)$/i.test(field.text))
  return between ? merge(scope, run.text(code.text, scope, { kind: 'inherited' })) : scope
}

/** Stands for a text that is not known. */
const UNKNOWN = 'eval "$(unknown)"'

const alias: Builtin = ({ scope, argv }) => {
  const aliases = new Map(scope.aliases)
  for (const field of argv.slice(1)) {
    const at = field.text.indexOf('=')
    if (at <= 0) continue
    const [name, text] = [field.text.slice(0, at), field.unknown === undefined ? field.text.slice(at + 1) : UNKNOWN]
    aliases.set(name, [...new Set([...(aliases.get(name) ?? []), text])])
  }
  return { ...scope, aliases }
}

/** Elements of these arrays are aliases, and what `hash -p` sets. */
export function named(scope: Scope, array: string, key: string, value: Value): Scope {
  if (array !== 'BASH_ALIASES' && array !== 'BASH_CMDS') return scope
  const [text = anything('')] = fields(value)
  return { ...scope, aliases: new Map(scope.aliases).set(key, [literal(text) ?? UNKNOWN]) }
}

const BUILTINS: Readonly<Record<string, Builtin>> = {
  cd,
  pushd: cd,
  popd: ({ scope }, { ground }) => moved(scope, anything('the folder on the stack'), ground),
  export: declare,
  declare,
  typeset: declare,
  local: declare,
  readonly: declare,
  read: reads,
  mapfile: reads,
  readarray: reads,
  printf: printsTo,
  getopts: ({ scope, argv }) =>
    argv[2] === undefined ? scope : assign(scope, show(argv[2]), { kind: 'scalar', any: [anything('an option')] }),
  eval: evaluate,
  trap,
  alias,
  hash: ({ scope, argv }) =>
    argv[1]?.text === '-p' && argv[2] && argv[3]
      ? { ...scope, aliases: new Map(scope.aliases).set(argv[3].text, [argv[2].text]) }
      : scope,
  unset: ({ scope, argv }, run) => {
    subscripts(argv, scope, run)
    const kept = <V>(all: ReadonlyMap<string, V>): Map<string, V> =>
      new Map([...all].filter(([name]) => !argv.some((field) => field.text === name)))
    return { ...scope, variables: kept(scope.variables), functions: kept(scope.functions) }
  },
  set: ({ scope, argv }) => {
    let at = 1
    while (/^[-+][A-Za-z]+$/.test(argv[at]?.text ?? '')) at += argv[at]?.text.endsWith('o') ? 2 : 1
    const ends = /^--?$/.test(argv[at]?.text ?? '')
    // Without arguments and `--` it leaves them as they are.
    if (argv.length <= at) return scope
    return { ...scope, positional: argv.slice(ends ? at + 1 : at) }
  },
  shift: ({ scope, argv }) => {
    const count = Number(argv[1]?.text ?? 1)
    if (scope.positional === undefined) return scope
    const left = Number.isInteger(count) ? scope.positional.slice(count) : [anything('the arguments')]
    return { ...scope, positional: left }
  },
  let: ({ scope, argv }, run) => {
    for (const { text } of argv.slice(1)) run.again(text, scope)
    return computed(scope, argv.slice(1).map(show).join(' '))
  },
  unalias: nothing,
  shopt: nothing,
  ':': nothing,
  true: nothing,
  false: nothing,
  exit: nothing,
  return: leaves,
  break: leaves,
  continue: leaves,
  wait: nothing,
  test: tests,
  '[': tests,
  umask: nothing,
  ulimit: nothing,
}
