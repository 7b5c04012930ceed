import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { Arguments, CommandLine, Family, Touch } from './grammar.ts'
import { from, opaque, path, shell } from './touch.ts'

export const EDITORS: Family = {
  'vim vi nvim view vimdiff gvim ex rvim elvis vile kak helix hx': {
    options:
      '-c,--cmd=data -S=script -u=read -U=read -s=read -w=write -W=write -i=data -T=data -q=read -t=data -r -R -e -E -n -N -Z -p -o -O -d -m -M -b -y -l --headless --noplugin --clean --startuptime=write --server=data --remote-expr=data --remote-send=data',
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
  'less-run lesspipe': { operands: 'read…' },
}

const SHELLS_OUT =
  /(?:^|[|:\s])(?:sil(?:ent)?!?\s+)?(?:r(?:ead)?\s*)?!\s*(.+)$|\bsystem(?:list)?\((.+)\)|\bos\.execute\((.+)\)/
const SPECIAL = /\b(?:luafile|lua|python3?|py3?|perl|ruby|source|so|luado|pyx)\b/
const WRITES = /(?:^|[|:\s])(?:w(?:rite)?|sav(?:eas)?)!?\s+(\S+)/

/** Commands of `-c`, `--cmd` and `+`: a `!` is a shell, `w FILE` writes. */
function vim(args: Arguments, line: CommandLine): readonly Touch[] {
  const plus = args.operands.filter((field) => field.text.startsWith('+')).map((field) => from(field, 1))
  const touches: Touch[] = []
  for (const command of [...(args.values.get('-c') ?? []), ...plus]) touches.push(...exCommand(command))
  if (line.piped && has(args, '-e', '-E', '-s')) touches.push(opaque('the editor takes its commands from the input'))
  const reads = has(args, '-R') || line.name === 'view'
  const files = args.operands.filter((field) => !field.text.startsWith('+') && literal(field) !== '-')
  return [...touches, ...files.map((field) => path(reads ? 'read' : 'update', field))]
}

function exCommand(command: Field): readonly Touch[] {
  const { text } = command
  const match = SHELLS_OUT.exec(text)
  if (match !== null) {
    const line = match[1]
    return [line === undefined ? opaque('the editor runs a command that it computes') : shell(known(line))]
  }
  if (SPECIAL.test(text)) return [{ kind: 'code', language: 'unknown', text: command }]
  const written = WRITES.exec(text)?.[1]
  return written === undefined ? [] : [path('create', known(written))]
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
