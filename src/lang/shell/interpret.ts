import type {
  AndOr,
  Command,
  CommandNode,
  CompoundList,
  For,
  ParsedScript,
  Redirected,
  Statement,
  SyntaxNode,
  Word,
} from 'unbash'
import { forEachChild } from 'unbash'
import { anything, type Field, joinFields, known } from '../field.ts'
import { computed, named } from './builtins.ts'
import { call } from './call.ts'
import { CALLED, closes, DIFFER } from './dialect.ts'
import { combine, expandSingle, expandValue, expandWords, type Substitute } from './expand.ts'
import { FLOODS, isEndless, leaves, leavesWork, moves, succeeds } from './flow.ts'
import { arrived } from './folders.ts'
import type { Invocation, Shell } from './invocation.ts'
import { either } from './output.ts'
import { parseShell } from './parse.ts'
import { closed, forks, redirected } from './redirects.ts'
import {
  append,
  assign,
  assignAll,
  type Body,
  ended,
  fields,
  type Ground,
  type Input,
  merge,
  type Scope,
  sameState,
  type Value,
} from './scope.ts'
import { evaluated, expandedAgain, printing } from './second.ts'
import { noteWritten } from './written.ts'

export interface Interpretation {
  readonly invocations: readonly Invocation[]
  /** What can't be known before it runs, in words, with the text that would run where that is what is not known. */
  readonly opaque: ReadonlyMap<string, Field | undefined>
  /** What it prints, as far as is known; for `$(…)` and pipes. */
  readonly output: Field
  readonly scope: Scope
}

/** What holds where something went well, and where it did not; undefined where it always goes well. */
interface Outcome {
  readonly done: Scope
  readonly failed: Scope | undefined
}

const INHERITED: Input = { kind: 'inherited' }

/** Commands that are followed before the rest counts as too much to follow. */
const MOST = 2_000
const MOST_STATEMENTS = 5_000
const DEEPEST = 40

/** Runs the text symbolically: every simple command in every construct, no I/O. */
export function interpret(text: string, ground: Ground, scope: Scope): Interpretation {
  const run = new Run(ground)
  const after = run.whole(text, scope)
  return { invocations: run.invocations, opaque: run.opaque, output: run.printed, scope: after }
}

/** Holds what one interpretation collects. Scopes go in and come back as values. */
class Run implements Shell {
  readonly invocations: Invocation[] = []
  readonly opaque = new Map<string, Field | undefined>()
  readonly ground: Ground
  printed: Field = known('')
  #depth = 0
  #followed = 0
  /** What held where a function or a loop may have been left; one list for each that is being followed. */
  #left: Scope[] = []
  /** Some shell ends with an error here. */
  #failed = false
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
      const after = this.#node(statement.command, at, feed, source)
      // A background command runs in a shell of its own, and what it prints comes when it comes.
      if (statement.background === true && this.printed.unknown?.generated === true)
        this.printed = anything('what a command in the background prints')
      // Its variables may stay in zsh.
      at = statement.background === true ? { ...ended(at, after), variables: merge(at, after).variables } : after
    }
    this.#depth--
    return at
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
        return this.#statements(node.commands, scope, input, source)
      case 'BraceGroup':
        return this.#node(node.body, scope, input, source)
      case 'Subshell':
        return ended(
          scope,
          this.#leaving(() => this.#node(node.body, scope, input, source)),
        )
      case 'If': {
        let tested = this.#tried(node.clause, scope, input, source)
        const branches = [this.#node(node.then, tested.done, input, source)]
        for (const elif of node.elif) {
          tested = this.#tried(elif.clause, tested.failed ?? tested.done, input, source)
          branches.push(this.#node(elif.then, tested.done, input, source))
        }
        const last = tested.failed ?? tested.done
        branches.push(node.else ? this.#node(node.else, last, input, source) : last)
        return branches.reduce(merge)
      }
      case 'For':
      case 'Select':
        return this.#for(node, scope, input, source)
      case 'While':
        if (isEndless(node.clause) && leavesWork(node.body)) this.opaque.set(FLOODS, undefined)
        return this.#loop(scope, (at) =>
          this.#node(node.body, this.#node(node.clause, at, input, source), input, source),
        )
      case 'ArithmeticFor': {
        if (node.test === undefined && leavesWork(node.body)) this.opaque.set(FLOODS, undefined)
        this.#substitutions(node, scope, source)
        const counted = computed(scope, source.slice(node.pos, node.body.pos))
        return this.#loop(counted, (at) => this.#node(node.body, at, input, source))
      }
      case 'Case': {
        for (const word of [node.word, ...node.items.flatMap((item) => item.pattern)])
          expandSingle(word, scope, this.#by(scope, source))
        return [scope, ...node.items.map((item) => this.#node(item.body, scope, input, source))].reduce(merge)
      }
      case 'Function':
        return this.#define(node.name.value, { node: node.body, source }, scope)
      case 'Coproc':
        this.#node(node.body, scope, { kind: 'text', text: anything('what another command sends') }, source)
        return scope
      case 'TestCommand':
        this.#substitutions(node, scope, source)
        return scope
      case 'ArithmeticCommand':
        this.#substitutions(node, scope, source)
        return merge(scope, computed(scope, source.slice(node.pos, node.end)))
    }
  }

  #define(name: string, body: Body, scope: Scope): Scope {
    // Nothing in the text says when.
    if (CALLED.test(name)) this.opaque.set(`the shell itself calls \`${name}\``, undefined)
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
        const tried = this.#tried(command, done, input, source)
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
    if (moves(node)) return { done: arrived(scope, after), failed: after.others.length > 0 ? scope : undefined }
    return { done: after, failed: succeeds(node) ? undefined : after }
  }

  #pipeline(commands: readonly CommandNode[], scope: Scope, input: Input, source: string): Scope {
    const [only, ...others] = commands
    if (only !== undefined && others.length === 0) return this.#node(only, scope, input, source)
    let feed = input
    let last = scope
    for (const command of commands) {
      this.printed = known('')
      // They run at the same time: what one writes, the next may read.
      const at = { ...scope, written: last.written }
      last = this.#leaving(() => this.#node(command, at, feed, source))
      // Redirected as well, it goes nowhere else in bash, and both ways in zsh.
      const text = forks(command) ? anything('what is redirected elsewhere, too') : this.printed
      feed = { kind: 'text', text, piped: true }
    }
    // zsh runs the last one in the shell itself.
    return { ...merge(scope, last), written: last.written }
  }

  #redirected(node: Redirected, scope: Scope, input: Input, source: string): Scope {
    const { redirects, feed, inside } = redirected(node.redirects, scope, input, this.#by(scope, source))
    const text = source.slice(node.pos, node.end)
    this.emit({ argv: [], assigns: [], given: [], redirects, input: feed, scope, source: text })
    const before = this.printed
    this.printed = known('')
    const after = closed(scope, inside, this.#node(node.command, inside, feed, source))
    const noted = noteWritten({ argv: [], redirects, scope: after }, this.printed)
    this.printed = redirects.some((each) => each.output) ? before : joinFields(before, this.printed)
    return noted
  }

  #for(node: Pick<For, 'name' | 'wordlist' | 'body'>, scope: Scope, input: Input, source: string): Scope {
    const lists =
      node.wordlist === undefined
        ? [scope.positional ?? [anything('the arguments')]]
        : expandWords(node.wordlist, scope, this.#by(scope, source))
    const items = lists.flat()
    if (items.length === 0) return scope
    const any = items.length > 16 ? [anything(`one of ${items.length} values`)] : items
    const value: Value = { kind: 'scalar', any }
    const assigns = any.map((field) => ({ name: node.name.value, value: field }))
    this.emit({ argv: [], assigns, given: [], redirects: [], input, scope, source: node.name.value })
    return this.#loop(scope, (at) => this.#node(node.body, assign(at, node.name.value, value), input, source))
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
    const { redirects, feed, inside } = redirected(node.redirects, scope, input, this.#by(scope, source))
    // Without a command, zsh takes `{name}` for a group.
    if (node.name === undefined && node.redirects.some((each) => each.descriptor?.type === 'FileDescriptorVariable'))
      this.opaque.set(DIFFER, undefined)
    const assigns: { name: string; value: Field }[] = []
    for (const each of node.prefix) {
      if (each.type !== 'Assignment') continue
      // zsh ends the assignment behind `)`, and runs what follows.
      if (each.value.type === 'Word' && each.value.text.startsWith('(')) this.opaque.set(DIFFER, undefined)
      this.#subscript(each.index, scope, by)
      const element = expandValue(each.value, scope, by)
      if (each.index !== undefined) at = named(at, each.name, each.index.value, element)
      const plain: Value =
        each.index === undefined ? element : { kind: 'array', items: [anything('an element by its key')] }
      const value = append(scope, each.name, each.append === true, plain)
      if (node.name === undefined) at = assign(at, each.name, value)
      for (const field of fields(value)) assigns.push({ name: each.name, value: field })
    }
    const given: { name: string; value: Value }[] = []
    const ways = (node.name === undefined ? [] : [node.name, ...node.args]).map((word) => {
      if (word.type === 'Word') {
        // zsh takes these for a group's end, and for a group.
        if (closes(word) || (word === node.name && /^\{[^,]*\w\}$/.test(word.text))) this.opaque.set(DIFFER, undefined)
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
    for (const argv of lines) {
      // Without a command, too: it may be exported already, or later.
      const before = { ...at, descriptors: inside.descriptors }
      const after = call({ argv, assigns, given, redirects, input: feed, scope: before, source: text }, this)
      at = own ? after : closed(at, before, after)
    }
    return at
  }

  #by(scope: Scope, source: string, assigned: Substitute['assigned'] = () => undefined): Substitute {
    return {
      home: this.ground.home,
      opaque: (why) => void this.opaque.set(why, undefined),
      fails: () => {
        this.#failed = true
      },
      assigned,
      inside: (node, at) => this.#substitutions(node, at, source),
      prompt: (field) => this.#prompt(field, scope),
      output: (script) => {
        const output = script === undefined ? known('') : this.#substitution(script, scope, source)
        return output.unknown === undefined ? known(output.text.replace(/\n+$/, '')) : output
      },
    }
  }

  /** What a script prints in a shell of its own, to nobody else. */
  #substitution(script: ParsedScript, scope: Scope, source: string): Field {
    const [before, failed] = [this.printed, this.#failed]
    this.printed = known('')
    this.#failed = false
    this.#leaving(() => this.script(script, scope, INHERITED, source))
    const output = this.#failed ? anything('what is printed before an error') : this.printed
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

  /** `${x@P}` puts the value through the shell. */
  #prompt(field: Field, scope: Scope): void {
    if (field.unknown === undefined) this.text(printing(field.text), scope, INHERITED)
    else if (field.unknown.outer !== true)
      this.opaque.set(`the shell expands ${field.unknown.why} once more`, undefined)
  }

  again(text: string, scope: Scope): void {
    for (const script of expandedAgain(text, scope)) this.text(script, scope, INHERITED)
  }

  emit(invocation: Invocation): void {
    if (invocation.argv.length + invocation.redirects.length + invocation.assigns.length > 0)
      this.invocations.push(invocation)
  }
}
