/** A part of a text as it is shown: nothing in it can hide, move or imitate another part. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** Stands for what has no shape of its own, or changes that of others. */
  | { readonly kind: 'hidden'; readonly label: string; readonly title: string }
  /** A letter that looks like another one. */
  | { readonly kind: 'like'; readonly text: string; readonly label: string; readonly title: string }
  /** Visible, and nothing that a command is usually written in. */
  | { readonly kind: 'foreign'; readonly text: string; readonly title: string }

const C0 =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'
const NAMES = new Map<number, string>([
  ...C0.split(' ').map((name, code) => [code, name] as const),
  [0x7f, 'DEL'],
  [0x85, 'NEL'],
  [0xa0, 'NBSP'],
  [0xad, 'soft hyphen'],
  [0x61c, 'ALM'],
  [0x200b, 'zero width space'],
  [0x200c, 'ZWNJ'],
  [0x200d, 'ZWJ'],
  [0x200e, 'LRM'],
  [0x200f, 'RLM'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
  [0x202a, 'LRE'],
  [0x202b, 'RLE'],
  [0x202c, 'PDF'],
  [0x202d, 'LRO'],
  [0x202e, 'RLO'],
  [0x2060, 'word joiner'],
  [0x2066, 'LRI'],
  [0x2067, 'RLI'],
  [0x2068, 'FSI'],
  [0x2069, 'PDI'],
  [0xfeff, 'BOM'],
])

/** Has no shape, or one that is a space; line feed, tab and the plain space are what they look like. */
const HIDDEN = /^(?![\n\t ])(?:[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800])$/u
const BIDI = /^\p{Bidi_Control}$/u
const WORD = /[\p{L}\p{M}\p{N}]+/gu

/** Letters that most fonts draw as this Latin one, by script; what Unicode itself maps to ASCII is not repeated. */
const LOOKS: ReadonlyMap<string, string> = new Map(
  [
    'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ӏl кk АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS',
    'οo αa νv ρp υu ιi κk ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX',
    'օo սu ոn հh ցg զq ɑa ɡg ıi ⁄/ ∕/ ⧸/ ∶: ꞉: ․.',
  ]
    .join(' ')
    .split(' ')
    .map((pair) => {
      const [letter = '', latin = ''] = [...pair]
      return [letter, latin] as const
    }),
)

/** More spaces, or line breaks, than a person would put there. */
const RUN = /( {17,}|\n{5,})/
/** Marks that a letter may carry before they cover what is around it. */
const STACK = 2

/** `strict` for bytes that would run: whatever is not ASCII is marked too. */
export function piecesOf(text: string, strict = false): Piece[] {
  const imitations = imitationsIn(text)
  const pieces: Piece[] = []
  let at = 0
  let stacked = 0
  let before = ''
  for (const char of text) {
    stacked = /^\p{M}$/u.test(char) ? stacked + 1 : 0
    add(pieces, isPlainEmoji(before, char) ? { kind: 'text', text: char } : pieceOf(char))
    before = char
    at += char.length
  }
  return pieces.flatMap(spread)

  function pieceOf(char: string): Piece {
    if (HIDDEN.test(char) || stacked > STACK) return hidden(char)
    const latin = imitations.get(at)
    if (latin !== undefined)
      return { kind: 'like', text: char, label: codeOf(char), title: `looks like ${latin}, and is not` }
    const isForeign = strict && char > '\u007e'
    return isForeign ? { kind: 'foreign', text: char, title: codeOf(char) } : { kind: 'text', text: char }
  }
}

/** The letters by their place that seem to be Latin: alone in a word of such, or among letters that are. */
function imitationsIn(text: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const letters = [...word]
    const mixed = letters.some((letter) => /^[A-Za-z]$/.test(letter))
    const seeming = letters.every((letter) => LOOKS.has(letter) || /^\P{L}$/u.test(letter))
    let at = index
    for (const letter of letters) {
      const latin = unicodeLatin(letter) ?? (mixed || seeming ? LOOKS.get(letter) : undefined)
      if (latin !== undefined) found.set(at, latin)
      at += letter.length
    }
  }
  for (const { 0: char, index } of text.matchAll(/[^\p{L}\p{M}\p{N}\s]/gu)) {
    const latin = unicodeLatin(char) ?? LOOKS.get(char)
    if (latin !== undefined) found.set(index, latin)
  }
  return found
}

/** The one ASCII character that Unicode takes this one to be a form of: full width, mathematical, circled. */
function unicodeLatin(char: string): string | undefined {
  if (char <= '\u007f') return undefined
  const plain = char.normalize('NFKC')
  return /^[\u0021-\u007e]$/.test(plain) ? plain : undefined
}

function hidden(char: string): Piece {
  const code = codeOf(char)
  const name = NAMES.get(char.codePointAt(0) ?? 0)
  const title = BIDI.test(char) ? 'changes the direction of text' : 'can not be seen'
  return { kind: 'hidden', label: name === undefined ? code : `${code} ${name}`, title }
}

function isPlainEmoji(before: string, char: string): boolean {
  return char === '\ufe0f' && /^\p{Emoji}$/u.test(before)
}

function codeOf(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function add(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1)
  if (last?.kind === 'text' && piece.kind === 'text')
    pieces[pieces.length - 1] = { kind: 'text', text: last.text + piece.text }
  else pieces.push(piece)
}

/** Long runs of spaces and of empty lines, which push what follows out of sight, as their number. */
function spread(piece: Piece): Piece[] {
  if (piece.kind !== 'text') return [piece]
  return piece.text.split(RUN).flatMap((part): Piece[] => {
    if (part === '') return []
    if (!RUN.test(part)) return [{ kind: 'text', text: part }]
    if (part.startsWith(' ')) return [{ kind: 'hidden', label: `${part.length} spaces`, title: 'a long run of spaces' }]
    const line: Piece = { kind: 'text', text: '\n' }
    return [line, { kind: 'hidden', label: `${part.length - 1} empty lines`, title: 'a long gap' }, line]
  })
}

/** A part of a call's input that is text, under its name there. */
export interface Part {
  readonly name: string
  readonly text: string
}

/** The input as a person reads it: each text that it holds by itself, with its own line breaks. */
export function partsOf(input: unknown, name = ''): Part[] {
  if (typeof input === 'string') return [{ name, text: input }]
  if (input === null || typeof input !== 'object') return [{ name, text: String(input) }]
  const inner = Object.entries(input)
  if (inner.length === 0) return [{ name, text: Array.isArray(input) ? '[]' : '{}' }]
  return inner.flatMap(([key, value]) => partsOf(value, name === '' ? key : `${name}.${key}`))
}
