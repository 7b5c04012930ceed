import { brace, elements } from './brackets.ts'
import { bind, bindName, type Cursor, isMark, isWord, targetOf } from './cursor.ts'
import type { Node, Parameter } from './tree.ts'

const NAMELESS = /^(?:self|cls|this)$/

function parametersOf(c: Cursor, targets: readonly Node[], name: string | undefined): Parameter[] {
  const method = targets[0]?.kind === 'name' && NAMELESS.test(targets[0].name)
  return targets.map((target, at) => {
    const inner = target.kind === 'assign' ? target.target : target
    const parameter: Parameter = { kind: 'parameter', at, name: inner.kind === 'name' ? inner.name : '' }
    if (name !== undefined && !method) parameter.function = name
    bind(c, target, parameter)
    return parameter
  })
}

/** `def name(a, b):`, `function (a) {`, `lambda a: …`, `sub name {`. */
export function functionNode(c: Cursor, role: 'function' | 'lambda'): Node {
  c.at++
  if (role === 'lambda') {
    const parameters = parametersOf(c, elements(c, ':').map(targetOf), undefined)
    const value = c.grammar.expression(c)
    return { kind: 'function', parameters, body: value === undefined ? [] : [value] }
  }
  if (isMark(c.tokens[c.at], '*') || isMark(c.tokens[c.at], '&')) c.at++
  let name: string | undefined
  while (isWord(c.tokens[c.at])) {
    name = c.tokens[c.at]?.text
    c.at++
    if (isMark(c.tokens[c.at], '.') || isMark(c.tokens[c.at], '::')) c.at++
  }
  if (name !== undefined) bindName(c, name, { kind: 'function' })
  let parameters: Parameter[] = []
  if (isMark(c.tokens[c.at], '(')) {
    c.at++
    const given = elements(c, ')')
    for (const { name: key, value } of given) if (key !== undefined && c.language.keywordArguments) bindName(c, key, { kind: 'is', node: value })
    parameters = parametersOf(c, given.map(targetOf), name)
  }
  if (isMark(c.tokens[c.at], '=>')) return arrow(c, parameters)
  skipReturnType(c)
  return { kind: 'function', parameters, body: isMark(c.tokens[c.at], '{') ? [brace(c)] : [] }
}

/** Steps over `-> Type` and `: Type`, but never over anything that could run. */
function skipReturnType(c: Cursor): void {
  if (!isMark(c.tokens[c.at], '->') && !isMark(c.tokens[c.at], ':')) return
  const start = c.at
  for (let at = c.at + 1; at < start + 30; at++) {
    const token = c.tokens[at]
    if (isMark(token, '{') || isMark(token, ':')) c.at = at
    if (token === undefined || token.kind === 'line' || (token.kind === 'mark' && !/^[.|<>[\],?&]$/.test(token.text))) return
  }
}

/** `(a, b) => …` behind its parameters. */
export function arrowFunction(c: Cursor, targets: readonly Node[]): Node {
  return arrow(c, parametersOf(c, targets, undefined))
}

function arrow(c: Cursor, parameters: readonly Parameter[]): Node {
  c.at++
  const body = isMark(c.tokens[c.at], '{') ? brace(c) : c.grammar.expression(c)
  return { kind: 'function', parameters, body: body === undefined ? [] : [body] }
}
