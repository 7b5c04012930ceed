import { CodedError } from '../../core/errors.ts'

/** A piece of source text, without comments and white space. */
export interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'mark' | 'line'
  /** Empty where `parts` has the text. */
  readonly text: string
  /** White space stands before it. */
  readonly space: boolean
  /** Columns before the first token of its line. */
  readonly indent: number
  readonly parts?: readonly Part[]
  readonly as?: Quoted['as']
  /** The same read as code, where it may be that. */
  readonly also?: readonly Token[]
}

/** Of a string literal: its known characters, and the code in between. */
export type Part = string | readonly Token[]

/** How a kind of string literal goes on behind its opening. */
export interface Quoted {
  /** Empty: the opening is all of it. */
  readonly close: string
  /** The opening bracket, which nests. */
  readonly nests?: string | undefined
  /** `full` where nothing is said. `none`: a backslash stays, but still guards the quote. */
  readonly escapes?: 'full' | 'quote' | 'none'
  /** Code inside: `{x}`, `${x}`, `#{x}`, or `$x` and its relatives, with `{$x}` in PHP. */
  readonly holes?: Hole | undefined
  readonly oneLine?: boolean
  /** `[…]` guards the quote. */
  readonly classes?: true
  /** `s{…}{…}`: a second part follows, which is code where the flags say so. */
  readonly twice?: boolean
  /** What it is besides a string. */
  readonly as?: 'run' | 'words' | 'regex' | 'glob' | 'input' | 'template'
}

export type Hole = 'brace' | 'dollar' | 'hash' | 'sigil' | 'php'

export interface Quote {
  readonly open: RegExp
  /** Only where a value can stand: `/` is a division elsewhere. */
  readonly value?: true
  readonly of: (match: RegExpExecArray) => Quoted | undefined
}

/** The lexical grammar of a language, as data. All expressions are sticky. */
export interface Syntax {
  readonly comment: RegExp
  readonly blocks?: readonly (readonly [open: RegExp, close: string, where?: 'statement'])[]
  /** Nothing behind it is code. */
  readonly end?: RegExp
  /** It means different things in different places, and nobody needs it. */
  readonly unclear?: RegExp
  readonly quotes: readonly Quote[]
  /** Groups: quote, name. */
  readonly heredoc?: RegExp
  readonly heredocHoles?: Hole
  readonly word: RegExp
  /** A word as the language compares it. */
  readonly spelled?: (word: string) => string
  /** A line break ends an expression. */
  readonly lines?: true
  /** Arguments may follow a name without parentheses. */
  readonly commands?: true
  /** Words that are neither names nor values. */
  readonly keywords: ReadonlySet<string>
  /** Words between two values. */
  readonly infix: ReadonlySet<string>
  /** Names of functions that take a pattern. */
  readonly matchers?: ReadonlySet<string>
}

/** Where the reader of tokens is. */
export interface Scan {
  readonly text: string
  readonly syntax: Syntax
  at: number
  depth: number
  indent: number
  /** The last token ends a value. */
  value: boolean
  last: Token | undefined
  waiting: { readonly parts: Part[]; readonly name: string; readonly raw: boolean }[]
  /** The tokens up to the end, or up to the `}` that closes the hole. */
  readonly tokens: (scan: Scan, hole: Hole | undefined) => Token[]
}

/** Source text whose end or meaning can't be told by reading: it ends as an opaque touch. */
export class Unreadable extends CodedError<'code/too-deep' | 'code/unclear'> {}

export function take(scan: Scan, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = scan.at
  const match = pattern.exec(scan.text)
  if (match === null || match[0] === '') return undefined
  scan.at += match[0].length
  return match
}

/** The tokens of a text that stands inside of another one. */
export function inner(scan: Scan, text: string): Token[] {
  return scan.tokens({ ...scan, text, at: 0, value: false, last: undefined, waiting: [] }, undefined)
}
