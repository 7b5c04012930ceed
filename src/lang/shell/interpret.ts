import type { Field } from '../field.ts'
import type { Invocation } from './invocation.ts'
import { Run } from './run.ts'
import type { Ground, Scope } from './scope.ts'

export interface Interpretation {
  readonly invocations: readonly Invocation[]
  /** What can't be known before it runs, in words, with the text that would run where that is what is not known. */
  readonly opaque: ReadonlyMap<string, Field | undefined>
  /** What it prints, as far as is known; for `$(…)` and pipes. */
  readonly output: Field
  readonly scope: Scope
}

/** Runs the text symbolically: every simple command in every construct, no I/O. */
export function interpret(text: string, ground: Ground, scope: Scope): Interpretation {
  const run = new Run(ground)
  const after = run.whole(text, scope)
  return { invocations: run.invocations, opaque: run.opaque, output: run.printed, scope: after }
}
