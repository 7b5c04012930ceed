import { type Field, known, literal } from '../lang/field.ts'
import type { CommandLine, Family, Touch } from './grammar.ts'
import { below, opaque, path, run } from './touch.ts'

export const SEARCH: Family = {
  'grep egrep fgrep zgrep zegrep bzgrep xzgrep pcregrep pcre2grep ggrep ugrep': {
    options:
      '-e,--regexp=data -f,--file=read -m,--max-count=data -A,--after-context=data -B,--before-context=data -C,--context=data -d,--directories=data -D,--devices=data --include=data --exclude=data --exclude-dir=data --exclude-from=read --label=data --color=?data --colour=?data -r,--recursive -R,--dereference-recursive -E -F -G -P -i -v -w -x -c -l -L -n -o -q -s -h -H -z -Z -a -b -I -U -T',
    operands: 'data read…',
    unlessGiven: '-e -f',
    recursive: '-r -R',
  },
  'rg ripgrep': {
    options:
      '-e,--regexp=data -f,--file=read -g,--glob=data --iglob=data -t,--type=data -T,--type-not=data --type-add=data -A,--after-context=data -B,--before-context=data -C,--context=data -m,--max-count=data -d,--max-depth=data -j,--threads=data -r,--replace=data -M,--max-columns=data --color=data --colors=data --sort=data --sortr=data -E,--encoding=data --pre=program --pre-glob=data --hostname-bin=program --ignore-file=read --engine=data --context-separator=data --max-filesize=data --hyperlink-format=data --path-separator=data --dfa-size-limit=data --regex-size-limit=data --files --type-list -n -i -l -c -w -v -u -o -F -P -S -s -U -z -N -H -I -q -x -0 -p -a -L',
    operands: 'data read…',
    unlessGiven: '-e -f --files',
    recursive: 'always',
  },
  'ag ack pt sift zipgrep': {
    options:
      '-A=data -B=data -C=data -G=data -m=data --ignore=data --ignore-dir=data -p=read --pager=program --type=data',
    operands: 'data read…',
    recursive: 'always',
  },
  'locate mlocate plocate mdfind': {},
  'find gfind': { touches: (_, line) => findTouches(line) },
  'fd fdfind': {
    style: 'permute',
    options:
      '-e,--extension=data -E,--exclude=data -t,--type=data -d,--max-depth=data -S,--size=data -o,--owner=data -c,--color=data -j,--threads=data --changed-within=data --changed-before=data --and=data --min-depth=data --exact-depth=data --format=data --max-results=data --ignore-file=read --search-path=read -C,--base-directory=read --batch-size=data -x,--exec -X,--exec-batch -H -I -u -s -i -g -F -a -l -L -p -0 -q -1',
    touches: (_, line) => fdTouches(line),
  },
  'fzf sk peco': {
    options:
      '--preview=shell --bind=data -q,--query=data -f,--filter=data --height=data --prompt=data -d=data -n=data --color=data --preview-window=data --history=write --header=data',
  },
}

/** Actions of `find` with the number of arguments that are no command. */
const RUNS = /^-(?:exec|execdir|ok|okdir)$/
const WRITES = /^-(?:fprint0?|fls|fprintf)$/
const ONE =
  /^-(?:name|iname|path|ipath|wholename|iwholename|regex|iregex|lname|ilname|type|xtype|size|mtime|atime|ctime|mmin|amin|cmin|newer|anewer|cnewer|newer..|user|group|uid|gid|perm|maxdepth|mindepth|links|inum|samefile|fstype|printf|regextype|used|context|flags|files0-from)$/
const FILTERS =
  /^-(?!maxdepth|mindepth|regextype|depth|mount|xdev|print0?$|printf$|ls$|delete$|exec|ok|fprint|fls|not$|and$|or$|a$|o$)/

function findTouches({ args }: CommandLine): readonly Touch[] {
  const first = args.findIndex(
    (arg, i) => /^-(?![HLPDO]|$)|^[(!,]$|^-$/.test(arg.text) && literal(arg) !== '--' && i >= 0,
  )
  const expression = first < 0 ? [] : args.slice(first)
  const given = (first < 0 ? args : args.slice(0, first)).filter((arg) => !/^-[HLPDO]/.test(arg.text))
  const starts = given.length === 0 ? [known('.')] : given
  const tests = withoutCommands(expression)
  const touches: Touch[] = starts.map((start) => path('read', start, { tree: true }))
  // What stands where an action could stand may be one.
  const blind = [...given.slice(1), ...tests.filter((_, i) => !/^-i?name$/.test(tests[i - 1]?.text ?? ''))].some(
    ({ text, unknown }) => text === '' && unknown?.shape === 'text',
  )
  if (blind) touches.push(opaque("the expression of `find` can't be resolved"))
  const found = matched(starts, tests)
  for (let i = 0; i < expression.length; i++) {
    const word = expression[i]?.text ?? ''
    if (word === '-delete')
      for (const field of found) touches.push(path('delete', field, field.glob ? {} : { tree: true }))
    else if (RUNS.test(word)) {
      const end = endOfCommand(expression, i)
      const argv = expression.slice(i + 1, end < 0 ? undefined : end)
      touches.push(...eachRun(argv, found))
      i = end < 0 ? expression.length : end
    } else if (WRITES.test(word)) {
      const file = expression[++i]
      if (file !== undefined) touches.push(path('create', file))
    } else if (ONE.test(word)) {
      const file = expression[++i]
      if (word === '-files0-from' && file !== undefined) touches.push(path('read', file))
    }
  }
  return touches
}

/** The `;` or `{} +` that ends the command behind `start`; -1 where nothing does. */
function endOfCommand(expression: readonly Field[], start: number): number {
  return expression.findIndex(
    ({ text }, at) => at > start && (/^\\?;$/.test(text) || (text === '+' && expression[at - 1]?.text === '{}')),
  )
}

/** The expression without the commands that it runs and the values of its tests, but for those of names. */
function withoutCommands(expression: readonly Field[]): readonly Field[] {
  const found: Field[] = []
  for (let i = 0; i < expression.length; i++) {
    const field = expression[i]
    if (field === undefined) break
    found.push(field)
    if (RUNS.test(field.text)) {
      const end = endOfCommand(expression, i)
      i = end < 0 ? expression.length : end
    } else if (ONE.test(field.text) || WRITES.test(field.text)) {
      const given = expression[++i]
      if (given !== undefined && /^-i?name$/.test(field.text)) found.push(given)
    }
  }
  return found
}

/** What the expression lets through: all of each start, or a pattern below it. */
function matched(starts: readonly Field[], expression: readonly Field[]): readonly Field[] {
  const at = expression.findIndex((arg) => /^-i?name$/.test(arg.text))
  const negated = expression.some((arg) => /^(?:!|-not|-o|-or|,)$/.test(arg.text))
  const name = negated ? undefined : expression[at < 0 ? -1 : at + 1]
  if (name !== undefined) return starts.map((start) => ({ ...below(start, below(known('**'), name)), glob: true }))
  // `-delete` of a lone `-type f` spares the folders.
  const filtered = expression.some((arg) => FILTERS.test(arg.text))
  return filtered ? starts.map((start) => ({ ...below(start, known('**/*')), glob: true })) : starts
}

/** The command with `{}` standing for what was found. */
function eachRun(argv: readonly Field[], found: readonly Field[]): readonly Touch[] {
  if (argv.length === 0) return [opaque('`find` is told to run something, and not what')]
  return found.slice(0, 8).map((field) =>
    run(
      argv.map((arg) => {
        if (arg.text === '{}') return field
        return arg.text.includes('{}') ? { ...arg, text: arg.text.replaceAll('{}', field.text), glob: field.glob } : arg
      }),
    ),
  )
}

/** `fd PATTERN [PATH…] -x COMMAND…`: the command takes the rest of the line, or up to `;`. */
function fdTouches({ args }: CommandLine): readonly Touch[] {
  const at = args.findIndex((arg) => /^(?:-\w*[xX]|--exec(?:-batch)?)$/.test(arg.text))
  const before = (at < 0 ? args : args.slice(0, at)).filter((arg) => !arg.text.startsWith('-'))
  const start = before.length > 1 ? (before.at(-1) ?? known('.')) : known('.')
  const touches = [path('read', start, { tree: true })]
  if (at < 0) return touches
  const end = args.findIndex((arg, i) => i > at && arg.text === ';')
  const argv = args.slice(at + 1, end < 0 ? undefined : end)
  const found = [{ ...below(start, known('**/*')), glob: true }]
  const named = argv.some((arg) => /\{[^}]?[^}]?\}/.test(arg.text))
  return [...touches, ...eachRun(named ? argv : [...argv, known('{}')], found)]
}
