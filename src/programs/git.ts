import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import { move } from './coreutils.ts'
import { configTouches, forcedConfig, remoteTouches } from './git-config.ts'
import { push } from './git-push.ts'
import type { Arguments, Family, Program, Touch } from './grammar.ts'
import { basename, joined, looksLikePath, object, opaque, path, run, shell } from './touch.ts'

const READS: Program = {}
const COMMITS: Program = {
  options: '-m,--message=data -F,--file=read -C=data -c=data -S=?data -X=data -s,--strategy=data',
  object: 'update branch workspace U2',
}

/** A folder that git refuses to fill where anything is in it. */
const NEW = { tree: true, fresh: true } as const

/** What git loses of uncommitted work is judged by facts: on a clean tree it is nothing. */
function loses(
  what: 'uncommitted' | 'untracked' | 'ignored' | 'history' | 'stash',
  paths: readonly Field[] = [],
): Touch {
  return { kind: 'worktree', verb: 'delete', loses: what, paths }
}

/** Files that it writes over: what no commit holds of them is gone. */
function overwrites(paths: readonly Field[] = []): readonly Touch[] {
  return [loses('uncommitted', paths), { kind: 'worktree', verb: 'update', loses: 'untracked', paths }]
}

function local(verb: 'create' | 'update' | 'delete', type: string, name?: Field): Touch {
  return object(verb, ['git', type], name, { where: 'workspace', undo: verb === 'create' ? 'U0' : 'U2' })
}

const DIFF = {
  options:
    '--output=write -O=data -G=data -S=data -U,--unified=data --stat=?data --word-diff=?data --color=?data -L=data -n,--max-count=data --format=data --since=data --until=data --author=data --grep=data --no-index -o=data',
} satisfies Program

const CHECKOUT =
  '-b=data -B=data --orphan=data -f,--force -p,--patch -q,--quiet -t,--track=?data -m,--merge --ours --theirs --conflict=data -d,--detach -l --guess --no-guess --overlay --no-overlay --pathspec-from-file=read --pathspec-file-nul --recurse-submodules=?data --progress --ignore-other-worktrees -U,--unified=data --inter-hunk-context=data --overwrite-ignore'

const STASH =
  '-m,--message=data -u,--include-untracked -a,--all -k,--keep-index -p,--patch -S,--staged -q,--quiet --pathspec-from-file=read --pathspec-file-nul'

export const GIT: Family = {
  'git hub': {
    before:
      '-C=cwd --work-tree=cwd -c=data --git-dir=data --namespace=data --exec-path=?load --config-env=data --attr-source=data --super-prefix=data --list-cmds=data -p,--paginate -P,--no-pager --bare --no-replace-objects --no-optional-locks --literal-pathspecs --glob-pathspecs --noglob-pathspecs --icase-pathspecs',
    touches: (args) => [...forcedConfig(args), ...elsewhere(args)],
    verbs: {
      'status rev-parse rev-list ls-files ls-tree cat-file describe shortlog count-objects fsck check-ignore check-attr check-ref-format check-mailmap merge-base merge-tree name-rev for-each-ref show-ref var version help cherry verify-commit verify-tag verify-pack stripspace patch-id get-tar-commit-id show-branch annotate blame whatchanged column fmt-merge-msg request-pull show-index diff-pairs':
        READS,
      'log show diff diff-tree diff-index diff-files range-diff': { ...DIFF, touches: diff },
      grep: {
        options: '-O,--open-files-in-pager=?shell -e=data -f=read -A=data -B=data -C=data --color=?data -m=data',
      },
      'add stage': { options: '--chmod=data --pathspec-from-file=read', operands: 'read…' },
      'commit ci': {
        options:
          '-m,--message=data -F,--file=read -C,--reuse-message=data -c=data --author=data --date=data -t,--template=read --fixup=data --squash=data --trailer=data --cleanup=data -S,--gpg-sign=?data -u=?data --pathspec-from-file=read',
        touches: (args) => [local(has(args, '--amend') ? 'update' : 'create', 'commit')],
      },
      'merge cherry-pick revert am': COMMITS,
      rebase: { ...COMMITS, options: '-x,--exec=shell --onto=data -X=data -s=data -S=?data -C=data --whitespace=data' },
      bisect: { verbs: { run: { operands: 'command' }, '* -': READS } },
      'notes replace sparse-checkout update-index write-tree commit-tree commit-graph mktree mktag pack-refs multi-pack-index rerere symbolic-ref hash-object unpack-objects index-pack merge-file merge-index maintenance':
        { object: 'update index workspace U2' },
      'read-tree': {
        options: '-m -u -i -n,--dry-run --reset --prefix=data --index-output=write -v -q',
        dry: '-n',
        touches: (args) => [...(has(args, '--reset', '-u') ? overwrites() : []), local('update', 'index')],
      },
      'checkout-index': {
        options:
          '-f,--force -a,--all -n,--no-create -q,--quiet -u,--index --prefix=write --stage=data --temp --stdin -z',
        touches: (args) => (has(args, '-f') ? overwrites(args.operands) : []),
      },
      repack: { touches: () => [local('update', 'objects')] },
      mv: { options: '-f,--force -k -n,--dry-run -v', dry: '-n', touches: move },
      rm: {
        options: '-r -f,--force -n,--dry-run --cached -q,--quiet --ignore-unmatch --sparse --pathspec-from-file=read',
        dry: '-n',
        touches: (args) =>
          has(args, '--cached')
            ? [local('update', 'index')]
            : args.operands.map((field) => path('delete', field, has(args, '-r') ? { tree: true } : {})),
      },
      'checkout co': { options: CHECKOUT, touches: checkout },
      'switch sw': {
        options:
          '-c,--create=data -C,--force-create=data --orphan=data --conflict=data -f,--force --discard-changes -t,--track=?data -d,--detach -m,--merge -q --guess --no-guess --recurse-submodules=?data --ignore-other-worktrees',
        touches: (args) => (has(args, '-f', '--discard-changes') ? [loses('uncommitted')] : []),
      },
      restore: {
        options:
          '-s,--source=data -S,--staged -W,--worktree -p,--patch -q,--quiet --conflict=data --pathspec-from-file=read --pathspec-file-nul --ours --theirs -m,--merge --ignore-unmerged --overlay',
        touches: (args) =>
          has(args, '-S') && !has(args, '-W')
            ? [local('update', 'index')]
            : has(args, '-s')
              ? overwrites(args.operands)
              : [loses('uncommitted', args.operands)],
      },
      reset: {
        options:
          '--hard --soft --mixed --merge --keep -q,--quiet -p,--patch -N,--intent-to-add --pathspec-from-file=read --pathspec-file-nul --no-refresh --recurse-submodules=?data',
        touches: reset,
      },
      clean: {
        options: '-d -f,--force -i,--interactive -n,--dry-run -q,--quiet -e,--exclude=data -x -X',
        dry: '-n',
        touches: clean,
      },
      stash: {
        verbs: {
          'list show': READS,
          'drop clear': { touches: () => [loses('stash')] },
          'pop apply branch': { object: 'update stash workspace U2' },
          'create store': { options: '-m,--message=data', touches: () => [local('create', 'stash')] },
          push: { options: STASH, touches: (args) => stash(args, args.operands) },
          'save - *': { options: STASH, touches: (args) => stash(args, []) },
        },
      },
      branch: {
        options:
          '-d,--delete -D -m,--move -M -c,--copy -C -f,--force -a,--all -r,--remotes -l,--list -v,--verbose -q -t,--track=?data -u,--set-upstream-to=data --unset-upstream --contains=?data --no-contains=?data --merged=?data --no-merged=?data --points-at=data --sort=data --format=data --color=?data --show-current --edit-description --column=?data',
        touches: branch,
      },
      tag: {
        options:
          '-d,--delete -l,--list -v,--verify -a,--annotate -s,--sign -f,--force -m,--message=data -F,--file=read -u,--local-user=data -n=?data --contains=?data --no-contains=?data --points-at=data --sort=data --format=data --merged=?data --no-merged=?data --column=?data',
        touches: (args) => tag(args),
      },
      worktree: {
        verbs: {
          list: READS,
          add: {
            options: '-b=data -B=data --reason=data -f,--force --detach --track=?data --orphan',
            touches: ({ operands }) => operands.slice(0, 1).map((folder) => path('create', folder, NEW)),
          },
          'remove rm': {
            options: '-f,--force',
            touches: (args) =>
              args.operands.map((field) =>
                path('delete', field, {
                  tree: true,
                  ...(has(args, '-f') ? { traits: ['repository'] } : { undo: 'U2' }),
                }),
              ),
          },
          '* -': { object: 'update worktree workspace U2' },
        },
      },
      submodule: {
        options: '-q,--quiet',
        verbs: {
          'status summary -': READS,
          foreach: {
            style: 'stop',
            options: '--recursive',
            touches: ({ operands }) => (operands.length === 0 ? [] : [shell(joined(operands))]),
          },
          deinit: { options: '-f,--force --all', touches: (args) => [loses('uncommitted', args.operands)] },
          add: {
            options: '-b=data --name=data --reference=data --depth=data -f,--force',
            touches: (args) => fetches(args),
          },
          update: {
            options: '-f,--force --init --recursive --remote --depth=data --reference=data -j=data',
            touches: (args) => (has(args, '-f') ? [loses('uncommitted')] : [local('update', 'submodule')]),
          },
          '*': { object: 'update submodule workspace U2' },
        },
      },
      reflog: {
        verbs: {
          'expire delete drop': { options: '--expire=data -n,--dry-run', dry: '-n', touches: () => [loses('history')] },
          '* -': READS,
        },
      },
      gc: {
        options:
          '--prune=?data --no-prune --aggressive --auto -q,--quiet --force --keep-largest-pack --cruft --detach --no-detach',
        touches: (args) =>
          /^(?:now|all|\d+\.second)/.test(value(args, '--prune')?.text ?? '')
            ? [loses('history')]
            : [local('update', 'objects')],
      },
      prune: {
        options: '--expire=data -n,--dry-run -v,--verbose --progress',
        dry: '-n',
        touches: () => [loses('history')],
      },
      'prune-packed': READS,
      'filter-branch filter-repo': {
        options:
          '--tree-filter=shell --index-filter=shell --msg-filter=shell --env-filter=shell --commit-filter=shell --tag-name-filter=shell --parent-filter=shell --setup=shell -f,--force --prune-empty -d=data',
        touches: () => [loses('history')],
      },
      'update-ref': {
        options: '-d -m=data --stdin -z --no-deref',
        touches: (args) =>
          has(args, '-d', '--stdin') ? [loses('history')] : [local('update', 'branch', args.operands[0])],
      },
      'fast-import': { touches: () => [loses('history')] },
      'fast-export bundle': { operands: 'data write', options: '--output=write' },
      archive: {
        options: '-o,--output=write --remote=data --exec=shell --format=data --prefix=data',
        touches: (args) => (args.values.get('--remote') ?? []).flatMap(transport),
      },
      'format-patch': {
        options: '-o,--output-directory=write --stdout -n --cover-letter --base=data --subject-prefix=data -v=data',
        touches: (args) => (has(args, '--stdout', '-o') ? [] : [local('create', 'patch')]),
      },
      apply: {
        options:
          '--directory=data -p=data -C=data --exclude=data --include=data --check --stat --numstat --summary -R,--reverse --cached --index -3,--3way',
        touches: (args) => [
          ...args.operands.map((field) => path('read', field)),
          ...(has(args, '--check', '--stat', '--numstat', '--summary') ? [] : [local('update', 'worktree')]),
          ...(has(args, '--check', '--stat', '--numstat', '--summary', '--cached') ? [] : overwrites()),
        ],
      },
      'fetch ls-remote': {
        options:
          '--upload-pack=shell --exec=shell -j=data --depth=data --deepen=data --shallow-since=data -o=data --negotiation-tip=data --filter=data --refmap=data',
        touches: fetches,
      },
      pull: {
        options: '--upload-pack=shell --depth=data -r,--rebase=?data -s=data -X=data -S=?data -j=data',
        touches: (args) => [...fetches(args), local('update', 'branch')],
      },
      clone: {
        options:
          '-u,--upload-pack=shell -c,--config=data --template=load -b,--branch=data --depth=data -o,--origin=data --reference=data --separate-git-dir=write -j,--jobs=data --filter=data --shallow-since=data --shallow-exclude=data --bundle-uri=url --server-option=data --recurse-submodules=?data',
        touches: clone,
      },
      init: {
        options:
          '-b,--initial-branch=data --template=load --separate-git-dir=write --object-format=data --shared=?data',
        operands: 'write',
      },
      config: {
        options:
          '--global --system --local --worktree -f,--file=update --blob=data --get --get-all --get-regexp --get-urlmatch -l,--list --unset --unset-all --add --replace-all -t,--type=data --default=data -e,--edit --rename-section --remove-section --name-only --show-origin --show-scope -z,--null --bool --int --path --value=data',
        touches: configTouches,
      },
      remote: { options: '-v,--verbose', touches: remoteTouches },
      push: {
        options:
          '-f,--force --force-with-lease=?data --force-if-includes -d,--delete --mirror --all --branches --tags --follow-tags --prune -n,--dry-run -u,--set-upstream -o,--push-option=data --receive-pack=shell --exec=shell --repo=data --signed=?data --no-verify -q,--quiet -v,--verbose --atomic --porcelain --thin --no-thin --recurse-submodules=data --progress -4 -6',
        dry: '-n',
        touches: push,
      },
      'send-pack http-push': { touches: push },
      'send-email imap-send': {
        touches: () => [object('disclose', ['mail', 'message'], known(''), { where: 'remote' })],
      },
      'difftool mergetool': { options: '-x,--extcmd=shell -t,--tool=data -y,--no-prompt -g -d', touches: () => [] },
      credential: {
        touches: ({ operands }) =>
          operands[0]?.text === 'fill'
            ? [object('read', ['git', 'credential'], known(''), { where: 'host', traits: ['secret'] })]
            : [],
      },
      'credential-store credential-cache': { object: 'update credential host' },
      hook: { touches: ({ operands }) => [{ kind: 'task', name: `git hook ${operands[1]?.text ?? ''}` }] },
      lfs: {
        verbs: {
          'status ls-files env locks version logs fsck pull fetch checkout install track untrack -': READS,
          push: { touches: push },
          '*': { object: 'update lfs workspace U2' },
        },
      },
      'daemon instaweb http-backend upload-pack receive-pack shell': { touches: () => [] },
      svn: {
        touches: ({ operands }) =>
          operands[0]?.text === 'dcommit'
            ? [object('update', ['forge', 'branch'], known(''), { where: 'remote', traits: ['forge', 'shared'] })]
            : [],
      },
      'gui citool gitk': READS,
      // An alias or a `git-name` program: which one is known only to the user's own configuration.
      '*': { touches: (args, line) => aliased(args, line.args) },
    },
  },
  gitk: READS,
  'tig lazygit gitui': {},
  'git-filter-repo bfg': { touches: () => [loses('history')] },
  jj: {
    options: '-R,--repository=data --at-operation=data --config=data --color=data -T=data -r=data',
    verbs: {
      git: {
        touches: ({ operands, flags, values, ...rest }) =>
          operands[0]?.text === 'push' ? push({ ...rest, flags, values, operands: [] }) : [],
      },
      'op operation': { verbs: { 'abandon restore': { touches: () => [loses('history')] }, '* -': READS } },
      '* -': { object: 'update change workspace U2' },
    },
  },
  'hg svn': {
    options: '-R,--repository=data --cwd=cwd -m,--message=data -r,--rev,--revision=data -F=read',
    verbs: {
      'status st stat log diff di cat annotate blame praise info ls list heads tip branches tags bookmarks identify id parents root summary sum showconfig config paths outgoing incoming in out help version files manifest verify grep propget pg proplist pl plist pget':
        READS,
      'revert update up co checkout switch sw clean': {
        options: '-C,--clean -a,--all',
        touches: (args, line) =>
          /^(?:update|up|co|checkout|switch|sw)$/.test(line.name) && !has(args, '-C')
            ? []
            : [loses('uncommitted', args.operands)],
      },
      'purge cleanup': { touches: () => [loses('untracked')] },
      'strip rollback histedit': { touches: () => [loses('history')] },
      'push commit-remote': {
        touches: () => [
          object('update', ['forge', 'branch'], known(''), { where: 'remote', traits: ['forge', 'shared'] }),
        ],
      },
      'delete del remove rm': {
        touches: (args) =>
          args.operands.map((field) =>
            /:\/\//.test(field.text)
              ? object('delete', ['forge', 'path'], field, { where: 'remote', traits: ['forge', 'shared'] })
              : path('delete', field, { tree: true }),
          ),
      },
      '* -': { object: 'update working-copy workspace U2' },
    },
  },
}

/** `--no-index` reads any two files. */
function diff(args: Arguments): readonly Touch[] {
  return has(args, '--no-index') ? args.operands.map((field) => path('read', field)) : []
}

function checkout(args: Arguments): readonly Touch[] {
  const { operands, separator } = args
  const force = has(args, '-f') ? [loses('uncommitted')] : []
  if (has(args, '-b', '-B', '--orphan'))
    return [...force, local('create', 'branch', value(args, '-b') ?? value(args, '-B'))]
  if (has(args, '--pathspec-from-file', '-p')) return [loses('uncommitted', operands)]
  if (separator !== undefined && operands.length > separator) {
    const paths = operands.slice(separator)
    return separator > 0 ? overwrites(paths) : [loses('uncommitted', paths)]
  }
  // `checkout COMMIT FILE…` without `--`; a lone name is a branch unless it has the shape of a path.
  if (operands.length > 1 && !looksLikeFile(operands[0])) return overwrites(operands.slice(1))
  if (operands.length > 1) return [loses('uncommitted', operands)]
  if (looksLikeFile(operands[0])) return [loses('uncommitted', operands)]
  return force
}

function looksLikeFile(field: Field | undefined): boolean {
  if (field === undefined) return false
  return (
    field.glob ||
    /^(?:\.{1,2}$|\.{1,2}\/|:|\/)|\/$/.test(field.text) ||
    (looksLikePath(field) && /\.[a-z]\w*$/i.test(field.text))
  )
}

function reset(args: Arguments): readonly Touch[] {
  if (has(args, '--hard', '--merge')) {
    const target = args.operands[0]
    const moves = target !== undefined && !/^(?:HEAD|@)$/.test(target.text)
    return moves ? [...overwrites(), local('update', 'branch', target)] : [loses('uncommitted')]
  }
  return args.unsure === undefined ? [local('update', 'index')] : [loses('uncommitted')]
}

/** What is stashed leaves the working tree, and comes back only by git, while nobody drops it. */
function stash(args: Arguments, paths: readonly Field[]): readonly Touch[] {
  const untracked = has(args, '-u', '-a') ? [loses('untracked', paths)] : []
  const ignored = has(args, '-a') ? [loses('ignored', paths)] : []
  return [local('create', 'stash'), loses('uncommitted', paths), ...untracked, ...ignored]
}

function clean(args: Arguments): readonly Touch[] {
  if (!has(args, '-f', '-i')) return args.unsure === undefined ? [] : [loses('untracked', args.operands)]
  const ignored = has(args, '-x', '-X') ? [loses('ignored', args.operands)] : []
  return has(args, '-X') ? ignored : [loses('untracked', args.operands), ...ignored]
}

function branch(args: Arguments): readonly Touch[] {
  const { operands } = args
  if (has(args, '-D') || (has(args, '-d') && has(args, '-f')))
    return operands.map((field) => object('delete', ['git', 'branch'], field, { where: 'workspace', undo: 'U3' }))
  if (has(args, '-d')) return operands.map((field) => local('delete', 'branch', field))
  if (operands.length === 0 || has(args, '-l', '-a', '-r', '--contains', '--merged', '--no-merged')) return []
  return [local(has(args, '-m', '-M', '-f', '-C') ? 'update' : 'create', 'branch', operands[0])]
}

function tag(args: Arguments): readonly Touch[] {
  const { operands } = args
  if (has(args, '-d')) return operands.map((field) => local('delete', 'tag', field))
  if (operands.length === 0 || has(args, '-l', '-v', '-n', '--contains', '--no-contains', '--merged', '--points-at'))
    return []
  return [local(has(args, '-f') ? 'update' : 'create', 'tag', operands[0])]
}

/** `ext::` transports run a command; others are fetched from. */
function fetches(args: Arguments): readonly Touch[] {
  return args.operands.slice(0, 1).flatMap(transport)
}

function transport(url: Field): readonly Touch[] {
  if (/^ext::/.test(url.text)) return [external(url)]
  if (/^(?:fd|file|remote-\w+)::/.test(url.text)) return [opaque('a git transport that runs a program')]
  if (url.text === '' && url.unknown !== undefined) return []
  const remote = /^(?:https?|ssh|git|ftps?):\/\/|^[\w.-]+@[\w.-]+:/.test(url.text)
  if (remote)
    return [
      {
        kind: 'host',
        verb: 'read',
        host: { ...url, text: url.text.replace(/^(?:[a-z]+:\/\/)?(?:[^/@]*@)?/, '').replace(/[/:].*$/, '') },
      },
    ]
  return looksLikePath(url) ? [path('read', url)] : []
}

/** `ext::` starts a program without a shell: spaces part its arguments, `% ` is a space. */
function external(url: Field): Touch {
  // `%S` and its kin are filled in by what git asks for.
  if (url.unknown !== undefined || /%[GSV]/.test(url.text)) return opaque('a git transport that runs a program')
  const words = url.text.slice(5).match(/(?:%.|[^\s%])+/g) ?? []
  return run(words.map((word) => known(word.replace(/%([% ])/g, '$1'))))
}

const READING =
  /^(?:status|log|show|diff\S*|rev-parse|rev-list|ls-\S+|cat-file|describe|branch|tag|blame|grep|shortlog|for-each-ref|config|remote|fetch|fsck|archive|bundle|count-objects|merge-base|name-rev|version|help)$/

/** Another repository than the one of the folder: what moves there is that one's. */
function elsewhere(args: Arguments): readonly Touch[] {
  const folder = value(args, '--git-dir')
  if (folder === undefined || /^(?:\.\/)?\.git\/?$/.test(folder.text)) return []
  return READING.test(args.operands[0]?.text ?? '') ? [] : [path('update', folder, { tree: true })]
}

function clone(args: Arguments): readonly Touch[] {
  const [url, target] = args.operands
  if (url === undefined) return []
  if (/^\w+::/.test(url.text)) return transport(url)
  const name = basename(url)
  const folder = target ?? { ...name, text: name.text.replace(/\.git$/, '').replace(/^.*:/, '') }
  return [...forcedConfig(args), ...transport(url), path('create', folder, NEW)]
}

function aliased(args: Arguments, given: readonly Field[]): readonly Touch[] {
  const word = literal(given[0] ?? known('')) ?? ''
  for (const setting of args.values.get('-c') ?? []) {
    const prefix = `alias.${word}=`
    if (setting.text.toLowerCase().startsWith(prefix)) {
      const text = { ...setting, text: setting.text.slice(prefix.length) }
      if (text.text.startsWith('!')) return [shell({ ...text, text: text.text.slice(1) })]
      return [run([known('git'), ...text.text.split(' ').map(known), ...given.slice(1)])]
    }
  }
  return [run([known(`git-${word}`), ...given.slice(1)])]
}
