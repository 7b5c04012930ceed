import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, CommandLine, Family, Language, Touch } from './grammar.ts'
import { backups, from, joined, opaque, path, run, shell, startup } from './touch.ts'

const SHELL_OPTIONS =
  '-c -l,--login -i -s -e -u -x -v -n -f -h -a -b -k -m -p -r,--restricted -t -B -C -E -H -P -T -o=data -O=data --rcfile,--init-file=script --norc --noprofile --posix --debugger --verbose -D'

export const INTERPRETERS: Family = {
  'sh bash zsh dash ash ksh mksh rbash fish yash csh tcsh rzsh hush oksh posh osh xonsh': {
    style: 'stop',
    options: SHELL_OPTIONS,
    language: 'sh',
    touches: shells,
  },
  // Runs in the shell that asks, with all its rights and names.
  'source .': { style: 'stop', language: 'sh', operands: 'script' },
  'nu elvish': { style: 'stop', options: '-c,--commands=shell -l -i', language: 'sh', operands: 'script' },
  'python pypy python2 python3 py ipython micropython': {
    style: 'stop',
    options:
      '-c=code! -m=data! -W=data -X=data -Q=data --check-hash-based-pycs=data -B -d -E -h -i -I -O -OO -P -q -s -S -u -v -V -x -3 -b',
    language: 'python',
    touches: python,
  },
  'node nodejs': {
    style: 'stop',
    options:
      '-e,--eval,-pe=code -p,--print=code -r,--require=script --import=script --loader,--experimental-loader=script -c,--check -i,--interactive --test --watch --env-file=data --env-file-if-exists=read -C,--conditions=data --input-type=data --inspect=?data --inspect-brk=?data --max-old-space-size=data --title=data --stack-trace-limit=data --test-reporter=data --test-name-pattern=data --run=task',
    language: 'node',
    touches: scripted('node'),
  },
  'tsx ts-node esno jiti sucrase-node babel-node vite-node zx electron qjs d8 js': {
    style: 'stop',
    options:
      '-e,--eval=code -p,--print=code -r,--require=script --import=script --tsconfig=read -P,--project=read -O=data --env-file=data -T -c',
    language: 'node',
    touches: scripted('node'),
  },
  deno: {
    options: '-c,--config=read --import-map=read -L=data --lock=?data --cert=read -q',
    language: 'node',
    verbs: {
      'run serve': {
        style: 'stop',
        options:
          '-c,--config=read -A,--allow-all --allow-read=?data --allow-write=?data --allow-net=?data --allow-env=?data --allow-run=?data --allow-ffi=?data --allow-sys=?data --location=data --seed=data --v8-flags=?data --env-file=?data --watch=?data --inspect=?data --reload=?data --no-lock -r=?data --port=data',
        language: 'node',
        touches: denoRun,
      },
      eval: { options: '-p,--print --ext=data', language: 'node', operands: 'code data' },
      compile: { style: 'stop', options: '-o,--output=write --target=data -A', operands: 'read' },
      'install i add remove uninstall cache': { object: 'create package workspace U2 rebuildable' },
      publish: { options: '--dry-run --token=data', dry: '--dry-run', object: 'create release remote U4 shared' },
      task: { operands: 'task' },
      'fmt test bench lint check doc info bundle types vendor coverage': {
        touches: (_, line) => [{ kind: 'task', name: line.name }],
      },
      'repl help upgrade -': {},
      '*': { language: 'node', operands: 'script' },
    },
  },
  perl: {
    style: 'stop',
    options:
      '-e,-E=data -i=?data -M=?data -m=?data -I=load -F=?data -l=?data -0=?data -x=?data -C=?data -D=?data -d=?data -V=?data -n -p -a -w -W -X -v -c -s -S -t -T -u -U -h',
    language: 'perl',
    touches: perlish('perl'),
  },
  'ruby jruby truffleruby': {
    style: 'stop',
    options:
      '-e=data -i=?data -r=data -I=load -F=?data -E=data -K=?data -C=cwd -W=?data -x=?data -0=?data -T=?data --encoding=data -n -p -a -l -w -v -c -s -S -U -h -run',
    language: 'ruby',
    touches: perlish('ruby'),
  },
  'php php-cgi frankenphp': {
    style: 'stop',
    options:
      '-r,--run=code -f,--file=script -B,--process-begin=code -R,--process-code=code -E,--process-end=code -F,--process-file=script -S,--server=data -t,--docroot=data -c,--php-ini=read -d,--define=data -z=data --rf=data --rc=data --re=data --ri=data -a,--interactive -l,--syntax-check -m,--modules -i,--info -n -q -s -w -v,--version -h --ini --rfunction=data --rclass=data',
    language: 'php',
    touches: php,
  },
  'lua luajit Rscript r julia racket guile scheme csi bb elixir iex erl ghci runghc runhaskell groovy scala-cli scala kotlin jshell tclsh wish swipl octave gnuplot maxima gforth nodejs-repl newlisp sbcl clisp ecl haxe raku nimble-run wolframscript osascript':
    {
      style: 'stop',
      options:
        '-e,--eval,-eval,--execute=code -E=code -l=data -i -v -q -s --vanilla --slave -c=data -g=code -f=script --print=code -L=data -p=code',
      language: 'unknown',
      touches: scripted('unknown'),
    },
  'clj clojure': {
    style: 'single',
    options: '-e,-eval=code -i,-init=script -Sdeps=data',
    language: 'unknown',
    touches: ({ flags }) =>
      [...flags].some((flag) => /^-[MXT]/.test(flag)) ? [{ kind: 'task', name: 'clojure' }] : [],
  },
  R: { options: '-e=code -f,--file=script -q --vanilla --no-save --slave', language: 'unknown' },
  'pwsh powershell powershell.exe': { touches: (_, line) => powershell(line) },
  'cmd command.com': { touches: (_, line) => windows(line) },
  java: {
    style: 'single',
    options: '-jar=data -cp,-classpath,--class-path=load -m,--module=data -p=data -agentlib=data -javaagent=data',
    touches: ({ operands }, line) => [
      ...line.args
        .filter(({ text }) => /^-(?:javaagent|agentpath):/.test(text))
        .map((field): Touch => ({ kind: 'load', from: from(field, field.text.indexOf(':') + 1), by: 'an option' })),
      { kind: 'task', name: operands[0]?.text ?? line.name },
    ],
  },
  'wasmtime wasmer mono dotnet-script julia-run': {
    style: 'stop',
    touches: (_, line) => [{ kind: 'task', name: line.name }],
  },
  'rails rake thor bin/rails artisan please spark yii drush wp magento bin/console symfony django-admin manage.py flask alembic flyway liquibase prisma drizzle-kit knex sequelize typeorm dbmate migrate atlas':
    {
      style: 'stop',
      options:
        '-f=read -c,--config=read -e,--environment=data --env=data -n=data -T -P -t --schema=read -x=data -d,--database,--url,-path=data --path=data -A',
      touches: framework,
    },
}

function shells(args: Arguments, line: CommandLine): readonly Touch[] {
  const posix = /^(?:sh|dash|ash)$/.test(line.name)
  const begins = line.name === 'zsh' || has(args, '-l', '-i') ? [startup(known('~'))] : []
  const [first, ...rest] = args.operands
  if (first !== undefined && /^\+[A-Za-z]+$/.test(first.text)) {
    // `+x` takes an option back, and `+xc` still is `-c`.
    const on = known(`-${first.text.slice(1).replaceAll('n', '') || 'x'}`)
    return [run([known(line.name), ...line.args.map((arg) => (arg === first ? on : arg))])]
  }
  if (has(args, '-c')) {
    if (first === undefined) return []
    return has(args, '-n')
      ? begins
      : [...begins, { kind: 'code', language: 'sh', posix, text: first, ...(rest.length > 0 ? { args: rest } : {}) }]
  }
  if (has(args, '-n')) return first === undefined ? [] : [path('read', first)]
  if (first !== undefined && !has(args, '-s') && literal(first) !== '-')
    return [...begins, { kind: 'script', language: 'sh', posix, path: first, args: rest }]
  return line.piped
    ? [...begins, { kind: 'stdin', language: 'sh', posix, args: first?.text === '-' ? rest : args.operands }]
    : []
}

/** The program is an option's, a file, or comes on the input. */
function scripted(language: Language): (args: Arguments, line: CommandLine) => readonly Touch[] {
  return (args, line) => {
    const [first, ...rest] = args.operands
    if (has(args, '-c', '--check') && language === 'node') return first === undefined ? [] : [path('read', first)]
    if (has(args, '--test')) return [{ kind: 'task', name: 'test' }]
    // With a value: Python's `-E` is a flag, and its script follows.
    if (['-e', '-p', '-E', '-g', '--run'].some((name) => args.values.has(name))) return []
    if (first !== undefined && literal(first) !== '-') return [{ kind: 'script', language, path: first, args: rest }]
    return line.piped ? [{ kind: 'stdin', language }] : []
  }
}

/** Modules of the standard library that only read, print or serve. */
const HARMLESS =
  /^(?:json|site|sysconfig|platform|this|antigravity|calendar|tokenize|ast|dis|inspect|symtable|tabnanny|pyclbr|pickletools|gzip|base64|quopri|uuid|locale|encodings\..*|test.*|http\.server|http|pydoc|turtledemo|idlelib|ensurepip|mimetypes|zoneinfo|webbrowser|unittest|doctest|pytest|compileall|py_compile|build|black|ruff|flake8|mypy|pylint|isort|coverage|tox|nox|sphinx|mkdocs|cProfile|profile|trace|pdb|timeit|venv|virtualenv|uvicorn|gunicorn|flask|django|streamlit|ipykernel|notebook|jupyter|jupyterlab)$/

function python(args: Arguments, line: CommandLine): readonly Touch[] {
  const module = value(args, '-m')
  if (module === undefined) return has(args, '-c') ? [] : scripted('python')(args, line)
  const name = module.text
  if (/^(?:cProfile|profile|trace|pdb|runpy|coverage)$/.test(name)) return profiled(args)
  if (name === 'timeit')
    return args.operands
      .filter((field) => !field.text.startsWith('-'))
      .map((text) => ({ kind: 'code', language: 'python', text }))
  if (/^(?:venv|virtualenv)$/.test(name))
    return args.operands
      .filter((field) => !field.text.startsWith('-'))
      .map((field) => path('create', field, { tree: true }))
  if (HARMLESS.test(name)) return [{ kind: 'task', name }]
  return [run([module, ...args.operands])]
}

/** Modules that run another script. */
function profiled({ operands }: Arguments): readonly Touch[] {
  const at = operands.findIndex((field) => /\.py$/.test(field.text))
  const script = operands[at]
  return script === undefined
    ? [{ kind: 'task', name: 'python' }]
    : [{ kind: 'script', language: 'python', path: script, args: operands.slice(at + 1) }]
}

function denoRun(args: Arguments, line: CommandLine): readonly Touch[] {
  const [first, ...rest] = args.operands
  if (first === undefined) return []
  if (/^https?:/.test(first.text)) return [opaque('it runs a program straight from the network')]
  return literal(first) === '-' && line.piped
    ? [{ kind: 'stdin', language: 'node' }]
    : [{ kind: 'script', language: 'node', path: first, args: rest }]
}

/** `-e` code; with `-n` and `-p` the operands are files that it goes through, with `-i` in place. */
function perlish(language: 'perl' | 'ruby'): (args: Arguments, line: CommandLine) => readonly Touch[] {
  return (args, line) => {
    const code = args.values.get('-e') ?? []
    if (code.length === 0) {
      const [first, ...rest] = args.operands
      if (first === undefined) return line.piped && !has(args, '-v', '-V', '-h') ? [{ kind: 'stdin', language }] : []
      return has(args, '-c') ? [path('read', first)] : [{ kind: 'script', language, path: first, args: rest }]
    }
    const texts: Touch[] = code.map((text) => ({
      kind: 'code',
      language,
      text,
      ...(args.operands.length > 0 ? { args: args.operands } : {}),
    }))
    if (!has(args, '-n', '-p', '-i')) return texts
    return [
      ...texts,
      ...args.operands
        .filter((field) => literal(field) !== '-')
        .flatMap((field) => [path(has(args, '-i') ? 'update' : 'read', field), ...backups(field, value(args, '-i'))]),
    ]
  }
}

function php(args: Arguments, line: CommandLine): readonly Touch[] {
  const [first, ...rest] = args.operands
  if (has(args, '-r', '-B', '-R', '-E', '-S', '-m', '-i', '-v', '--ini', '-f', '--rfunction', '--rclass')) return []
  if (first === undefined) return line.piped ? [{ kind: 'stdin', language: 'php' }] : []
  if (has(args, '-l', '-w', '-s')) return [path('read', first)]
  const name = first.text.replace(/^.*\//, '')
  if (/^(?:artisan|please|spark|yii|console)$/.test(name))
    return [run([known(name === 'console' ? 'symfony' : name), ...rest])]
  return [{ kind: 'script', language: 'php', path: first, args: rest }]
}

const DESTROYS =
  /(?:^|[:_-])(?:drop|wipe|fresh|reset|purge|truncate|destroy|delete|clean|flush|empty|nuke|remove)(?:$|[:_-])/
const GOES_BACK = /(?:^|[:_-])(?:rollback|redo|downgrade|down|undo)(?:$|[:_-])/
const RUNS_CODE = /^(?:runner|eval|tinker)$/

/** A task that the framework or the project defines; those that empty the database are named after it. */
function framework(args: Arguments, line: CommandLine): readonly Touch[] {
  const words = args.operands.map((field) => field.text)
  const [word = '', second = ''] = words
  if (RUNS_CODE.test(word) && args.operands[1] !== undefined)
    return [{ kind: 'code', language: 'ruby', text: args.operands[1] }]
  const asked = has(args, '--help', '-h', '-T', '-P')
  const names = /^(?:db|database|migrate|migration|schema|migrations|sql|site|core)$/.test(word)
    ? `${word}:${second}`
    : word
  const cache = /cache|tmp|view|log|asset|config|route|optimi|queue|stache|session/.test(names)
  const forced = line.args.some(({ text }) => text === '--force-reset' || text === '--accept-data-loss')
  if (!asked && !cache && (DESTROYS.test(names) || GOES_BACK.test(names) || forced))
    return [
      {
        kind: 'object',
        verb: 'delete',
        system: 'database',
        type: 'data',
        name: known(names),
        where: 'host',
        undo: 'U4',
        traits: ['stateful'],
      },
    ]
  return [{ kind: 'task', name: word === '' ? line.name : word }]
}

/** Parameters may be cut short as long as they are unambiguous; `-EncodedCommand` hides what it runs. */
function powershell({ args, piped }: CommandLine): readonly Touch[] {
  for (const [i, field] of args.entries()) {
    const text = field.text.toLowerCase()
    if (/^[-/]e(?:c|n\w*)?$/.test(text)) return [opaque('PowerShell is given an encoded command')]
    if (/^[-/](?:c|co|com\w*)$/.test(text))
      return [{ kind: 'code', language: 'powershell', text: joined(args.slice(i + 1)) }]
    if (/^[-/]f(?:i\w*)?$/.test(text) && args[i + 1] !== undefined)
      return [{ kind: 'script', language: 'powershell', path: args[i + 1] as Field, args: args.slice(i + 2) }]
    if (
      !/^[-/]/.test(text) &&
      !/^[-/](?:ex\w*|w\w*|o\w*|inputformat|configurationname|version|psconsolefile)$/i.test(args[i - 1]?.text ?? '')
    ) {
      return [
        /\.ps1$/.test(text)
          ? { kind: 'script', language: 'powershell', path: field, args: args.slice(i + 1) }
          : { kind: 'code', language: 'powershell', text: joined(args.slice(i)) },
      ]
    }
  }
  return piped ? [{ kind: 'stdin', language: 'powershell' }] : []
}

/** `rd /s PATH`, `del /q PATTERN`: what `cmd` itself removes. */
function removed(words: readonly Field[]): readonly Touch[] | undefined {
  const text = words.every((word) => literal(word) !== undefined) ? words.map((word) => word.text).join(' ') : ''
  const [name = '', ...rest] = text.match(/"[^"]*"|[^\s"]+/g) ?? []
  if (!/^(?:rd|rmdir|del|erase)$/i.test(name) || /[&|<>]/.test(text)) return undefined
  const tree = /^r/i.test(name) || rest.some((word) => /^\/s$/i.test(word))
  const paths = rest.filter((word) => !/^\/\w+(?::\S*)?$/.test(word)).map((word) => word.replace(/"/g, ''))
  return paths.map((each) => path('delete', { text: each, glob: /[*?]/.test(each) }, tree ? { tree: true } : {}))
}

function windows({ args, piped }: CommandLine): readonly Touch[] {
  const at = args.findIndex((field) => /^\/\/?[ckr]$/i.test(field.text))
  if (at >= 0) return removed(args.slice(at + 1)) ?? [shell(joined(args.slice(at + 1)))]
  return piped ? [{ kind: 'stdin', language: 'unknown' }] : []
}
