import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, Family, Program, Touch } from './grammar.ts'
import { basename, cut, object, path } from './touch.ts'

const PRINTS: Program = {}
const READS: Program = { operands: 'read…' }

export const COREUTILS: Family = {
  'echo printf true false test [ [[ : seq expr factor yes sleep id whoami who w users groups tty nproc uname uptime logname hostid pwd basename dirname numfmt printenv free locale getconf cal ncal clear tput reset stty tabs mesg logger usleep getent last lastlog finger read bind set shopt typeset declare local readonly export unset alias unalias hash ulimit let mapfile readarray getopts times history dirs pushd popd cd return break continue shift exit logout suspend compgen complete compopt caller enable help fc setopt unsetopt autoload zstyle bindkey':
    PRINTS,
  'cat tac nl rev paste comm join cmp sum cksum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum md5 shasum base64 base32 basenc expand unexpand fold fmt pr column look strings more most pg zcat zmore bzcat xzcat zstdcat lz4cat gzcat mdcat glow hexyl ptx tsort vis colrm':
    {
      ...READS,
      options:
        '-w,--width=data -d,--delimiters=data -t=data -s=data -l,--language=data --theme=data --lines=data -P=data -p',
    },
  'head tail': {
    ...READS,
    options: '-n,--lines=data -c,--bytes=data -s,--sleep-interval=data --pid=data -f -q -v -z -F',
  },
  'wc du df': {
    ...READS,
    options:
      '--files0-from=read --exclude=data -X,--exclude-from=read -d,--max-depth=data -B,--block-size=data -t,--type=data -x',
  },
  'ls ll la exa eza lsd dir tree stat file readlink realpath namei lsattr getfacl getfattr cloc tokei scc': {
    ...READS,
    options:
      '-I,--ignore=data -w,--width=data -T,--tabsize -L -P=data -m,--magic-file=read -f -F -c,--format=data --printf=data --sort=?data --color=?data -o,--output=write -d,--absolute-names --level=data',
  },
  cut: {
    ...READS,
    options: '-b,--bytes=data -c,--characters=data -d,--delimiter=data -f,--fields=data --output-delimiter=data',
  },
  sort: {
    ...READS,
    options:
      '-k,--key=data -t,--field-separator=data -S,--buffer-size=data -T,--temporary-directory=data --parallel=data --batch-size=data --files0-from=read -o,--output=write --compress-program=program --sort=data --random-source=read -r,--reverse -n,--numeric-sort -u,--unique -c,--check',
  },
  uniq: {
    operands: 'read write',
    options: '-f,--skip-fields=data -s,--skip-chars=data -w,--check-chars=data -c,--count -d -u -i',
  },
  'tr iconv-list': PRINTS,
  iconv: { ...READS, options: '-f,--from-code=data -t,--to-code=data -o,--output=write' },
  'od hexdump hd': {
    ...READS,
    options:
      '-A,--address-radix=data -t,--format=data -j,--skip-bytes=data -N,--read-bytes=data -w=?data -S=data -n=data -s=data -e=data -f=read',
  },
  xxd: {
    operands: 'read write',
    options: '-c,-cols=data -g=data -l,-len=data -s,-seek=data -o=data -n=data -r -p -i -b -u',
  },
  diff: {
    operands: 'read…',
    options:
      '-x,--exclude=data -X,--exclude-from=read -I,--ignore-matching-lines=data -U,--unified=?data -C=data -W,--width=data -L,--label=data --from-file=read --to-file=read -F=data --color=?data',
  },
  'diff3 sdiff colordiff delta difft vimdiff-print': READS,
  'which whereis type whatis apropos hash-list command-not-found': PRINTS,
  date: { options: '-d,--date=data -f,--file=read -r,--reference=read -s,--set=data -I=?data -u', touches: setsClock },
  hostname: {
    options: '-F,--file=read -b,--boot',
    // Every other option asks for a name and prints it.
    touches: ({ operands, flags }) =>
      operands.length === 0 || [...flags].some((flag) => flag !== '-b' && flag !== '--boot')
        ? []
        : [object('update', ['host', 'hostname'], operands[0], { where: 'host' })],
  },
  sync: PRINTS,

  rm: {
    operands: 'delete…',
    options:
      '-r,-R,--recursive -f,--force -i -I --interactive=?data -d,--dir -v,--verbose --one-file-system --preserve-root=?data --no-preserve-root -x -P -W',
    recursive: '-r',
  },
  'trash trash-put gio-trash rip': { operands: 'delete…', options: '-r,--recursive' },
  unlink: { operands: 'delete' },
  rmdir: {
    options: '-p,--parents -v --ignore-fail-on-non-empty',
    touches: ({ operands }) => operands.map((field) => path('delete', field, { undo: 'U2' })),
  },
  srm: { operands: 'update…', recursive: '-r', touches: overwritten },
  shred: {
    options:
      '-n,--iterations=data -s,--size=data --random-source=read -u,--remove=?data -f,--force -z,--zero -v -x,--exact',
    touches: overwritten,
  },
  truncate: { operands: 'update…', options: '-s,--size=data -r,--reference=read -c,--no-create -o' },
  fallocate: {
    operands: 'update…',
    options:
      '-l,--length=data -o,--offset=data -n,--keep-size -p,--punch-hole -c,--collapse-range -d,--dig-holes -i,--insert-range -z,--zero-range -v,--verbose -x,--posix',
  },
  'touch mkfifo': {
    options: '-d,--date=data -t=data -r,--reference=read -a -m -c,--no-create -h --mode=data',
    touches: ({ operands }) => operands.map((field) => path('update', field, { undo: 'U2' })),
  },
  mkdir: { options: '-m,--mode=data -p,--parents -v -Z', touches: folders },
  mknod: { operands: 'write data', options: '-m,--mode=data' },
  mktemp: PRINTS,
  tee: {
    options: '-a,--append -i -p --output-error=?data',
    touches: (args) => args.operands.map((field) => path(has(args, '-a') ? 'update' : 'create', field)),
  },
  sponge: { options: '-a', operands: 'write…' },
  split: {
    options:
      '-l,--lines=data -b,--bytes=data -C=data -n,--number=data -a,--suffix-length=data -d -x --additional-suffix=data --filter=shell -e -t=data --numeric-suffixes=?data --verbose',
    touches: split,
  },
  csplit: {
    options: '-f,--prefix=data -b=data -n,--digits=data -k,--keep-files -s,--quiet -z --suppress-matched',
    touches: (args) => split({ ...args, operands: args.operands.slice(0, 1) }),
  },
  mv: {
    options:
      '-t,--target-directory=data -T,--no-target-directory -f,--force -i -n,--no-clobber -u,--update=?data -v -b --backup=?data -S,--suffix=data -Z',
    touches: move,
  },
  'cp scp-local ditto': {
    options:
      '-t,--target-directory=data -T,--no-target-directory -a,--archive -r,-R,--recursive -f,--force -i -l,--link -s,--symbolic-link -n,--no-clobber -u,--update=?data -v -p --preserve=?data --no-preserve=data --reflink=?data --sparse=data --backup=?data -S,--suffix=data -d -H -L -P -x --parents -b -k -c',
    touches: copy,
  },
  install: {
    options:
      '-t,--target-directory=data -T,--no-target-directory -d,--directory -D -m,--mode=data -o,--owner=data -g,--group=data -s,--strip -p -v -b -S=data -c -C',
    touches: (args) => (has(args, '-d') ? folders(args) : copy(args)),
  },
  'ln link': {
    options:
      '-t,--target-directory=data -T,--no-target-directory -s,--symbolic -f,--force -n,--no-dereference -v -r,--relative -b -S=data -i -L -P -d -F -h',
    touches: link,
  },
  dd: { touches: convert },
}

function setsClock(args: Arguments): readonly Touch[] {
  return has(args, '-s') ? [object('update', ['host', 'clock'], known(''), { where: 'host' })] : []
}

/** A folder that exists stays as it is. */
function folders({ operands }: Arguments): readonly Touch[] {
  return operands.map((field) => path('create', field, { undo: 'U0' }))
}

/** A hard link is no pre-image of what is overwritten in place. */
function overwritten(args: Arguments): readonly Touch[] {
  const removes = has(args, '-u')
  return args.operands.flatMap((field) => [path('update', field), ...(removes ? [path('delete', field)] : [])])
}

function split(args: Arguments): readonly Touch[] {
  const [source, second] = args.operands
  const prefix = value(args, '-f') ?? (second !== undefined && /^[\w./~-]+$/.test(second.text) ? second : known('x'))
  const reads = source === undefined || literal(source) === '-' ? [] : [path('read', source)]
  return [...reads, path('create', { ...prefix, text: `${prefix.text}??`, glob: true })]
}

interface Transfer {
  readonly sources: readonly Field[]
  readonly target: Field
  readonly names?: readonly Field[]
}

/** `[-t FOLDER] SOURCE… TARGET`; a lone name of `ln` is linked into the working folder. */
function transfer(args: Arguments): Transfer | undefined {
  const folder = value(args, '-t')
  const sources = folder === undefined && args.operands.length > 1 ? args.operands.slice(0, -1) : args.operands
  const target = folder ?? (args.operands.length > 1 ? args.operands.at(-1) : known('.'))
  if (target === undefined || sources.length === 0) return undefined
  if (has(args, '-T')) return { sources, target }
  return { sources, target, names: has(args, '--parents') ? sources : sources.map(basename) }
}

function created(found: Transfer, tree: boolean): Touch {
  return path('create', found.target, { ...(found.names && { names: found.names }), ...(tree && { tree: true }) })
}

function copy(args: Arguments): readonly Touch[] {
  const found = transfer(args)
  if (found === undefined) return []
  const tree = has(args, '-r', '-a')
  const reads = found.sources.map((source) => path('read', source, tree ? { tree } : {}))
  return [...reads, has(args, '-n') ? path('update', found.target) : created(found, tree)]
}

function link(args: Arguments): readonly Touch[] {
  const found = transfer(args)
  if (found === undefined) return []
  const { sources, target, names } = found
  const leads = { to: sources, symbolic: has(args, '-s') }
  return [...sources.map((source) => path('read', source)), path('create', target, { leads, ...(names && { names }) })]
}

/** The last operand is where the others go; a folder, with all that is in it. */
export function move(args: Arguments): readonly Touch[] {
  const found = transfer(args)
  if (found === undefined) return []
  const gone = found.sources.flatMap((source) => [
    path('read', source),
    path('delete', source, { tree: true, why: 'it is moved' }),
  ])
  // A folder brings along all that is in it.
  return [...gone, has(args, '-n') ? path('update', found.target) : created(found, true)]
}

function convert({ operands }: Arguments): readonly Touch[] {
  return operands.flatMap((field) => {
    const [name, file] = cut(field, '=') ?? []
    if (file === undefined) return []
    if (name === 'if') return [path('read', file)]
    return name === 'of' ? [path('create', file)] : []
  })
}
