import { type Field, joinFields, known, literal } from '../lang/field.ts'
import { compileGrammar, has, parseArguments, value } from './arguments.ts'
import type { Arguments, CommandLine, Family, Program, Touch } from './grammar.ts'
import { below, hostOf, path, shell } from './touch.ts'

const TAR: Program = {
  options:
    '-c,--create -x,--extract,--get -t,--list -r,--append -u,--update -A,--concatenate,--catenate -d,--diff,--compare --delete -f,--file=data -C,--directory=data -T,--files-from=data -X,--exclude-from=data --exclude=data --to-command=data -I,--use-compress-program=data --checkpoint=?data --checkpoint-action=data -F,--info-script,--new-volume-script=data --rsh-command=data --rmt-command=data -g,--listed-incremental=data -b,--blocking-factor=data -L,--tape-length=data -N,--newer=data -V,--label=data -K,--starting-file=data --transform,--xform=data --strip-components=data -H,--format=data --owner=data --group=data --mode=data --mtime=data --sort=data --suffix=data --index-file=data --remove-files -O,--to-stdout -z,--gzip -j,--bzip2 -J,--xz -a,--auto-compress --zstd -v,--verbose -p -P,--absolute-names -k,--keep-old-files -h -S -m -U -w -W -Z -l -s -o -B -i -G -M -n -R --force-local --no-recursion --wildcards --one-top-level=?data',
}
const TAR_GRAMMAR = compileGrammar(TAR, '')

export const ARCHIVES: Family = {
  'tar gtar bsdtar star': { touches: (_, line) => tar(line) },
  zip: {
    options:
      '-r,--recurse-paths -m,--move -d,--delete -u -f -T,--test -TT,--unzip-command=shell -b,--temp-path=data -x,--exclude=data -i,--include=data -P,--password=data -s,--split-size=data -O,--output-file=write -e -q -j -9 -y',
    touches: zip,
  },
  unzip: {
    options: '-d=data -x=data -P=data -l -t -p -Z -v -o -n -q -j -a -C',
    touches: (args) => extracts(args, ['-l', '-t', '-p', '-Z', '-v'], value(args, '-d')),
  },
  'unrar rar': { touches: byWord },
  '7z 7za 7zr 7zz p7zip': { touches: byWord },
  'unar lsar': { options: '-o,--output-directory=write', operands: 'read…' },
  'gzip bzip2 xz zstd lz4 lzma pigz pbzip2 compress brotli': {
    options:
      '-c,--stdout,--to-stdout -k,--keep -d,--decompress -t,--test -l,--list -S,--suffix=data -T,--threads=data -o,--output=write -r,--recursive -f,--force -q -v -n -N -1 -9 --rm',
    touches: (args, line) => compressed(args, line, has(args, '-d')),
  },
  'gunzip bunzip2 unxz unzstd unlz4 unlzma uncompress unpigz': {
    options: '-c,--stdout -k,--keep -t -l -f -q -v -S,--suffix=data -o=write --rm -r,--recursive',
    touches: (args, line) => compressed(args, line, true),
  },
  cpio: {
    options:
      '-i,--extract -o,--create -p,--pass-through -t,--list -O=write -I=read -F,--file=write -D,--directory=cwd -H,--format=data -d,--make-directories -u -v -m -E,--pattern-file=read --rsh-command=shell',
    touches: (args) =>
      has(args, '-i') && !has(args, '-t')
        ? [path('create', known('.'), { tree: true })]
        : has(args, '-p')
          ? args.operands.map((field) => path('create', field, { tree: true }))
          : [],
  },
  'ar ranlib': { touches: ar },
  jar: { touches: (_, line) => jar(line) },
  'dpkg-deb rpm2cpio makeself': { operands: 'read write' },
}

/** GNU and BSD tar, with the old style too: letters without a dash, their values behind them in order. */
function tar(line: CommandLine): readonly Touch[] {
  const args = parseArguments(modern(line.args), TAR_GRAMMAR)
  const touches: Touch[] = []
  for (const name of ['--to-command', '-I', '-F', '--rsh-command', '--rmt-command'])
    for (const text of args.values.get(name) ?? []) touches.push(shell(text))
  for (const action of args.values.get('--checkpoint-action') ?? [])
    if (/^exec=/.test(action.text)) touches.push(shell({ ...action, text: action.text.slice(5) }))
  for (const name of ['-T', '-X']) for (const file of args.values.get(name) ?? []) touches.push(path('read', file))
  const folder = value(args, '-C') ?? known('.')
  const archive = value(args, '-f')
  const creates = has(args, '-c')
  const changes = has(args, '-r', '-u', '-A', '--delete')
  if (archive !== undefined && literal(archive) !== '-')
    touches.push(...archiveTouches(archive, has(args, '--force-local'), creates, changes))
  if (creates || changes) {
    for (const file of args.operands) {
      touches.push(path('read', below(folder, file), { tree: true }))
      if (has(args, '--remove-files')) touches.push(path('delete', below(folder, file), { tree: true }))
    }
  } else if (has(args, '-x') && !has(args, '-O', '--to-command')) touches.push(extraction(folder, args))
  if (args.unsure !== undefined) touches.push({ kind: 'opaque', why: `an option of \`tar\`: ${args.unsure}` })
  return touches
}

function extraction(folder: Field, args: Arguments): Touch {
  const names = args.operands.length > 0 && args.operands.every((field) => !field.glob) ? args.operands : undefined
  return path('create', folder, { tree: true, why: 'unpacked', ...(names && { names }) })
}

function archiveTouches(archive: Field, local: boolean, creates: boolean, changes: boolean): readonly Touch[] {
  // `host:file` is another machine's.
  if (!local && /^[\w.@-]+:/.test(archive.text))
    return [{ kind: 'host', verb: creates || changes ? 'disclose' : 'read', host: hostOf(archive) }]
  return [path(creates ? 'create' : changes ? 'update' : 'read', archive)]
}

function modern(args: readonly Field[]): readonly Field[] {
  const [first, ...rest] = args
  const letters = first === undefined ? undefined : literal(first)
  if (letters === undefined || !/^[a-zA-Z]+$/.test(letters)) return args
  const out: Field[] = []
  for (const letter of letters) {
    out.push(known(`-${letter}`))
    const takes = (TAR_GRAMMAR.short.get(`-${letter}`)?.roles.length ?? 0) > 0
    const next = takes ? rest.shift() : undefined
    if (next !== undefined) out.push(next)
  }
  return [...out, ...rest]
}

function zip(args: Arguments): readonly Touch[] {
  const [archive, ...files] = args.operands
  if (archive === undefined) return []
  const name = /\.\w+$/.test(archive.text) ? archive : { ...archive, text: `${archive.text}.zip` }
  const touches: Touch[] = literal(archive) === '-' ? [] : [path('update', name)]
  if (has(args, '-d')) return touches
  for (const file of files) {
    touches.push(path('read', file, { tree: true }))
    if (has(args, '-m')) touches.push(path('delete', file, { tree: true }))
  }
  return touches
}

function extracts(args: Arguments, onlyReads: readonly string[], folder: Field | undefined): readonly Touch[] {
  const [archive] = args.operands
  const reads = archive === undefined ? [] : [path('read', archive)]
  if (has(args, ...onlyReads)) return reads
  return [...reads, path('create', folder ?? known('.'), { tree: true, why: 'unpacked' })]
}

/** `7z x ARCHIVE -oFOLDER`, `unrar x ARCHIVE FOLDER`: the first word is the verb. */
function byWord(args: Arguments, line: CommandLine): readonly Touch[] {
  const [verb, archive, ...files] = args.operands
  if (verb === undefined || archive === undefined) return []
  const output = line.args.find((arg) => /^-o./.test(arg.text))
  const folder = output === undefined ? files.at(-1) : { ...output, text: output.text.slice(2) }
  if (/^[xe]$/.test(verb.text))
    return [path('read', archive), path('create', folder ?? known('.'), { tree: true, why: 'unpacked' })]
  if (/^[aumd]$/.test(verb.text))
    return [path('update', archive), ...files.map((file) => path('read', file, { tree: true }))]
  return [path('read', archive)]
}

const SUFFIXES: Readonly<Record<string, string>> = {
  gzip: '.gz',
  pigz: '.gz',
  bzip2: '.bz2',
  pbzip2: '.bz2',
  xz: '.xz',
  lzma: '.lzma',
  zstd: '.zst',
  lz4: '.lz4',
  compress: '.Z',
  brotli: '.br',
}
/** They leave the old file unless `--rm` is given; the others put the new one in its place. */
const KEEPERS = /zstd|lz4|brotli/

/**
 * The new file stands beside the old one, under a name with a suffix more, or less. The old one is written to as well
 * as deleted: a link is no pre-image for `gzip`, which refuses a file with a second name.
 */
function compressed(args: Arguments, { name }: CommandLine, unpacks: boolean): readonly Touch[] {
  const { operands } = args
  if (has(args, '-c', '-t', '-l')) return operands.map((field) => path('read', field))
  const tree = has(args, '-r') ? { tree: true } : {}
  const keeps = has(args, '-k') || (KEEPERS.test(name) && !has(args, '--rm'))
  const suffix = value(args, '-S') ?? known(SUFFIXES[name] ?? '')
  const made = has(args, '-o') || has(args, '-r') ? [] : operands.map((field) => product(field, suffix, unpacks))
  return [
    ...operands.flatMap((field) =>
      keeps ? [path('read', field)] : [path('update', field, tree), path('delete', field, tree)],
    ),
    ...made.flatMap((field) => (field === undefined ? [] : [path('create', field)])),
  ]
}

function product(field: Field, suffix: Field, unpacks: boolean): Field | undefined {
  if (!unpacks) return joinFields(field, suffix)
  const text = literal(field)
  return text === undefined ? undefined : known(text.replace(/\.t([gbx]z2?|zst)$/, '.tar.$1').replace(/\.[^./]+$/, ''))
}

function ar(_: Arguments, line: CommandLine): readonly Touch[] {
  const [keys, archive, ...files] = line.args
  if (keys === undefined || archive === undefined) return []
  const letters = keys.text.replace(/^-/, '')
  if (/^[tp]/.test(letters)) return [path('read', archive)]
  if (letters.startsWith('x'))
    return [path('read', archive), path('create', known('.'), { tree: true, why: 'unpacked' })]
  return [path('update', archive), ...files.map((file) => path('read', file))]
}

function jar({ args }: CommandLine): readonly Touch[] {
  const keys = args[0]?.text ?? ''
  const archive = args[1]
  if (archive === undefined) return []
  if (/x/.test(keys)) return [path('read', archive), path('create', known('.'), { tree: true, why: 'unpacked' })]
  return [path(/[cu]/.test(keys) ? 'update' : 'read', archive)]
}
