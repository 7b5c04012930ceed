import { type Cursor, deeper, statements } from './cursor.ts'
import type { Token } from './scan.ts'
import type { Node } from './tree.ts'

/** Adjoining string literals are one in some languages, and never anything else in others. */
export function texts(c: Cursor): Node {
  const nodes: Node[] = []
  for (let token = c.tokens[c.at]; token?.kind === 'text'; token = c.tokens[++c.at]) {
    const value = textNode(c, token)
    nodes.push(
      token.also === undefined
        ? value
        : { kind: 'group', value, others: [deeper({ ...c, tokens: token.also, at: 0 }, held)] },
    )
  }
  const [first, ...more] = nodes
  if (first === undefined || more.length === 0) return first ?? { kind: 'group', others: [] }
  return { kind: 'operation', operators: more.map(() => c.language.concat), operands: nodes }
}

function textNode(c: Cursor, token: Token): Node {
  const parts = (token.parts ?? []).map((part) =>
    typeof part === 'string' ? part : deeper({ ...c, tokens: part, at: 0 }, held),
  )
  const codes = parts.filter((part) => typeof part !== 'string')
  const node: Node = { kind: 'text', parts }
  switch (token.as) {
    case 'regex':
    case 'input':
      return { kind: 'group', others: codes }
    case 'run':
      return { kind: 'call', of: { kind: 'name', name: '`' }, args: [{ value: node }] }
    case 'glob':
      return { kind: 'call', of: { kind: 'name', name: 'glob' }, args: [{ value: node }] }
    case 'words': {
      const items = parts
        .join('')
        .split(/\s+/)
        .filter((item) => item !== '')
      if (codes.length > 0) return { kind: 'list', items: [node], more: true }
      return { kind: 'list', items: items.map((item) => ({ kind: 'text', parts: [item] })), more: false }
    }
    default:
      return node
  }
}

/** What stands in a hole of a string. */
function held(c: Cursor): Node {
  const [value, ...others] = statements(c)
  return { kind: 'group', others, ...(value && { value }) }
}
