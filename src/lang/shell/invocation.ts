import type { Field } from '../field.ts'
import type { Body, Ground, Input, Scope, Value } from './scope.ts'

export interface Redirect {
  readonly operator: 'read' | 'write' | 'append' | 'both'
  readonly path: Field
  /** It takes what the command prints. */
  readonly output: boolean
}

/** One simple command that may run, with its arguments as the program will see them. */
export interface Invocation {
  /** Empty where only redirections or assignments happen. */
  readonly argv: readonly Field[]
  /** `NAME=value` before the command. */
  readonly assigns: readonly { readonly name: string; readonly value: Field }[]
  /** `NAME=value` among the arguments of `export`, `declare` and the like. */
  readonly given: readonly { readonly name: string; readonly value: Value }[]
  readonly redirects: readonly Redirect[]
  /** Where what it prints goes instead: with the errors, or to a descriptor that is not followed. */
  readonly sent?: 'errors' | 'somewhere' | undefined
  readonly input: Input
  readonly scope: Scope
  /** As it stands in the text, for people. */
  readonly source: string
}

/** The interpreter, as builtins see it. */
export interface Shell {
  readonly ground: Ground
  /** Why something is not known, with the text that would run where that is it. */
  readonly opaque: Map<string, Field | undefined>
  /** What it prints so far. */
  printed: Field
  /** Interprets more text in a scope; answers with the scope after it. */
  text(text: string, scope: Scope, input: Input): Scope
  /** Text that the shell reads as arithmetic or as the name of a variable: what stands in subscripts runs. */
  again(text: string, scope: Scope): void
  /** The rest of a function, a loop or the script may not run: what holds now may hold behind it. */
  left(scope: Scope): void
  /** Runs the text when the script ends, or at any time from now on. */
  trap(text: string, scope: Scope): void
  /** A trap may run here. */
  passed(scope: Scope): void
  /** Follows each of several ways, one of which it goes: what holds behind any of them, and what one of them prints. */
  oneOf(ways: readonly (() => Scope)[]): Scope
  /** Interprets the body of a function; answers with the scope behind it. */
  follow(body: Body, scope: Scope, input: Input): Scope
  /** The last command may have failed, and left the shell as it was. */
  missed(scope: Scope): void
  /** Notes what runs. */
  emit(invocation: Invocation): void
}
