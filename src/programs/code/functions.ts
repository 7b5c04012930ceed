import { brace, elements } from './brackets.ts'
import {
  accept,
  bind,
  bindName,
  type Cursor,
  enter,
  indented,
  isMark,
  isWord,
  leave,
  localNames,
  namesIn,
  type Region,
  targetOf,
} from './cursor.ts'
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
  const indent = c.tokens[c.at]?.indent ?? 0
  c.at++
  if (role === 'lambda') {
    const region = enter(c)
    const targets = elements(c, ':').map(targetOf)
    const parameters = parametersOf(c, targets, undefined)
    const value = c.grammar.expression(c)
    leave(c, region, targets.flatMap(namesIn), false)
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
  let names: readonly string[] = []
  let defaults: readonly Node[] = []
  const region = enter(c)
  const declared = c.found.declared.length
  if (isMark(c.tokens[c.at], '(')) {
    c.at++
    const given = elements(c, ')')
    for (const { name: key, value } of given)
      if (key !== undefined && c.language.keywordArguments) bindName(c, key, { kind: 'is', node: value })
    const targets = given.map(targetOf)
    parameters = parametersOf(c, targets, name)
    names = targets.flatMap(namesIn)
    defaults = given.map(({ value }) => value).filter(({ kind }) => kind !== 'name')
  }
  if (isMark(c.tokens[c.at], '=>')) return arrow(c, parameters, region, [names, defaults])
  skipReturnType(c)
  let body: Node[] = []
  if (isMark(c.tokens[c.at], '{')) body = [brace(c)]
  else if (c.language.keywordArguments && accept(c, ':')) body = indented(c, indent)
  // Where `end` ends it, its names may be any others of the same name.
  if (body.length > 0) leave(c, region, [...names, ...localNames(c, region, declared)], false)
  return { kind: 'function', parameters, body: [...defaults, ...body] }
}

/** Steps over `-> Type` and `: Type`, but never over anything that could run. */
function skipReturnType(c: Cursor): void {
  if (!isMark(c.tokens[c.at], '->') && !isMark(c.tokens[c.at], ':')) return
  const start = c.at
  for (let at = c.at + 1; at < start + 30; at++) {
    const token = c.tokens[at]
    if (isMark(token, '{') || isMark(token, ':')) c.at = at
    if (token === undefined || token.kind === 'line' || (token.kind === 'mark' && !/^[.|<>[\],?&]$/.test(token.text)))
      return
  }
}

/** `(a, b) => …` behind its parameters. */
export function arrowFunction(c: Cursor, region: Region, targets: readonly Node[]): Node {
  return arrow(c, parametersOf(c, targets, undefined), region, [
    targets.flatMap(namesIn),
    targets.filter(({ kind }) => kind !== 'name'),
  ])
}

function arrow(
  c: Cursor,
  parameters: readonly Parameter[],
  region: Region,
  [names, defaults]: readonly [readonly string[], readonly Node[]],
): Node {
  c.at++
  const declared = c.found.declared.length
  const braced = isMark(c.tokens[c.at], '{')
  const body = braced ? brace(c) : c.grammar.expression(c)
  leave(
    c,
    region,
    braced && c.language.scope === 'declared' ? [...names, ...localNames(c, region, declared)] : names,
    false,
  )
  return { kind: 'function', parameters, body: body === undefined ? defaults : [...defaults, body] }
}
