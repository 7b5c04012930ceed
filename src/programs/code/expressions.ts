import { hung } from './access.ts'
import { brace, elements, listOf } from './brackets.ts'
import { bind, type Cursor, deeper, enter, isMark, isWord, skipLines, targetOf } from './cursor.ts'
import { arrowFunction, functionNode } from './functions.ts'
import type { Token } from './scan.ts'
import { texts } from './texts.ts'
import type { NameNode, Node } from './tree.ts'

const ASSIGNS = /^(?::?=|(?:\|\||&&|\?\?)=)$/
const GROWS = /^(?:\*\*|\/\/|<<|>>|[-+*/%.|&^])=$/

/** An expression, with an assignment where it is one. */
export function expression(c: Cursor): Node | undefined {
  return deeper(c, (inner) => assigned(inner, operation(inner), expression))
}

/** What follows a target: `= value`, where `value` reads what may stand there. */
export function assigned(
  c: Cursor,
  target: Node | undefined,
  value: (c: Cursor) => Node | undefined,
): Node | undefined {
  const mark = c.tokens[c.at]
  if (target === undefined || mark?.kind !== 'mark') return target
  const grows = GROWS.test(mark.text)
  if (!grows && !ASSIGNS.test(mark.text)) return target
  c.at++
  const node = value(c) ?? { kind: 'group', others: [] }
  bind(c, target, grows ? { kind: 'grown' } : { kind: 'is', node })
  if (node.kind === 'function' && target.kind === 'name') {
    for (const parameter of node.parameters) parameter.function = target.name
    // The definition is no use of it.
    c.found.names.set(target.name, (c.found.names.get(target.name) ?? 1) - 1)
  }
  return { kind: 'assign', target, value: node }
}

/** Values and the operators between them. */
export function operation(c: Cursor): Node | undefined {
  const first = operand(c)
  if (first === undefined) return undefined
  const operands = [first]
  const operators: string[] = []
  let pending = 0
  for (;;) {
    const token = c.tokens[c.at]
    if (token === undefined || !isOperator(c, token, pending > 0)) break
    c.at++
    if (token.text === '?') pending++
    if (token.text === ':') pending--
    const next = operand(c)
    if (next === undefined) break
    operators.push(token.text)
    operands.push(next)
  }
  if (operators[0] === '<<') bind(c, first, { kind: 'grown' })
  const value: Node = operators.length === 0 ? first : { kind: 'operation', operators, operands }
  if (c.language.keywordArguments && isWord(c.tokens[c.at], 'as')) {
    c.at++
    bind(c, operand(c), { kind: 'is', node: value })
  }
  return value
}

const OPERATOR = /^(?:[-+*/%.|&^<>~?@]|\*\*|\/\/|&&|\|\||\?\?|<=>|[!=]==?|=~|!~|<=|>=|<<|>>>?|\.\.\.?)$/

function isOperator(c: Cursor, token: Token, ternary: boolean): boolean {
  if (token.kind === 'word') return c.language.syntax.infix.has(token.text)
  return token.kind === 'mark' && (OPERATOR.test(token.text) || (ternary && token.text === ':'))
}

const PREFIX = /^(?:[-+!~&*\\@%$^]|\*\*|\.\.\.?|\+\+|--|->|::)$/

/** One value, with everything that hangs on it. */
export function operand(c: Cursor): Node | undefined {
  return deeper(c, (inner) => {
    let decorated = false
    let counted = false
    skipLines(inner)
    for (let token = inner.tokens[inner.at]; token !== undefined; token = inner.tokens[++inner.at]) {
      const symbol = token.text === ':' && inner.language.bareCalls && inner.tokens[inner.at + 1]?.space === false
      const prefix =
        token.kind === 'mark'
          ? symbol || PREFIX.test(token.text)
          : token.kind === 'word' && inner.language.prefix.has(token.text)
      if (!prefix) break
      counted ||= token.text === '++' || token.text === '--'
      decorated ||= token.text === '@' && inner.language.keywordArguments === true
    }
    const start = primary(inner)
    if (start === undefined) return undefined
    const node = hung(inner, start)
    if (counted) bind(inner, node, { kind: 'grown' })
    // A decorator says what to do with the function below, and does nothing itself.
    return decorated && node.kind === 'call' ? { kind: 'group', others: node.args.map(({ value }) => value) } : node
  })
}

function primary(c: Cursor): Node | undefined {
  const token = c.tokens[c.at]
  switch (token?.kind) {
    case 'text':
      return texts(c)
    case 'number':
      c.at++
      return { kind: 'number', text: token.text }
    case 'word':
      return word(c, token.text)
    case 'mark':
      if (token.text === '(') return parenthesised(c)
      if (token.text === '{') return brace(c)
      if (token.text !== '[') return undefined
      c.at++
      return listOf(elements(c, ']'))
    default:
      return undefined
  }
}

function word(c: Cursor, text: string): Node | undefined {
  const { language, found } = c
  const role = language.statements[text]
  if (role === 'function' || role === 'lambda') return functionNode(c, role)
  if (isMark(c.tokens[c.at + 1], '=>')) {
    c.at++
    return language.arrows
      ? arrowFunction(c, enter(c), [{ kind: 'name', name: text }])
      : { kind: 'text', parts: [text] }
  }
  if (language.syntax.keywords.has(text) || language.syntax.infix.has(text)) return undefined
  c.at++
  const node: NameNode = { kind: 'name', name: text }
  found.names.set(text, (found.names.get(text) ?? 0) + 1)
  found.uses.push(node)
  return node
}

function parenthesised(c: Cursor): Node {
  c.at++
  const region = enter(c)
  const items = elements(c, ')')
  if (c.language.arrows && isMark(c.tokens[c.at], '=>')) return arrowFunction(c, region, items.map(targetOf))
  const [only, ...more] = items
  return only !== undefined && more.length === 0 && !isMark(c.tokens[c.at - 2], ',') ? only.value : listOf(items)
}
