/**
 * One argument as the program will see it, as far as that can be known before it runs.
 * Quotes are gone, variables and substitutions are resolved where their value is known.
 */
export interface Field {
  /** Known text. Where something is unknown, only what stands before it. */
  readonly text: string
  /** Unquoted `*`, `?`, `[…]` are in `text` and will be expanded by the shell. */
  readonly glob: boolean
  /** Absent where every character is known. */
  readonly unknown?: Unknown
  /** Of a file's text: something else may stand before it. */
  readonly appended?: true
  /** Unquoted, it may turn out to be no argument at all, or several. */
  readonly several?: true
  /** All of it, or a part, may be left out: by a shell that fails to make it, or where a command does not run. */
  readonly absent?: 'all' | 'part'
}

export interface Unknown {
  /** In words: `output of \`curl\``, `variable \`DIR\` is not set here`. */
  readonly why: string
  /**
   * `token`: one path segment or less, such as a date or a number: it can't lead elsewhere.
   * `temporary`: a path that was just made in a temporary folder.
   * `text`: anything.
   */
  readonly shape: 'token' | 'temporary' | 'text'
  /** Known text behind the unknown part; `/build` in `$DIR/build`. */
  readonly suffix: string
  /** It is a list of paths, or one of them, and all match this pattern: what `find` prints. */
  readonly paths?: string
  /** It is one of these. */
  readonly oneOf?: readonly string[]
  /** It came from the network. */
  readonly downloaded?: boolean
  /** An installed program prints it to be run, as `ssh-agent -s` does: it is trusted as the program is. */
  readonly generated?: boolean
  /** Writes out the command line that prints all of it, with nothing left to a shell's variables; if that can be done. */
  readonly from?: () => string | undefined
  /** It is the number of the processes that this pattern finds. */
  readonly process?: string
  /** The operator's own environment or an installed program says it; nothing in the script, in a file or from outside. */
  readonly outer?: boolean
}

export function known(text: string): Field {
  return { text, glob: false }
}

/** The text, where all of it is known and the shell will not expand it. */
export function literal(field: Field): string | undefined {
  return field.unknown === undefined && !field.glob ? field.text : undefined
}

/** As a person would recognise it. */
export function show(field: Field): string {
  return field.unknown === undefined ? field.text : `${field.text}…${field.unknown.suffix}`
}

/** Where nothing of it is known but that it is one of a list of paths: those, as a pattern. */
export function onePath(field: Field): Field | undefined {
  const paths = field.text === '' && field.unknown?.suffix === '' ? field.unknown.paths : undefined
  return paths === undefined ? undefined : { text: paths, glob: true }
}

/** A value of which nothing is known, and why. */
export function anything(why: string): Field {
  return { text: '', glob: false, unknown: { why, shape: 'text', suffix: '' } }
}

function isEmpty(field: Field): boolean {
  return field.text === '' && field.unknown === undefined
}

/** One behind the other, as one argument. */
export function joinFields(a: Field, b: Field): Field {
  const some = a.absent ?? b.absent
  const absent = some && { absent: isEmpty(a) || isEmpty(b) ? some : ('part' as const) }
  if (a.unknown === undefined) return { ...b, text: a.text + b.text, glob: a.glob || b.glob, ...absent }
  if (b.unknown !== undefined) return { ...a, unknown: joinUnknown(a.unknown, b.unknown), ...absent }
  const suffix = a.unknown.suffix + b.text
  const { paths, ...unknown } = a.unknown
  return { ...a, unknown: { ...unknown, suffix, ...(paths && suffix === '' && { paths }) }, ...absent }
}

/** Two unknown parts of one text: what stands between them is part of the unknown. */
export function joinUnknown(a: Unknown, b: Unknown): Unknown {
  const anywhere = a.shape === 'text' || b.shape === 'text' || a.suffix.includes('..')
  const shape = anywhere ? 'text' : a.shape
  const downloaded = a.downloaded === true || b.downloaded === true
  // What stands between the two is forgotten, so it must not be a folder of its own in a list.
  const outer = a.outer === true && b.outer === true && /^[^:]*:?$/.test(a.suffix)
  return { why: a.why, shape, suffix: b.suffix, ...(downloaded && { downloaded }), ...(outer && { outer }) }
}
