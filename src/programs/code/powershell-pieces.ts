/** A piece of a PowerShell statement. */
export interface Piece {
  readonly kind: 'word' | 'text' | 'variable' | 'type' | 'group' | 'operator'
  /** The word, the text, or the name. */
  readonly text: string
  /** All of the text is known. */
  readonly whole: boolean
  /** Statements that stand inside: of a block, a subexpression, or parentheses. */
  readonly inside?: string
  /** The last method that is called on it. */
  readonly method?: string
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' }
const MOST = 20_000

/** One command, or an expression. */
export interface Statement {
  readonly pieces: readonly Piece[]
  /** What stands before a pipe comes in. */
  readonly piped: boolean
}

/** The statements of a text, cut at `;`, line ends, pipes and `&&`. An error where a string or bracket stays open. */
export function statementsOf(text: string): readonly Statement[] {
  const statements: { pieces: Piece[]; piped: boolean }[] = [{ pieces: [], piped: false }]
  const cursor = { at: 0, text }
  let count = 0
  while (cursor.at < text.length) {
    if (++count > MOST) throw new Error('too many pieces')
    const end = ends(cursor)
    if (end !== undefined) statements.push({ pieces: [], piped: end === '|' })
    else if (!skips(cursor)) statements.at(-1)?.pieces.push(piece(cursor))
  }
  return statements.filter((statement) => statement.pieces.length > 0)
}

interface Cursor {
  readonly text: string
  at: number
}

function match(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)
  if (found === null) return undefined
  cursor.at += found[0].length
  return found
}

function ends(cursor: Cursor): string | undefined {
  return match(cursor, /[;\r\n]+|\|\|?(?=\s*)|&&/y)?.[0]
}

function skips(cursor: Cursor): boolean {
  return match(cursor, /[ \t]+|`\r?\n|#>?[^\r\n]*|<#[\s\S]*?#>/y) !== undefined
}

function piece(cursor: Cursor): Piece {
  const found = head(cursor)
  let method: string | undefined
  // `$x.Name`, `[Type]::Method(…)`, `$x[0]`: what hangs on it belongs to it.
  let inside = found.inside
  let whole = found.whole
  for (;;) {
    const member = found.kind === 'word' ? undefined : match(cursor, /(?:::|\.)(\w+)/y)?.[1]
    if (member !== undefined) {
      whole = false
      method = cursor.text[cursor.at] === '(' || cursor.text[cursor.at] === '{' ? member : method
    }
    const opens = cursor.text[cursor.at]
    if (found.kind === 'word' || (opens !== '(' && opens !== '[') || (opens === '[' && member !== undefined)) {
      if (member === undefined) break
      continue
    }
    inside = `${inside ?? ''}\n${bracket(cursor)}`
    whole = false
  }
  return { ...found, whole, ...(inside !== undefined && { inside }), ...(method !== undefined && { method }) }
}

function head(cursor: Cursor): Piece {
  const here = match(cursor, /@(['"])\r?\n([\s\S]*?)\r?\n\1@/y)
  if (here !== undefined)
    return { kind: 'text', text: here[2] ?? '', whole: here[1] === "'" || !/\$/.test(here[2] ?? '') }
  const single = match(cursor, /'((?:[^']|'')*)'/y)
  if (single !== undefined) return { kind: 'text', text: (single[1] ?? '').replaceAll("''", "'"), whole: true }
  if (cursor.text[cursor.at] === '"') return quoted(cursor)
  const variable = match(cursor, /\$\{([^}]+)\}|[$@]([\w:?]+)|\$[$^?]/y)
  if (variable !== undefined) return { kind: 'variable', text: variable[1] ?? variable[2] ?? '', whole: false }
  const type = match(cursor, /\[([\w.]+)(?:\[\])?\](?=::|\s*[$'"(\w[{])/y)
  if (type !== undefined) return { kind: 'type', text: type[1] ?? '', whole: false }
  const opens = match(cursor, /[$@]?(?=[({[])/y)
  if (opens !== undefined) return { kind: 'group', text: '', whole: false, inside: bracket(cursor) }
  const operator = match(
    cursor,
    /[-+*/%]?=(?!=)|\+\+|--(?=[\s;$]|$)|[&.](?=[\s'"$({])|,|[!<>+*%](?=[\s($]|$)|\d?>>?(?:&\d)?/y,
  )
  if (operator !== undefined) return { kind: 'operator', text: operator[0], whole: true }
  const word = match(cursor, /(?:[^\s;|&(){}'"$,`#]|`[\s\S]|(?<=\S)#|\$(?![\w{(]))+/y)
  if (word !== undefined) return { kind: 'word', text: word[0].replace(/`([\s\S])/g, '$1'), whole: true }
  const mark = match(cursor, /[\s\S]/y)?.[0] ?? ''
  if (/['"]/.test(mark)) throw new Error('a string that is not closed')
  if (/[)}\]]/.test(mark)) throw new Error('a bracket that is not opened')
  return { kind: 'operator', text: mark, whole: true }
}

/** `"…"` with what is computed in it. */
function quoted(cursor: Cursor): Piece {
  cursor.at++
  let text = ''
  let inside = ''
  let whole = true
  for (;;) {
    const plain = match(cursor, /[^"`$]+|""/y)?.[0]
    if (plain !== undefined) text += plain === '""' ? '"' : plain
    else if (match(cursor, /"/y) !== undefined) break
    else if (cursor.text.startsWith('$(', cursor.at)) {
      cursor.at++
      inside += `\n${bracket(cursor)}`
      whole = false
    } else if (match(cursor, /\$\{[^}]+\}|\$[\w:]+/y) !== undefined) whole = false
    else {
      const escaped = match(cursor, /`([\s\S])|\$/y)
      if (escaped === undefined) throw new Error('a string that is not closed')
      text += escaped[1] ?? '$'
    }
  }
  return { kind: 'text', text, whole, ...(inside !== '' && { inside }) }
}

/** What stands between a bracket and the one that closes it; strings and comments in it are seen. */
function bracket(cursor: Cursor): string {
  const open = cursor.text[cursor.at] ?? ''
  const close = CLOSING[open]
  const start = ++cursor.at
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at] ?? ''
    if (char === close) return cursor.text.slice(start, cursor.at++)
    if (CLOSING[char] !== undefined) bracket(cursor)
    else if (char === '"') quoted(cursor)
    else if (match(cursor, /'(?:[^']|'')*'|`[\s\S]|<#[\s\S]*?#>|(?<=[\s;]|^)#[^\r\n]*/y) === undefined) {
      if (char === "'") throw new Error('a string that is not closed')
      cursor.at++
    }
  }
  throw new Error(`a \`${open}\` that is not closed`)
}
