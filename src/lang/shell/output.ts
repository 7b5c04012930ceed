import { anything, type Field, known, literal, show, type Unknown } from '../field.ts'
import type { Invocation } from './invocation.ts'
import { listed } from './listing.ts'
import { typed, word } from './quoted.ts'
import { folders, type Ground, type Input } from './scope.ts'

/** What a command prints, as far as that can be told without running it. */
export function printed(invocation: Invocation, ground: Ground): Field {
  const name = invocation.argv[0] === undefined ? undefined : literal(invocation.argv[0])?.replace(/^.*\//, '')
  const args = invocation.argv.slice(1)
  if (name === undefined) return anything('what a command prints')
  const printer = PRINTERS.get(name)
  const found = printer?.(args, invocation, ground)
  const absent = args.some((arg) => arg.absent)
  if (found !== undefined) return absent ? { ...found, absent: 'part' } : found
  const { unknown } = unknownOutput(name, args, invocation.input)
  return { text: '', glob: false, unknown: { ...unknown, from: () => writtenOut(invocation, ground) } }
}

type Printer = (args: readonly Field[], invocation: Invocation, ground: Ground) => Field | undefined

const NETWORK = new Set([
  'curl',
  'wget',
  'nc',
  'ncat',
  'http',
  'https',
  'xh',
  'lynx',
  'ftp',
  'aria2c',
  'socat',
  'fetch',
])

/** Words by which programs print code for a shell to run. */
const FOR_SHELLS = /^(?:(?:\w+-)?init|activate|hook|shellenv|env|completions?|--(?:bash|zsh|fish)|-s)$/
/** What else may stand beside such a word: the shell, or an option. A word of any other kind may make it print anything. */
const SHELL_OR_OPTION =
  /^(?:-|-(?!h$)\w|--(?!help$)[\w-]+(?:=[\w.,-]*)?|(?:shell\.)?(?:bash|zsh|fish|k?sh|dash|posix|pwsh|shell))$/
/** Words by which programs say where their own folders are. */
const OWN_FOLDER = /^(?:bin|root|prefix|--prefix|env|environment|global|config|site|info)$/
/** They pass on what stands in files or comes in. */
const PASSES_ON = new Set([
  'cat',
  'head',
  'tail',
  'sed',
  'awk',
  'grep',
  'tr',
  'cut',
  'sort',
  'base64',
  'xxd',
  'openssl',
  'gunzip',
  'zcat',
  'python',
  'python3',
  'node',
  'perl',
  'ruby',
  'php',
  'jq',
  'yq',
  'env',
  'printenv',
  'ls',
  'find',
  'fd',
  'rg',
  'git',
  'tar',
  'unzip',
  'ssh',
  'docker',
  'kubectl',
  'aws',
])

/** The command line that prints the same anywhere in this folder, pipes before it included. */
function writtenOut({ argv, assigns, redirects, input, scope }: Invocation, ground: Ground): string | undefined {
  const line = typed(argv)
  const here = literal(scope.cwd) === ground.cwd && assigns.length === 0 && redirects.length === 0
  if (line === undefined || !here || line.length > LONGEST_LINE) return undefined
  if (input.kind === 'inherited') return line
  if (input.kind === 'file') return undefined
  const text = literal(input.text)
  const { from, suffix = '' } = input.text.unknown ?? {}
  const whole = input.text.text === '' && suffix === '' ? from?.() : undefined
  const before = text === undefined ? whole : `printf '%s\\n' ${word(text.replace(/\n$/, ''))}`
  const all = `${before} | ${line}`
  return before === undefined || all.length > LONGEST_LINE ? undefined : all
}

/** A longer one is nothing to read, and none to copy. */
const LONGEST_LINE = 300

function unknownOutput(name: string, args: readonly Field[], input: Input): Field & { readonly unknown: Unknown } {
  const own = input.kind === 'inherited' && !PASSES_ON.has(name) && !NETWORK.has(name)
  const generated = own && isForShells(name, args)
  const outer = own && args.slice(0, 2).some((arg) => OWN_FOLDER.test(arg.text))
  const downloaded = NETWORK.has(name) || (input.kind === 'text' && input.text.unknown?.downloaded === true)
  const paths = downloaded ? undefined : listed(name, args, input)
  const why = downloaded ? `what \`${name}\` brings from the network` : `the output of \`${name}\``
  return {
    text: '',
    glob: false,
    unknown: {
      why,
      shape: 'text',
      suffix: '',
      ...(downloaded && { downloaded }),
      ...(generated && { generated }),
      ...(paths !== undefined && { paths }),
      ...(outer && { outer }),
    },
  }
}

function isForShells(name: string, args: readonly Field[]): boolean {
  const words = args.map((arg) => literal(arg) ?? '')
  const at = words.slice(0, 2).findIndex((word) => FOR_SHELLS.test(word))
  // `rbenv init bash` and its kin write into a profile; with `-` they print.
  if (words[at] === 'init' && /env$/.test(name) && words[at + 1] !== '-') return false
  return at >= 0 && words.every((word, i) => i === at || SHELL_OR_OPTION.test(word))
}

const aToken: Printer = (_, invocation) => ({
  text: '',
  glob: false,
  unknown: { why: `the output of \`${show(invocation.argv[0] ?? known(''))}\``, shape: 'token', suffix: '' },
})

/** `pgrep NAME`: numbers, of processes that are known by a pattern. */
const numbers: Printer = (args, invocation, ground) => {
  const pattern = args.filter((arg) => !arg.text.startsWith('-')).at(-1)
  const token = aToken(args, invocation, ground)
  if (pattern === undefined || token?.unknown === undefined) return token
  return { ...token, unknown: { ...token.unknown, process: pattern.text } }
}

const PRINTERS: ReadonlyMap<string, Printer> = new Map(
  Object.entries({
    echo: (args) => {
      const words = args[0]?.text.match(/^-[neE]+$/) ? args.slice(1) : args
      const escapes = words !== args && (args[0]?.text.includes('e') ?? false)
      return joined(words, escapes)
    },
    printf: (args) => format(args[0]?.text === '--' ? args.slice(1) : args),
    cat: (args, { input }) => (args.length === 0 || args[0]?.text === '-' ? fed(input) : undefined),
    tee: (_, { input }) => fed(input),
    pwd: (_, { scope }) => folders(scope).reduce(either),
    mktemp: (args) => {
      const inside = args.some((arg) => arg.text.includes('/') && !arg.text.startsWith('/tmp/'))
      if (inside) return undefined
      return { text: '/tmp/', glob: false, unknown: { why: 'a new temporary path', shape: 'temporary', suffix: '' } }
    },
    git: (args, _, ground) => {
      const words = args.map((arg) => arg.text).join(' ')
      if (words === 'rev-parse --show-toplevel') return known(ground.workspace)
      return /^(rev-parse|branch --show-current|describe|log -\d|symbolic-ref|hash-object|rev-list|merge-base|config --get|tag)/.test(
        words,
      )
        ? aToken(args, _, ground)
        : undefined
    },
    dirname: (args) => cut(args, (path) => path.replace(/\/+[^/]*\/*$/, '') || (path.startsWith('/') ? '/' : '.')),
    basename: (args, invocation, ground) =>
      cut(args.slice(0, 1), (path) => path.replace(/\/+$/, '').replace(/^.*\//, '')) ??
      aToken(args, invocation, ground),
    which: (args) => cut(args, (name) => name),
    command: (args) => (args[0]?.text === '-v' ? cut(args, (name) => name) : undefined),
    type: (args) => (/^-[pP]$/.test(args[0]?.text ?? '') ? cut(args, (name) => name) : undefined),
    realpath: (args) => cut(args, (path) => path),
    readlink: (args) => cut(args.slice(-1), (path) => path),
    date: aToken,
    pgrep: numbers,
    pidof: numbers,
    nproc: aToken,
    uname: aToken,
    whoami: aToken,
    hostname: aToken,
    id: aToken,
    arch: aToken,
    wc: aToken,
    expr: aToken,
    tty: aToken,
    uuidgen: aToken,
    getconf: aToken,
    logname: aToken,
  } satisfies Record<string, Printer>),
)

function joined(words: readonly Field[], escapes: boolean): Field | undefined {
  if (words.some((word) => word.glob)) return anything('the names of the files that are there')
  const unknown = words.find((word) => word.unknown !== undefined)
  if (unknown?.unknown !== undefined) {
    // One unknown word among known ones keeps what stands before it.
    const at = words.indexOf(unknown)
    const before = words.slice(0, at).map((word) => `${word.text} `)
    return { ...unknown, text: before.join('') + unknown.text }
  }
  const text = words.map((word) => word.text).join(' ')
  return known(`${escapes ? unescaped(text) : text}\n`)
}

function unescaped(text: string): string {
  return text.replace(/\\(n|t|r|\\|x[0-9a-fA-F]{1,2}|0?[0-7]{1,3})/g, (_, code: string) => {
    if (code === 'n') return '\n'
    if (code === 't') return '\t'
    if (code === 'r') return '\r'
    if (code === '\\') return '\\'
    return String.fromCharCode(
      code.startsWith('x') ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8) & 0xff,
    )
  })
}

function format(args: readonly Field[]): Field | undefined {
  const template = args[0] === undefined ? undefined : literal(args[0])
  if (template === undefined || args.slice(1).some((arg) => arg.unknown !== undefined)) {
    const unknown = args.find((arg) => arg.unknown !== undefined)?.unknown
    return unknown === undefined ? undefined : { text: '', glob: false, unknown }
  }
  const values = args.slice(1).map((arg) => arg.text)
  const text = unescaped(template)
  if (!/%/.test(text)) return known(text)
  const one = (): string =>
    text.replace(/%%|%[-+ #0]*\d*(?:\.\d+)?[sbdq]/g, (spec) => {
      if (spec === '%%') return '%'
      const value = values.shift() ?? ''
      return spec.endsWith('b') ? unescaped(value) : value
    })
  let result = one()
  while (values.length > 0 && /%[^%]/.test(text) && result.length < 65_536) result += one()
  return known(result)
}

function fed(input: Input): Field | undefined {
  return input.kind === 'text' ? input.text : undefined
}

function cut(args: readonly Field[], change: (path: string) => string): Field | undefined {
  const texts = args.filter((arg) => !arg.text.startsWith('-')).map(literal)
  return texts.length === 1 && texts[0] !== undefined ? known(change(texts[0])) : undefined
}

/** What one of two commands prints. */
export function either(first: Field, second: Field): Field {
  if (show(first) === '' && show(second) === '') return first
  if (show(second) === '') return { ...first, absent: first.absent ?? 'all' }
  if (show(first) === '') return { ...second, absent: second.absent ?? 'all' }
  if (show(first) === show(second)) return ofEither(second)
  const one = anything('what one of two commands prints')
  const ways = [first, second].flatMap((field) => field.unknown?.oneOf ?? literal(field) ?? [])
  return ways.length < 2 || one.unknown === undefined
    ? one
    : { ...one, unknown: { ...one.unknown, oneOf: ways.map((text) => text.replace(/\n+$/, '')) } }
}

/** Neither command prints it for certain. */
function ofEither(field: Field): Field {
  if (field.unknown === undefined) return field
  const { from: _, ...unknown } = field.unknown
  return { ...field, unknown }
}
