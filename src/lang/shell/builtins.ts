import { anything, type Field, joinFields, known, literal, show } from '../field.ts'
import { moved } from './folders.ts'
import type { Invocation, Shell } from './invocation.ts'
import { printed } from './output.ts'
import { ARGUMENTS, assign, fields, type Input, merge, type Scope, setBy, type Value } from './scope.ts'

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
  const numbers = command === 'integer' || rest.some((text) => /^-\w*i/.test(text))
  if (numbers) for (const { text } of given.flatMap(({ value }) => fields(value))) run.again(text, scope)
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
    ...(numbers && { numbers: new Set([...scope.numbers, ...names]) }),
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
  const options = argv.flatMap(({ text }) => (/^-\w/.test(text) ? text : [])).join('')
  const lines = argv[0]?.text !== 'read'
  const value = lineRead(input, lines ? '-r' : options, scope)
  const all: Value =
    names.length === 1 && (lines || /[aA]/.test(options))
      ? { kind: 'array', items: lines ? value : value.flatMap(split) }
      : { kind: 'scalar', any: names.length === 1 ? value : [A_LINE] }
  const after = (names.length === 0 ? [known('REPLY')] : names).reduce(
    (at, field) => assign(at, field.text, all),
    scope,
  )
  // Not every shell reads lines, and what it would read may not be there: then it leaves what was set before.
  const kept = setBy(scope, after).some(({ name }) => scope.variables.has(name))
  const sure = input.kind === 'text' && input.text.unknown === undefined
  // Arrays are read in one way by each shell.
  if ((kept && !sure) || all.kind === 'array') run.missed(scope)
  return lines ? merge(scope, after) : after
}

const A_LINE = anything('a line that is read')

/** What `read` makes of its input; the white space around it goes, unless `IFS` says otherwise. */
function lineRead(input: Input, options: string, scope: Scope): readonly Field[] {
  if (input.kind !== 'text' || /[nNkdtuq]/.test(options)) return [A_LINE]
  const line = firstLine(input.text)
  if (line.unknown !== undefined) return [line]
  if (line.text.includes('\\') && !options.includes('r')) return [A_LINE]
  const plain = known(line.text.trim())
  return plain.text === line.text ? [line] : [plain, ...(scope.variables.has('IFS') ? [line] : [])]
}

function split(line: Field): readonly Field[] {
  return line.unknown === undefined ? line.text.split(/\s+/).map(known) : [line]
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
  if (text.absent === 'part') run.opaque.set(`\`eval\` of what not every shell can make`, text)
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

/** `hash -p FILE NAME` and, in zsh, `hash NAME=FILE`; `hash -d NAME=FOLDER` makes `~NAME`. */
const hashes: Builtin = ({ scope, argv }) => {
  const [, option, file, name] = argv
  if (option?.text === '-p' && file && name)
    return { ...scope, aliases: new Map(scope.aliases).set(name.text, [file.text]) }
  const aliases = new Map(scope.aliases)
  let at = scope
  for (const field of argv.slice(1)) {
    const cut = field.text.indexOf('=')
    if (cut <= 0) continue
    const [key, text] = [field.text.slice(0, cut), field.text.slice(cut + 1)]
    if (option?.text === '-d') at = assign(at, `~${key}`, { kind: 'scalar', any: [{ ...field, text }] })
    else aliases.set(key, [field.unknown === undefined ? text : UNKNOWN])
  }
  return { ...at, aliases }
}

const NAMES = /^(?:BASH_ALIASES|BASH_CMDS|[gs]?aliases|commands)$/

/** Elements of these arrays are aliases, functions, and what `hash` sets. */
export function named(scope: Scope, array: string, key: string, value: Value): Scope {
  if (array !== 'functions' && !NAMES.test(array)) return scope
  const [text = anything('')] = fields(value)
  const stands = array === 'functions' ? undefined : literal(text)
  return { ...scope, aliases: new Map(scope.aliases).set(key, [stands ?? UNKNOWN]) }
}

/** `compgen -C COMMAND` runs it, and `-W` expands its words; `complete` does so later, if ever. */
const completes: Builtin = ({ scope, argv }, run) => {
  for (const [i, { text }] of argv.entries()) {
    const value = argv[i + 1]
    const glued = /^-[CFW](?=.)/.test(text) ? text.slice(2) : undefined
    const code = glued ?? (/^-\w*[CFW]$/.test(text) ? value?.text : undefined)
    if (code === undefined) continue
    if (glued === undefined && value?.unknown !== undefined) run.opaque.set(`completion by ${value.unknown.why}`, value)
    else run.text(/^-\w*W/.test(text) ? `: ${code}` : code, scope, { kind: 'inherited' })
  }
  return scope
}

/** `emulate MODE -c TEXT` of zsh is `eval TEXT`. */
const emulates: Builtin = (invocation, run) => {
  const at = invocation.argv.findIndex((field) => /^-\w*c$/.test(field.text))
  const text = invocation.argv[at + 1]
  if (at < 0 || text === undefined) return invocation.scope
  return merge(invocation.scope, evaluate({ ...invocation, argv: [known('eval'), text] }, run))
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
  getopts: ({ scope, argv }, run) => {
    subscripts(argv, scope, run)
    const option: Value = { kind: 'scalar', any: [anything('an option')] }
    return argv[2] === undefined ? scope : assign(assign(scope, show(argv[2]), option), 'OPTARG', option)
  },
  eval: evaluate,
  trap,
  alias,
  hash: hashes,
  unset: ({ scope, argv }, run) => {
    subscripts(argv, scope, run)
    const kept = <V>(all: ReadonlyMap<string, V>): Map<string, V> =>
      new Map([...all].filter(([name]) => !argv.some((field) => field.text === name)))
    const variables = kept(scope.variables)
    // Which element it was is not followed: any of them may be gone.
    for (const { text } of argv) {
      const [name = ''] = /^\w+(?=\[)/.exec(text) ?? []
      const value = variables.get(name)
      if (value !== undefined) variables.set(name, { kind: 'array', items: [...fields(value), known('')] })
    }
    return { ...scope, variables, functions: kept(scope.functions) }
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
    const exact = Number.isInteger(count) && !scope.positional.slice(0, count).some((field) => field.several)
    const left = exact ? scope.positional.slice(count) : [ARGUMENTS]
    return { ...scope, positional: left }
  },
  let: ({ scope, argv }, run) => {
    for (const { text } of argv.slice(1)) run.again(text, scope)
    return computed(scope, argv.slice(1).map(show).join(' '))
  },
  unalias: nothing,
  shopt: ({ scope, argv }) =>
    argv[1]?.text === '-s' && argv.some(({ text }) => text === 'extglob') ? { ...scope, extglob: true } : scope,
  ':': nothing,
  true: nothing,
  false: nothing,
  exit: nothing,
  return: leaves,
  break: leaves,
  continue: leaves,
  wait: ({ scope, argv }, run) => {
    subscripts(argv, scope, run)
    return scope
  },
  test: tests,
  '[': tests,
  umask: nothing,
  ulimit: nothing,
  integer: declare,
  float: declare,
  compgen: completes,
  complete: completes,
  emulate: emulates,
}
