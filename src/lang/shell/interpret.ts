import type {
  AndOr,
  Command,
  CommandNode,
  CompoundList,
  For,
  ParsedScript,
  PipelineNode,
  Redirected,
  Redirection,
  Statement,
  SyntaxNode,
  Word,
} from 'unbash'
import { forEachChild } from 'unbash'
import { anything, type Field, joinFields, known, literal, show } from '../field.ts'
import { builtin, isBuiltin } from './builtins.ts'
import { combine, expandParts, expandSingle, expandWords, type Substitute } from './expand.ts'
import type { Input, Invocation, Redirect, Shell } from './invocation.ts'
import { printed } from './output.ts'
import { parseShell } from './parse.ts'
import { quoted } from './quoted.ts'
import { assign, type Defined, fields, forget, type Ground, merge, type Scope, type Value } from './scope.ts'

export interface Interpretation {
  readonly invocations: readonly Invocation[]
  /** What can't be known before it runs, in words, with the text that would run where that is what is not known. */
  readonly opaque: ReadonlyMap<string, Field | undefined>
  /** What it prints, as far as is known; for `$(…)` and pipes. */
  readonly output: Field
  readonly scope: Scope
}

/** Commands that are followed before the rest counts as too much to follow. */
const MOST = 2_000
const MOST_ARGUMENTS = 4_000
const DEEPEST = 40

/** Runs the text symbolically: every simple command in every construct, no I/O. */
export function interpret(text: string, ground: Ground, scope: Scope): Interpretation {
  const run = new Run(ground)
  const after = run.text(text, scope, { kind: 'inherited' })
  return { invocations: run.invocations, opaque: run.opaque, output: run.printed, scope: after }
}

/** Holds what one interpretation collects. Scopes go in and come back as values. */
class Run implements Shell {
  readonly invocations: Invocation[] = []
  readonly opaque = new Map<string, Field | undefined>()
  readonly ground: Ground
  printed: Field = known('')
  #depth = 0

  constructor(ground: Ground) {
    this.ground = ground
  }

  text(text: string, scope: Scope, input: Input): Scope {
    const reading = parseShell(text)
    if (reading.kind === 'opaque') {
      this.opaque.set(reading.why, undefined)
      return scope
    }
    return this.script(reading.tree, scope, input, text)
  }

  script(tree: ParsedScript, scope: Scope, input: Input, source: string): Scope {
    // Substitutions carry errors of their own, found only when they are visited.
    if (tree.errors?.[0] !== undefined) this.opaque.set(`not valid shell: ${tree.errors[0].message}`, undefined)
    return this.#statements(tree.commands, scope, input, tree.source ?? source)
  }

  #statements(statements: readonly Statement[], scope: Scope, input: Input, source: string): Scope {
    if (++this.#depth > DEEPEST) {
      this.opaque.set('nested too deep to follow', undefined)
      this.#depth--
      return scope
    }
    let at = scope
    for (const statement of statements) {
      if (this.invocations.length > MOST) {
        this.opaque.set(`more than ${MOST} commands`, undefined)
        break
      }
      const after = this.#node(statement.command, at, input, source)
      // A background command runs in a shell of its own, and what it prints comes when it comes.
      if (statement.background === true && this.printed.unknown?.generated === true)
        this.printed = anything('what a command in the background prints')
      at = statement.background === true ? at : after
    }
    this.#depth--
    return at
  }

  #list(list: CompoundList, scope: Scope, input: Input, source: string): Scope {
    return this.#statements(list.commands, scope, input, source)
  }

  #node(node: Statement['command'] | CommandNode | CompoundList, scope: Scope, input: Input, source: string): Scope {
    switch (node.type) {
      case 'AndOr':
        return this.#andOr(node, scope, input, source)
      case 'Pipeline':
        return this.#pipeline(node.commands, scope, input, source)
      case 'Command':
        return this.#command(node, scope, input, source)
      case 'Redirected':
        return this.#redirected(node, scope, input, source)
      case 'CompoundList':
        return this.#list(node, scope, input, source)
      case 'BraceGroup':
        return this.#list(node.body, scope, input, source)
      case 'Subshell':
        this.#list(node.body, scope, input, source)
        return scope
      case 'If': {
        const tested = this.#list(node.clause, scope, input, source)
        const branches = [this.#list(node.then, tested, input, source)]
        for (const elif of node.elif)
          branches.push(this.#list(elif.then, this.#list(elif.clause, tested, input, source), input, source))
        branches.push(node.else ? this.#list(node.else, tested, input, source) : tested)
        return branches.reduce(merge)
      }
      case 'For':
      case 'Select':
        return this.#for(node, scope, input, source)
      case 'While':
        if (isEndless(node.clause) && leavesWork(node.body)) this.opaque.set(FLOODS, undefined)
        return this.#loop(scope, (at) =>
          this.#list(node.body, this.#list(node.clause, at, input, source), input, source),
        )
      case 'ArithmeticFor':
        if (node.test === undefined && leavesWork(node.body)) this.opaque.set(FLOODS, undefined)
        this.#substitutions(node, scope, source)
        return this.#loop(scope, (at) => this.#list(node.body, at, input, source))
      case 'Case': {
        expandSingle(node.word, scope, this.#by(scope, source))
        return [scope, ...node.items.map((item) => this.#list(item.body, scope, input, source))].reduce(merge)
      }
      case 'Function':
        return { ...scope, functions: new Map(scope.functions).set(node.name.value, { body: node.body, source }) }
      case 'Coproc':
        this.#node(node.body, scope, { kind: 'text', text: anything('what another command sends') }, source)
        return scope
      case 'TestCommand':
      case 'ArithmeticCommand':
        this.#substitutions(node, scope, source)
        return scope
    }
  }

  #andOr({ commands, operators }: AndOr, scope: Scope, input: Input, source: string): Scope {
    let at = scope
    commands.forEach((command, i) => {
      if (operators[i - 1] !== '||') {
        at = this.#node(command, at, input, source)
        return
      }
      const first = this.printed
      this.printed = known('')
      const other = this.#node(command, at, input, source)
      this.printed = either(first, this.printed)
      // `cd x || exit`: what follows runs only where the first one went well.
      at = leaves(command) ? at : merge(at, other)
    })
    return at
  }

  #pipeline(commands: readonly CommandNode[], scope: Scope, input: Input, source: string): Scope {
    const [only, ...others] = commands
    if (only !== undefined && others.length === 0) return this.#node(only, scope, input, source)
    let feed = input
    for (const command of commands) {
      this.printed = known('')
      this.#node(command, scope, feed, source)
      feed = { kind: 'text', text: this.printed }
    }
    return scope
  }

  #redirected(node: Redirected, scope: Scope, input: Input, source: string): Scope {
    const { redirects, feed } = this.#redirects(node.redirects, scope, input, source)
    if (redirects.length > 0)
      this.#emit({
        argv: [],
        assigns: [],
        given: [],
        redirects,
        input: feed,
        scope,
        source: source.slice(node.pos, node.end),
      })
    return this.#node(node.command, scope, feed, source)
  }

  #for(node: Pick<For, 'name' | 'wordlist' | 'body'>, scope: Scope, input: Input, source: string): Scope {
    const lists =
      node.wordlist === undefined
        ? [scope.positional ?? [anything('the arguments')]]
        : expandWords(node.wordlist, scope, this.#by(scope, source))
    const items = lists.flat()
    const value: Value = {
      kind: 'scalar',
      any: items.length > 16 ? [anything(`one of ${items.length} values`)] : items,
    }
    if (items.length === 0) return scope
    return this.#loop(scope, (at) => this.#list(node.body, assign(at, node.name.value, value), input, source))
  }

  /** Once, and again where the first round changed what the second one sees. */
  #loop(scope: Scope, body: (at: Scope) => Scope): Scope {
    const once = merge(scope, body(scope))
    return once.variables.size === scope.variables.size && once.cwd === scope.cwd ? once : merge(once, body(once))
  }

  #command(node: Command, scope: Scope, input: Input, source: string): Scope {
    let at = scope
    const by = this.#by(scope, source, (name, value) => {
      at = assign(at, name, value)
    })
    const { redirects, feed } = this.#redirects(node.redirects, scope, input, source)
    const assigns: { name: string; value: Field }[] = []
    for (const each of node.prefix) {
      if (each.type !== 'Assignment') continue
      const value: Value =
        each.index === undefined
          ? this.assignment(each.value, scope, by)
          : { kind: 'array', items: [anything('an element by its key')] }
      if (node.name === undefined) at = assign(at, each.name, append(scope, each.name, each.append === true, value))
      for (const field of fields(value).slice(0, 1)) assigns.push({ name: each.name, value: field })
    }
    const given: { name: string; value: Value }[] = []
    const ways = (node.name === undefined ? [] : [node.name, ...node.args]).map((word) => {
      if (word.type === 'Word') return expandWords([word], at, by)
      const value = this.assignment(word.value, at, by)
      given.push({ name: word.name, value })
      return [[joinFields(known(`${word.name}=`), fields(value)[0] ?? known(''))]]
    })
    const text = source.slice(node.pos, node.end)
    const before = node.name === undefined ? [] : assigns
    for (const argv of combine(ways))
      at = this.call({ argv, assigns: before, given, redirects, input: feed, scope: at, source: text })
    return at
  }

  /** A command with its arguments known: a function, a builtin that changes the shell, or a program. */
  call(invocation: Invocation): Scope {
    const { scope, argv } = invocation
    const name = argv[0] === undefined ? '' : (literal(argv[0]) ?? '')
    const behind = argv[1] === undefined ? undefined : literal(argv[1])
    // `builtin eval …` is `eval …`, functions and aliases left out.
    if ((name === 'builtin' || name === 'command') && behind !== undefined && isBuiltin(behind))
      return this.call({
        ...invocation,
        argv: argv.slice(1),
        scope: { ...scope, functions: new Map(), aliases: new Map() },
      })
    const defined = scope.functions.get(name)
    if (defined !== undefined) return this.#function(name, defined, invocation)
    const alias = scope.aliases.get(name)
    if (alias !== undefined && !scope.calls.includes(`alias ${name}`)) {
      const rest = argv.slice(1).map((field) => quote(field))
      return this.text(
        [alias, ...rest].join(' '),
        { ...scope, calls: [...scope.calls, `alias ${name}`] },
        invocation.input,
      )
    }
    const after = builtin(name, invocation, this)
    if (after !== undefined) {
      const exported = invocation.given.flatMap(({ name: each, value }) =>
        fields(value)
          .slice(0, 1)
          .map((field) => ({ name: each, value: field })),
      )
      if (invocation.redirects.length + exported.length > 0) this.#emit({ ...invocation, argv: [], assigns: exported })
      return after
    }
    if (argv.length > MOST_ARGUMENTS) {
      this.opaque.set(`more than ${MOST_ARGUMENTS} arguments`, undefined)
      return scope
    }
    this.#emit(invocation)
    if (argv.length === 0) return scope
    const output = printed(invocation, this.ground)
    if (!invocation.redirects.some((each) => each.output)) this.printed = joinFields(this.printed, output)
    const noted = noteWritten(invocation, output)
    return name === 'source' || name === '.' ? forget(noted, this.ground) : noted
  }

  #function(name: string, { body, source }: Defined, invocation: Invocation): Scope {
    const { scope } = invocation
    if (invocation.redirects.length > 0) this.#emit({ ...invocation, argv: [] })
    if (scope.calls.includes(name)) {
      this.opaque.set(`\`${name}\` calls itself`, undefined)
      return scope
    }
    const inner: Scope = { ...scope, positional: invocation.argv.slice(1), calls: [...scope.calls, name] }
    const after = this.#node(body, inner, invocation.input, source)
    const { positional: _, ...rest } = after
    return { ...rest, calls: scope.calls, ...(scope.positional && { positional: scope.positional }) }
  }

  assignment(
    value: Word | { readonly type: 'ArrayValue'; readonly elements: readonly Word[] },
    scope: Scope,
    by: Substitute,
  ): Value {
    if (value.type === 'ArrayValue') {
      // `[key]=value` elements are not told apart.
      if (value.elements.some(({ text }) => text.startsWith('[')))
        return { kind: 'array', items: [anything('an element by its key')] }
      return { kind: 'array', items: expandWords(value.elements, scope, by).flat() }
    }
    return { kind: 'scalar', any: expandSingle(value, scope, by) }
  }

  #redirects(
    all: readonly Redirection[],
    scope: Scope,
    input: Input,
    source: string,
  ): { redirects: Redirect[]; feed: Input } {
    const by = this.#by(scope, source)
    const redirects: Redirect[] = []
    let feed = input
    for (const each of all) {
      if (each.type === 'HereDoc') {
        const { body } = each
        feed = { kind: 'text', text: body.parts === undefined ? known(body.text) : expandParts(body.parts, scope, by) }
        continue
      }
      if (each.target === undefined) continue
      const paths = expandSingle(each.target, scope, by)
      if (each.type === 'HereString') {
        if (paths[0] !== undefined) feed = { kind: 'text', text: paths[0] }
        continue
      }
      for (const path of paths) {
        if (/^[<>]&$/.test(each.operator) && /^(\d+-?|-)$/.test(path.text) && path.unknown === undefined) continue // a descriptor
        const operator = OPERATORS[each.operator] ?? 'both'
        redirects.push({ operator, path, output: operator !== 'read' && outputs(each) })
        if (operator === 'read') feed = { kind: 'file', path }
      }
    }
    return { redirects, feed }
  }

  #by(scope: Scope, source: string, assigned: Substitute['assigned'] = () => undefined): Substitute {
    return {
      home: this.ground.home,
      assigned,
      inside: (node, at) => this.#substitutions(node, at, source),
      output: (script) => {
        const before = this.printed
        this.printed = known('')
        if (script !== undefined) this.script(script, scope, { kind: 'inherited' }, source)
        const output = this.printed
        this.printed = before
        return output.unknown === undefined ? known(output.text.replace(/\n+$/, '')) : output
      },
    }
  }

  /** Commands inside tests and arithmetic run, too. */
  #substitutions(node: SyntaxNode, scope: Scope, source: string): void {
    forEachChild(node, (child) => {
      if (child.type === 'Script') this.script(child, scope, { kind: 'inherited' }, source)
      else this.#substitutions(child, scope, source)
    })
  }

  #emit(invocation: Invocation): void {
    if (invocation.argv.length + invocation.redirects.length + invocation.assigns.length > 0)
      this.invocations.push(invocation)
  }
}

const OPERATORS: Readonly<Record<string, Redirect['operator']>> = {
  '>': 'write',
  '>|': 'write',
  '&>': 'write',
  '>&': 'write',
  '>>': 'append',
  '&>>': 'append',
  '<': 'read',
  '<&': 'read',
  '<>': 'both',
}

function outputs(redirect: Redirection): boolean {
  const descriptor = redirect.descriptor
  return descriptor === undefined || (descriptor.type === 'FileDescriptor' && descriptor.value === 1)
}

function append(scope: Scope, name: string, appends: boolean, value: Value): Value {
  if (!appends) return value
  const before = scope.variables.get(name)
  if (before === undefined || before.kind === 'array' || value.kind === 'array')
    return { kind: 'array', items: [...(before ? fields(before) : []), ...fields(value)] }
  const joined = before.any.flatMap((a) => value.any.map((b) => joinFields(a, b)))
  return { kind: 'scalar', any: joined.slice(0, 16) }
}

/** Back to shell text, for aliases. */
function quote(field: Field): string {
  if (field.unknown !== undefined) return `"$(: ${field.unknown.why.replace(/[^\w ]/g, '')})"`
  return field.glob ? field.text : quoted(field.text)
}

/** What two commands print of which the second only runs where the first one fails. */
function either(first: Field, second: Field): Field {
  if (show(second) === '') return first
  if (show(first) === '') return second
  if (show(first) === show(second)) return ofEither(second)
  const one = anything('what one of two commands prints')
  const ways = [first, second].flatMap((field) => field.unknown?.oneOf ?? literal(field) ?? [])
  return ways.length < 2 || one.unknown === undefined
    ? one
    : { ...one, unknown: { ...one.unknown, oneOf: ways.map((text) => text.replace(/\n+$/, '')) } }
}

/** Neither command prints it for certain. */
function ofEither(field: Field): Field {
  if (field.unknown === undefined) return field
  const { from: _, ...unknown } = field.unknown
  return { ...field, unknown }
}

const FLOODS = 'an endless loop that starts work in the background and never waits for it'

/** `while true`, `while :`, `while [ 1 ]`. */
function isEndless({ commands }: CompoundList): boolean {
  const only = commands.length === 1 ? commands[0]?.command : undefined
  return only?.type === 'Command' && /^(?:true|:|\[ \S+ \]|test \S+)$/.test(wordsOf(only).join(' '))
}

function leavesWork({ commands }: CompoundList): boolean {
  const names = commands.map(({ command }) => (command.type === 'Command' ? wordsOf(command)[0] : ''))
  const waits =
    names.some((name) => /^(?:wait|break|exit|return|exec|fg)$/.test(name ?? '')) && !names.includes('disown')
  return commands.some(({ background }) => background === true) && !waits
}

function wordsOf(command: Command): readonly string[] {
  return [command.name?.value ?? '', ...command.args.map((word) => (word.type === 'Word' ? word.text : ''))]
}

function leaves(node: PipelineNode): boolean {
  const command = node.type === 'BraceGroup' ? node.body.commands.at(-1)?.command : node
  return command?.type === 'Command' && ['exit', 'return', 'continue', 'break'].includes(command.name?.value ?? '')
}

/** Remembers what was written, so that running it later in the same script is seen. */
function noteWritten({ redirects, scope }: Invocation, output: Field): Scope {
  const targets = redirects.filter((each) => each.output && each.path.unknown === undefined)
  if (targets.length === 0) return scope
  const written = new Map(scope.written)
  for (const each of targets) {
    const before = each.operator === 'append' ? written.get(each.path.text) : undefined
    written.set(each.path.text, before === undefined ? output : joinFields(before, output))
  }
  return { ...scope, written }
}
