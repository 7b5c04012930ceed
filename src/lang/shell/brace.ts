/**
 * Brace expansion over the text of one word: `a{b,c}` gives `ab` and `ac`. Quotes and `${…}` are left
 * alone. Returns the word itself where it holds none; at most `MOST` alternatives.
 */
export function braces(word: string): readonly string[] {
  const found = firstBrace(word)
  if (found === undefined) return [word]
  const { before, inner, after } = found
  const heads = (sequence(inner) ?? list(inner)).flatMap(braces)
  const tails = braces(after)
  if (heads.length * tails.length > MOST) return [`${before}*`] // wider than all of them
  return heads.flatMap((head) => tails.map((tail) => before + head + tail))
}

const MOST = 64

interface Found {
  readonly before: string
  readonly inner: string
  readonly after: string
}

/** The first brace group that expands; `{}` and `{one}` don't. */
function firstBrace(word: string): Found | undefined {
  for (let at = 0; at < word.length; at = skip(word, at)) {
    if (word[at] !== '{') continue
    const end = closing(word, at)
    if (end === undefined) return undefined
    const inner = word.slice(at + 1, end)
    if (list(inner).length > 1 || sequence(inner) !== undefined)
      return { before: word.slice(0, at), inner, after: word.slice(end + 1) }
  }
  return undefined
}

/** The position behind what starts at `at`: an escape, a quote, an expansion, or one character. */
function skip(word: string, at: number): number {
  const c = word[at]
  if (c === '\\') return at + 2
  if (c === "'") return past(word.indexOf("'", at + 1), word)
  if (c === '"') return pastDouble(word, at)
  if ((c === '$' && word[at + 1] === '{') || (/[$<>]/.test(c ?? '') && word[at + 1] === '('))
    return past(balanced(word, at + 1), word)
  if (c === '`') return past(word.indexOf('`', at + 1), word)
  return at + 1
}

function past(index: number, word: string): number {
  return index < 0 ? word.length : index + 1
}

function pastDouble(word: string, at: number): number {
  for (let i = at + 1; i < word.length; i++) {
    if (word[i] === '\\') i++
    else if (word[i] === '"') return i + 1
    else if (word[i] === '$' && (word[i + 1] === '{' || word[i + 1] === '(')) i = past(balanced(word, i + 1), word) - 1
  }
  return word.length
}

/** The position of what closes the bracket at `open`, quotes and expansions inside passed over. */
function balanced(word: string, open: number): number {
  const [opens, closes] = word[open] === '{' ? '{}' : '()'
  let depth = 0
  for (let at = open; at < word.length; at = word[at] === opens ? at + 1 : skip(word, at)) {
    if (word[at] === opens) depth++
    if (word[at] === closes && --depth === 0) return at
  }
  return -1
}

function closing(word: string, open: number): number | undefined {
  let depth = 0
  for (let at = open; at < word.length; at = skip(word, at)) {
    if (word[at] === '{') depth++
    if (word[at] === '}' && --depth === 0) return at
  }
  return undefined
}

function list(inner: string): readonly string[] {
  const items: string[] = []
  let from = 0
  let depth = 0
  for (let at = 0; at < inner.length; at = skip(inner, at)) {
    if (inner[at] === '{') depth++
    if (inner[at] === '}') depth--
    if (inner[at] === ',' && depth === 0) {
      items.push(inner.slice(from, at))
      from = at + 1
    }
  }
  return [...items, inner.slice(from)]
}

function sequence(inner: string): readonly string[] | undefined {
  const numbers = /^(-?\d{1,6})\.\.(-?\d{1,6})(?:\.\.(-?\d{1,6}))?$/.exec(inner)
  const letters = /^([a-zA-Z])\.\.([a-zA-Z])$/.exec(inner)
  if (numbers === null && letters === null) return undefined
  const from = letters ? (letters[1] ?? '').charCodeAt(0) : Number(numbers?.[1])
  const to = letters ? (letters[2] ?? '').charCodeAt(0) : Number(numbers?.[2])
  const step = Math.max(1, Math.abs(Number(numbers?.[3] ?? 1)))
  const count = Math.min(Math.floor(Math.abs(to - from) / step) + 1, MOST + 1)
  return Array.from({ length: count }, (_, i) => {
    const value = from + (to >= from ? i : -i) * step
    return letters ? String.fromCharCode(value) : String(value)
  })
}
