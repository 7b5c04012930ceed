import { type Field, literal } from '../field.ts'
import type { Input } from './scope.ts'

/** The pattern that all paths match which a command prints, one a line; undefined where it prints anything else. */
export function listed(name: string, args: readonly Field[], input: Input): string | undefined {
  const words = args.map(literal)
  if (words.includes(undefined)) return undefined
  const given = words as readonly string[]
  const filtered = FILTERS.has(name) && input.kind === 'text' ? input.text.unknown?.paths : undefined
  if (filtered !== undefined) return isFilter(name, given) ? filtered : undefined
  return Object.hasOwn(LISTERS, name) ? LISTERS[name]?.(given) : undefined
}

/** They let some of the lines through, and change none. */
const FILTERS = new Set(['grep', 'egrep', 'fgrep', 'rg', 'sort', 'uniq', 'head', 'tail', 'tac', 'shuf', 'tr'])

function isFilter(name: string, args: readonly string[]): boolean {
  // From lines to what `xargs -0` reads.
  if (name === 'tr') return /^(?:\\n|\\012) (?:\\0+)$/.test(args.join(' '))
  const counts = args.some((arg) => /^-(?!-)\w*[coqlLbnHrR]/.test(arg) || /^--(?:count|only|replace|files)/.test(arg))
  const operands = args.filter((arg) => !arg.startsWith('-') && !/^\d+$/.test(arg))
  // A pattern is the one operand; a file as a second one is read instead of the input.
  return name === 'head' || name === 'tail' || name === 'sort' ? operands.length === 0 : !counts && operands.length <= 1
}

const LISTERS: Readonly<Record<string, (args: readonly string[]) => string | undefined>> = {
  find: (args) => {
    const at = args.findIndex((arg) => /^[-(!]/.test(arg))
    const starts = at < 0 ? args : args.slice(0, at)
    const tests = at < 0 ? [] : args.slice(at)
    if (starts.length > 1 || tests.some((arg) => /^-(?:printf|fprint\w*|ls|fls|exec\w*|ok\w*|delete)$/.test(arg)))
      return undefined
    const negated = tests.some((arg) => /^(?:!|-not|-o|-or|,)$/.test(arg))
    const named = tests.indexOf('-name')
    const pattern = negated || named < 0 ? '*' : (tests[named + 1] ?? '*')
    return below(starts[0] ?? '.', `**/${pattern}`)
  },
  fd: (args) => {
    const operands = args.filter((arg) => !arg.startsWith('-'))
    if (args.some((arg) => /^-(?:\w*[xX]|-exec)/.test(arg)) || operands.length > 2) return undefined
    return below(operands[1] ?? '.', '**/*')
  },
  ls: (args) => {
    const operands = args.filter((arg) => !arg.startsWith('-'))
    const short = args.every((arg) => !arg.startsWith('-') || /^-[1aAtrSd]+$/.test(arg))
    if (!short || operands.length > 1) return undefined
    // Names without their folder, but for patterns that the shell made paths of.
    return operands[0] === undefined || operands[0] === '.' ? '*' : undefined
  },
  git: (args) => {
    const [verb] = args
    if (verb === 'ls-files')
      return args.some((arg) => /^-[stucv]|--format|--stage|--eol/.test(arg)) ? undefined : '**/*'
    return /^(?:diff|show|diff-tree|diff-index)$/.test(verb ?? '') && args.includes('--name-only') ? '**/*' : undefined
  },
  grep: lines,
  rg: lines,
  ag: lines,
}

/** Only the names of files: `grep -rl PATTERN FOLDER`. */
function lines(args: readonly string[]): string | undefined {
  const names = args.some((arg) => /^-(?!-)\w*[lL]/.test(arg) || /^--files/.test(arg))
  const operands = args.filter((arg) => !arg.startsWith('-'))
  if (!names || operands.length > 2) return undefined
  return below(operands[1] ?? '.', '**/*')
}

function below(folder: string, pattern: string): string {
  return `${folder.replace(/\/+$/, '') || '/'}/${pattern}`.replace(/^\/\//, '/')
}
