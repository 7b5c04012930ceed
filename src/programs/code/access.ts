import { brace, elements, listed, listOf } from './brackets.ts'
import {
  accept,
  bind,
  bindName,
  type Cursor,
  claim,
  enter,
  isMark,
  isWord,
  leave,
  skipLines,
  statements,
  targetOf,
} from './cursor.ts'
import { Unreadable } from './scan.ts'
import { texts } from './texts.ts'
import type { Argument, CallNode, NameNode, Node, Parameter } from './tree.ts'

const LONGEST = 200
const GROWING = /^(?:append|extend|insert|push|unshift|concat)$/
const EACH = /^(?:forEach|map|filter|flatMap|some|every|each|each_with_index|each_entry|select|reject|collect)$/

/** Members, indexes, calls and blocks behind a value. */
export function hung(c: Cursor, start: Node): Node {
  let node = start
  for (let count = 0; ; count++) {
    if (count > LONGEST) throw new Unreadable('code/too-deep', 'a chain of calls too long to follow')
    const next = access(c, node)
    if (next === undefined) break
    node = next
  }
  if (c.language.bareCalls && node.kind === 'member') return call(c, node, [])
  if (node.kind !== 'name' || !c.language.topical?.has(node.name)) return node
  const topic: NameNode = { kind: 'name', name: '$_' }
  c.found.uses.push(topic)
  return call(c, node, [{ value: topic }])
}

function access(c: Cursor, node: Node): Node | undefined {
  const { language } = c
  if (c.tokens[c.at]?.kind === 'line' && /^(?:\.|&\.)$/.test(c.tokens[c.at + 1]?.text ?? '')) c.at++
  const token = c.tokens[c.at]
  if (token?.kind === 'mark') {
    if (/^(?:\??\.|&\.|\??->|::)$/.test(token.text) && token.text !== language.concat) return member(c, node)
    if (token.text === '(') {
      c.at++
      return method(c, call(c, node, elements(c, ')')))
    }
    if (token.text === '[' && !(language.syntax.commands && token.space)) return index(c, node)
    const subscript = language.blocks === 'bare' && !token.space && (node.kind !== 'name' || node.name.startsWith('$'))
    if (token.text === '{' && subscript) return index(c, node)
    if (token.text === '{' && takesBlock(c, node)) return block(c, node)
    if (token.text === '++' || token.text === '--') bind(c, node, { kind: 'grown' })
    if (token.text === '++' || token.text === '--' || (token.text === '!' && language.arrows && !token.space)) {
      c.at++
      return node
    }
  }
  if (isWord(token, 'do') && takesBlock(c, node)) return block(c, node)
  if (token?.as === 'template') return call(c, node, [{ value: texts(c) }])
  return commanded(c, node)
}

function member(c: Cursor, node: Node): Node {
  c.at++
  skipLines(c)
  const name = c.tokens[c.at]
  if (isMark(name, '[') || isMark(name, '{')) return index(c, node)
  if (isMark(name, '(')) return access(c, node) ?? node
  if (name?.kind !== 'word') return node
  c.at++
  c.found.members.add(name.text)
  if (name.text.startsWith('$') && !c.language.arrows)
    return { kind: 'index', of: node, key: { kind: 'name', name: name.text } }
  return { kind: 'member', of: node, name: name.text }
}

function index(c: Cursor, of: Node): Node {
  const close = isMark(c.tokens[c.at], '{') ? '}' : ']'
  c.at++
  const start = c.tokens[c.at]
  const bare = close === '}' && start?.kind === 'word' && !start.text.startsWith('$') && isMark(c.tokens[c.at + 1], '}')
  if (bare) {
    c.at += 2
    return { kind: 'index', of, key: { kind: 'text', parts: [start.text] } }
  }
  const first = c.grammar.expression(c)
  const slice = first === undefined || isMark(c.tokens[c.at], ':')
  const others = statements(c, close)
  const from = first === undefined ? 0 : first.kind === 'number' ? Number(first.text) : Number.NaN
  const value: Node = slice ? { kind: 'index', of, from } : { kind: 'index', of, key: first }
  const parts = slice && first !== undefined ? [first, ...others] : others
  return parts.length === 0 ? value : { kind: 'group', value, others: parts }
}

function call(c: Cursor, of: Node, args: readonly Argument[]): CallNode {
  const node: CallNode = { kind: 'call', of, args }
  if (of.kind === 'name') {
    const all = c.found.calls.get(of.name)
    if (all === undefined) c.found.calls.set(of.name, [node])
    else all.push(node)
  }
  if (of.kind === 'member' && GROWING.test(of.name)) bind(c, of.of, { kind: 'grown' })
  for (const { value } of args) if (value.kind === 'function') loop(node, value.parameters)
  return node
}

/** A function that is given to a loop gets each item: `files.forEach(f => …)`, `map(lambda f: …, files)`. */
function loop(node: CallNode, [first]: readonly Parameter[]): void {
  if (first === undefined) return
  const { of } = node
  if (of.kind === 'member' && of.name === 'then') first.is = of.of
  else if (of.kind === 'member' && EACH.test(of.name)) first.each = of.of
  else if (of.kind === 'name' && /^(?:map|filter|array_map|array_walk|array_filter)$/.test(of.name)) {
    const items = node.args.find(({ value }) => value.kind !== 'function')
    if (items !== undefined) first.each = items.value
  }
}

/** `name(a, b) {` in a class: what looks like a call may define a method with these parameters. */
function method(c: Cursor, node: CallNode): CallNode {
  if (!c.language.arrows || node.of.kind !== 'name' || !isMark(c.tokens[c.at], '{')) return node
  for (const each of node.args) bind(c, targetOf(each), { kind: 'unknown' })
  return node
}

function takesBlock(c: Cursor, node: Node): boolean {
  if (c.language.blocks === 'call') return node.kind === 'call' || node.kind === 'member' || node.kind === 'name'
  return c.language.blocks === 'bare' && node.kind === 'name' && !node.name.startsWith('$')
}

/** `{ |x| … }` and `do |x| …` behind a call; `map { … } list`. */
function block(c: Cursor, node: Node): Node {
  const region = enter(c)
  const names: string[] = []
  const braced = isMark(c.tokens[c.at], '{')
  const callee = node.kind === 'call' ? node.of : node
  const given = node.kind === 'call' ? node.args : []
  if (isMark(c.tokens[c.at + 1], '|')) {
    c.at++
    const items = callee.kind === 'member' && EACH.test(callee.name) ? callee.of : node
    for (let at = 0; c.tokens[++c.at] !== undefined && !isMark(c.tokens[c.at], '|'); ) {
      const name = c.tokens[c.at]
      if (name?.kind !== 'word') continue
      names.push(name.text)
      bindName(c, name.text, at++ === 0 ? { kind: 'each', node: items } : { kind: 'unknown' })
    }
  }
  if (!braced) {
    c.at++
    return node.kind === 'call' ? node : call(c, node, [])
  }
  const body: Argument = { value: { kind: 'function', parameters: [], body: [brace(c)] } }
  leave(c, region, names, false)
  if (c.language.blocks === 'call') return call(c, callee, [...given, body])
  accept(c, ',')
  const rest = listed(c)
  claim(c, region, { kind: 'each', node: listOf(rest) })
  return call(c, callee, [...given, body, ...rest])
}

function commanded(c: Cursor, node: Node): Node | undefined {
  const plain = node.kind === 'member' || (node.kind === 'name' && /^\w/.test(node.name))
  if (!c.language.syntax.commands || !plain || c.tokens[c.at]?.space !== true) return undefined
  const args = listed(c)
  return args.length === 0 ? undefined : call(c, node, args)
}
