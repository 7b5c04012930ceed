import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import { awkTouches } from './awk.ts'
import type { Arguments, Family, Touch } from './grammar.ts'
import { sedTouches } from './sed.ts'
import { backups, path } from './touch.ts'

export const TEXT: Family = {
  'sed ssed': {
    options:
      '-e,--expression=data -f,--file=data -i,-I,--in-place=?data -l,--line-length=data -n,--quiet,--silent -E,-r,--regexp-extended -s,--separate -u -z --posix --sandbox --follow-symlinks --debug',
    touches: sed,
  },
  'awk gawk mawk nawk original-awk goawk': {
    options:
      '-F,--field-separator=data -v,--assign=data -f,--file=data -i,--include=load -e,--source=data -o=?write -d=?write -p=?write -l,--load=load -W=data -S,--sandbox -E,--exec=data',
    style: 'stop',
    touches: awk,
  },
  'jq gojq jaq': {
    options:
      '--arg=data+data --argjson=data+data --slurpfile=data+read --rawfile=data+read -f,--from-file=read -L=data --indent=data --tab -r,--raw-output -c,--compact-output -n,--null-input -s,--slurp -e,--exit-status -S -C -M -a -j -R --args --jsonargs --seq --stream',
    operands: 'data read…',
    unlessGiven: '-f',
  },
  'yq xq tomlq dasel gron jc xmllint': {
    options:
      '-i,--inplace,--in-place -o,--output-format=data -p,--input-format=data -I,--indent=data --arg=data+data -P -r -n -e -C -M -N -s,--split-exp=data --from-file=read -f,--file=read -w,--write=data --exec=shell --xpath=data --output=write --schema=read',
    touches: editsOrReads,
  },
  'mlr csvtk xsv qsv csvcut csvgrep csvsort csvlook csvstat csvjson in2csv': {
    options: '-I -n --from=read -c=data -d=data -t=data -o,--output=write -f=data',
    touches: editsOrReads,
  },
  'json_pp jsonlint yamllint xmlstarlet html2text pandoc-print json.tool': {
    operands: 'read write',
    options: '--indent=data --sort-keys --json-lines',
  },
  'pandoc asciidoctor markdown multimarkdown': {
    operands: 'read…',
    options:
      '-o,--output=write -f,--from=data -t,--to=data -F,--filter=program -L,--lua-filter=script --template=read -H=read -M=data -V=data',
  },
  patch: {
    options:
      '-p,--strip=data -i,--input=read -d,--directory=cwd -o,--output=write -r,--reject-file=write -B=data -D=data -F=data -V=data -z=data -R,--reverse -N,--forward -E -f -s -u -b --dry-run --binary',
    dry: '--dry-run',
    touches: (args) => {
      const [target, input] = args.operands
      return [
        path('update', target ?? known('.'), target === undefined ? { tree: true } : {}),
        ...(input === undefined ? [] : [path('read', input)]),
      ]
    },
  },
  'envsubst rename-print column-print': {},
  'rename.ul': { options: '-n,--no-act -v -s -o -i -a -l', dry: '-n', operands: 'data data update…' },
  'rename prename perl-rename file-rename': {
    options: '-n,--no-act -v -f -s=data+data',
    dry: '-n',
    operands: 'data update…',
  },
  'dos2unix unix2dos mac2unix fromdos todos': { operands: 'update…', options: '-k -q -n,--newfile -o' },
  sd: { operands: 'data data update…', options: '-p,--preview -F -s -f=data -n=data' },
  'ctags etags': {
    operands: 'read…',
    options: '-f,-o,--output=write -L=read -R,--recurse --languages=data --exclude=data',
  },
  'xdg-mime uudecode-print lolcat cowsay figlet toilet fortune ccze pv': {
    operands: 'read…',
    options: '-L=data -s=data -N=data -f=data',
  },
}

function sed(args: Arguments): readonly Touch[] {
  const given = args.values.get('-e')
  const inPlace = has(args, '-i')
  let files = args.operands
  // BSD's `-i ''` takes its suffix as an argument of its own.
  if (inPlace && literal(files[0] ?? known('x')) === '') files = files.slice(1)
  const scripts = given ?? (has(args, '-f') ? [] : files.slice(0, 1))
  if (given === undefined && !has(args, '-f')) files = files.slice(1)
  const dry = has(args, '--sandbox')
  return [
    ...(dry ? [] : scripts.flatMap((script) => sedTouches(script))),
    ...(args.values.get('-f') ?? []).map((file): Touch => (dry ? path('read', file) : script('sed', file))),
    ...files
      .filter((file) => literal(file) !== '-')
      .flatMap((file) => [path(inPlace ? 'update' : 'read', file), ...backups(file, value(args, '-i'))]),
  ]
}

function awk(args: Arguments): readonly Touch[] {
  const given = args.values.get('-e')
  const fromFile = has(args, '-f', '-E')
  const programs = given ?? (fromFile ? [] : args.operands.slice(0, 1))
  const files = given !== undefined || fromFile ? args.operands : args.operands.slice(1)
  const inPlace = value(args, '-i')?.text === 'inplace'
  return [
    ...programs.flatMap((program) => awkTouches(program)),
    ...[...(args.values.get('-f') ?? []), ...(args.values.get('-E') ?? [])].map((file) => script('awk', file)),
    ...files.filter(isFile).map((file) => path(inPlace ? 'update' : 'read', file)),
  ]
}

/** A file of commands; `-` is the input. */
function script(language: 'sed' | 'awk', file: Field): Touch {
  return literal(file) === '-' ? { kind: 'stdin', language } : { kind: 'script', language, path: file, args: [] }
}

/** An operand `name=value` is an assignment. */
function isFile(field: Field): boolean {
  return !/^[A-Za-z_]\w*=/.test(field.text) && literal(field) !== '-'
}

const EXPRESSION_WORD = /^(?:e|eval|ea|eval-all|r|read|w|write|m|merge|d|delete|n|new|put|select|--.*|--i?[ct]sv.*)$/

/** `yq -i EXPRESSION FILE`, `yq write --inplace FILE PATH VALUE`. */
function editsOrReads(args: Arguments): readonly Touch[] {
  const inPlace = has(args, '-i', '-I')
  const words = args.operands.filter((field) => !EXPRESSION_WORD.test(field.text))
  const files = words.filter((field) => /^[\w./~@%+*-]+\.\w+$|^[~/]/.test(field.text) && !/^\.[\w.]*$/.test(field.text))
  return files.map((file) => path(inPlace ? 'update' : 'read', file))
}
