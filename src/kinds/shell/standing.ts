import type { Field } from '../../lang/field.ts'
import type { Invocation } from '../../lang/shell/invocation.ts'
import { assignAll, child, type Scope } from '../../lang/shell/scope.ts'
import { environment } from '../../programs/environment.ts'
import type { CodeTouch } from '../../programs/grammar.ts'

/** Where in a prediction one stands. */
export interface At {
  /** The simple command that does it, as a person sees it. */
  readonly by: string
  readonly depth: number
}

export interface Standing extends At {
  readonly invocation: Invocation
  /** Of the file whose code it is: modules are looked for there. */
  readonly folder?: string
}

export type Code = Pick<CodeTouch, 'language' | 'text' | 'args' | 'posix'> & {
  /** Where the text stands, for notes. */
  readonly file?: { readonly named: Field; readonly path: string }
}

/** What a text that a command runs begins with: `source` shares the shell; any other has a new one, and its variables. */
export function startedBy({ scope, assigns, argv }: Invocation, positional: readonly Field[], posix: boolean): Scope {
  const same = /^(?:source|\.)$/.test(argv[0]?.text ?? '')
  const set = assignAll(same ? scope : child(scope), assigns)
  return { ...set, exported: new Set([...set.exported, ...assigns.map(({ name }) => name)]), positional, posix }
}

/** What a text starts reads the rest of it, if anything: nothing that is worth following. */
export function fed(at: Standing): Standing {
  const { scope } = at.invocation
  const descriptors = new Map([...scope.descriptors].filter(([number]) => number !== '0'))
  return { ...at, invocation: { ...at.invocation, input: { kind: 'inherited' }, scope: { ...scope, descriptors } } }
}

/** Setting a variable is a step only where that brings something along. */
export function isStep({ argv, redirects, assigns }: Invocation): boolean {
  return argv.length + redirects.length > 0 || assigns.some(({ name, value }) => environment(name, value).length > 0)
}
