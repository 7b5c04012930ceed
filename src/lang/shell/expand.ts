import type {
  DoubleQuotedChild,
  ParameterExpansionPart,
  ParsedScript,
  ProcessSubstitutionPart,
  SyntaxNode,
  Word,
  WordPart,
} from 'unbash'
import { anything, type Field, joinUnknown, known, type Unknown } from '../field.ts'
import { braces } from './brace.ts'
import { operate } from './parameter.ts'
import { parseWord } from './parse.ts'
import { ARGUMENTS, fields, outer, type Scope, unset, type Value } from './scope.ts'

/** What expansion needs of the interpreter: substitutions run commands. */
export interface Substitute {
  /** Interprets the script for its effects, and says what it prints. */
  output(script: ParsedScript | undefined, scope: Scope): Field
  /** Interprets a script that reads what another command writes. */
  reader(script: ParsedScript): void
  /** Interprets the substitutions inside a node for their effects. */
  inside(node: SyntaxNode, scope: Scope): void
  /** Not every shell takes it for a pattern. */
  extended(): void
  /** The text is read as the name of a variable. */
  again(text: string): void
  /** The value is put through the shell as a prompt is (`${x@P}`). */
  prompt(value: Field): void
  /** The shell has assigned a variable while expanding (`${x:=y}`). */
  assigned(name: string, value: Value): void
  /** Only some shells know it: to others, it is an error. */
  fails(known: 'bash' | 'zsh'): void
  /** What it means can't be known. */
  opaque(why: string): void
  home: string
}

/** `*(e:code:)` and `*(+name)` are patterns to bash; zsh runs the code for each file. */
const QUALIFIER = /^(?:#q)?[/F.@=p*%rwxAIERWXsStNDMTGn^,-]*(?:o?e[^\w.|*]|\+\w)/

/** Expansions of zsh alone: `$=name`, `$~name`. */
const OTHERS = /(?<!\\)\$[=~^+]+[A-Za-z_@*\d]/

/** Code in single quotes: where those are plain characters, it runs. */
export const QUOTED_CODE = /'[^']*(?:\$\(|`)/

const NONE: Value = { kind: 'scalar', any: [] }

/** Ways that an argument list can turn out; more than this many become one with an unknown. */
const MOST = 16

/** One piece of a word before it is joined: quoted text never splits and never globs. */
type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean; readonly absent?: true }
  | { readonly kind: 'glob'; readonly text: string }
  | { readonly kind: 'unknown'; readonly unknown: Unknown; readonly lead: string }
  | { readonly kind: 'break'; readonly text: string }

/** All ways the words can turn out, each a list of arguments. Never empty. */
export function expandWords(words: readonly Word[], scope: Scope, by: Substitute): readonly (readonly Field[])[] {
  return combine(words.map((word) => expandWord(word, scope, by)))
}

/** Every way of the first word with every way of the next. */
export function combine(perWord: readonly (readonly (readonly Field[])[])[]): readonly (readonly Field[])[] {
  let lists: Field[][] = [[]]
  for (const ways of perWord) {
    const [only] = ways
    if (ways.length === 1 && only !== undefined) {
      for (const list of lists) list.push(...only)
      continue
    }
    const next: Field[][] = []
    for (const list of lists) for (const way of ways) next.push([...list, ...way])
    lists = next.length > MOST ? [[...(lists[0] ?? []), many()]] : next
  }
  return lists
}

/** What a loop goes through: its words, else the arguments. */
export function valuesOf(list: readonly Word[] | undefined, scope: Scope, by: Substitute): readonly Field[] {
  const items = list === undefined ? (scope.positional ?? [ARGUMENTS]) : expandWords(list, scope, by).flat()
  return items.length > MOST ? [anything(`one of ${items.length} values`)] : items
}

/** The word as one argument: no splitting, as in assignments and redirections. */
export function expandSingle(word: Word, scope: Scope, by: Substitute): readonly Field[] {
  return ways(word, scope, by).map((pieces) =>
    joinPieces(pieces.map((each) => (each.kind === 'break' ? text(each.text, true) : each))),
  )
}

/** What is assigned: one word, or the elements of an array. */
export function expandValue(
  value: Word | { readonly type: 'ArrayValue'; readonly elements: readonly Word[] },
  scope: Scope,
  by: Substitute,
): Value {
  if (value.type !== 'ArrayValue') return { kind: 'scalar', any: expandSingle(value, scope, by) }
  const items = expandWords(value.elements, scope, by).flat()
  // `[key]=value` elements are not told apart.
  const keyed = value.elements.some(({ text }) => text.startsWith('['))
  return { kind: 'array', items: keyed ? [anything('an element by its key')] : items }
}

export function expandParts(parts: readonly WordPart[], scope: Scope, by: Substitute): Field {
  // In a here-document single quotes are plain characters.
  for (const part of parts)
    if (part.type === 'ParameterExpansion' && QUOTED_CODE.test(part.text)) by.opaque(differ(part.text))
  const alternatives = cross(parts.map((part) => partWays(part, true, scope, by)))
  return joinPieces(alternatives[0] ?? [])
}

function expandWord(word: Word, scope: Scope, by: Substitute): readonly (readonly Field[])[] {
  const alternatives = braces(word.text)
  if (alternatives.length > 1 || alternatives[0] !== word.text) {
    const inner = alternatives.map((text) => parseWord(text)).filter((each) => each !== undefined)
    // None is left out: an empty one is no argument at all.
    if (inner.length < alternatives.filter((text) => text !== '').length) by.opaque(differ(word.text))
    return expandWords(inner, scope, by)
  }
  return ways(word, scope, by).map(split)
}

function ways(word: Word, scope: Scope, by: Substitute): readonly (readonly Piece[])[] {
  const parts = word.parts
  if (parts === undefined && OTHERS.test(word.text)) return [[piece(unset(word.text))]]
  if (parts === undefined) return [tilde([text(word.value, word.text !== word.value)], by.home, scope)]
  const perPart = parts.map((part, i) =>
    isSubscripted(part, parts[i + 1]) ? unclear(part) : partWays(part, false, scope, by),
  )
  return cross(perPart).map((pieces) => tilde(pieces, by.home, scope))
}

function cross(perPart: readonly (readonly (readonly Piece[])[])[]): readonly (readonly Piece[])[] {
  let all: Piece[][] = [[]]
  for (const part of perPart) {
    const [only] = part
    if (part.length === 1 && only !== undefined) {
      for (const pieces of all) pieces.push(...only)
      continue
    }
    all = all.flatMap((pieces) => part.map((more) => [...pieces, ...more]))
    if (all.length > MOST) return [[piece(many())]]
  }
  return all
}

function partWays(
  part: WordPart | DoubleQuotedChild,
  quoted: boolean,
  scope: Scope,
  by: Substitute,
): readonly (readonly Piece[])[] {
  switch (part.type) {
    case 'Literal':
      if (!quoted && OTHERS.test(part.text)) return [[piece(unset(part.text))]]
      return [[text(part.value, quoted || part.text !== part.value)]]
    case 'SingleQuoted':
      return [[text(part.value, true)]]
    case 'AnsiCQuoted':
      return [[scope.posix === true ? { ...text(part.value, true), absent: true } : text(part.value, true)]]
    case 'DoubleQuoted':
    case 'LocaleString':
      // `"$@"` of no arguments is none.
      if (isNothing(part.parts, scope)) return [[]]
      return cross([
        [[text('', true)]],
        ...part.parts.map((child, i) =>
          isSubscripted(child, part.parts[i + 1]) ? unclear(child) : partWays(child, true, scope, by),
        ),
      ])
    case 'Glob':
      by.inside(part, scope)
      return [[quoted ? text(part.text, true) : { kind: 'glob', text: part.text }]]
    case 'ExtendedGlob':
      by.inside(part, scope)
      if (scope.extglob !== true) by.extended()
      if (QUALIFIER.test(part.pattern)) by.opaque('zsh may run what stands in a pattern')
      return [[{ kind: 'glob', text: '*' }]] // wider than the pattern, never narrower
    case 'BraceExpansion':
      by.inside(part, scope)
      return [[text(part.text, quoted)]]
    case 'SimpleExpansion':
      return variable(part.text.slice(1), quoted, scope)
    case 'ParameterExpansion':
      return parameter(part, quoted, scope, by)
    case 'CommandExpansion':
      // The parser ends it at a slash of its own in `${x/$(…)/y}`.
      if (!/^(?:\$\([\s\S]*\)|`[\s\S]*`|\$\{[\s\S]*\})$/.test(part.text)) by.opaque(differ(part.text))
      return eitherWay(by.output(part.script, scope)).map((field) => substituted(field, quoted, scope))
    case 'ProcessSubstitution':
      return [[processPiece(part, by, scope)]]
    case 'ArithmeticExpansion':
      by.inside(part, scope)
      // Quotes are plain characters in it; what is no arithmetic may be commands in brackets.
      if (
        QUOTED_CODE.test(part.text) ||
        (part.expression?.type === 'ArithmeticWord' && /;|\{\s/.test(part.expression.value))
      )
        by.opaque(differ(part.text))
      return [[token('a computed number')]]
  }
}

function processPiece({ operator, script }: ProcessSubstitutionPart, by: Substitute, scope: Scope): Piece {
  if (operator === '>' && script !== undefined) by.reader(script)
  const output = operator === '>' ? known('') : by.output(script, scope)
  const why = output.unknown?.why ?? 'what another command prints'
  const downloaded = output.unknown?.downloaded === true
  const from = output.text === '' && output.unknown?.suffix === '' ? output.unknown.from : undefined
  return {
    kind: 'unknown',
    lead: '/dev/fd/',
    unknown: { why, shape: 'token', suffix: '', ...(downloaded && { downloaded }), ...(from && { from }) },
  }
}

/** `$name[1]` is an element or a character to zsh. */
function isSubscripted(part: WordPart, next: WordPart | undefined): boolean {
  return part.type === 'SimpleExpansion' && /^\$[A-Za-z_]/.test(part.text) && /^\[[-\w@*$]+\]/.test(next?.text ?? '')
}

function unclear({ text }: WordPart): readonly (readonly Piece[])[] {
  return [[piece(unset(text.slice(1)))]]
}

function isNothing([only, ...more]: readonly DoubleQuotedChild[], scope: Scope): boolean {
  if (only === undefined || more.length > 0) return false
  const plain = only.type === 'ParameterExpansion' && only.operation === undefined && only.prefix === undefined
  const elements = plain && (only.parameter === '@' || only.index?.text === '@') ? only.parameter : undefined
  const value = lookup(only.text === '$@' ? '@' : (elements ?? ''), scope)
  return value?.kind === 'array' && value.items.length === 0
}

function eitherWay(output: Field): readonly Field[] {
  const alone = output.text === '' && output.unknown?.suffix === ''
  return (alone && output.unknown?.oneOf?.map(known)) || [output]
}

function text(value: string, quoted: boolean): Piece & { readonly kind: 'text' } {
  return { kind: 'text', text: value, quoted }
}

function token(why: string): Piece {
  return { kind: 'unknown', lead: '', unknown: { why, shape: 'token', suffix: '' } }
}

function piece(field: Field): Piece {
  return field.unknown === undefined
    ? text(field.text, false)
    : { kind: 'unknown', lead: field.text, unknown: field.unknown }
}

function many(): Field {
  return {
    text: '',
    glob: false,
    unknown: { why: 'there are too many ways this can turn out', shape: 'text', suffix: '' },
  }
}

/** Special parameters whose value is a number or a short word. */
const TOKENS = new Set([
  '#',
  '?',
  '$',
  '!',
  '-',
  '0',
  'RANDOM',
  'SECONDS',
  'LINENO',
  'EPOCHSECONDS',
  'UID',
  'EUID',
  'PPID',
  'SHLVL',
  'BASHPID',
])

export function lookup(name: string, scope: Scope): Value | undefined {
  if (name === '@' || name === '*') {
    const items = scope.positional ?? [unset(`$${name}`)]
    return { kind: 'array', items }
  }
  if (/^[1-9]\d*$/.test(name)) {
    const at = Number(name) - 1
    // Which one it is depends on how many those before it are.
    if (scope.positional?.slice(0, at).some((field) => field.several)) return { kind: 'scalar', any: [unset(name)] }
    const given = scope.positional?.[at]
    if (given !== undefined) return { kind: 'scalar', any: [given] }
    return scope.positional === undefined ? undefined : { kind: 'scalar', any: [known('')] }
  }
  return scope.variables.get(name)
}

function substituted(output: Field, quoted: boolean, scope: Scope): readonly Piece[] {
  return !quoted && scope.variables.has('IFS') ? [piece(unset('IFS'))] : fieldPieces(output, quoted)
}

function variable(name: string, quoted: boolean, scope: Scope): readonly (readonly Piece[])[] {
  const value = lookup(name, scope)
  // Split by other characters than white space, it is not what it looks like.
  if (!quoted && value !== undefined && scope.variables.has('IFS')) return [[piece(unset(name))]]
  if (value === undefined) return [[TOKENS.has(name) ? token(`\`$${name}\``) : piece(outer(name))]]
  return valueWays(value, name === '@' || name === '*', quoted)
}

function valueWays(value: Value, all: boolean, quoted: boolean): readonly (readonly Piece[])[] {
  if (value.kind === 'scalar') return value.any.map((field) => fieldPieces(field, quoted))
  const joined = (items: readonly Field[]): readonly Piece[] =>
    items.flatMap((item, i) => [
      ...(i > 0 ? [{ kind: 'break', text: ' ' } as const] : []),
      ...fieldPieces(item, quoted),
    ])
  // `$a` is the first element to bash, all of them to zsh.
  const ways = [joined(value.items)]
  if (!all && value.items.length > 1) ways.unshift(joined(value.items.slice(0, 1)))
  // An element that may be missing may be all that there is.
  if (value.items.some((item) => item.text === '' && item.unknown === undefined)) ways.push([])
  return ways
}

/** A value on its way into a word: unquoted, it splits at white space and its wildcards count. */
function fieldPieces(field: Field, quoted: boolean): readonly Piece[] {
  const pieces: Piece[] = quoted ? [text(field.text, true)] : words(field.text)
  if (field.absent) {
    const gap: Piece = { kind: 'text', text: '', quoted, absent: true }
    pieces.unshift(gap)
    pieces.push(gap)
  }
  if (field.unknown === undefined) return pieces
  const last = pieces.at(-1)
  const lead = last?.kind === 'text' ? last.text : ''
  return [...pieces.slice(0, last?.kind === 'text' ? -1 : undefined), { kind: 'unknown', lead, unknown: field.unknown }]
}

function words(value: string): Piece[] {
  const pieces: Piece[] = []
  for (const run of value.split(/(\s+|[*?]|\[[^\]\s]*\])/)) {
    if (run === '') continue
    if (/^\s/.test(run)) pieces.push({ kind: 'break', text: run })
    else if (/^[*?[]/.test(run)) pieces.push({ kind: 'glob', text: run })
    else pieces.push(text(run, false))
  }
  return pieces
}

function parameter(
  part: ParameterExpansionPart,
  quoted: boolean,
  scope: Scope,
  by: Substitute,
): readonly (readonly Piece[])[] {
  if (part.index !== undefined) by.inside(part.index, scope)
  // Forms of zsh alone, which hide a substitution or evaluate what they find.
  const foreign = part.parameter === '' || part.operation?.type === 'Unknown'
  if (foreign) by.fails('zsh')
  else if (part.index !== undefined || !/^(?:Default|Remove)$/.test(part.operation?.type ?? 'Default')) by.fails('bash')
  if (foreign && /\$\(|`|^\$\{\([^)]*e/.test(part.text)) by.opaque(differ(part.text))
  if (part.parameter === '' && part.prefix === undefined) return [[piece(unset(part.text))]]
  if (part.prefix === '#') return [[token('a length')]]
  if (part.prefix === '!') {
    by.inside(part, scope)
    by.fails('bash')
    for (const name of fields(lookup(part.parameter, scope) ?? NONE)) by.again(name.text)
    return indirect(part, quoted, scope)
  }
  const all = part.index?.text === '@' || part.index?.text === '*' || part.parameter === '@' || part.parameter === '*'
  const value = lookup(part.parameter, scope)
  const { operation } = part
  if (operation?.type === 'Transform' && operation.operand.value === 'P')
    for (const field of value === undefined ? [outer(part.parameter)] : fields(value)) by.prompt(field)
  // In zsh its braces expand behind it.
  if (!quoted && operation?.type === 'Default' && opensBrace(operation.operand)) by.opaque(differ(part.text))
  if (operation?.type === 'Slice')
    for (const word of [operation.offset, operation.length]) if (word !== undefined) by.inside(word, scope)
  if (quoted && part.text.includes("'") && part.text.includes('"')) by.opaque(differ(part.text))
  // In double quotes single ones are plain characters to zsh.
  if (quoted && operation?.type !== 'Default' && QUOTED_CODE.test(part.text)) by.opaque(differ(part.text))
  if (operation?.type === 'CaseModification' || (all && operation?.type !== 'Slice')) by.inside(part, scope)
  if (part.operation !== undefined && all) return [[piece(unset(part.parameter))]]
  // Split by other characters than white space, it is not what it looks like.
  if (!quoted && value !== undefined && scope.variables.has('IFS')) return [[piece(unset(part.parameter))]]
  if (part.operation !== undefined)
    return operate(part.parameter, value, part.operation, {
      expand: (word) => expandSingle(word, scope, by),
      assigned: by.assigned,
    }).map((field) => fieldPieces(field, quoted))
  if (value === undefined)
    return [[TOKENS.has(part.parameter) ? token(`\`$${part.parameter}\``) : piece(outer(part.parameter))]]
  if (value.kind === 'array' && !all && part.index !== undefined)
    return value.items.map((item) => fieldPieces(item, quoted))
  // A character to zsh.
  if (value.kind === 'scalar' && !all && part.index !== undefined) return [[piece(unset(part.parameter))]]
  return valueWays(value, all, quoted)
}

function opensBrace({ parts, text, value }: Word): boolean {
  if (parts === undefined) return text === value && text.includes('{')
  return parts.some((part) => part.type === 'BraceExpansion' || (part.type === 'Literal' && part.text.includes('{')))
}

function differ(text: string): string {
  return `shells read \`${text}\` in different ways`
}

function indirect(part: ParameterExpansionPart, quoted: boolean, scope: Scope): readonly (readonly Piece[])[] {
  if (part.operation !== undefined || part.index !== undefined) return [[token('names or keys')]]
  const names = lookup(part.parameter, scope)
  const values = names === undefined ? [] : fields(names).map((name) => lookup(name.text, scope))
  const found = values.filter((value) => value !== undefined)
  return found.length === 0
    ? [[piece(unset(`!${part.parameter}`))]]
    : found.flatMap((value) => valueWays(value, false, quoted))
}

function tilde(pieces: readonly Piece[], home: string, scope: Scope): readonly Piece[] {
  const [first, ...rest] = pieces
  if (first?.kind !== 'text' || first.quoted || !first.text.startsWith('~')) return pieces
  const user = first.text.slice(1).split('/', 1)[0] ?? ''
  const after = first.text.slice(1 + user.length)
  if (user === '') return [text(home, true), text(after, false), ...rest]
  // zsh takes a variable with an absolute path for the name of a folder.
  const named = lookup(`~${user}`, scope) ?? lookup(user, scope)
  const [folder] = named?.kind === 'scalar' ? named.any : []
  if (folder?.text.startsWith('/')) return [...fieldPieces(folder, true), text(after, false), ...rest]
  if (user === '+') return [...fieldPieces(scope.cwd, true), text(after, false), ...rest]
  if (!/^[a-z_][a-z0-9_-]*$/.test(user)) return pieces
  return [text(user === 'root' ? '/root' : `/home/${user}`, true), text(after, false), ...rest]
}

/** Pieces to arguments. Nothing at all where an unquoted expansion turned out empty. */
function split(pieces: readonly Piece[]): readonly Field[] {
  const groups: Piece[][] = [[]]
  for (const each of pieces) {
    if (each.kind === 'break') groups.push([])
    else groups.at(-1)?.push(each)
  }
  const filled = groups.filter((group) => group.some((each) => each.kind !== 'text' || each.quoted || each.text !== ''))
  return filled.map((group) => {
    const splits =
      group.some(({ kind }) => kind !== 'text') && !group.some((each) => each.kind === 'text' && each.quoted)
    return splits ? { ...joinPieces(group), several: true } : joinPieces(group)
  })
}

export function joinPieces(pieces: readonly Piece[]): Field {
  const glob = pieces.some((each) => each.kind === 'glob')
  let before = ''
  let unknown: Unknown | undefined
  for (const each of pieces) {
    if (each.kind === 'break') continue
    const raw = each.kind === 'unknown' ? each.lead : each.text
    const shown = glob && each.kind === 'text' && each.quoted ? raw.replace(/[*?[\]\\]/g, '\\$&') : raw
    if (unknown === undefined) before += shown
    else unknown = { ...unknown, suffix: unknown.suffix + shown }
    if (each.kind === 'unknown') unknown = unknown === undefined ? each.unknown : joinUnknown(unknown, each.unknown)
  }
  if (before.length > LONGEST) return anything('it grows too long to follow')
  const absent = pieces.some((each) => each.kind === 'text' && each.absent)
  return { text: before, glob, ...(unknown && { unknown }), ...(absent && { absent: 'part' as const }) }
}

/** A value that doubles itself is not followed further. In UTF-16 units. */
const LONGEST = 256 * 1024
