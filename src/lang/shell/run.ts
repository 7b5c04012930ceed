import type {
  AndOr,
  Command,
  CommandNode,
  CompoundList,
  For,
  ParsedScript,
  Pipeline,
  Redirected,
  Statement,
  SyntaxNode,
  While,
  Word,
} from 'unbash'
import { forEachChild } from 'unbash'
import { anything, type Field, joinFields, known, show } from '../field.ts'
import { computed, named } from './builtins.ts'
import { callEach } from './call.ts'
import { CALLED, closes, DIFFER, opensGroup } from './dialect.ts'
import { combine, expandSingle, expandValue, expandWords, QUOTED_CODE, type Substitute, valuesOf } from './expand.ts'
import { type Branches, FLOODS, isEndless, leaves, leavesWork, moves, type Outcome, succeeds } from './flow.ts'
import { arrived } from './folders.ts'
import type { Invocation, Shell } from './invocation.ts'
import { either } from './output.ts'
import { isBroken, parseShell } from './parse.ts'
import { closed, forks, reaching, redirected } from './redirects.ts'
import {
  append,
  assign,
  assignAll,
  type Body,
  ended,
  fields,
  type Ground,
  INHERITED,
  type Input,
  inBackground,
  merge,
  type Scope,
  sameState,
  setBy,
  type Value,
} from './scope.ts'
import { evaluated, expandedAgain, prompt } from './second.ts'
import { noteWritten } from './written.ts'

const EMPTY: Value = { kind: 'scalar', any: [known('')] }
const WRITTEN: Input = { kind: 'text', text: anything('what another command writes') }

/** Commands that are followed before the rest counts as too much to follow. */
const MOST = 2_000
const MOST_STATEMENTS = 5_000
const DEEPEST = 40

/** Holds what one interpretation collects. Scopes go in and come back as values. */
export class Run implements Shell {
  readonly invocations: Invocation[] = []
  readonly opaque = new Map<string, Field | undefined>()
  readonly ground: Ground
  printed: Field = known('')
  #depth = 0
  #followed = 0
  /** What held where a function or a loop may have been left; one list for each that is being followed. */
  #left: Scope[] = []
  /** Only these shells know what was expanded here; others end with an error. */
  #failed: 'bash' | 'zsh' | undefined
  /** What holds where the last command failed without effect. */
  #missed: Scope | undefined
  readonly #traps: string[] = []
  /** All that held since the first trap was set. */
  #trapped: Scope | undefined

  constructor(ground: Ground) {
    this.ground = ground
  }

  /** The text, and then its traps, in all that held while they were set. */
  whole(text: string, scope: Scope): Scope {
    const after = this.text(text, scope, INHERITED)
    for (const trap of this.#traps)
      this.text(trap, { ...merge(this.#trapped ?? after, after), cwd: after.cwd, others: after.others }, INHERITED)
    return after
  }

  missed(scope: Scope): void {
    this.#missed = scope
  }

  left(scope: Scope): void {
    this.#left.push(scope)
  }

  trap(text: string, scope: Scope): void {
    this.#trapped = merge(this.#trapped ?? scope, scope)
    if (!this.#traps.includes(text)) this.#traps.push(text)
  }

  passed(scope: Scope): void {
    if (this.#traps.length > 0) this.#trapped = merge(this.#trapped ?? scope, scope)
  }

  follow({ node, source }: Body, scope: Scope, input: Input): Scope {
    return this.#leaving(() => this.#node(node, scope, input, source))
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
    const feed: Input = input.kind === 'text' ? { kind: 'text', text: input.text } : input
    let at = scope
    for (const statement of statements) {
      if (++this.#followed > MOST_STATEMENTS || this.invocations.length > MOST) {
        this.opaque.set(`more than ${MOST} commands`, undefined)
        break
      }
      const last = this.#node(statement.command, at, feed, source)
      const after = this.#missed === undefined ? last : merge(last, this.#missed)
      this.#missed = undefined
      // A background command runs in a shell of its own, and what it prints comes when it comes.
      if (statement.background === true && this.printed.unknown?.generated === true)
        this.printed = anything('what a command in the background prints')
      at = statement.background === true ? inBackground(at, after) : after
    }
    this.#depth--
    return at
  }

  #node(node: Statement['command'] | CommandNode | CompoundList, scope: Scope, input: Input, source: string): Scope {
    switch (node.type) {
      case 'AndOr':
        return this.#andOr(node, scope, input, source)
      case 'Pipeline':
        return this.#pipeline(node, scope, input, source)
      case 'Command':
        return this.#command(node, scope, input, source)
      case 'Redirected':
        return this.#redirected(node, scope, input, source)
      case 'CompoundList':
        return this.#statements(node.commands, scope, input, source)
      case 'BraceGroup':
        return this.#node(node.body, scope, input, source)
      case 'Subshell':
        return ended(
          scope,
          this.#leaving(() => this.#node(node.body, scope, input, source)),
        )
      case 'If':
        return this.#if(node, scope, input, source)
      case 'For':
      case 'Select':
        return this.#for(node, scope, input, source)
      case 'While':
        if (isEndless(node.clause) && leavesWork(node.body)) this.opaque.set(FLOODS, undefined)
        return this.#while(node, scope, input, source)
      case 'ArithmeticFor': {
        if (node.test === undefined && leavesWork(node.body)) this.opaque.set(FLOODS, undefined)
        const counted = this.#arithmetic(node, source.slice(node.pos, node.body.pos), scope, source)
        return this.#loop(counted, (at) => this.#node(node.body, at, input, source))
      }
      case 'Case': {
        for (const word of [node.word, ...node.items.flatMap((item) => item.pattern)])
          expandSingle(word, scope, this.#by(scope, source))
        return this.oneOf([
          () => scope,
          ...node.items.map(
            ({ body }) =>
              () =>
                this.#node(body, scope, input, source),
          ),
        ])
      }
      case 'Function':
        if (scope.posix === true && source.startsWith('function', node.pos)) this.opaque.set(DIFFER, undefined)
        return this.#define(node.name.value, { node: node.body, source }, scope)
      case 'Coproc':
        this.#node(node.body, scope, { kind: 'text', text: anything('what another command sends') }, source)
        return scope
      case 'TestCommand':
        this.#substitutions(node, scope, source)
        return scope
      case 'ArithmeticCommand':
        return merge(scope, this.#arithmetic(node, source.slice(node.pos, node.end), scope, source))
    }
  }

  #define(name: string, body: Body, scope: Scope): Scope {
    if (isBroken(body.node)) this.opaque.set(`\`${name}\` is not valid shell`, undefined)
    // Nothing in the text says when.
    if (CALLED.test(name)) this.opaque.set(`the shell itself calls \`${name}\``, undefined)
    // An alias is expanded even where it stands for the name of a function.
    if (scope.aliases.has(name)) this.opaque.set(DIFFER, undefined)
    return { ...scope, functions: new Map(scope.functions).set(name, { bodies: [body], certain: true }) }
  }

  #andOr(node: AndOr, scope: Scope, input: Input, source: string): Scope {
    const { done, failed } = this.#list(node, scope, input, source)
    return failed === undefined ? done : merge(done, failed)
  }

  #list({ commands, operators }: AndOr, scope: Scope, input: Input, source: string): Outcome {
    let done = scope
    let failed: Scope | undefined
    commands.forEach((command, i) => {
      if (operators[i - 1] !== '||') {
        const first = this.printed
        this.printed = known('')
        const tried = this.#tried(command, done, input, source)
        // A folder is taken to be there by who prints where it is.
        const always = failed === undefined || moves(commands[i - 1] ?? command)
        this.printed = joinFields(first, always ? this.printed : either(known(''), this.printed))
        done = tried.done
        if (tried.failed !== undefined) failed = failed === undefined ? tried.failed : merge(failed, tried.failed)
        return
      }
      const first = this.printed
      this.printed = known('')
      const other = this.#tried(command, failed ?? done, input, source)
      this.printed = either(first, this.printed)
      // `cd x || exit`: what follows runs only where the first one went well.
      if (!leaves(command)) done = merge(done, other.done)
      failed = leaves(command) ? undefined : other.failed
    })
    return { done, failed }
  }

  /** A command, and what holds where it went well and where it did not. */
  #tried(node: Statement['command'] | CommandNode | CompoundList, scope: Scope, input: Input, source: string): Outcome {
    if (node.type === 'AndOr') return this.#list(node, scope, input, source)
    const [only] = node.type === 'CompoundList' && node.commands.length === 1 ? node.commands : []
    if (only !== undefined && only.background !== true) return this.#tried(only.command, scope, input, source)
    const after = this.#node(node, scope, input, source)
    if (moves(node))
      return {
        done: arrived(scope, after),
        failed: after.others.length > 0 || after.cwd.unknown !== undefined ? scope : undefined,
      }
    // At the end of what it reads, `read` leaves nothing in its variables.
    const read = node.type === 'Command' && node.name?.value === 'read' ? setBy(scope, after) : []
    if (read.length > 0) {
      const none = read.reduce((at, { name }) => assign(at, name, EMPTY), after)
      const failed = this.#missed === undefined ? none : merge(none, this.#missed)
      this.#missed = undefined
      return { done: after, failed }
    }
    return { done: after, failed: succeeds(node) ? undefined : after }
  }

  #pipeline({ commands, operators, prefixes }: Pipeline, scope: Scope, input: Input, source: string): Scope {
    const [only, ...others] = commands
    if (only !== undefined && others.length === 0) {
      const after = this.#node(only, scope, input, source)
      if (prefixes.every(({ type }) => type !== 'Time')) return after
      // To POSIX, `time` is a program, and `{` its argument.
      if (scope.posix === true && only.type !== 'Command') this.opaque.set(DIFFER, undefined)
      // What is timed may run in a shell of its own.
      return merge(scope, after)
    }
    let feed = input
    let last = scope
    for (const [i, command] of commands.entries()) {
      this.printed = known('')
      // They run at the same time: what one writes, the next may read.
      const at = { ...scope, written: last.written, ...(operators[i] === '|&' && { errors: 'joined' as const }) }
      last = this.#leaving(() => this.#node(command, at, feed, source))
      // Redirected as well, it goes nowhere else in bash, and both ways in zsh.
      const text = forks(command) ? anything('what is redirected elsewhere, too') : this.printed
      feed = { kind: 'text', text, piped: true }
    }
    // zsh runs the last one in the shell itself.
    return { ...merge(scope, last), written: last.written }
  }

  #redirected(node: Redirected, scope: Scope, input: Input, source: string): Scope {
    const { redirects, feed, inside, sent } = redirected(node.redirects, scope, input, this.#by(scope, source))
    const text = source.slice(node.pos, node.end)
    this.emit({ argv: [], assigns: [], given: [], redirects, input: feed, scope, source: text })
    const before = this.printed
    this.printed = known('')
    const after = closed(scope, inside, this.#node(node.command, inside, feed, source))
    const noted = noteWritten({ argv: [], redirects, scope: after }, this.printed)
    this.printed = joinFields(before, reaching(this.printed, { redirects, sent }))
    return noted
  }

  #for(node: Pick<For, 'name' | 'wordlist' | 'body'>, scope: Scope, input: Input, source: string): Scope {
    const any = valuesOf(node.wordlist, scope, this.#by(scope, source))
    if (any.length === 0) return scope
    const value: Value = { kind: 'scalar', any }
    const assigns = any.map((field) => ({ name: node.name.value, value: field }))
    this.emit({ argv: [], assigns, given: [], redirects: [], input, scope, source: node.name.value })
    return this.#loop(scope, (at) => this.#node(node.body, assign(at, node.name.value, value), input, source))
  }

  #if({ clause, then, elif, else: last }: Branches, scope: Scope, input: Input, source: string): Scope {
    const { done, failed = done } = this.#tried(clause, scope, input, source)
    const [next, ...more] = elif
    const otherwise = (): Scope => {
      if (next !== undefined) return this.#if({ ...next, elif: more, else: last }, failed, input, source)
      return last === undefined ? failed : this.#node(last, failed, input, source)
    }
    return this.oneOf([() => this.#node(then, done, input, source), otherwise])
  }

  oneOf(ways: readonly (() => Scope)[]): Scope {
    const before = this.printed
    const outputs: Field[] = []
    const scopes = ways.map((way) => {
      this.printed = known('')
      const scope = way()
      outputs.push(this.printed)
      return scope
    })
    this.printed = joinFields(before, outputs.reduce(either))
    return scopes.reduce(merge)
  }

  /** Quotes are plain characters in it, and to POSIX it is commands in brackets. */
  #arithmetic(node: SyntaxNode, text: string, scope: Scope, source: string): Scope {
    if (scope.posix === true || QUOTED_CODE.test(text)) this.opaque.set(DIFFER, undefined)
    this.#substitutions(node, scope, source)
    return computed(scope, text)
  }

  #while({ clause, body, kind }: While, scope: Scope, input: Input, source: string): Scope {
    let ended: Scope | undefined
    const after = this.#loop(scope, (at) => {
      const { done, failed = done } = this.#tried(clause, at, input, source)
      const [inside, behind] = kind === 'while' ? [done, failed] : [failed, done]
      ended = ended === undefined ? behind : merge(ended, behind)
      return this.#node(body, inside, input, source)
    })
    return ended === undefined ? after : merge(after, ended)
  }

  /** Once, and again where the first round changed what the second one sees. */
  #loop(scope: Scope, body: (at: Scope) => Scope): Scope {
    return this.#leaving(() => {
      const once = merge(scope, body(scope))
      return sameState(once, scope) ? once : merge(once, body(once))
    })
  }

  /** What holds behind a function or a loop: what holds at its end, or where it was left. */
  #leaving(follow: () => Scope): Scope {
    const outer = this.#left
    this.#left = []
    const after = follow()
    const merged = this.#left.reduce(merge, after)
    this.#left = outer
    return merged
  }

  #command(node: Command, scope: Scope, input: Input, source: string): Scope {
    let at = scope
    const by = this.#by(scope, source, (name, value) => {
      at = assign(at, name, value)
    })
    const { redirects, feed, inside, sent } = redirected(node.redirects, scope, input, this.#by(scope, source))
    // Without a command, zsh takes `{name}` for a group.
    if (node.name === undefined && node.redirects.some((each) => each.descriptor?.type === 'FileDescriptorVariable'))
      this.opaque.set(DIFFER, undefined)
    const assigns: { name: string; value: Field }[] = []
    let sees = scope
    for (const each of node.prefix) {
      if (each.type !== 'Assignment') continue
      // zsh ends the assignment behind `)`, and runs what follows.
      if (each.value.type === 'Word' && each.value.text.startsWith('(')) this.opaque.set(DIFFER, undefined)
      this.#subscript(each.index, scope, by)
      const element = expandValue(each.value, sees, by)
      if (each.index !== undefined) at = named(at, each.name, each.index.value, element)
      const plain: Value =
        each.index === undefined ? element : { kind: 'array', items: [anything('an element by its key')] }
      // Behind an error bash goes on with the next line.
      if (scope.fixed.has(each.name) && /^[^\n]*[^\s;][^\n]*\n/.test(source.slice(node.end)))
        this.opaque.set(DIFFER, undefined)
      const value = append(scope, each.name, each.append === true, plain)
      if (node.name === undefined) at = assign(at, each.name, value)
      // Each sees those that stand before it; before a command, not in every shell.
      sees = node.name === undefined ? at : merge(sees, assign(sees, each.name, value))
      if (each.name === 'PS4')
        for (const field of fields(value)) if (field.unknown === undefined) prompt(field, at, this)
      if (scope.numbers.has(each.name)) for (const { text } of fields(value)) this.again(text, scope)
      for (const field of fields(value)) assigns.push({ name: each.name, value: field })
    }
    const given: { name: string; value: Value }[] = []
    const ways = (node.name === undefined ? [] : [node.name, ...node.args]).map((word) => {
      if (word.type === 'Word') {
        // zsh takes these for a group's end, and for a group.
        if (closes(word) || (word === node.name && opensGroup(word))) this.opaque.set(DIFFER, undefined)
        return expandWords([word], at, by)
      }
      this.#subscript(word.index, at, by)
      const value = expandValue(word.value, at, by)
      given.push({ name: word.name, value })
      return [[joinFields(known(`${word.name}=`), fields(value)[0] ?? known(''))]]
    })
    const text = source.slice(node.pos, node.end)
    const lines = combine(ways)
    // Words that turn out to be none leave the assignments to the shell.
    if (node.name !== undefined && lines.some((argv) => argv.length === 0)) at = merge(at, assignAll(at, assigns))
    // `exec` without a command changes the shell's own descriptors.
    const own = node.name?.value === 'exec' && node.args.length === 0
    const within = { descriptors: inside.descriptors, errors: inside.errors }
    const all = { assigns, given, redirects, sent, input: feed, scope: at, source: text }
    return callEach(lines, all, { within, own }, this)
  }

  #by(scope: Scope, source: string, assigned: Substitute['assigned'] = () => undefined): Substitute {
    return {
      home: this.ground.home,
      opaque: (why) => void this.opaque.set(why, undefined),
      fails: (known) => {
        this.#failed = this.#failed === 'zsh' ? this.#failed : known
      },
      again: (text) => this.again(text, scope),
      extended: () => {
        // Behind an error bash reads on from the next line, which may be the middle of something.
        if (source.includes('\n')) this.opaque.set(DIFFER, undefined)
      },
      reader: (script) => {
        const said = this.#substitution(script, scope, source, WRITTEN)
        if (show(said) !== '') this.printed = joinFields(this.printed, anything('what the reader of its output prints'))
      },
      assigned,
      inside: (node, at) => this.#substitutions(node, at, source),
      prompt: (field) => prompt(field, scope, this),
      output: (script) => {
        const output = script === undefined ? known('') : this.#substitution(script, scope, source)
        if (output.unknown !== undefined) return output
        return { ...output, text: output.text.replace(/\n+$/, '') }
      },
    }
  }

  /** What a script prints in a shell of its own, to nobody else. */
  #substitution(script: ParsedScript, scope: Scope, source: string, input: Input = INHERITED): Field {
    const [before, failed] = [this.printed, this.#failed]
    this.printed = known('')
    this.#failed = undefined
    this.#leaving(() => this.script(script, scope, input, source))
    const bare = this.#failed === 'zsh' ? anything('what is printed before an error') : this.printed
    const output: Field = this.#failed === 'bash' ? { ...bare, absent: bare.absent ?? 'all' } : bare
    this.printed = before
    this.#failed = failed
    return output
  }

  /** Commands inside tests and arithmetic run, too, and those that only a second reading brings out. */
  #substitutions(node: SyntaxNode, scope: Scope, source: string): void {
    forEachChild(node, (child) => {
      if (child.type === 'Script') this.#substitution(child, scope, source)
      else this.#substitutions(child, scope, source)
    })
    if (node.type === 'ArithmeticWord' || node.type === 'Word') this.again(node.value, scope)
    const operands = evaluated(node).flatMap((word) => expandSingle(word, scope, this.#by(scope, source)))
    for (const { text } of operands) this.again(text, scope)
  }

  #subscript(index: Word | undefined, scope: Scope, by: Substitute): void {
    for (const { text } of index === undefined ? [] : expandSingle(index, scope, by)) this.again(`[${text}]`, scope)
  }

  again(text: string, scope: Scope): void {
    for (const script of expandedAgain(text, scope)) this.text(script, scope, INHERITED)
  }

  emit(invocation: Invocation): void {
    if (invocation.argv.length + invocation.redirects.length + invocation.assigns.length > 0)
      this.invocations.push(invocation)
  }
}
