import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, Family, Touch } from './grammar.ts'
import { drive, OWN, READS } from './shape.ts'
import { object, path } from './touch.ts'

export const STORAGE: Family = {
  rclone: {
    options:
      '--config=data --include=data --exclude=data --filter=data --transfers=data --checkers=data --bwlimit=data --max-age=data --min-age=data --log-file=write --log-level=data --backup-dir=data -n,--dry-run -P,--progress -v -q -i --delete-excluded',
    dry: '-n',
    verbs: {
      'ls lsd lsl lsf lsjson size check cryptcheck about cat tree listremotes version md5sum sha1sum hashsum ncdu obscure help link-get test genautocomplete config-show':
        READS,
      'copy copyto copyurl': { touches: (args) => transferred(args, false) },
      'sync move moveto bisync': { touches: (args) => transferred(args, true) },
      'delete deletefile purge rmdir rmdirs cleanup dedupe': {
        touches: ({ operands }) =>
          operands.map((field) =>
            remoteName(field)
              ? object('delete', ['rclone', 'path'], field, { where: 'remote' })
              : path('delete', field, { tree: true }),
          ),
      },
      config: { verbs: { 'show file paths dump': READS, '*': OWN } },
      mount: { operands: 'data write' },
      '*': { object: 'update remote remote' },
    },
  },
  's3cmd s4cmd s5cmd mc mcli b2 swift-client azcopy': drive(['object-storage', 'deep'], '-c=data', {
    'ls la du info stat cat head find tree diff version env ping list jobs login-status -': READS,
    'cp copy put get mirror sync mv': { loose: true, touches: stored },
    'rm rb del remove delete': {
      loose: true,
      touches: ({ operands }) =>
        operands.map((field) => object('delete', ['object-storage', 'object'], field, { where: 'remote' })),
    },
    admin: { depth: 'deep', loose: true },
  }),
  'restic borg borgmatic kopia duplicity rustic bupstash tarsnap duply': {
    loose: true,
    system: 'backup',
    where: 'remote',
    depth: 0,
    options: '-r,--repo=data -p,--password-file=read --cache-dir=data -n,--dry-run',
    dry: '-n',
    verbs: {
      'snapshots ls list info stats check diff find cat dump mount cache version key-list extract-test verify help -': {
        options: '-t,--target=data --cleanup',
        touches: (args) =>
          has(args, '--cleanup')
            ? [object('delete', ['backup', 'cache'], known(''), { where: 'host', undo: 'U2' })]
            : [],
      },
      'restore extract': {
        loose: true,
        options: '-t,--target=data',
        touches: (args) => [path('create', value(args, '-t') ?? known('.'), { tree: true })],
      },
      'backup create': { loose: true, object: 'create backup remote' },
      'forget prune delete repo-delete purge recover compact rebuild-index': {
        loose: true,
        object: 'delete backup remote U4',
      },
    },
  },
}

const isS3 = (field: Field): boolean => /^(?:s3|gs|az|b2|r2):\/\//.test(field.text)

interface Transfer {
  readonly system: string
  readonly source: Field
  readonly target: Field
  readonly moves: boolean
  /** What the source doesn't have is taken from the target. */
  readonly deletes: boolean
}

/** From or to a bucket, by the scheme of its name. */
export function storage({ system, source, target, moves, deletes }: Transfer): readonly Touch[] {
  const touches: Touch[] = []
  if (isS3(source)) {
    if (moves) touches.push(object('delete', [system, 'object'], source, { where: 'remote' }))
  } else touches.push(path('read', source, { tree: true }), ...(moves ? [path('delete', source, { tree: true })] : []))
  if (isS3(target))
    touches.push(
      object('create', [system, 'object'], target, { where: 'remote' }),
      ...(deletes ? [object('delete', [system, 'object'], target, { where: 'remote', traits: ['stateful'] })] : []),
    )
  else if (literal(target) !== '-')
    touches.push(path('create', target, { tree: true }), ...(deletes ? [path('delete', target, { tree: true })] : []))
  return touches
}

/** `name:path`, as rclone names its remotes. */
function remoteName(field: Field): boolean {
  return /^[^/\\.]{2,}:/.test(field.text)
}

function transferred(args: Arguments, exact: boolean): readonly Touch[] {
  const [source, target] = args.operands
  if (source === undefined || target === undefined) return []
  const touches: Touch[] = remoteName(source) ? [] : [path('read', source, { tree: true })]
  if (!remoteName(target))
    return [
      ...touches,
      path('create', target, { tree: true }),
      ...(exact ? [path('delete', target, { tree: true })] : []),
    ]
  return [...touches, object(exact ? 'delete' : 'create', ['rclone', 'path'], target, { where: 'remote' })]
}

function stored(args: Arguments): readonly Touch[] {
  const [source, target] = args.operands
  if (source === undefined || target === undefined) return []
  const local = (field: Field): boolean => /^[./~]/.test(field.text) || !/[:/]/.test(field.text)
  if (local(target)) return [path('create', target, { tree: true })]
  return [
    ...(local(source) ? [path('read', source, { tree: true })] : []),
    object(has(args, '--remove', '--delete-destination') ? 'delete' : 'create', ['object-storage', 'object'], target, {
      where: 'remote',
    }),
  ]
}
