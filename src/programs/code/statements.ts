import { brace, elements, listed, listOf } from './brackets.ts'
import {
  accept,
  bind,
  bindName,
  type Cursor,
  claim,
  deeper,
  enter,
  indented,
  isMark,
  isWord,
  leave,
  namesIn,
} from './cursor.ts'
import { assigned, operation } from './expressions.ts'
import type { Node } from './tree.ts'

/** Whatever stands here. Keywords and separators are stepped over, so that blocks are read as a sequence. */
export function statement(c: Cursor): Node[] {
  const token = c.tokens[c.at]
  if (token === undefined) return []
  if (token.kind === 'word') {
    const { language } = c
    switch (language.statements[token.text]) {
      case 'for':
        return language.blocks === 'bare' ? perlLoop(c) : loop(c)
      case 'foreach':
        return language.blocks === 'bare' ? perlLoop(c) : phpLoop(c)
      case 'import':
        if (language.arrows ? nodeImport(c) : pythonImport(c)) return []
        break
      case 'from':
        fromImport(c)
        return []
      default:
    }
    if (/^(?:global|nonlocal)$/.test(token.text)) share(c)
    if (
      language.syntax.keywords.has(token.text) &&
      !language.prefix.has(token.text) &&
      language.statements[token.text] === undefined
    ) {
      c.at++
      return []
    }
  }
  if (token.kind === 'line' || (token.kind === 'mark' && /^[;,)\]}:]$/.test(token.text))) {
    c.at++
    return []
  }
  const region = enter(c)
  const node = assignment(c)
  const postfix =
    c.language.blocks === 'bare' &&
    !isMark(token, '{') &&
    (isWord(c.tokens[c.at], 'for') || isWord(c.tokens[c.at], 'foreach'))
  if (postfix) {
    c.at++
    const list = listOf(listed(c))
    claim(c, region, { kind: 'each', node: list })
    return node === undefined ? [list] : [node, list]
  }
  return node === undefined ? [] : [node]
}

/** `global a, b`: what a function sets under these names is seen outside. */
function share(c: Cursor): void {
  for (let at = c.at + 1; c.tokens[at]?.kind === 'word' || isMark(c.tokens[at], ','); at++)
    c.found.shared.add(c.tokens[at]?.text ?? '')
}

/** An expression or an assignment, with several targets and values where commas stand at the start of a line. */
function assignment(c: Cursor): Node | undefined {
  const before = c.tokens[c.at - 1]
  const fresh = before === undefined || before.kind === 'line' || isMark(before, ';') || isMark(before, ':')
  const start = c.tokens[c.at]
  const first = operation(c)
  const declared = c.language.arrows && /^(?:const|let|var|export)$/.test(start?.text ?? '')
  const typed = declared || (fresh && c.language.keywordArguments)
  if (declared || isWord(start, 'my')) c.found.declared.push(...namesIn(first))
  if (typed && first?.kind === 'name' && isMark(c.tokens[c.at], ':')) skipType(c)
  if (!fresh || !c.language.syntax.lines) return assigned(c, first, c.grammar.expression)
  return assigned(c, tuple(c, first), tupleAssignment)
}

function tupleAssignment(c: Cursor): Node | undefined {
  return deeper(c, () => assigned(c, tuple(c, operation(c)), tupleAssignment))
}

function tuple(c: Cursor, first: Node | undefined): Node | undefined {
  if (first === undefined || !isMark(c.tokens[c.at], ',')) return first
  const items = [first]
  while (accept(c, ',')) {
    const next = operation(c)
    if (next !== undefined) items.push(next)
  }
  return { kind: 'list', items, more: false }
}

/** Steps over `: Type` where a value follows, but never over anything that could run. */
function skipType(c: Cursor): void {
  for (let at = c.at + 1; at < c.at + 60; at++) {
    const token = c.tokens[at]
    if (isMark(token, '=')) {
      c.at = at
      return
    }
    if (
      token === undefined ||
      token.kind === 'line' ||
      (token.kind === 'mark' && !/^[.|<>[\],?&{}:]$/.test(token.text))
    )
      return
  }
}

/** `for x in items`, `for (const x of items)`; of `for (;;)` the parts are read as they come. */
function loop(c: Cursor): Node[] {
  const indent = c.tokens[c.at]?.indent ?? 0
  const region = enter(c)
  c.at++
  if (isWord(c.tokens[c.at], 'await')) c.at++
  const start = c.at
  const braced = accept(c, '(')
  const targets: Node[] = []
  for (;;) {
    const target = c.grammar.operand(c)
    if (target !== undefined) targets.push(target)
    if (!accept(c, ',')) break
  }
  const word = c.tokens[c.at]
  if (targets.length === 0 || !(isWord(word, 'in') || isWord(word, 'of'))) {
    c.at = start
    return []
  }
  c.at++
  const items = tuple(c, operation(c)) ?? { kind: 'group', others: [] }
  const [only, ...more] = targets
  const target: Node | undefined = more.length === 0 ? only : { kind: 'list', items: targets, more: false }
  // What JavaScript's `in` goes through are the keys.
  bind(c, target, c.language.arrows && isWord(word, 'in') ? { kind: 'unknown' } : { kind: 'each', node: items })
  const names = targets.flatMap(namesIn)
  if (c.language.keywordArguments) {
    if (!accept(c, ':')) {
      c.found.looped.push(...names)
      return [items]
    }
    const body = indented(c, indent)
    leave(c, region, names, true)
    return [items, ...body]
  }
  if (!braced || !accept(c, ')')) return [items]
  const body = statement(c)
  leave(c, region, names, true)
  return [items, ...body]
}

/** `foreach ($items as $key => $value)`. */
function phpLoop(c: Cursor): Node[] {
  const region = enter(c)
  c.at++
  accept(c, '(')
  const items = operation(c) ?? { kind: 'group', others: [] }
  if (isWord(c.tokens[c.at], 'as')) c.at++
  const first = operation(c)
  const second = accept(c, '=>') ? operation(c) : undefined
  bind(c, first, second === undefined ? { kind: 'each', node: items } : { kind: 'unknown' })
  bind(c, second, { kind: 'each', node: items })
  if (!accept(c, ')')) return [items]
  const body = statement(c)
  leave(c, region, [...namesIn(first), ...namesIn(second)], true)
  return [items, ...body]
}

/** `for my $x (LIST) {…}`, and `for (LIST) {…}` with `$_`. */
function perlLoop(c: Cursor): Node[] {
  c.at++
  while (isWord(c.tokens[c.at], 'my') || isWord(c.tokens[c.at], 'our')) c.at++
  const name = c.tokens[c.at]
  const named = name?.kind === 'word' && name.text.startsWith('$')
  if (named) c.at++
  if (!accept(c, '(')) return []
  const list = listOf(elements(c, ')'))
  const region = enter(c)
  if (named) bindName(c, name.text, { kind: 'each', node: list })
  const body: Node[] = isMark(c.tokens[c.at], '{') ? [brace(c)] : []
  if (named) leave(c, region, [name.text], false)
  else claim(c, region, { kind: 'each', node: list })
  return [list, ...body]
}

function path(c: Cursor): string {
  let name = ''
  for (
    let token = c.tokens[c.at];
    token?.kind === 'word' || (token?.kind === 'mark' && /^\.+$/.test(token.text));
    token = c.tokens[++c.at]
  ) {
    if (token.kind === 'word' && (isWord(token, 'import') || isWord(token, 'as'))) break
    name += token.text
  }
  return name
}

/** `import a.b as c, d`. */
function pythonImport(c: Cursor): true {
  c.at++
  do {
    const name = path(c)
    c.found.modules.add(name.replace(/\..*$/, ''))
    if (!isWord(c.tokens[c.at], 'as')) continue
    bindName(c, c.tokens[c.at + 1]?.text ?? '', { kind: 'module', name })
    c.at += 2
  } while (accept(c, ','))
  return true
}

/** `from a.b import (c as d, e)`. */
function fromImport(c: Cursor): void {
  c.at++
  const module = path(c)
  if (!isWord(c.tokens[c.at], 'import')) return
  c.at++
  accept(c, '(')
  if (accept(c, '*')) {
    c.found.stars.push(module)
    return
  }
  do {
    const name = c.tokens[c.at]
    if (name?.kind !== 'word') continue
    c.at++
    const renamed = isWord(c.tokens[c.at], 'as')
    if (renamed) c.at++
    bindName(c, renamed ? (c.tokens[c.at++]?.text ?? '') : name.text, {
      kind: 'module',
      name: `${module}.${name.text}`,
    })
  } while (accept(c, ','))
  accept(c, ')')
}

const LONGEST = 400

/** `import a, { b as c } from 'm'`. False where it is no such statement. */
function nodeImport(c: Cursor): boolean {
  const names: [name: string, member: string][] = []
  let inside = false
  for (let at = c.at + 1; at < c.at + LONGEST; at++) {
    const token = c.tokens[at]
    const renamed = isWord(c.tokens[at + 1], 'as')
    if (isMark(token, '{') || isMark(token, '}')) inside = isMark(token, '{')
    else if (isMark(token, '*')) names.push([c.tokens[at + 2]?.text ?? '', ''])
    else if (isWord(token, 'from') && c.tokens[at + 1]?.kind === 'text') {
      const module = (c.tokens[at + 1]?.parts ?? []).join('')
      for (const [name, member] of names)
        bindName(c, name, { kind: 'module', name: member === '' ? module : `${module}.${member}` })
      c.at = at + 2
      return true
    } else if (token?.kind === 'word')
      names.push([renamed ? (c.tokens[at + 2]?.text ?? '') : token.text, inside ? token.text : ''])
    else if (!isMark(token, ',')) return false
    if (renamed) at += 2
  }
  return false
}
