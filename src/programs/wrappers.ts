import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, CommandLine, Elsewhere, Family, Program, Touch } from './grammar.ts'
import { slowed } from './processes.ts'
import { filled, from, INPUT, joined, object, opaque, path, run, shell } from './touch.ts'

const COMMAND: Program = { operands: 'command', style: 'stop', wraps: true }

export const WRAPPERS: Family = {
  sudo: {
    wraps: true,
    style: 'stop',
    options:
      '-u,--user=data -g,--group=data -h,--host=data -p,--prompt=data -C,--close-from=data -r,--role=data -t,--type=data -T,--command-timeout=data -U,--other-user=data -D,--chdir=cwd -R,--chroot=data -b,--background -E,--preserve-env=?data -H,--set-home -i,--login -s,--shell -k,--reset-timestamp -K,--remove-timestamp -l,--list -n,--non-interactive -S,--stdin -V,--version -v,--validate -e,--edit -A,--askpass -P,--preserve-groups -B,--bell -N',
    touches: sudo,
  },
  'doas run0 pkexec': {
    wraps: true,
    style: 'stop',
    options:
      '-u,--user=data -C=data -n -s -L -a=data --disable-internal-agent -D,--chdir=cwd --setenv=data --unit=data --property=data',
    touches: assigned,
  },
  'su runuser': {
    options:
      '-c,--command=shell --session-command=shell -s,--shell=data -g=data -G=data -w=data -l,--login -m,-p,--preserve-environment -P -f -u,--user=data -T',
    touches: su,
  },
  env: {
    wraps: true,
    style: 'stop',
    options:
      '-i,--ignore-environment -u,--unset=data -C,--chdir=cwd -S,--split-string=data -a,--argv0=data -P=data -v,--debug -0,--null --block-signal=?data --default-signal=?data --ignore-signal=?data --list-signal-handling',
    touches: env,
  },
  'ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 ld-linux-armhf.so.3 ld-linux.so.2 ld-musl-x86_64.so.1 ld-musl-aarch64.so.1 ld.so':
    {
      ...COMMAND,
      options:
        '--preload,--audit,--library-path=load --inhibit-rpath=data --argv0=data --glibc-hwcaps-prepend=data --list --verify --inhibit-cache',
    },
  unbuffer: { ...COMMAND, options: '-p' },
  'nohup builtin setsid fakeroot eatmydata proxychains proxychains4 torsocks torify tsocks rlwrap dbus-run-session dbus-launch winpty arch aa-exec uclampset setpriv numactl cgexec choom softlimit setuidgid envdir chpst setlock reptyr catchsegv sem lockrun setarch linux32 linux64 i386 x86_64 shim grc chronic ifne ts-run mispipe ltrace-run systemd-cat inotifyrun stdoutisatty':
    {
      ...COMMAND,
      options:
        '-c,--ctty -f,--fork -w,--wait -q -m=data -p=data -N=data -C=data -u=data -t=data -n=data -e -l=data -i -d -s -R',
    },
  nice: { ...COMMAND, options: '-n,--adjustment=data -0 -1 -2 -3 -4 -5 -6 -7 -8 -9' },
  timeout: {
    wraps: true,
    operands: 'data command',
    options: '-s,--signal=data -k,--kill-after=data -v,--verbose -p,-f,--foreground --preserve-status',
  },
  time: {
    ...COMMAND,
    options: '-o,--output=write -f,--format=data -a,--append -p,--portability -v,--verbose -q -l -h',
  },
  command: {
    wraps: true,
    style: 'stop',
    options: '-p -v -V',
    touches: (args) => (has(args, '-v', '-V') || args.operands.length === 0 ? [] : [run(args.operands)]),
  },
  exec: { ...COMMAND, options: '-a=data -c -l' },
  'noglob nocorrect - ! coproc': COMMAND,
  stdbuf: { ...COMMAND, options: '-i,--input=data -o,--output=data -e,--error=data' },
  ionice: {
    wraps: true,
    style: 'stop',
    options: '-c,--class=data -n,--classdata=data -p,--pid=data -P=data -u=data -t,--ignore',
    touches: unlessPid,
  },
  chrt: {
    wraps: true,
    style: 'stop',
    options: '-p,--pid -a -m,--max -b -f -i -o -r -d -R -v -T=data -P=data -D=data',
    touches: (args) => (has(args, '-p', '-m') ? [] : [run(args.operands.slice(1))]),
  },
  taskset: {
    wraps: true,
    style: 'stop',
    options: '-p,--pid -a -c,--cpu-list',
    touches: (args) => (has(args, '-p') ? [] : [run(args.operands.slice(1))]),
  },
  prlimit: {
    wraps: true,
    style: 'stop',
    options: '-p,--pid=data -o,--output=data --noheadings --raw -v,--verbose',
    touches: unlessPid,
  },
  flock: {
    wraps: true,
    style: 'stop',
    options:
      '-s,--shared -x,-e,--exclusive -u,--unlock -n,--nonblock -w,--timeout=data -o,--close -F,--no-fork -E,--conflict-exit-code=data -c,--command=shell --verbose',
    touches: flock,
  },
  watch: {
    wraps: true,
    style: 'stop',
    options:
      '-n,--interval=data -d,--differences=?data -x,--exec -t,--no-title -c,--color -b,--beep -e,--errexit -g,--chgexit -p,--precise -w -q,--equexit=data -s=data',
    touches: (args) =>
      args.operands.length === 0 ? [] : [has(args, '-x') ? run(args.operands) : shell(joined(args.operands))],
  },
  xargs: {
    wraps: true,
    style: 'stop',
    options:
      '-I=data -i,--replace=?data -J=data -n,--max-args=data -L,--max-lines=data -l=?data -P,--max-procs=data -d,--delimiter=data -a,--arg-file=read -E=data -e,--eof=?data -s,--max-chars=data -R=data -S=data -0,--null -r,--no-run-if-empty -t,--verbose -p,--interactive -x,--exit -o,--open-tty --process-slot-var=data --show-limits',
    touches: xargs,
  },
  'parallel rush': {
    wraps: true,
    style: 'stop',
    options:
      '-j,--jobs=data -a,--arg-file=read -I=data -n,--max-args=data -N=data -L=data -d,--delimiter=data -S,--sshlogin=data --results=write --joblog=write --tmpdir=data --colsep,-C=data --timeout=data --delay=data --retries=data --load=data --halt=data --env=data --workdir,--wd=data --tagstring=data --arg-sep=data -k,--keep-order -q,--quote -X -m -0 -u --dry-run,--dryrun --bar --progress --eta --pipe --will-cite --tag --citation',
    touches: parallel,
  },
  chroot: {
    wraps: true,
    style: 'stop',
    options: '--userspec=data --groups=data --skip-chdir -u=data -g=data',
    touches: ({ operands }) =>
      operands.length < 2
        ? [opaque('a shell in another root')]
        : [run(operands.slice(1), { elsewhere: { name: `root ${operands[0]?.text ?? ''}`, where: 'host' } })],
  },
  'unshare bwrap firejail proot systemd-nspawn': {
    wraps: true,
    style: 'stop',
    options:
      '--bind=data+data --ro-bind=data+data --dev-bind=data+data --bind-try=data+data --ro-bind-try=data+data --symlink=data+data --setenv=data+data --unsetenv=data --chdir=data --dev=data --proc=data --tmpfs=data --dir=data --file=data+data --uid=data --gid=data --hostname=data --cap-add=data --cap-drop=data --seccomp=data -S=data -G=data -R=data -w=data -D=data -b=data -r -m -u -i -n -p -U -C -T -f',
    touches: sandboxed,
  },
  nsenter: {
    wraps: true,
    style: 'stop',
    options:
      '-t,--target=data -S,--setuid=data -G,--setgid=data -w,--wd=?data -r,--root=?data -m,--mount=?data -u -i -n,--net=?data -p,--pid=?data -C -U -T -F -a,--all -Z -e',
    touches: ({ operands }) => [
      object('grant', ['host', 'namespace'], known('of another process'), { where: 'host', undo: 'U4' }),
      ...(operands.length === 0 ? [] : [run(operands)]),
    ],
  },
  'systemd-run': {
    ...COMMAND,
    options:
      '-u,--unit=data -p,--property=data -d,--same-dir -E,--setenv=data -t,--pty -P,--pipe -q --uid=data --gid=data --nice=data --working-directory=cwd --on-active=data --on-calendar=data --on-boot=data --slice=data --description=data -M=data -H=data --user --scope --wait -S,--shell -G -r',
  },
  script: {
    options:
      '-c,--command=shell -a,--append -e,--return -f -q -O=write -I=write -B=write -T=write -t=?write -E=data -m=data -o=data',
    operands: 'write',
  },
  'strace ltrace dtruss truss': {
    wraps: true,
    style: 'stop',
    touches: traced,
    options:
      '-o=data -e=data -p,--attach=data -s=data -u=data -E=data -P=data -a=data -I=data -O=data -S=data -X=data -b=data -l=data -n=data -f -ff -F -c -C -d -D -i -k -q -r -t -tt -T -v -V -w -x -y -z -Z',
  },
  'valgrind rr heaptrack kcachegrind-run gdbserver perf-run memusage': {
    ...COMMAND,
    options: '--log-file=write --xml-file=write',
  },
  perf: {
    verbs: {
      'record stat trace': {
        ...COMMAND,
        options:
          '-o,--output=write -e=data -F=data -p,--pid=data -c=data -C=data -t=data -r=data -d -g -a -q -v --call-graph=data',
      },
      '* -': {},
    },
  },
  'gdb lldb': {
    style: 'single',
    options: '-ex=data -x,-command=script -p,-pid=data -batch -args -c,-core=read -o=data -s=script',
    touches: debugger_,
  },
  hyperfine: {
    options:
      '-w,--warmup=data -r,--runs=data -m,--min-runs=data -M,--max-runs=data -p,--prepare=shell -s,--setup=shell -c,--cleanup=shell -C,--conclude=shell -P,--parameter-scan=data+data+data -L,--parameter-list=data+data -S,--shell=data --export-json=write --export-markdown=write --export-csv=write -n,--command-name=data -N --style=data -i',
    operands: 'shell…',
  },
  entr: {
    wraps: true,
    style: 'stop',
    options: '-a -c -d -n -p -r -s -z -x -h',
    touches: (args) =>
      args.operands[0] === undefined
        ? []
        : [has(args, '-s') ? shell(args.operands[0]) : run(args.operands, { more: 'arguments' })],
  },
  'watchexec cargo-watch-run chokidar onchange reflex nodemon-run': {
    wraps: true,
    style: 'stop',
    options: '-e,--exts=data -w,--watch=data -i,--ignore=data -f=data -d=data -c=shell -p -r -n --shell=data -s=data',
    touches: ({ operands, separator }) =>
      operands.length === 0 ? [] : [shell(joined(operands.slice(separator ?? 0)))],
  },
  concurrently: {
    options:
      '-n,--names=data -c,--prefix-colors=data -p,--prefix=data -k,--kill-others -s,--success=data --restart-tries=data -m=data -r -g',
    operands: 'shell…',
  },
  'cross-env cross-env-shell dotenvx env-cmd with-env envchain': {
    wraps: true,
    style: 'stop',
    options: '-f,--file=data -e=data -r=data --fallback',
    touches: assigned,
  },
  dotenv: {
    style: 'stop',
    options: '-e=data -f=data -c=?data -p=data -v=data -o --quote=data -q=data',
    touches: ({ operands }) =>
      operands[0] === undefined || /^(?:list|get|set|unset)$/.test(operands[0].text)
        ? []
        : [run(operands[0].text === 'run' ? operands.slice(1) : operands)],
  },
  direnv: {
    verbs: { exec: { operands: 'data command' }, 'allow permit grant': { object: 'grant envrc workspace' }, '* -': {} },
  },
  'aws-vault saml2aws chamber teller infisical summon berglas sops-exec': {
    style: 'stop',
    options: '-d,--duration=data --profile=data -r,--region=data --env=data -n -j',
    touches: vaulted,
  },
  'foreman overmind honcho hivemind': {
    verbs: { run: COMMAND, 'start -': { touches: () => [{ kind: 'task', name: 'Procfile' }] }, '*': {} },
  },
  'xvfb-run': {
    ...COMMAND,
    options:
      '-a,--auto-servernum -e,--error-file=write -f=write -n,--server-num=data -s,--server-args=data -p=data -w=data -l',
  },
  caffeinate: { ...COMMAND, options: '-t=data -w=data -d -i -m -s -u' },
  sshpass: { ...COMMAND, options: '-p=data -f=read -d=data -e=?data -P=data -v' },
  faketime: { wraps: true, operands: 'data command', options: '-f -m -p=data --exclude-monotonic' },
  'retry until-success wait-for-it wait-for-it.sh dockerize': {
    style: 'stop',
    options: '-t,--timeout,--times=data -d,--delay=data -h=data -p=data -q -s -wait=data --tries=data',
    touches: ({ operands, separator }) =>
      separator === undefined && !/^[\w.-]+:\d+$/.test(operands[0]?.text ?? '')
        ? operands.length === 0
          ? []
          : [run(operands)]
        : operands.length > 1
          ? [run(operands.slice(separator || 1))]
          : [],
  },
  expect: { options: '-c=data -f=script -b -n -i', touches: expect },
  tmux: {
    options: '-L=data -S=data -f=read -c=shell -2 -u -C',
    verbs: {
      'new-session new new-window neww split-window splitw respawn-pane respawnp respawn-window respawnw display-popup popup':
        {
          style: 'stop',
          options:
            '-s=data -n=data -c=data -t=data -x=data -y=data -e=data -F=data -l=data -p=data -d -A -D -P -h -v -b -f -k -E',
          touches: ({ operands }) => (operands.length === 0 ? [] : [shell(joined(operands))]),
        },
      'send-keys send': { options: '-t=data -N=data -l -R -M -X -H -K', touches: ({ operands }) => typed(operands) },
      'run-shell run if-shell if pipe-pane pipep': {
        options: '-t=data -d=data -b -C -F -I -O -o',
        touches: (args) => args.operands.slice(has(args, '-F') ? 1 : 0).map((text) => shell(text)),
      },
      'kill-server kill-session killp kill-pane kill-window': {
        options: '-t=data -a -C',
        touches: (args, line) => [
          { kind: 'process', verb: 'delete', name: value(args, '-t') ?? known(line.name), undo: 'U4' },
        ],
      },
      'source-file source': { options: '-t=data -F -n -q -v', operands: 'load' },
      'set-option set set-window-option setw': {
        options: '-t=data -a -F -g -o -p -q -s -u -U -w',
        touches: ({ operands }) =>
          /(?:command|shell|editor)$/.test(operands[0]?.text ?? '') ? operands.slice(1).map((text) => shell(text)) : [],
      },
      'set-hook bind-key bind confirm-before confirm command-prompt': {
        style: 'stop',
        options: '-t=data -T=data -N=data -p=data -I=data -F=data -c=data -a -g -p -r -R -u -w -n -b -y',
        touches: ({ operands }, { name }) => later(/^(?:set|bind)/.test(name) ? operands.slice(1) : operands),
      },
      '* -': {},
    },
  },
  screen: {
    wraps: true,
    style: 'stop',
    options:
      '-S=data -p=data -c=read -s=data -t=data -T=data -h=data -e=data -L -d -m -r -x -D -R -X -U -A -a -q -ls -list -wipe -Logfile=write',
    touches: screen,
  },
  'busybox toybox': { style: 'stop', touches: ({ operands }) => (operands.length === 0 ? [] : [run(operands)]) },
  appraisal: {
    style: 'stop',
    touches: ({ operands }) =>
      /^(?:install|update|generate|list|clean|version|)$/.test(operands[0]?.text ?? '')
        ? []
        : [run(operands.slice(operands.length > 1 ? 1 : 0))],
  },
  'spring zeus': {
    verbs: {
      'stop status server binstub version -': {},
      '*': { touches: (_, line) => [run([known(line.name), ...line.args])] },
    },
  },
}

/** Assignments first, then the command. */
function assigned({ operands }: Arguments): readonly Touch[] {
  const { env: assignments, argv } = splitEnv(operands)
  return argv.length === 0 ? [] : [run(argv, assignments.length === 0 ? {} : { env: assignments })]
}

function splitEnv(fields: readonly Field[]): { readonly env: readonly Field[]; readonly argv: readonly Field[] } {
  const at = fields.findIndex((field) => !/^[A-Za-z_][\w-]*(?:%%|\(\))?=/.test(field.text))
  const end = at < 0 ? fields.length : at
  return { env: fields.slice(0, end), argv: fields.slice(end) }
}

function sudo(args: Arguments): readonly Touch[] {
  // `-k` alone forgets the password; before a command it only asks for it again.
  if (has(args, '-l', '-v', '-K', '-V')) return []
  if (has(args, '-e')) return args.operands.map((field) => path('update', field))
  const { env: assignments, argv } = splitEnv(args.operands)
  const more = assignments.length === 0 ? {} : { env: assignments }
  if (argv.length > 0) {
    const place = elsewhere(args)
    if (has(args, '-s', '-i')) return [shell(joined(argv), place)]
    return [run(argv, place === undefined ? more : { ...more, elsewhere: place })]
  }
  return has(args, '-s', '-i') ? [opaque('a shell with the rights of another user')] : []
}

/** On another machine, or in another root of this one. */
function elsewhere(args: Arguments): Elsewhere | undefined {
  const [host, root] = [value(args, '-h'), value(args, '-R')]
  if (host !== undefined) return { name: host.text, where: 'remote' }
  return root === undefined ? undefined : { name: `root ${root.text}`, where: 'host' }
}

function su(args: Arguments): readonly Touch[] {
  if (has(args, '-c', '--session-command')) return []
  const rest = args.operands.slice(args.separator ?? (has(args, '-u') ? 0 : args.operands.length))
  if (rest.length > 0) return [run(rest)]
  return [opaque('a shell with the rights of another user')]
}

/** `env -S 'command line'` splits its text by spaces and quotes; what is left of it comes first. */
function env(args: Arguments): readonly Touch[] {
  const text = value(args, '-S')
  const words = text === undefined ? [] : split(text)
  if (words === undefined) return [opaque("`env -S` is given what can't be split")]
  // The text may begin with options of its own.
  if (words[0]?.text.startsWith('-') === true) return [run([known('env'), ...words, ...args.operands])]
  const { env: assignments, argv } = splitEnv([...words, ...args.operands])
  if (argv.length === 0) return []
  return [run(argv, assignments.length === 0 ? {} : { env: assignments })]
}

function split(field: Field): readonly Field[] | undefined {
  const text = literal(field)
  if (text === undefined || /[\\$]/.test(text)) return undefined
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []
  return words.map((word) => known(word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2')))
}

function unlessPid(args: Arguments): readonly Touch[] {
  return has(args, '-p') || args.operands.length === 0 ? [] : [run(args.operands)]
}

/** `flock FILE COMMAND…` or `flock FILE -c 'text'`. */
function flock({ operands }: Arguments): readonly Touch[] {
  const [file, ...rest] = operands
  if (file === undefined || rest.length === 0) return []
  const at = rest.findIndex((field) => /^(?:-c|--command)$/.test(field.text))
  const text = rest[at + 1]
  const lock = path('update', file, { undo: 'U2' })
  if (at === 0 && text !== undefined) return [lock, shell(text)]
  return [lock, run(rest)]
}

function xargs(args: Arguments): readonly Touch[] {
  const mark =
    value(args, '-I')?.text ??
    value(args, '-J')?.text ??
    (has(args, '-i') ? (value(args, '-i')?.text ?? '{}') : undefined)
  const { operands } = args
  if (operands.length === 0) return [run([known('echo')], { more: 'input' })]
  if (mark === undefined || mark === '') return [run(operands, { more: 'input' })]
  return [run(operands.map((field) => (field.text === mark ? INPUT : filled(field, mark, INPUT))))]
}

const MOST_VALUES = 16

/** `parallel COMMAND… ::: VALUE…`; without values they come from the input. */
function parallel(args: Arguments): readonly Touch[] {
  if (has(args, '--dry-run', '--citation')) return []
  const at = args.operands.findIndex((field) => /^:::\+?$|^::::\+?$/.test(field.text))
  const template = at < 0 ? args.operands : args.operands.slice(0, at)
  const values = at < 0 || args.operands[at]?.text.startsWith('::::') ? [INPUT] : args.operands.slice(at + 1)
  const mark = value(args, '-I')?.text ?? '{}'
  return values.slice(0, MOST_VALUES).flatMap((given) => {
    if (template.length === 0) return values.length === 0 ? [] : [shell(given)]
    const marked = template.some((field) => field.text.includes(mark))
    const words = marked
      ? template.map((field) => (field.text === mark ? given : filled(field, mark, given)))
      : [...template, given]
    // GNU parallel hands one line of text to a shell.
    return [
      words.length > 1 && words.every((field) => field.unknown !== undefined || !/[\s;&|<>$`]/.test(field.text))
        ? run(words)
        : shell(joined(words)),
    ]
  })
}

/** Namespaces don't protect what is bound into them. */
function sandboxed({ operands }: Arguments): readonly Touch[] {
  return operands.length === 0 ? [] : [run(operands)]
}

/** `-o '|COMMAND'` and `-o '!COMMAND'` write into a command. */
function traced(args: Arguments): readonly Touch[] {
  const output = (args.values.get('-o') ?? []).map((field) =>
    /^[|!]/.test(field.text) ? shell(from(field, 1)) : path('create', field),
  )
  const attached = (args.values.get('-p') ?? []).map(slowed)
  return [...output, ...attached, ...(args.operands.length === 0 ? [] : [run(args.operands)])]
}

function debugger_(args: Arguments): readonly Touch[] {
  const shells = [...(args.values.get('-ex') ?? []), ...(args.values.get('-o') ?? [])]
  const code = shells.flatMap((field): Touch[] => {
    const match = /^\s*(?:shell|!|platform shell|python|pi|py)\s*/.exec(field.text)
    if (match === null) return []
    return [
      /py/.test(match[0])
        ? { kind: 'code', language: 'python', text: from(field, match[0].length) }
        : shell(from(field, match[0].length)),
    ]
  })
  const program = args.operands[0]
  const attached = (args.values.get('-p') ?? []).map(slowed)
  return [...attached, ...code, ...(program === undefined ? [] : [path('read', program)])]
}

/** `aws-vault exec PROFILE -- COMMAND`. */
function vaulted({ operands, separator }: Arguments): readonly Touch[] {
  if (/^(?:access|env|export|get|read|secrets|show)$/.test(operands[0]?.text ?? ''))
    return [object('read', ['vault', 'secret'], operands[1], { where: 'remote', traits: ['secret'] })]
  if (!/^(?:exec|run|--)$/.test(operands[0]?.text ?? '')) return []
  const at = operands.findIndex((field) => field.text === '--')
  const command = operands.slice(at >= 0 ? at + 1 : (separator ?? 2))
  return command.length === 0 ? [] : [run(command)]
}

function expect(args: Arguments): readonly Touch[] {
  const code = (args.values.get('-c') ?? []).map((text): Touch => ({ kind: 'code', language: 'unknown', text }))
  const [script, ...rest] = args.operands
  return script === undefined ? code : [...code, { kind: 'script', language: 'unknown', path: script, args: rest }]
}

/** Keys that are typed into another terminal; `Enter` and the like are keys. */
function typed(operands: readonly Field[]): readonly Touch[] {
  const text = operands.filter(
    (field) => !/^(?:Enter|C-[a-z]|M-[a-z]|Space|Tab|Escape|Up|Down|Left|Right|BSpace|q|y|n)$/.test(field.text),
  )
  return text.length === 0 ? [] : [shell(joined(text))]
}

/** Another command of `tmux`, as words or as one text. */
function later(words: readonly Field[]): readonly Touch[] {
  const [only] = words
  const argv = words.length === 1 && only !== undefined ? split(only) : words
  if (argv === undefined) return [opaque('a command of `tmux` for later')]
  return argv.length === 0 ? [] : [run([known('tmux'), ...argv])]
}

function screen(args: Arguments, line: CommandLine): readonly Touch[] {
  if (has(args, '-X')) {
    const [word, ...rest] = args.operands
    if (word === undefined) return []
    if (/^(?:stuff|exec|screen|eval|bind)$/.test(word.text)) return rest.length === 0 ? [] : [shell(joined(rest))]
    return /^(?:quit|kill)$/.test(word.text)
      ? [{ kind: 'process', verb: 'delete', name: value(args, '-S') ?? known(line.name), undo: 'U4' }]
      : []
  }
  return args.operands.length === 0 || has(args, '-r', '-x') ? [] : [run(args.operands)]
}
