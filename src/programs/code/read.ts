import { type Field, known } from '../../lang/field.ts'
import { awkTouches } from '../awk.ts'
import { exTouches } from '../ex.ts'
import type { Language, Touch } from '../grammar.ts'
import { sedTouches } from '../sed.ts'
import { statements } from '../sql.ts'
import { sqliteTouches } from '../sqlite.ts'
import { object, opaque } from '../touch.ts'
import { readerOf } from './evaluate.ts'
import type { CodeLanguage } from './language.ts'
import { NODE } from './node.ts'
import { parse } from './parse.ts'
import { PERL } from './perl.ts'
import { PHP } from './php.ts'
import { readPowershell } from './powershell.ts'
import { PYTHON } from './python.ts'
import { RUBY } from './ruby.ts'
import { tokenize } from './tokens.ts'
import { touchesOf } from './walk.ts'

const LANGUAGES: Readonly<Partial<Record<Language, CodeLanguage>>> = {
  python: PYTHON,
  node: NODE,
  perl: PERL,
  ruby: RUBY,
  php: PHP,
}

/** Languages that are read line by line, or statement by statement. */
const SMALL: Readonly<Partial<Record<Language, (text: Field) => readonly Touch[]>>> = {
  sql: queries,
  sqlite: sqliteTouches,
  sed: sedTouches,
  awk: awkTouches,
  ex: exTouches,
  powershell: ({ text }) => readPowershell(text),
}

/** Longer texts are not read. */
const LONGEST = 64 * 1024

/** Something may run after what stands below it. */
const GOES_BACK = /\b(?:def|function|lambda|sub|class|for|foreach|while|until|loop|each)\b|=>/

export interface Surroundings {
  readonly home?: string
  /** The path of the script, where the text is one. */
  readonly script?: Field
}

/**
 * What source text plainly deletes, writes, runs or sends, and `opaque` for what it hides. It is read, not run: values
 * are followed through names, not through what functions return, and modules of its own are taken for what they say.
 * Never throws.
 */
export function readCode(
  text: string,
  language: Language,
  args: readonly Field[] = [],
  { home, script }: Surroundings = {},
): readonly Touch[] {
  if (text.length > LONGEST) return [opaque('the code is too long to be read')]
  const small = SMALL[language]
  if (small !== undefined) return attempt(() => small(known(text)))
  const table = LANGUAGES[language]
  if (table === undefined) return [opaque('there is no reader for this language')]
  return attempt(() => {
    const plain = text.replace(/\r\n?/g, '\n')
    const code = parse(tokenize(language === 'php' ? tagged(plain) : plain, table.syntax), table)
    const given = { args, home, script }
    return touchesOf(readerOf({ language: table, code, given }), GOES_BACK.test(text))
  })
}

function attempt(read: () => readonly Touch[]): readonly Touch[] {
  try {
    return read()
  } catch (error) {
    return [opaque(`the code can't be read: ${error instanceof Error ? error.message : String(error)}`)]
  }
}

/** A file starts outside of `<?php`, code on a command line inside. */
function tagged(text: string): string {
  return /^\s*(?:<|#!)/.test(text) ? `?>${text}` : text
}

function queries({ text }: Field): readonly Touch[] {
  return statements(text).map(({ verb, type, name }) =>
    object(verb, ['database', type], known(name), { where: 'remote', traits: ['stateful'] }),
  )
}
