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
import { under } from '../paths.ts'
import { builtin, isBuiltin } from './builtins.ts'
import { combine, expandSingle, expandWords, type Substitute } from './expand.ts'
import type { Invocation, Redirect, Shell } from './invocation.ts'
import { printed } from './output.ts'
import { parseShell } from './parse.ts'
import { quoted } from './quoted.ts'
import { redirected } from './redirects.ts'
import {
  assign,
  type Defined,
  fields,
  forget,
  type Ground,
  type Input,
  merge,
  type Scope,
  type Value,
} from './scope.ts'
import { expandedAgain, printing } from './second.ts'

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
      at = statement.background === true ? leaving(at, after) : after
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
        return leaving(scope, this.#list(node.body, scope, input, source))
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
        for (const pattern of node.items.flatMap((item) => item.pattern))
          expandSingle(pattern, scope, this.#by(scope, source))
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
    let at = scope
    for (const command of commands) {
      this.printed = known('')
      at = leaving(at, this.#node(command, at, feed, source))
      feed = { kind: 'text', text: this.printed }
    }
    return at
  }

  #redirected(node: Redirected, scope: Scope, input: Input, source: string): Scope {
    const { redirects, feed, inside } = this.#redirects(node.redirects, scope, input, source)
    const text = source.slice(node.pos, node.end)
    this.#emit({ argv: [], assigns: [], given: [], redirects, input: feed, scope, source: text })
    return { ...this.#node(node.command, inside, feed, source), descriptors: scope.descriptors }
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
    const assigns = value.any.map((field) => ({ name: node.name.value, value: field }))
    this.#emit({ argv: [], assigns, given: [], redirects: [], input, scope, source: node.name.value })
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
    const { redirects, feed, inside } = this.#redirects(node.redirects, scope, input, source)
    const assigns: { name: string; value: Field }[] = []
    for (const each of node.prefix) {
      if (each.type !== 'Assignment') continue
      const element = this.assignment(each.value, scope, by)
      if (each.index !== undefined) {
        this.#substitutions(each.index, scope, source)
        at = named(at, each.name, each.index.value, element)
      }
      const plain: Value =
        each.index === undefined ? element : { kind: 'array', items: [anything('an element by its key')] }
      const value = append(scope, each.name, each.append === true, plain)
      if (node.name === undefined) at = assign(at, each.name, value)
      for (const field of fields(value)) assigns.push({ name: each.name, value: field })
    }
    const given: { name: string; value: Value }[] = []
    const ways = (node.name === undefined ? [] : [node.name, ...node.args]).map((word) => {
      if (word.type === 'Word') return expandWords([word], at, by)
      const value = this.assignment(word.value, at, by)
      given.push({ name: word.name, value })
      return [[joinFields(known(`${word.name}=`), fields(value)[0] ?? known(''))]]
    })
    const text = source.slice(node.pos, node.end)
    // Without a command, too: it may be exported already, or later.
    const { descriptors } = inside
    for (const argv of combine(ways))
      at = this.call({ argv, assigns, given, redirects, input: feed, scope: { ...at, descriptors }, source: text })
    // `exec` without a command changes the shell's own.
    const own = node.name?.value === 'exec' && node.args.length === 0
    return own ? at : { ...at, descriptors: scope.descriptors }
  }

  /** A command with its arguments known: a function, a builtin that changes the shell, or a program. */
  call(invocation: Invocation): Scope {
    const { scope, argv } = invocation
    const name = argv[0] === undefined ? '' : (literal(argv[0]) ?? '')
    const behind = argv[1] === undefined ? undefined : literal(argv[1])
    // `builtin eval …` is `eval …`, functions and aliases left out.
    if ((name === 'builtin' || name === 'command') && behind !== undefined && isBuiltin(behind))
      return this.#builtin(invocation)
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
      this.#emit({ ...invocation, argv: [], assigns: [...invocation.assigns, ...setBy(scope, after)] })
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

  /** `builtin NAME …`: functions and aliases are passed over, and are there again afterwards. */
  #builtin(invocation: Invocation): Scope {
    const { functions, aliases } = invocation.scope
    const scope = { ...invocation.scope, functions: new Map(), aliases: new Map() }
    const after = this.call({ ...invocation, argv: invocation.argv.slice(1), scope })
    return {
      ...after,
      functions: new Map([...functions, ...after.functions]),
      aliases: new Map([...aliases, ...after.aliases]),
    }
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

  /** The redirections of a command, the scope that has their descriptors, and what comes on its standard input. */
  #redirects(
    all: readonly Redirection[],
    scope: Scope,
    input: Input,
    source: string,
  ): { redirects: readonly Redirect[]; feed: Input; inside: Scope } {
    const { redirects, descriptors } = redirected(all, scope, input, this.#by(scope, source))
    const inside = descriptors === scope.descriptors ? scope : { ...scope, descriptors }
    return { redirects, feed: descriptors.get('0') ?? input, inside }
  }

  #by(scope: Scope, source: string, assigned: Substitute['assigned'] = () => undefined): Substitute {
    return {
      home: this.ground.home,
      assigned,
      inside: (node, at) => this.#substitutions(node, at, source),
      prompt: (field) => this.#prompt(field, scope),
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

  /** Commands inside tests and arithmetic run, too, and those that only a second reading brings out. */
  #substitutions(node: SyntaxNode, scope: Scope, source: string): void {
    forEachChild(node, (child) => {
      if (child.type === 'Script') this.script(child, scope, { kind: 'inherited' }, source)
      else this.#substitutions(child, scope, source)
    })
    if (node.type === 'ArithmeticWord' || node.type === 'Word') this.again(node.value, scope)
    const operands = evaluated(node).flatMap((word) => expandSingle(word, scope, this.#by(scope, source)))
    for (const { text } of operands) this.again(text, scope)
  }

  /** `${x@P}` puts the value through the shell. */
  #prompt(field: Field, scope: Scope): void {
    if (field.unknown === undefined) this.text(printing(field.text), scope, { kind: 'inherited' })
    else if (field.unknown.outer !== true)
      this.opaque.set(`the shell expands ${field.unknown.why} once more`, undefined)
  }

  again(text: string, scope: Scope): void {
    for (const script of expandedAgain(text, scope)) this.text(script, scope, { kind: 'inherited' })
  }

  #emit(invocation: Invocation): void {
    if (invocation.argv.length + invocation.redirects.length + invocation.assigns.length > 0)
      this.invocations.push(invocation)
  }
}

/** The variables that a builtin has set. */
function setBy(before: Scope, after: Scope): Invocation['assigns'] {
  if (after.variables === before.variables) return []
  return [...after.variables].flatMap(([name, value]) =>
    before.variables.get(name) === value ? [] : fields(value).map((field) => ({ name, value: field })),
  )
}

/** Operands of a test that are read as arithmetic, or as the name of a variable. */
function evaluated(node: SyntaxNode): readonly Word[] {
  if (node.type === 'TestBinary' && /^-(?:eq|ne|lt|le|gt|ge)$/.test(node.operator)) return [node.left, node.right]
  return node.type === 'TestUnary' && /^-[vR]$/.test(node.operator) ? [node.operand] : []
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

/** Elements of these arrays are aliases, and what `hash -p` sets. */
function named(scope: Scope, array: string, key: string, value: Value): Scope {
  if (array !== 'BASH_ALIASES' && array !== 'BASH_CMDS') return scope
  const [text = anything('')] = fields(value)
  return { ...scope, aliases: new Map(scope.aliases).set(key, literal(text) ?? 'eval "$(unknown)"') }
}

function leaves(node: PipelineNode): boolean {
  const command = node.type === 'BraceGroup' ? node.body.commands.at(-1)?.command : node
  return command?.type === 'Command' && ['exit', 'return', 'continue', 'break'].includes(command.name?.value ?? '')
}

/** After a shell of its own has ended: of what it changed, only files are left. */
function leaving(scope: Scope, { written }: Scope): Scope {
  return written === scope.written ? scope : { ...scope, written }
}

/** Remembers what was written, so that running it later in the same script is seen. */
function noteWritten({ argv, redirects, scope }: Invocation, output: Field): Scope {
  const tee = argv[0] !== undefined && literal(argv[0]) === 'tee'
  const copies = tee ? argv.slice(1).filter(({ text }) => !text.startsWith('-')) : []
  const adds = argv.some(({ text }) => /^(?:-\w*a|--append)/.test(text))
  const targets = [
    ...redirects.filter((each) => each.output),
    ...copies.map((path) => ({ path, operator: adds ? 'append' : 'write' }) as const),
  ]
  if (targets.length === 0) return scope
  const written = new Map(scope.written)
  for (const { path, operator } of targets) {
    const place = under(scope.cwd, path)
    const before = written.get(show(place))
    // Which file an unknown name means may be another each time.
    const several = before !== undefined && place.unknown !== undefined && operator !== 'append'
    const text = operator === 'append' && before !== undefined ? joinFields(before, output) : output
    written.set(show(place), several ? anything('one of several files that it wrote') : text)
  }
  return { ...scope, written }
}
