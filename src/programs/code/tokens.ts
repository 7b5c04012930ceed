import { contents, substitution } from './quotes.ts'
import { type Hole, inner, type Part, type Scan, type Syntax, type Token, take, Unreadable } from './scan.ts'

/** Brackets and holes inside each other: more than code that people write. */
const DEEPEST = 60

const NUMBER = /0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const MARK =
  /=>|\?->|->|::|\?\.(?!\d)|&\.|\.\.\.?|\*\*=?|<=>|[!=]==|[!=]=|=~|!~|<=|>=|<<=|>>>?=?|<<|&&=|\|\|=|\?\?=|&&|\|\||\?\?|\+\+|--|\/\/=?|[-+*/%.|&^:]=|[\s\S]/uy
const SPACE = /[^\S\n]+|\\\n/y

export function tokenize(text: string, syntax: Syntax): readonly Token[] {
  return tokensOf(
    { text, syntax, at: 0, depth: 0, indent: 0, value: false, last: undefined, waiting: [], tokens: tokensOf },
    undefined,
  )
}

/** Every round of the loop moves on. */
function tokensOf(scan: Scan, hole: Hole | undefined): Token[] {
  if (++scan.depth > DEEPEST) throw new Unreadable('code/too-deep', 'strings inside strings, too deep to follow')
  const tokens: Token[] = []
  const open: { readonly mark: string; readonly value: boolean }[] = []
  let space = true
  const push = (token: Omit<Token, 'space' | 'indent'>, value: boolean): void => {
    scan.last = { ...token, space, indent: scan.indent }
    tokens.push(scan.last)
    scan.value = value
    space = false
  }
  while (scan.at < scan.text.length) {
    if (scan.text[scan.at] === '\n') {
      scan.at++
      fillHeredocs(scan)
      if (scan.syntax.lines && !open.some(({ mark }) => mark !== '{')) {
        push({ kind: 'line', text: '\n' }, false)
        scan.indent = column(scan)
      }
      space = true
      continue
    }
    if (take(scan, SPACE) !== undefined || skip(scan)) {
      space = true
      continue
    }
    const quoted = heredoc(scan, space) ?? quote(scan, space)
    if (quoted !== undefined) {
      push(quoted, true)
      continue
    }
    const number = take(scan, NUMBER)
    const word = number ?? take(scan, scan.syntax.word)
    if (number !== undefined) push({ kind: 'number', text: number[0] }, true)
    else if (word !== undefined) {
      const text = scan.syntax.spelled?.(word[0]) ?? word[0]
      const { keywords, infix, matchers } = scan.syntax
      const plain = !keywords.has(text) && !infix.has(text) && matchers?.has(text) !== true
      push({ kind: 'word', text }, plain || isAccess(scan.last))
    } else {
      const mark = take(scan, MARK)?.[0] ?? scan.text[scan.at++] ?? ''
      if (hole !== undefined && open.length === 0 && mark === '}') break
      if (hole === 'brace' && open.length === 0 && mark.startsWith(':')) {
        tokens.push(...format(scan))
        break
      }
      if (/^[([{]$/.test(mark)) open.push({ mark, value: closesValue(scan, mark, space) })
      const closed = /^[)\]}]$/.test(mark) ? (open.pop()?.value ?? true) : false
      push({ kind: 'mark', text: mark }, closed || mark === '++' || mark === '--')
    }
  }
  scan.depth--
  return tokens
}

function column({ text, at }: Scan): number {
  let columns = 0
  for (let i = at; text[i] === ' ' || text[i] === '\t'; i++) columns = text[i] === ' ' ? columns + 1 : (columns | 7) + 1
  return columns
}

/** Comments, and what stands behind the end. */
function skip(scan: Scan): boolean {
  const { blocks = [], comment, end, unclear } = scan.syntax
  for (const [open, close, where] of blocks) {
    const starts = scan.last === undefined || /^[;}\n]$/.test(scan.last.text)
    if ((where === 'statement' && !starts) || take(scan, open) === undefined) continue
    const at = scan.text.indexOf(close, scan.at)
    scan.at = at < 0 ? scan.text.length : at + close.length
    return true
  }
  if (unclear !== undefined && take(scan, unclear) !== undefined)
    throw new Unreadable('code/unclear', 'a mark that means different things in different places')
  if (end !== undefined && take(scan, end) !== undefined) {
    scan.at = scan.text.length
    return true
  }
  return take(scan, comment) !== undefined
}

/** A name behind it is a member's, whatever else the word means. */
function isAccess(token: Token | undefined): boolean {
  return token?.kind === 'mark' && /^(?:\??->|\??\.|&\.|::)$/.test(token.text)
}

/** Behind the `:` of a replacement field no code stands, but in further braces. */
function format(scan: Scan): Token[] {
  const tokens: Token[] = []
  while (scan.at < scan.text.length) {
    const char = scan.text[scan.at++]
    if (char === '}') break
    if (char === '{') tokens.push({ kind: 'mark', text: ';', space: true, indent: 0 }, ...tokensOf(scan, 'brace'))
  }
  return tokens
}

/** Whether the bracket that opens here will have been a value when it closes, so that `/` behind it divides. */
function closesValue(scan: Scan, mark: string, space: boolean): boolean {
  const { last, syntax } = scan
  if (mark === '[') return true
  if (mark === '(')
    return !(last?.kind === 'word' && /^(?:if|elsif|while|for|foreach|with|unless|until)$/.test(last.text))
  if (syntax.commands) return last?.text === '->' || (scan.value && !space)
  if (last?.kind === 'word') return last.text === 'return'
  return last?.kind === 'mark' && /^(?:[-=+*/%(,[?:!&|<>]|&&|\|\||\?\?|[!=]==?)$/.test(last.text)
}

/** Where arguments need no parentheses, `name /x/` is told from `name / x` by its spaces, as those languages do. */
function startsValue(scan: Scan, space: boolean): 'yes' | 'perhaps' | 'no' {
  const { last, syntax, value } = scan
  if (!value) return 'yes'
  const bare = syntax.commands && last?.kind === 'word' && /^\w/.test(last.text)
  return bare && space && !/[\s=]/.test(scan.text[scan.at + 1] ?? '') ? 'perhaps' : 'no'
}

function quote(scan: Scan, space: boolean): Omit<Token, 'space' | 'indent'> | undefined {
  const start = scan.at
  for (const { open, value, of } of scan.syntax.quotes) {
    open.lastIndex = start
    const match = open.exec(scan.text)
    if (match === null) continue
    const starts = value ? startsValue(scan, space) : 'yes'
    if (starts === 'no' || (/^\w/.test(match[0]) && isAccess(scan.last))) continue
    const quoted = of(match)
    if (quoted === undefined) continue
    scan.at = start + match[0].length
    const found = quoted.close === '' ? [] : contents(scan, quoted)
    const parts = quoted.as === 'regex' ? substitution(scan, quoted, found) : [...found]
    // What may be a division is read as code too.
    const also = starts === 'perhaps' && inner(scan, scan.text.slice(start + match[0].length, scan.at - 1))
    return { kind: 'text', text: '', parts, ...(quoted.as && { as: quoted.as }), ...(also && { also }) }
  }
  return undefined
}

function heredoc(scan: Scan, space: boolean): Omit<Token, 'space' | 'indent'> | undefined {
  if (scan.syntax.heredoc === undefined || startsValue(scan, space) === 'no') return undefined
  const match = take(scan, scan.syntax.heredoc)
  if (match === undefined) return undefined
  const parts: Part[] = []
  scan.waiting.push({ parts, name: match[2] ?? '', raw: match[1] === "'" })
  return { kind: 'text', text: '', parts, ...(match[1] === '`' && { as: 'run' as const }) }
}

/** The texts that the line before has announced. */
function fillHeredocs(scan: Scan): void {
  const { waiting, syntax } = scan
  scan.waiting = []
  for (const { parts, name, raw } of waiting) {
    const start = scan.at
    let line = start
    let end = -1
    while (end < 0) {
      if (line >= scan.text.length) throw new Unreadable('code/unclear', `no end of the text up to \`${name}\``)
      const next = scan.text.indexOf('\n', line)
      const stop = next < 0 ? scan.text.length : next
      const whole = scan.text.slice(line, stop)
      const behind = whole.length - whole.trimStart().length + name.length
      if (whole.slice(0, behind).endsWith(name) && !/^\w/.test(whole.slice(behind))) {
        end = line
        scan.at = line + behind
      }
      line = stop + 1
    }
    const body = scan.text.slice(start, end)
    parts.push(...(raw ? [body] : contents({ ...scan, text: body, at: 0 }, { close: '', holes: syntax.heredocHoles })))
  }
}
