import type { Language } from '../grammar.ts'
import type { Syntax } from './scan.ts'

/** A language, as data: how it is written, and what its functions do. */
export interface CodeLanguage {
  readonly name: Language
  readonly syntax: Syntax
  /** Words before a value that don't change what it is. */
  readonly prefix: ReadonlySet<string>
  /** Words that start a function, a loop or an import. */
  readonly statements: Readonly<Record<string, 'function' | 'lambda' | 'for' | 'foreach' | 'import' | 'from'>>
  /** A block may stand behind a call, or behind a bare name. */
  readonly blocks?: 'call' | 'bare'
  /** `name = value` among arguments names one. */
  readonly keywordArguments?: true
  /** A function's own names are those that it declares, or all that it sets. */
  readonly scope: 'declared' | 'set'
  /** `=>` makes a function; elsewhere a pair. */
  readonly arrows?: true
  /** A member without parentheses is called. */
  readonly bareCalls?: true
  /** Functions that take `$_` where nothing is given. */
  readonly topical?: ReadonlySet<string>
  /** The operator that puts texts together. */
  readonly concat: string
  /** Module and function names by which others are known. */
  readonly aliases: Readonly<Record<string, string>>
  /** Names in `effects` that are there without being imported; all, where nothing is said. */
  readonly builtins?: ReadonlySet<string>
  /**
   * What functions do, by their full names, space-separated: a role for each argument (`paths.ts`, `commands.ts`,
   * `network.ts`), `@role` for what the method is called on, `-` for none; or the command line that does the same:
   * `!chmod {1} {0}`. `f()` is what `f` returns, `Path` a path object, `*.f` any `f`, `m.*.f` any `f` that is reached
   * through `m`, `m.*` all that is in `m`.
   */
  readonly effects: Readonly<Record<string, string>>
  /** What functions and constants give: the names of `RULES`, or `=text`; `rule()` where only a call gives it. */
  readonly values: Readonly<Record<string, string>>
  /** Modules whose objects live in memory: nothing is lost for good by their `delete…`. */
  readonly harmless: ReadonlySet<string>
  /** Modules that drive other systems. */
  readonly remote: ReadonlySet<string>
}

export function words(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(' ')))
}

/** Rows by single names. */
export function rows(table: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(table).flatMap(([names, row]) => names.split(' ').map((name) => [name, row]))),
  )
}
