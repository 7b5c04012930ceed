import { anything, type Field, joinFields, known, literal } from '../field.ts'
import { builtin } from './builtins.ts'
import { inShell, PRECOMMANDS } from './dialect.ts'
import type { Invocation, Shell } from './invocation.ts'
import { either, printed } from './output.ts'
import { spelled } from './quoted.ts'
import { closed, reaching } from './redirects.ts'
import { forget, merge, outside, type Scope, setBy } from './scope.ts'
import { contentOf, noteWritten } from './written.ts'

const MOST_ARGUMENTS = 4_000

/** Each way that the arguments can turn out, one behind the other; what is printed is what one of them prints. */
export function callEach(
  lines: readonly (readonly Field[])[],
  invocation: Omit<Invocation, 'argv'>,
  /** Its descriptors, and whether they become the shell's own. */
  { within, own }: { readonly within: Pick<Scope, 'descriptors' | 'errors'>; readonly own: boolean },
  run: Shell,
): Scope {
  const before = run.printed
  const outputs: Field[] = []
  let at = invocation.scope
  for (const argv of lines) {
    run.printed = known('')
    // Without a command, too: it may be exported already, or later.
    const scope = { ...at, ...within }
    const after = call({ ...invocation, argv, scope }, run)
    at = own ? after : closed(at, scope, after)
    outputs.push(run.printed)
  }
  run.printed = joinFields(before, outputs.reduce(either))
  return at
}

/** A command with its arguments known: a function, a builtin that changes the shell, or a program. */
function call(invocation: Invocation, run: Shell): Scope {
  const { scope, argv } = invocation
  run.passed(scope)
  const name = argv[0] === undefined ? '' : (literal(argv[0]) ?? '')
  if (argv[0]?.absent) run.opaque.set('which program runs is not the same in every shell', undefined)
  const before = PRECOMMANDS.get(name)
  const others = [...aliased(name, invocation, run), ...called(name, invocation, run)]
  if (before !== undefined) {
    const rest = argv.slice(before)
    const at = rest.findIndex((field) => !/^\w+=/.test(field.text))
    if (at < 0 && rest.length > 0)
      others.push(() => program('export', { ...invocation, argv: [known('export'), ...rest] }, run))
    if (at >= 0 && rest[at]?.text.startsWith('-') === false)
      others.push(() => call({ ...invocation, argv: rest.slice(at) }, run))
  }
  if (scope.functions.get(name)?.certain !== true) others.push(() => program(name, invocation, run))
  return run.oneOf(others)
}

/** A builtin that changes the shell, or a program. */
function program(name: string, invocation: Invocation, run: Shell): Scope {
  const { scope, argv } = invocation
  // `builtin eval …` is `eval …`, functions and aliases of that name left out.
  const behind =
    name === 'builtin' || name === 'command' ? argv.findIndex((each, i) => i > 0 && !/^-[p-]$/.test(each.text)) : -1
  const inner = argv[behind] === undefined ? '' : (literal(argv[behind]) ?? '')
  if (inShell(inner)) return program(inner, { ...invocation, argv: argv.slice(behind) }, run)
  const after = builtin(name, invocation, run)
  if (after !== undefined) {
    run.emit({ ...invocation, argv: [], assigns: [...invocation.assigns, ...setBy(scope, after)] })
    return after
  }
  if (argv.length > MOST_ARGUMENTS) {
    run.opaque.set(`more than ${MOST_ARGUMENTS} arguments`, undefined)
    return scope
  }
  run.emit(invocation)
  if (argv.length === 0) {
    // `$(< file)`; zsh prints it by itself.
    const read = invocation.redirects.findLast((each) => each.operator === 'read')
    if (read !== undefined) run.printed = joinFields(run.printed, contentOf(read.path, scope))
    return scope
  }
  if (name === 'exec' && argv.length === 1) return noteWritten(invocation, anything('what is printed from here on'))
  if (name === 'source' || name === '.') return sourced(invocation, run)
  const output = printed(invocation, run.ground)
  run.printed = joinFields(run.printed, reaching(output, invocation))
  return noteWritten(invocation, output)
}

/** A file that this script wrote is read in the shell itself; of others it is not known what they set. */
function sourced({ argv, scope, input }: Invocation, run: Shell): Scope {
  const [path, ...args] = argv.slice(argv[1]?.text === '--' ? 2 : 1)
  const text = path === undefined ? undefined : contentOf(path, scope)
  if (text === undefined || text.unknown !== undefined) return forget(scope, run.ground)
  const mark = `source ${text.text}`
  if (scope.calls.includes(mark)) {
    run.opaque.set('a script runs itself', undefined)
    return scope
  }
  const { positional, calls } = scope
  const inner = { ...scope, calls: [...calls, mark], ...(args.length > 0 && { positional: args }) }
  const { positional: _, ...after } = run.text(text.text, inner, input)
  const done = { ...after, calls, ...(positional && { positional }) }
  // To POSIX it is `.`, and the file may stand in one of several folders only.
  return argv[0]?.text === 'source' || scope.others.length > 0 ? merge(scope, done) : done
}

/** What each of its aliases makes of the shell. */
function aliased(name: string, { argv, scope, input }: Invocation, run: Shell): readonly (() => Scope)[] {
  const mark = `alias ${name}`
  if (scope.calls.includes(mark)) return []
  const rest = argv.slice(1).map(spelled)
  const inner = { ...scope, calls: [...scope.calls, mark] }
  return (scope.aliases.get(name) ?? []).map((text) => () => ({
    ...run.text([text, ...rest].join(' '), inner, input),
    calls: scope.calls,
  }))
}

/** What each of its bodies makes of the shell, where it is a function. */
function called(name: string, invocation: Invocation, run: Shell): readonly (() => Scope)[] {
  const { scope } = invocation
  const { bodies = [] } = scope.functions.get(name) ?? {}
  if (bodies.length > 0 && invocation.redirects.length > 0) run.emit({ ...invocation, argv: [] })
  if (bodies.length > 0 && scope.calls.includes(name)) {
    run.opaque.set(`\`${name}\` calls itself`, undefined)
    return [() => scope]
  }
  const inner: Scope = {
    ...scope,
    positional: invocation.argv.slice(1),
    calls: [...scope.calls, name],
    locals: new Set(),
  }
  return bodies.map((body) => () => outside(scope, run.follow(body, inner, invocation.input)))
}
