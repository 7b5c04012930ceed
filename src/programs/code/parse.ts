import { statements } from './cursor.ts'
import { expression, operand, operation } from './expressions.ts'
import type { CodeLanguage } from './language.ts'
import type { Token } from './scan.ts'
import { statement } from './statements.ts'
import type { Code } from './tree.ts'

const GRAMMAR = { statement, expression, operation, operand }

/** Reads all expressions; what is none is passed over, so that any sequence of tokens has a reading. */
export function parse(tokens: readonly Token[], language: CodeLanguage): Code {
  const found = {
    bindings: new Map(),
    stars: [],
    calls: new Map(),
    names: new Map(),
    members: new Set<string>(),
    modules: new Set<string>(),
    uses: [],
    order: [],
    looped: [],
    declared: [],
    shared: new Set<string>(),
  }
  return { nodes: statements({ tokens, at: 0, depth: 0, language, grammar: GRAMMAR, found }), ...found }
}
