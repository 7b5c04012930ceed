import { type CodeLanguage, rows, words } from './language.ts'
import { CLOSING } from './quotes.ts'
import type { Quoted } from './scan.ts'

/** `q{…}` and its relatives: any mark may be the quote, brackets nest. */
function quoteLike([, name = '', adjacent, apart]: RegExpExecArray): Quoted | undefined {
  const opener = adjacent ?? apart ?? ''
  // `{s}` is a key.
  if (opener === '}') return undefined
  const close = CLOSING[opener] ?? opener
  const nests = close === opener ? {} : { nests: opener }
  switch (name) {
    case 'q':
      return { close, ...nests, escapes: 'quote' }
    case 'qw':
      return { close, ...nests, escapes: 'quote', as: 'words' }
    case 'qq':
      return { close, ...nests, holes: 'sigil' }
    case 'qx':
      return { close, ...nests, holes: 'sigil', as: 'run' }
    case 'm':
    case 'qr':
      return { close, ...nests, escapes: 'none', holes: 'sigil', as: 'regex' }
    default:
      return { close, ...nests, escapes: 'none', holes: name === 's' ? 'sigil' : undefined, twice: true, as: 'regex' }
  }
}

export const PERL: CodeLanguage = {
  name: 'perl',
  syntax: {
    comment: /#[^\n]*/y,
    blocks: [[/^=[a-zA-Z]/my, '\n=cut', 'statement']],
    end: /^__(?:END|DATA)__[^\S\n]*$/my,
    quotes: [
      { open: /"/y, of: () => ({ close: '"', holes: 'sigil' }) },
      { open: /'/y, of: () => ({ close: "'", escapes: 'quote' }) },
      { open: /`/y, of: () => ({ close: '`', holes: 'sigil', as: 'run' }) },
      { open: /(?<![-\w$@%&])(q[qwxr]?|m|s|tr|y)(?:(?!=>)([^\w\s])|[^\S\n]+(?!=>|#)([^\w\s]))/y, of: quoteLike },
      { open: /\//y, value: true, of: () => ({ close: '/', escapes: 'none', holes: 'sigil', as: 'regex' }) },
      { open: /<(?:\$?\w*|<>)>/y, value: true, of: () => ({ close: '', as: 'input' }) },
      { open: /<(?=[^<>\n\s='"();]+>)/y, value: true, of: () => ({ close: '>', holes: 'sigil', as: 'glob' }) },
    ],
    heredoc: /<<~?(["'`]?)([A-Za-z_]\w*)\1/y,
    heredocHoles: 'sigil',
    word: /\$#(?=[{$])|[$@](?:#\$?)?(?:\{\^?\w+\}|(?:::)?[A-Za-z_]\w*(?:::\w+)*|\d+|[$!@/\\,;.&"'0_+-](?!\w))|%[A-Za-z_]\w*|[A-Za-z_]\w*/y,
    spelled: (word) => (/^[$@%]/.test(word) ? `$${word.slice(1).replace(/^#\$?|[{}^]/g, '')}` : word),
    commands: true,
    keywords: words(
      'if elsif else unless while until for foreach return my our local and or not xor x eq ne lt gt le ge cmp use no package BEGIN END when given default last next redo defined ref scalar wantarray sub',
    ),
    infix: words('x eq ne lt gt le ge cmp isa'),
    matchers: words('split grep map join push unshift'),
  },
  prefix: words('return my our local not defined ref scalar no'),
  statements: { sub: 'function', for: 'foreach', foreach: 'foreach' },
  blocks: 'bare',
  topical: words('unlink rmdir eval require'),
  scope: 'declared',
  concat: '.',
  aliases: rows({ 'CORE CORE::GLOBAL POSIX main CORE.GLOBAL': '', 'Path.Tiny.path': 'path' }),
  effects: rows({
    unlink: 'delete…',
    rmdir: 'rmdir…',
    'rmtree remove_tree File.Path.rmtree File.Path.remove_tree File.Path.remove File.Remove.remove': 'tree…',
    '*.remove_tree *.rmtree': '@tree',
    rename: 'move',
    'move mv File.Copy.move File.Copy.mv': 'mv',
    'copy cp File.Copy.copy File.Copy.cp': 'copy',
    'link symlink': 'read create',
    'mkdir make_path mkpath File.Path.make_path File.Path.mkpath': 'folder',
    truncate: 'update',
    utime: '- - update…',
    chmod: '!chmod {0:mode} {1}',
    chown: '!chown - {2}',
    open: 'perl-open',
    sysopen: '- update',
    'IO.File.new': 'open',
    'write_file File.Slurp.write_file': 'create',
    'read_file File.Slurp.read_file': 'read',
    '*.spew *.spew_utf8 *.spew_raw *.append': '@create',
    chdir: 'chdir',
    'system exec `': 'system',
    'open2 open3 IPC.Open2.open2 IPC.Open3.open3': '- - system',
    'IPC.System.Simple.system IPC.System.Simple.capture capture': 'system',
    eval: 'code',
    'require do': 'script-text',
    'syscall fork DynaLoader.dl_load_file': 'opaque',
    kill: '!kill -s {0} {1}',
    'LWP.Simple.get get getprint': 'get',
    'LWP.Simple.getstore getstore mirror': 'get create',
    'LWP.*.get HTTP.Tiny.*.get Mojo.*.get': 'get',
    'LWP.*.post HTTP.Tiny.*.post Mojo.*.post HTTP.Tiny.*.post_form': 'post',
    'LWP.*.put HTTP.Tiny.*.put Mojo.*.put': 'put',
    'LWP.*.delete HTTP.Tiny.*.delete Mojo.*.delete': 'del',
    'IO.Socket.INET.new IO.Socket.SSL.new Net.SMTP.new Net.FTP.new': 'connect',
    'DBI.*.do DBI.*.prepare': '!psql -c {0}',
  }),
  values: rows({
    'glob File.Glob.bsd_glob': 'glob()',
    join: 'separated()',
    readdir: 'names()',
    'dirname File.Basename.dirname': 'parent()',
    'basename File.Basename.basename': 'name()',
    'File.Spec.catfile catfile catdir File.Spec.catdir': 'glue()',
    '$ENV.HOME': 'home',
    $ARGV: 'arguments',
    $0: 'script',
    '$$ time length int rand getppid': 'token',
    'tempdir tempfile File.Temp.tempdir File.Temp.tempfile File.Temp.new': 'temporary()',
    'File.Spec.tmpdir': 'temporary-in()',
    'cwd getcwd Cwd.cwd Cwd.getcwd': 'here()',
    'sort reverse grep': 'same()',
    'shift pop': 'item()',
    '*.can': 'attribute-of()',
    path: 'path()',
  }),
  harmless: words('List Data Hash Tie Storable'),
  remote: words('Net AWS Paws Redis MongoDB'),
}
