import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { Arguments, CommandLine, Family, Program, Touch } from './grammar.ts'
import { fetched, hostOf, looksLikePath, object, path, REBUILDABLE, run } from './touch.ts'

const READS: Program = {}
const TASK: Program = { touches: (_, line) => [{ kind: 'task', name: line.name }] }
const NAMED: Program = { operands: 'task' }
/** A script of `package.json`: by its name, or by the verb that is its name. */
const SCRIPT: Program = { operands: 'task', tasks: 'package.json', style: 'permute' }
const OWN_SCRIPT: Program = {
  style: 'stop',
  touches: ({ operands }, { name }) => [
    { kind: 'task', name: /^t(?:st)?$/.test(name) ? 'test' : name, of: 'package.json', args: operands },
  ],
}
const COMMAND: Program = { operands: 'command', style: 'stop' }

/** Packages of the workspace, or of the user where `-g` says so. */
const INSTALL: Program = {
  options:
    '-r,--requirement=read -c,--constraint=read -t,--target=write -g,--global --prefix=data -e,--editable=data -C,--directory=data -i,--index-url=data --extra-index-url=data --registry=data --features=data -E,--extras=data --group=data --root=data --git=data --path=data --branch=data --version=data -v=data -j=data -G=data -D -S -O -E -P -U -u',
  touches: (args) => installs(args, 'create'),
}
const REMOVE: Program = { ...INSTALL, touches: (args) => installs(args, 'delete') }
const UPDATE: Program = { ...INSTALL, touches: (args) => installs(args, 'update') }
const LOCKS: Program = { object: 'update lockfile workspace U2 rebuildable' }
const CACHE: Program = {
  verbs: { 'list ls dir info verify path stats': READS, '*': { object: 'delete cache host U2 rebuildable' } },
}
/** What others install from a registry can't be taken back. */
const PUBLISH: Program = {
  options: '--access=data --tag=data --otp=data --registry=data -p,--package=data -m=data --token=data',
  dry: '--dry-run -n',
  object: 'create release remote U4 shared',
}
const RETRACT: Program = { ...PUBLISH, object: 'delete release remote U4 shared' }
const RIGHTS: Program = {
  verbs: {
    'list ls ls-collaborators ls-packages get': READS,
    '* -': { object: 'grant registry-access remote U4 shared' },
  },
}
const LOGIN: Program = { object: 'update login host' }

/** A program from a registry: it is fetched where it isn't here, and run. */
function executes(system: string): Program {
  return {
    style: 'stop',
    options:
      '-p,--package,--from=data -c,--call=shell -y,--yes -q,--quiet --no-install --no -w,--workspace=data --with=data --python=data --registry=data --node-options=data --spec=data --bun -n,--node-arg=data',
    touches: ({ operands }) => {
      const [first, ...rest] = operands
      if (first === undefined) return []
      const name = literal(first)
      const plain = name === undefined ? first : known(name.replace(/(?!^)@[^/]*$/, '').replace(/^@[^/]+\//, ''))
      const foreign = /^(?:https?:|git[+:@]|github:|gist:)/.test(first.text)
      const what = object('execute', [system, 'package'], first, {
        where: foreign ? 'remote' : 'workspace',
        undo: 'U2',
      })
      if (foreign) return [what, { kind: 'opaque', why: 'it runs a program straight from the network' }]
      return [what, run([plain, ...rest])]
    },
  }
}

/** `nix run github:a/b`, `nix develop -c make`: what stands behind `-c` runs in what the flake gives. */
function nix(_: Arguments, { args }: CommandLine): readonly Touch[] {
  const at = args.findIndex((field) => /^(?:-c|--command)$/.test(field.text))
  const command = at < 0 ? [] : args.slice(at + 1)
  const foreign = args
    .slice(0, at < 0 ? undefined : at)
    .find((field) => /^(?:github|gitlab|git\+|https?|sourcehut):/.test(field.text))
  const found: Touch[] = command.length === 0 ? [] : [run(command)]
  return foreign === undefined
    ? found
    : [...found, { kind: 'opaque', why: 'it runs a program straight from the network' }]
}

function installs(args: Arguments, verb: 'create' | 'update' | 'delete'): readonly Touch[] {
  const global = has(args, '-g', '--location')
  const names = args.operands.length === 0 ? [known('')] : args.operands
  return names.flatMap((name): Touch[] => {
    if (verb === 'create' && /^(?:https?|git\+\w+):/.test(name.text)) {
      return [
        object('create', ['packages', 'package'], name, { where: 'workspace', ...REBUILDABLE }),
        fetched({ ...name, text: name.text.replace(/^git\+/, '') }),
      ]
    }
    return [object(verb, ['packages', 'package'], name, { where: global ? 'host' : 'workspace', ...REBUILDABLE })]
  })
}

/** Packages of the machine: other people's work may stand on what is removed. */
const SYSTEM_WIDE: Record<string, Program> = {
  'list search info show policy depends rdepends why deps outdated doctor config --version leaves cat home desc log files which provides whatprovides repoquery repolist check-update history repo-list ls dump freshclam check audit verify-keys environment shellenv formulae casks uses missing commands changelog madison showsrc':
    READS,
  'install reinstall upgrade update add dist-upgrade full-upgrade build-dep groupinstall localinstall download tap fetch makecache source link pin unpin hold switch in dup ref clean autoclean cleanup mark refresh self-upgrade bundle':
    { object: 'create package host U2 rebuildable' },
  services: { verbs: { 'list info -': READS, '*': { object: 'update service host' } } },
  'remove uninstall purge autoremove erase del rm unlink untap zap autopurge': { object: 'delete package host U2' },
}
const SYSTEM: Program = {
  options:
    '-y,--yes,--assume-yes -q,--quiet -t,--target-release=data -o,--option=data -c,--config-file=data -s,--simulate --dry-run',
  dry: '-s --dry-run',
  verbs: { ...SYSTEM_WIDE, '*': { object: 'update package host' } },
}

const NODE: Record<string, Program> = {
  'install i in ins isntall add ci clean-install install-test it install-ci-test link ln import': INSTALL,
  'uninstall remove rm un r unlink': REMOVE,
  'update up upgrade udpate dedupe ddp prune rebuild rb shrinkwrap audit-fix fund-fix approve-builds patch patch-commit self-update':
    UPDATE,
  'run run-script rum urn': SCRIPT,
  'test t tst start stop restart build dev lint preview serve install-test-run check': OWN_SCRIPT,
  'exec x': executes('npm'),
  'create init innit': executes('npm'),
  publish: PUBLISH,
  unpublish: RETRACT,
  'deprecate undeprecate': { object: 'update release remote shared' },
  'dist-tag dist-tags': { verbs: { 'ls list': READS, '* -': { object: 'update release remote shared' } } },
  'owner author access team org token trust': RIGHTS,
  'star unstar stars': READS,
  'profile hook': { verbs: { 'get ls list -': READS, '*': { object: 'update account remote' } } },
  'login adduser add-user logout': LOGIN,
  cache: CACHE,
  store: CACHE,
  config: { verbs: { 'get list ls -': READS, '*': { object: 'update setting host U2' } } },
  c: { verbs: { 'get list ls -': READS, '*': { object: 'update setting host U2' } } },
  'pkg set-script version': { object: 'update manifest workspace U2' },
  audit: { verbs: { fix: UPDATE, '* -': READS } },
  pack: { options: '--pack-destination=write', object: 'create archive workspace U2' },
  'list ls la ll view v info show outdated why explain fund doctor root bin prefix ping search s se find help docs repo bugs query sbom whoami diff edit explore completion get licenses env pm workspaces node policies':
    READS,
}

const NPM_OPTIONS =
  '--prefix,--cwd,--dir=cwd -w,--workspace=data --registry=data --loglevel=data --userconfig=read --location=data -g,--global -s,--silent --workspaces --if-present'

const PYTHON: Record<string, Program> = {
  'install add sync upgrade-install inject': INSTALL,
  'uninstall remove rm uninject': REMOVE,
  'update upgrade lock upgrade-all reinstall reinstall-all self refresh relock export-lock compile': UPDATE,
  'list show freeze check search index debug inspect config hash completion info export tree version help env-list about source which outdated deps graph verify':
    READS,
  'download wheel': { operands: 'data', options: '-d,--dest=write -w,--wheel-dir=write -r=read' },
  cache: CACHE,
  'publish upload': PUBLISH,
  'build init new venv python virtualenv create': { object: 'create environment workspace U2 rebuildable' },
}

export const PACKAGES: Family = {
  npm: { preview: '--dry-run', options: NPM_OPTIONS, verbs: { ...NODE, '* -': READS } },
  pnpm: {
    preview: '--dry-run',
    options: '-C=cwd --filter=data -F=data -r,--recursive -w,--workspace-root --parallel',
    verbs: {
      ...NODE,
      dlx: executes('npm'),
      exec: COMMAND,
      create: executes('npm'),
      deploy: { operands: 'write' },
      '*': SCRIPT,
      '-': READS,
    },
  },
  yarn: {
    options: '--cwd=cwd',
    verbs: {
      ...NODE,
      dlx: executes('npm'),
      exec: COMMAND,
      node: { operands: 'script', language: 'node' },
      workspace: { touches: (_, line) => [run([known('yarn'), ...line.args.slice(1)])] },
      npm: { verbs: { publish: PUBLISH, '*': RIGHTS } },
      '-': INSTALL,
      global: { verbs: { 'list bin dir': READS, '*': { object: 'update package host U2 rebuildable' } } },
      cache: CACHE,
      '*': SCRIPT,
    },
  },
  bun: {
    options:
      '--cwd=cwd -e,--eval=code -p,--print=code --preload=script -r=script --env-file=data --config=read --conditions=data --inspect=?data',
    language: 'node',
    verbs: {
      ...NODE,
      x: executes('npm'),
      build: { options: '--outfile=write --outdir=write --target=data --format=data', operands: 'read…' },
      '- repl upgrade': READS,
      '*': { operands: 'script', language: 'node' },
    },
  },
  'npx bunx pnpx': executes('npm'),
  'ni nun nci ncu npm-check-updates npm-check lerna nx turbo changeset': TASK,
  'nr run-s run-p npm-run-all': SCRIPT,
  wireit: NAMED,
  'pip pip3 pipx': {
    options: '-q -v --python=data --log=write --cache-dir=data --proxy=data',
    verbs: { ...PYTHON, run: executes('pypi'), '* -': READS },
  },
  uv: {
    options: '--directory,--project=cwd -q -v --cache-dir=data --config-file=read --no-config --offline',
    verbs: {
      ...PYTHON,
      pip: { verbs: { ...PYTHON, '* -': READS } },
      run: {
        style: 'stop',
        options:
          '--with=data --with-requirements=read -p,--python=data --group=data --extra=data --package=data --env-file=data -m,--module --script --isolated --no-sync --frozen --locked --only-group=data --directory,--project=cwd --index=data',
        touches: runs,
      },
      tool: {
        verbs: { run: executes('pypi'), 'list dir': READS, '*': { object: 'update package host U2 rebuildable' } },
      },
      python: { verbs: { 'list find dir': READS, '* -': { object: 'update package host U2 rebuildable' } } },
      '* -': READS,
    },
  },
  uvx: executes('pypi'),
  'poetry pdm hatch rye pipenv pixi': {
    options: '-C,--directory,--project=cwd -P=cwd -q -v -n',
    verbs: {
      ...PYTHON,
      run: { style: 'stop', options: '-e,--environment=data', operands: 'command' },
      shell: READS,
      'env cache': {
        verbs: { 'list info use show path ls': READS, '* -': { object: 'delete environment host U2 rebuildable' } },
      },
      'exec task fmt test': TASK,
      '* -': READS,
    },
  },
  'twine flit': { verbs: { upload: PUBLISH, publish: PUBLISH, 'check build': READS, '* -': READS } },
  'conda mamba micromamba': {
    options: '-n,--name=data -p,--prefix=data -c,--channel=data -y -q',
    verbs: {
      'install create update upgrade': { object: 'create package host U2 rebuildable' },
      'remove uninstall': { object: 'delete package host U2' },
      run: { style: 'stop', options: '-n=data -p=data --cwd=data --no-capture-output', operands: 'command' },
      env: {
        verbs: {
          'list export config': READS,
          create: { options: '-f,--file=read -n=data', object: 'create environment host U2 rebuildable' },
          '*': { object: 'delete environment host U2' },
        },
      },
      clean: CACHE,
      init: { object: 'update setting host startup U2' },
      '* -': READS,
    },
  },
  cargo: {
    options: '-C=cwd --manifest-path=project --config=data --color=data -Z=data -q -v',
    verbs: {
      add: INSTALL,
      install: {
        options: '--git=url --path=read --root=data --version=data',
        object: 'create package host U2 rebuildable',
      },
      uninstall: { object: 'delete package host U2 rebuildable' },
      'remove rm update fetch generate-lockfile vendor': LOCKS,
      publish: PUBLISH,
      yank: RETRACT,
      owner: {
        options: '-l,--list -a=data -r=data',
        touches: (args) =>
          has(args, '-l')
            ? []
            : [
                object('grant', ['registry', 'owner'], args.operands[0], {
                  where: 'remote',
                  undo: 'U4',
                  traits: ['shared'],
                }),
              ],
      },
      'login logout': LOGIN,
      'search tree metadata locate-project pkgid read-manifest version help info config report verify-project': READS,
      'run r': { options: '--bin=data -p=data --example=data', touches: () => [{ kind: 'task', name: 'run' }] },
      'build b check c test t bench doc d clippy rustc rustdoc fix fmt clean nextest': {
        touches: (_, line) => [{ kind: 'task', name: line.name }],
      },
      '*': NAMED,
      '-': READS,
    },
  },
  rustup: {
    verbs: {
      'show which doc man check completions help': READS,
      run: { operands: 'data command' },
      '* -': { object: 'update toolchain host U2 rebuildable' },
    },
  },
  go: {
    options: '-C=cwd',
    style: 'stop',
    verbs: {
      build: {
        style: 'single',
        options:
          '-o=write -tags=data -ldflags=data -gcflags=data -p=data -mod=data -C=cwd -overlay=read -toolexec=shell -exec=shell -asmflags=data -buildmode=data -coverpkg=data -pgo=data -modfile=data',
        touches: () => [{ kind: 'task', name: 'build' }],
      },
      'test vet': {
        style: 'single',
        options:
          '-o=write -run=data -tags=data -timeout=data -count=data -bench=data -coverprofile=write -cpuprofile=write -memprofile=write -exec=shell -toolexec=shell -vettool=program -C=cwd -coverpkg=data -parallel=data -p=data -ldflags=data',
        touches: () => [{ kind: 'task', name: 'test' }],
      },
      run: {
        style: 'stop',
        options: '-tags=data -exec=shell -ldflags=data -C=cwd',
        touches: ({ operands }) => goRun(operands),
      },
      'generate fmt fix tool': TASK,
      'get mod work': LOCKS,
      install: { object: 'create package host U2 rebuildable' },
      clean: { object: 'delete cache host U2 rebuildable' },
      env: {
        options: '-w -u -json',
        touches: (args) =>
          has(args, '-w', '-u')
            ? [object('update', ['go', 'setting'], args.operands[0], { where: 'host', undo: 'U2' })]
            : [],
      },
      '* -': READS,
    },
  },
  gem: {
    verbs: {
      'list search info contents env environment which specification dependency outdated query help server stale check':
        READS,
      'install update build fetch unpack pristine': INSTALL,
      'uninstall cleanup': REMOVE,
      push: PUBLISH,
      yank: RETRACT,
      owner: RIGHTS,
      'signin signout': LOGIN,
      exec: executes('rubygems'),
      '* -': READS,
    },
  },
  'bundle bundler': {
    options: '--gemfile=read',
    verbs: {
      exec: COMMAND,
      'install update add package cache lock binstubs pristine inject -': INSTALL,
      'remove clean': REMOVE,
      'list show info outdated check config platform doctor env help licenses open viz version fund': READS,
      'init gem': LOCKS,
      '*': NAMED,
    },
  },
  composer: {
    options: '-d,--working-dir=cwd -n -q -v',
    verbs: {
      'install i require update u upgrade create-project reinstall dump-autoload dumpautoload bump init': INSTALL,
      'remove rm uninstall': REMOVE,
      exec: COMMAND,
      'run-script run': NAMED,
      global: { object: 'update package host U2 rebuildable' },
      'show info search outdated why depends why-not prohibits validate diagnose licenses status suggests about list help check-platform-reqs audit fund browse config clear-cache clearcache':
        READS,
      '*': NAMED,
      '-': READS,
    },
  },
  'apt apt-get aptitude dnf yum microdnf zypper apk brew port snap flatpak choco winget scoop pkg emerge tdnf xbps-install opkg':
    SYSTEM,
  'apt-cache apt-file dpkg-query rpmquery apt-mark-show': READS,
  dpkg: {
    options: '-i,--install -r,--remove -P,--purge -l,--list -L -s,--status -S --configure -a',
    touches: bySystemFlags,
  },
  rpm: { options: '-i,--install -U,--upgrade -e,--erase -q,--query -V,--verify -a -l -f -p', touches: bySystemFlags },
  'pacman yay paru': {
    options: '-S,--sync -R,--remove -Q,--query -U,--upgrade -s -i -y -u -n -c --noconfirm',
    touches: bySystemFlags,
  },
  nix: {
    options: '--extra-experimental-features=data --option=data+data -I=data -f,--file=read',
    verbs: {
      'develop shell run': { style: 'stop', touches: nix },
      'build flake search eval show-derivation path-info log why-depends repl fmt hash -': READS,
      '*': { object: 'update package host U2' },
    },
  },
  'nix-shell': {
    options: '-p,--packages=data --run=shell --command=shell -I=data -E,--expr=data -A,--attr=data --pure',
    touches: () => [object('create', ['nix', 'package'], known(''), { where: 'host', ...REBUILDABLE })],
  },
  'nix-env nix-build home-manager nixos-rebuild': {
    verbs: { 'build list-generations news generations -': READS, '*': { object: 'update package host U2' } },
  },
  'asdf mise rtx nvm fnm n volta pyenv rbenv nodenv goenv jenv tfenv sdk proto': {
    verbs: {
      exec: { options: '-C,--cd=data', operands: 'command' },
      x: { options: '-C,--cd=data', touches: mise },
      run: NAMED,
      r: NAMED,
      'task tasks watch': TASK,
      'install i add uninstall remove rm update upgrade up plugin plugins use u global local set alias default reshim rehash prune self-update self-uninstall shell trust untrust unset':
        { object: 'update toolchain host U2 rebuildable' },
      '* -': READS,
    },
  },
  dotnet: {
    verbs: {
      'build run test publish pack restore clean watch format msbuild vstest new tool sln ef add remove workload': TASK,
      nuget: { verbs: { push: PUBLISH, delete: RETRACT, '* -': READS } },
      '* -': READS,
    },
  },
  nuget: { verbs: { push: PUBLISH, delete: RETRACT, 'install restore update': INSTALL, '* -': READS } },
  'mix rebar3 stack cabal opam dune sbt lein': {
    verbs: { 'hex.publish publish upload': PUBLISH, 'hex.retire hex.retract': RETRACT, '*': NAMED, '-': READS },
  },
  'dart flutter pub': {
    verbs: {
      pub: { verbs: { publish: PUBLISH, 'get add upgrade downgrade remove': INSTALL, run: TASK, '* -': READS } },
      publish: PUBLISH,
      '*': NAMED,
      '-': READS,
    },
  },
  pod: {
    verbs: {
      trunk: { verbs: { push: PUBLISH, 'delete deprecate': RETRACT, '* -': RIGHTS } },
      'install update': INSTALL,
      '* -': READS,
    },
  },
  'vsce ovsx': { verbs: { publish: PUBLISH, unpublish: RETRACT, '* -': READS } },
  'luarocks conan vcpkg': { verbs: { upload: PUBLISH, 'install search list': INSTALL, remove: REMOVE, '* -': READS } },
  'create-react-app create-next-app create-vite degit giget': {
    touches: ({ operands }) => operands.slice(-1).map((field) => path('create', field, { tree: true })),
  },
  corepack: {
    verbs: {
      'npm pnpm yarn': { touches: (_, line) => [run([known(line.name), ...line.args])] },
      '* -': { object: 'update toolchain host U2 rebuildable' },
    },
  },
}

/** `uv run [OPTIONS] COMMAND`, a script's name standing for `python SCRIPT`. */
function runs(args: Arguments): readonly Touch[] {
  const [first] = args.operands
  if (first === undefined) return []
  if (has(args, '-m')) return [run([known('python'), known('-m'), ...args.operands])]
  if (has(args, '--script') || /\.py$/.test(first.text)) return [run([known('python'), ...args.operands])]
  return [run(args.operands)]
}

/** `mise x TOOL@VERSION… -- COMMAND`. */
function mise(args: Arguments): readonly Touch[] {
  const rest = args.operands.slice(args.separator ?? 0)
  return rest.length === 0 ? [] : [run(rest)]
}

function goRun(operands: readonly Field[]): readonly Touch[] {
  const [first] = operands
  if (first === undefined) return []
  if (!looksLikePath(first) || /^[\w-]+\.[a-z]+\//.test(first.text)) {
    return [
      object('execute', ['go', 'package'], first, { where: 'workspace', undo: 'U2' }),
      { kind: 'host', verb: 'read', host: hostOf(first) },
    ]
  }
  return [{ kind: 'task', name: `run ${first.text}` }]
}

/** Package managers whose verb is a flag. */
function bySystemFlags(args: Arguments): readonly Touch[] {
  const name = args.operands[0]
  if (has(args, '-q', '-Q', '-l', '-s', '-L', '-V') && !has(args, '-S', '-i', '-R', '-r', '-e')) return []
  if (has(args, '-R', '-r', '-e', '-P'))
    return [object('delete', ['packages', 'package'], name, { where: 'host', undo: 'U2' })]
  if (has(args, '-S', '-i', '-U'))
    return [object('create', ['packages', 'package'], name, { where: 'host', ...REBUILDABLE })]
  return []
}
