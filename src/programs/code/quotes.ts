import { type Hole, inner, type Part, type Quoted, type Scan, type Token, take, Unreadable } from './scan.ts'

export const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' }

/** Everything up to the closing quote. */
export function contents(scan: Scan, quoted: Quoted): Part[] {
  const { text } = scan
  const { close, nests, holes } = quoted
  const parts: Part[] = []
  let depth = 0
  let plain = ''
  let inClass = false
  while (scan.at < text.length) {
    const char = text[scan.at] ?? ''
    if (char === '\n' && quoted.oneLine) break
    if (char === '\\') {
      plain += escaped(scan, quoted)
      continue
    }
    if (depth === 0 && !inClass && close !== '' && text.startsWith(close, scan.at)) {
      scan.at += close.length
      return [...parts, plain]
    }
    const code = holes === undefined ? undefined : hole(scan, holes)
    if (code !== undefined) {
      parts.push(plain, code)
      plain = ''
      continue
    }
    if (quoted.classes && (char === '[' || char === ']')) inClass = char === '['
    if (char === nests) depth++
    else if (char === close && nests !== undefined) depth--
    plain += char
    const doubled = holes === 'brace' && (char === '{' || char === '}') && text[scan.at + 1] === char
    scan.at += doubled ? 2 : 1
  }
  // A program with a string that does not close never starts; ours may have been opened by mistake.
  if (close !== '') throw new Unreadable('code/unclear', 'a string that is not closed')
  return [...parts, plain]
}

const OPENERS: Readonly<Record<Hole, RegExp>> = {
  brace: /\{(?!\{)/y,
  dollar: /\$\{/y,
  hash: /#\{/y,
  sigil: /[$@]\{/y,
  php: /\$\{|\{(?=\$)/y,
}
const VARIABLE = /\$\w+|@[A-Za-z_]\w*/y

function hole(scan: Scan, holes: Hole): readonly Token[] | undefined {
  const { value, last } = scan
  const sigils = holes === 'sigil' || holes === 'php'
  if (take(scan, OPENERS[holes]) !== undefined) {
    scan.value = false
    scan.last = undefined
    const tokens = scan.tokens(scan, holes)
    scan.value = value
    scan.last = last
    const [only, ...more] = tokens
    return sigils && only?.kind === 'word' && more.length === 0 ? [variable(only.text)] : tokens
  }
  const name = sigils ? take(scan, VARIABLE)?.[0] : undefined
  if (name === undefined) return undefined
  if (holes === 'sigil' && take(scan, /(?:->)?\{/y) !== undefined)
    return [variable(name), mark('{'), ...scan.tokens(scan, holes), mark('}')]
  const item = take(scan, /(?:->)?\[(\d+)\]/y)?.[1]
  if (item !== undefined)
    return [variable(name), mark('['), { kind: 'number', text: item, space: false, indent: 0 }, mark(']')]
  // Other parts of it are other values.
  return /^(?:\[|->\w)/.test(scan.text.slice(scan.at, scan.at + 3)) ? [] : [variable(name)]
}

function mark(text: string): Token {
  return { kind: 'mark', text, space: false, indent: 0 }
}

function variable(name: string): Token {
  return { kind: 'word', text: `$${name.replace(/^[$@]/, '')}`, space: false, indent: 0 }
}

const CONTROL: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
}
const ESCAPE =
  /\\(?:x([\da-fA-F]{2})|[xu]\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|(\n)|([\s\S]?))/uy

function escaped(scan: Scan, { escapes = 'full', close }: Quoted): string {
  if (escapes !== 'full') {
    const kept = scan.text.slice(scan.at, scan.at + 2)
    scan.at += kept.length
    const guarded = kept[1] === '\\' || kept[1] === close
    return escapes === 'quote' && guarded ? kept.slice(1) : kept
  }
  const match = take(scan, ESCAPE)
  const [, byte, braced, four, eight, octal, line, other = ''] = match ?? []
  const hex = byte ?? braced ?? four ?? eight
  const code =
    hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : undefined
  if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  return line === undefined ? (CONTROL[other] ?? other) : ''
}

/** A pattern holds code only as the second part of a substitution, or where it says `(?{`. */
export function substitution(scan: Scan, quoted: Quoted, pattern: readonly Part[]): Part[] {
  const parts = pattern.filter((part) => typeof part !== 'string')
  let second = ''
  if (quoted.twice) {
    let close = quoted.close
    let nests = quoted.nests
    if (nests !== undefined) {
      take(scan, /\s+/y)
      const opener = scan.text[scan.at++] ?? ''
      close = CLOSING[opener] ?? opener
      nests = close === opener ? undefined : opener
    }
    const start = scan.at
    const replacement = contents(scan, { close, nests, escapes: 'none', holes: quoted.holes })
    parts.push(...replacement.filter((part) => typeof part !== 'string'))
    second = scan.text.slice(start, scan.at - 1)
  }
  const flags = take(scan, /[a-z]+/y)?.[0] ?? ''
  const code = (text: string): void => void parts.push(inner(scan, text))
  if (quoted.twice && flags.includes('e')) code(flags.includes('ee') ? `eval(${second})` : second)
  if (pattern.some((part) => typeof part === 'string' && /\(\?\??\{/.test(part))) code('eval($unknown)')
  return parts
}
