import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import { exTouches } from './ex.ts'
import type { Arguments, CommandLine, Family, Touch } from './grammar.ts'
import { from, opaque, path, shell } from './touch.ts'

export const EDITORS: Family = {
  'vim vi nvim view vimdiff gvim ex rvim elvis vile kak helix hx': {
    options:
      '-c,--cmd=data -S=script -u=data -U=data -s -es -Es -w=write -W=write -i=data -T=data -q=read -t=data -l=script -r -R -e -E -n -N -Z -p -o -O -d -m -M -b -y --headless --noplugin --clean --startuptime=write --server=data --remote-expr=code --remote-send=code',
    language: 'ex',
    touches: vim,
  },
  'ed red': {
    options: '-s -p=data -G -l -v',
    touches: (args, line) => [
      ...args.operands.map((field) => path('update', field)),
      ...(line.piped ? [opaque('`ed` takes its commands from the input')] : []),
    ],
  },
  'emacs emacsclient': {
    options:
      '-e,--eval,-eval,--execute=code -l,--load,-load=script -f,--funcall=data --batch,-batch -Q -q -nw -t -c -n -a=data -s=data --daemon=?data --script,-script=script -u=data',
    language: 'unknown',
    operands: 'read…',
  },
  'nano pico micro joe jed mcedit ne emacs-nox': { options: '-B -l -w', operands: 'update…' },
  'code cursor subl atom mate zed idea webstorm pycharm goland codium code-insiders': {
    options:
      '--goto=data -g=data --install-extension=data --uninstall-extension=data --user-data-dir=data --extensions-dir=data -d -w -n -r -a',
    operands: 'read…',
  },
  'open xdg-open start gnome-open explorer wslview': {
    options: '-a=data -b=data -e -t -g -n -R',
    touches: ({ operands }) => operands.flatMap(opened),
  },
  man: {
    options: '-P,--pager=shell -H,--html=?shell -C=read -M=data -S=data -e=data -L=data -m=data -E=data -k -f -a -w',
  },
  'less zless bzless xzless lv': {
    options:
      '-k,--lesskey-file,--lesskey-src=load -o,-O,--log-file,--LOG-FILE=write -p,--pattern=data -t,--tag=data -T,--tag-file=read -b,--buffers=data -h,--max-back-scroll=data -j,--jump-target=data -P,--prompt=data -D,--color=data -x,--tabs=data -y,--max-forw-scroll=data -z,--window=data --shift=data --rscroll=data --lesskey-content=code',
    touches: pager,
  },
  'bat batcat': {
    options:
      '--pager=shell --paging=data -l,--language=data -r,--line-range=data -H,--highlight-line=data --theme=data --style=data --map-syntax=data -m=data --wrap=data --terminal-width=data --tabs=data --file-name=data --color=data --decorations=data --config-file=read -n -p -A',
    operands: 'read…',
  },
  lesspipe: { operands: 'read…' },
}

/** Commands of `-c`, `--cmd` and `+`: a `!` is a shell, `w FILE` writes. */
function vim(args: Arguments, line: CommandLine): readonly Touch[] {
  const plus = args.operands.filter((field) => field.text.startsWith('+')).map((field) => from(field, 1))
  const touches: Touch[] = []
  for (const script of [...(args.values.get('-u') ?? []), ...(args.values.get('-U') ?? [])])
    if (!/^(?:NONE|NORC|DEFAULTS)$/.test(script.text))
      touches.push({ kind: 'script', language: 'ex', path: script, args: [] })
  for (const command of [...(args.values.get('-c') ?? []), ...plus]) touches.push(...exTouches(command))
  if (line.piped && has(args, '-e', '-E', '-s', '-es', '-Es')) touches.push({ kind: 'stdin', language: 'ex' })
  const reads = has(args, '-R') || line.name === 'view'
  const keys = has(args, '-s') && !has(args, '-e', '-E') ? args.operands[0] : undefined
  if (keys !== undefined && line.name !== 'ex') touches.push(opaque(`the editor types what is in ${keys.text}`))
  const files = args.operands.filter((field) => !field.text.startsWith('+') && literal(field) !== '-')
  return [...touches, ...files.map((field) => path(reads ? 'read' : 'update', field))]
}

/** `+KEYS`: what is typed first. A `!` or `#` starts a shell, `|` feeds one, `s` saves. */
function pager({ operands }: Arguments): readonly Touch[] {
  return operands.flatMap((field) => {
    if (!field.text.startsWith('+')) return literal(field) === '-' ? [] : [path('read', field)]
    const keys = field.text.replace(/^\+\+?/, '')
    const match = /^(?![/?&])[^!#|]*(?:[!#]|\|.)(.*)$/s.exec(keys)
    if (match !== null) return [shell(known(match[1] ?? ''))]
    return /^s\s/.test(keys) ? [path('create', known(keys.slice(1).trim()))] : []
  })
}

function opened(field: Field): readonly Touch[] {
  if (/^https?:/.test(field.text))
    return [
      {
        kind: 'host',
        verb: 'read',
        host: { ...field, text: field.text.replace(/^https?:\/\//, '').replace(/[/:?#].*$/, '') },
      },
    ]
  return [path('read', field)]
}
