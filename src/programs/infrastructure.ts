import { known } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, CommandLine, Family, Program, Touch } from './grammar.ts'
import { planned } from './preview.ts'
import { drive, dry, OWN, READS } from './shape.ts'
import { object, path, run } from './touch.ts'

const KUBECTL_OPTIONS =
  '-n,--namespace=data --context=data --kubeconfig=data --cluster=data --user=data -s,--server=data --token=data --as=data --as-group=data --as-uid=data --request-timeout=data --cache-dir=data --certificate-authority=data --client-certificate=data --client-key=data --tls-server-name=data -v,--v=data --profile=data --profile-output=write --kuberc=read --log-flush-frequency=data -l,--selector=data -o,--output=data -f,--filename=read -k,--kustomize=read -c,--container=data --field-selector=data --sort-by=data --dry-run=?data --grace-period=data --timeout=data --cascade=?data --since=data --tail=data --for=data -A,--all-namespaces -w,--watch --all --force --now -R,--recursive --image=data --replicas=data -p,--patch=data --type=data -i -t -it'

const TERRAFORM: Program = {
  preview: planned,
  system: 'terraform',
  style: 'stop',
  options: '-chdir=cwd',
  verbs: {
    'plan show output validate providers graph version console login-status metadata state-list test help -': {
      style: 'single',
      options:
        '-out=write -var=data -var-file=read -state=data -target=data -generate-config-out=write -json -no-color -destroy -refresh-only',
    },
    fmt: {
      style: 'single',
      options: '-check -diff -recursive -write=data',
      touches: () => [{ kind: 'task', name: 'fmt' }],
    },
    'init get': {
      style: 'single',
      options:
        '-backend-config=data -upgrade -reconfigure -migrate-state -input=data -from-module=data -plugin-dir=read',
      touches: (args) =>
        has(args, '-migrate-state')
          ? [object('update', ['terraform', 'state'], known(''), { where: 'remote', traits: ['stateful'] })]
          : [
              object('create', ['terraform', 'modules'], known(''), {
                where: 'workspace',
                undo: 'U2',
                traits: ['rebuildable'],
              }),
            ],
    },
    state: { verbs: { 'list show pull identities': READS, '* -': { object: 'update state remote stateful' } } },
    workspace: {
      verbs: {
        'list show select': READS,
        delete: { object: 'delete workspace remote U4 stateful' },
        '* -': { object: 'create workspace remote' },
      },
    },
    apply: {
      style: 'single',
      options:
        '-var=data -var-file=read -state=data -target=data -replace=data -parallelism=data -lock=data -auto-approve -destroy -refresh-only -input=data',
      touches: (args) => [
        object(
          has(args, '-destroy') ? 'delete' : 'update',
          ['terraform', 'infrastructure'],
          value(args, '-target') ?? known('all of this configuration'),
          { where: 'remote', traits: ['stateful'] },
        ),
      ],
    },
    destroy: {
      style: 'single',
      options: '-var=data -var-file=read -target=data -auto-approve -state=data',
      touches: (args) => [
        object(
          'delete',
          ['terraform', 'infrastructure'],
          value(args, '-target') ?? known('all of this configuration'),
          { where: 'remote', undo: 'U4', traits: ['stateful'] },
        ),
      ],
    },
    'login logout': OWN,
    '*': {
      style: 'single',
      options: '-lock=data -state=data -var=data -allow-missing',
      object: 'update state remote stateful',
    },
  },
}

export const INFRASTRUCTURE: Family = {
  'kubectl oc k microk8s.kubectl': drive(['kubectl', 0, '--dry-run=client'], KUBECTL_OPTIONS, {
    'get describe logs log top explain version cluster-info api-resources api-versions events diff wait options completion plugin kustomize status whoami projects help -':
      READS,
    auth: { verbs: { 'can-i whoami -': READS, '*': { object: 'grant rbac remote' } } },
    // Plug-ins that come with `krew`.
    krew: { depth: 0, loose: true },
    'neat ctx ns tree who-can score resource-capacity stern': READS,
    config: {
      verbs: {
        view: {
          options: '--raw',
          touches: (args) =>
            has(args, '--raw')
              ? [object('read', ['kubectl', 'credentials'], known(''), { where: 'host', traits: ['secret'] })]
              : [],
        },
        'current-context get-contexts get-clusters get-users': READS,
        '* -': OWN,
      },
    },
    rollout: { verbs: { 'status history': READS, '*': { object: 'update deployment remote' } } },
    'port-forward proxy attach': { object: 'execute pod remote' },
    exec: { style: 'stop', touches: (args) => within(args) },
    cp: { touches: kubectlCopy },
    run: {
      loose: true,
      touches: (args) => [object('create', ['kubectl', 'pod'], args.operands[0], { where: 'remote' })],
    },
    apply: {
      loose: true,
      verbs: { 'view-last-applied': READS },
      touches: (args) =>
        dry(args) || args.operands[0]?.text === 'view-last-applied'
          ? []
          : [
              object(
                has(args, '--prune') ? 'delete' : 'update',
                ['kubectl', 'manifest'],
                value(args, '-f') ?? value(args, '-k'),
                { where: 'remote' },
              ),
            ],
    },
  }),
  'helm helmfile helm3': drive(
    ['helm', 0, '--dry-run'],
    '-n,--namespace=data --kube-context=data --kubeconfig=data --set=data --set-string=data --set-file=data -f,--values=read --version=data --repo=data --timeout=data -o,--output=data --create-namespace --dry-run=?data --wait --atomic -i,--install -e,--environment=data -l,--selector=data',
    {
      'list ls get status history show inspect search template lint env version verify completion help diff list-releases write-values build deps -':
        READS,
      'repo plugin registry': { verbs: { 'list ls': READS, '*': OWN } },
      'dependency dep': { object: 'update chart workspace U2' },
      'create package pull fetch': {
        options: '-d,--destination=write --untardir=write',
        object: 'create chart workspace U2',
      },
      'uninstall delete del un destroy': {
        loose: true,
        touches: (args) =>
          dry(args)
            ? []
            : args.operands.map((name) => object('delete', ['helm', 'release'], name, { where: 'remote' })),
      },
      'upgrade rollback': {
        loose: true,
        touches: (args) =>
          dry(args) ? [] : [object('update', ['helm', 'release'], args.operands[0], { where: 'remote' })],
      },
      install: {
        loose: true,
        touches: (args) =>
          dry(args) ? [] : [object('create', ['helm', 'release'], args.operands[0], { where: 'remote' })],
      },
    },
  ),
  'terraform tofu': TERRAFORM,
  terragrunt: {
    ...TERRAFORM,
    options: '-chdir,--terragrunt-working-dir,--working-dir=cwd',
    verbs: {
      ...TERRAFORM.verbs,
      'run-all run': {
        touches: (args) =>
          /^(?:plan|validate|output|show|init|fmt|graph)$/.test(args.operands[0]?.text ?? '')
            ? []
            : [
                object(
                  args.operands[0]?.text === 'destroy' ? 'delete' : 'update',
                  ['terraform', 'infrastructure'],
                  known('all modules'),
                  { where: 'remote', traits: ['stateful'] },
                ),
              ],
      },
      'hclfmt hcl find list render dag backend-help': READS,
    },
  },
  cdktf: drive(['terraform', 0], '', { 'synth get init list diff output debug provider convert': READS }),
  cdk: drive(['cdk', 0], '--app,-a=data -c,--context=data --profile=data -o,--output=write', {
    'synth synthesize ls list diff doctor metadata docs init notices acknowledge flags drift': READS,
  }),
  pulumi: drive(['pulumi', 0, '--preview-only'], '-s,--stack=data -C,--cwd=cwd -y,--yes --color=data', {
    'preview pre logs about whoami version gen-completion schema plugin console help install new convert package -':
      READS,
    config: { verbs: { '- get': READS, '*': { object: 'update config workspace U2' } } },
    stack: {
      verbs: {
        'ls list - output graph history export tag': READS,
        select: READS,
        'rm remove': { object: 'delete stack remote U4 stateful' },
        init: { object: 'create stack remote' },
        '*': { object: 'update stack remote' },
      },
    },
    'policy org env': { depth: 0, loose: true },
    'login logout': OWN,
    'up update': {
      loose: true,
      touches: (args) => [
        object('update', ['pulumi', 'stack'], value(args, '-s') ?? known('the current stack'), { where: 'remote' }),
      ],
    },
    'destroy down': {
      loose: true,
      touches: (args) =>
        has(args, '--preview-only')
          ? []
          : [
              object('delete', ['pulumi', 'stack'], value(args, '-s') ?? known('the current stack'), {
                where: 'remote',
                undo: 'U4',
                traits: ['stateful'],
              }),
            ],
    },
  }),
  'sam copilot-cli': drive(['aws', 0], '--stack-name=data --region=data --profile=data -t=data', {
    'init build validate local package logs list -': { touches: () => [{ kind: 'task', name: 'sam' }] },
  }),
  'serverless sls': drive(['serverless', 0], '-s,--stage=data -r,--region=data -f=data', {
    'info logs print package offline metrics create doctor support': READS,
  }),
  'ansible ansible-playbook ansible-pull': {
    options:
      '-i,--inventory=data -e,--extra-vars=data -l,--limit=data -t,--tags=data --skip-tags=data -m,--module-name=data -a,--args=data -u=data -C,--check -D,--diff --syntax-check --list-hosts --list-tasks --list-tags --vault-password-file=read --private-key=data -f=data -K -k -b -v',
    dry: '-C --syntax-check --list-hosts --list-tasks --list-tags',
    touches: ansible,
  },
  'ansible-galaxy': {
    verbs: {
      'role collection': {
        verbs: { 'search list info verify init': READS, '*': { object: 'create collection workspace U2 rebuildable' } },
      },
      '*': { object: 'create collection workspace U2 rebuildable' },
    },
  },
  'ansible-inventory ansible-doc ansible-config': READS,
  'ansible-vault': {
    options: '--vault-password-file=read --output=write --vault-id=data',
    verbs: {
      view: { touches: ({ operands }) => operands.map((field) => path('read', field, { traits: ['secret'] })) },
      'encrypt_string -': READS,
      'create decrypt edit encrypt rekey': { operands: 'update…' },
    },
  },
}

function within(args: Arguments): readonly Touch[] {
  const [pod, ...rest] = args.operands
  const command = rest[0]?.text === '--' ? rest.slice(1) : rest
  const name = pod ?? known('')
  return [
    object('execute', ['kubectl', 'pod'], name, { where: 'remote' }),
    ...(command.length === 0 ? [] : [run(command, { elsewhere: { name: `pod ${name.text}`, where: 'remote' } })]),
  ]
}

function kubectlCopy({ operands }: Arguments): readonly Touch[] {
  const [source, target] = operands
  if (source === undefined || target === undefined) return []
  if (/^[\w./-]+:/.test(target.text))
    return [path('read', source, { tree: true }), object('update', ['kubectl', 'pod'], target, { where: 'remote' })]
  return [path('create', target, { tree: true })]
}

/** Modules of `ansible -m` that only ask. */
const ASKS =
  /^(?:(?:ansible\.builtin\.)?(?:ping|setup|debug|stat|gather_facts|slurp|find|getent|service_facts|package_facts))$/

function ansible(args: Arguments, line: CommandLine): readonly Touch[] {
  const module = value(args, '-m')
  if (line.name === 'ansible' && module !== undefined && ASKS.test(module.text)) return []
  const books = line.name === 'ansible-playbook' ? args.operands.map((field) => path('read', field)) : []
  return [
    ...books,
    object('update', ['ansible', 'hosts'], value(args, '-l') ?? value(args, '-i') ?? args.operands[0], {
      where: 'remote',
    }),
  ]
}
