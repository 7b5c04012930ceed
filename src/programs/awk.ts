import { type Field, known } from '../lang/field.ts'
import type { Touch } from './grammar.ts'
import { opaque, path, shell } from './touch.ts'

type Token = { readonly kind: 'string' | 'word' | 'mark'; readonly text: string }

/** What an `awk` program does beyond printing: files it writes and reads, commands it runs. */
export function awkTouches(program: Field): readonly Touch[] {
  const text = program.text + (program.unknown === undefined ? '' : ` ${program.unknown.suffix}`)
  if (!/system|getline|>|\||@/.test(text)) return []
  const tokens = tokenize(text)
  const found: Touch[] = []
  let printing = false
  let depth = 0
  for (const [i, { kind, text: token }] of tokens.entries()) {
    const next = tokens[i + 1]
    if (token === '(' || token === '[') depth++
    else if (token === ')' || token === ']') depth--
    if (kind === 'word' && /^printf?$/.test(token)) {
      printing = true
      depth = 0
    } else if (kind === 'mark' && /^[;\n}]$/.test(token)) printing = false
    else if (kind === 'word' && token === 'system' && next?.text === '(') found.push(command(tokens, i + 2))
    else if (kind === 'mark' && /^>>?$/.test(token) && printing && depth <= 0)
      found.push(...written(tokens, i + 1, token))
    else if (kind === 'mark' && /^\|&?$/.test(token)) {
      if (next?.text === 'getline') found.push(commandBefore(tokens, i))
      else found.push(command(tokens, i + 1))
    } else if (kind === 'mark' && token === '<' && isGetline(tokens, i)) found.push(...fileRead(next))
    else if (kind === 'mark' && token === '@') found.push(opaque('`awk` loads code by name'))
  }
  return found
}

/** Strings and regular expressions are told from divisions by what stands before them. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = /#[^\n]*|"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|\d[\w.]*|>>|\|&|\|\||>=|<=|&&|[^\s]|\n/gy
  for (let at = 0; at < text.length; ) {
    if (text[at] === '/' && !endsOperand(tokens.at(-1))) {
      const end = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])*\//y
      end.lastIndex = at
      const match = end.exec(text)
      if (match !== null) {
        tokens.push({ kind: 'word', text: 'regex' })
        at += match[0].length
        continue
      }
    }
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) {
      at++
      continue
    }
    at = pattern.lastIndex
    const token = match[0]
    if (token.startsWith('#')) continue
    if (token.startsWith('"')) tokens.push({ kind: 'string', text: token.slice(1, -1).replace(/\\(.)/g, '$1') })
    else tokens.push({ kind: /^\w/.test(token) ? 'word' : 'mark', text: token })
  }
  return tokens
}

function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false
  return token.kind === 'mark' ? /^[)\]]$/.test(token.text) : !/^(?:print|printf|return|in)$/.test(token.text)
}

/** A command given as one string; anything else is computed. */
function command(tokens: readonly Token[], at: number): Touch {
  const first = tokens[at]
  const end = tokens[at + 1]
  if (first?.kind === 'string' && (end === undefined || end.kind === 'mark')) return shell(known(first.text))
  return opaque('`awk` runs a command that it computes')
}

function commandBefore(tokens: readonly Token[], at: number): Touch {
  const before = tokens[at - 1]
  const more = tokens[at - 2]
  if (before?.kind === 'string' && (more === undefined || more.kind === 'mark')) return shell(known(before.text))
  return opaque('`awk` runs a command that it computes')
}

function written(tokens: readonly Token[], at: number, mark: string): readonly Touch[] {
  const first = tokens[at]
  if (first?.kind === 'string' && /^\/dev\/std(?:out|err)$/.test(first.text)) return []
  const whole = tokens[at + 1]?.kind !== 'string' && tokens[at + 1]?.kind !== 'word'
  const verb = mark === '>' ? 'create' : 'update'
  if (first?.kind === 'string' && whole) return [path(verb, known(first.text))]
  const start = first?.kind === 'string' ? first.text : ''
  return [path(verb, { text: start, glob: false, unknown: { why: '`awk` makes the name', shape: 'text', suffix: '' } })]
}

function isGetline(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.text === 'getline' || tokens[at - 2]?.text === 'getline'
}

function fileRead(token: Token | undefined): readonly Touch[] {
  return token?.kind === 'string' ? [path('read', known(token.text))] : []
}
