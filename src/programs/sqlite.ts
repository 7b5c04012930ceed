import { type Field, known } from '../lang/field.ts'
import type { Touch } from './grammar.ts'
import { statements } from './sql.ts'
import { opaque, path, shell } from './touch.ts'

/** Commands of the client by their names; any beginning of one that is no other's will do. */
const COMMANDS = 'shell system read output once excel import restore backup save clone open load log trace'.split(' ')
/** Functions that the client adds to the language: they write files, load code, start an editor. */
const FUNCTIONS = /\b(?:writefile|load_extension|edit|fts3_tokenizer)\s*\(/i

/** What statements and commands of the client do beside reading and changing its database. */
export function sqliteTouches({ text, unknown }: Field): readonly Touch[] {
  const whole = unknown === undefined ? text : `${text} ${unknown.suffix}`
  const found = whole.split('\n').flatMap((line) => {
    const [, word, rest = ''] = /^\s*\.(\w+)\s*(.*)$/.exec(line) ?? []
    return word === undefined ? [] : dotCommand(named(word), rest.trim())
  })
  return FUNCTIONS.test(whole) ? [...found, opaque('a function of the database client that writes or loads')] : found
}

/** Whether the database's own file is another one afterwards. */
export function changesDatabase({ text, unknown }: Field): boolean {
  const word = /^\s*\.(\w+)/.exec(text)?.[1]
  if (word === undefined) return statements(text).length > 0 || unknown !== undefined
  return /^(?:import|restore|recover|load|read)$/.test(named(word))
}

function named(word: string): string {
  return word.length < 2 ? word : (COMMANDS.find((name) => name.startsWith(word)) ?? word)
}

function dotCommand(name: string, rest: string): readonly Touch[] {
  const words = (rest.match(/"[^"]*"|'[^']*'|\S+/g) ?? [])
    .map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))
    .filter((word) => !word.startsWith('-'))
  const [first = ''] = words
  const last = words.at(-1) ?? ''
  if (/^(?:shell|system)$/.test(name)) return [shell(known(rest))]
  if (name === 'load') return [opaque('the database client loads code')]
  // `|COMMAND` in the place of a file: all that follows, unless it is quoted.
  if (first.startsWith('|')) return [shell(known(name === 'import' ? first.slice(1) : words.join(' ').slice(1)))]
  if (name === 'read') return first === '' ? [] : [{ kind: 'script', language: 'sqlite', path: known(first), args: [] }]
  if (/^(?:output|once|backup|save|clone|log|trace)$/.test(name))
    return last === '' || /^(?:stdout|stderr|off|on)$/.test(last) ? [] : [path('create', known(last))]
  return /^(?:import|restore|open)$/.test(name) && first !== '' ? [path('read', known(first))] : []
}
