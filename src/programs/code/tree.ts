/** Source text as far as this reader needs it: its expressions, in the order in which they stand. */
export type Node =
  | { readonly kind: 'text'; readonly parts: readonly (string | Node)[] }
  | { readonly kind: 'number'; readonly text: string }
  | NameNode
  | { readonly kind: 'member'; readonly of: Node; readonly name: string }
  /** No key: a slice. */
  | { readonly kind: 'index'; readonly of: Node; readonly key?: Node; readonly from?: number }
  | CallNode
  /** `more`: a comprehension or a spread, so that its length is not known. */
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly more: boolean }
  /** A block, an object, a dictionary, a hash. */
  | { readonly kind: 'table'; readonly entries: readonly Entry[]; readonly others: readonly Node[] }
  /** Operands and the operators between them, flat. */
  | { readonly kind: 'operation'; readonly operators: readonly string[]; readonly operands: readonly Node[] }
  | { readonly kind: 'function'; readonly parameters: readonly Parameter[]; readonly body: readonly Node[] }
  | { readonly kind: 'spread'; readonly of: Node }
  | { readonly kind: 'assign'; readonly target: Node; readonly value: Node }
  /** A value, and what stands beside it. */
  | { readonly kind: 'group'; readonly value?: Node; readonly others: readonly Node[] }

export interface NameNode {
  readonly kind: 'name'
  /** Set anew where the name turns out to be one of a function or a loop. */
  name: string
}

export interface CallNode {
  readonly kind: 'call'
  readonly of: Node
  readonly args: readonly Argument[]
}

export interface Argument {
  readonly name?: string
  readonly spread?: true
  readonly value: Node
}

export interface Entry {
  readonly key: Node
  readonly value: Node
}

/** Where a name gets its value. A name may have several: any of them may be meant. */
export type Binding =
  | { readonly kind: 'is'; readonly node: Node }
  | { readonly kind: 'each'; readonly node: Node }
  | { readonly kind: 'part'; readonly of: Binding; readonly key: number | string }
  | Parameter
  | { readonly kind: 'module'; readonly name: string }
  | { readonly kind: 'function' }
  /** Something is added to it. */
  | { readonly kind: 'grown' }
  | { readonly kind: 'unknown' }

/** A function's parameter: it is what the calls of the function give it, or each item of what is looped over. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly at: number
  readonly name: string
  /** Set where the function turns out to have a name, to be given to a loop, or to a promise. */
  function?: string
  each?: Node
  is?: Node
}

export interface Code {
  readonly nodes: readonly Node[]
  readonly bindings: ReadonlyMap<string, readonly Binding[]>
  /** Modules that are imported by their names. */
  readonly modules: ReadonlySet<string>
  /** Modules whose names are all imported. */
  readonly stars: readonly string[]
  /** Calls by a plain name. */
  readonly calls: ReadonlyMap<string, readonly CallNode[]>
  /** How often a plain name stands in the text. */
  readonly names: ReadonlyMap<string, number>
  /** Names that are reached through something else. */
  readonly members: ReadonlySet<string>
}

/** `a.b.c` where a node is just that. */
export function dotted(node: Node): string | undefined {
  let text = ''
  for (let at = node; ; at = at.of) {
    if (at.kind === 'name') return at.name + text
    if (at.kind !== 'member' || text.length > 100) return undefined
    text = `.${at.name}${text}`
  }
}
