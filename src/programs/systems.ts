import { known } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, CommandLine, Family, Touch } from './grammar.ts'
import { drive, dry, OWN, READS } from './shape.ts'
import { hostOf, object, run } from './touch.ts'

export const SYSTEMS: Family = {
  vault: drive(['vault', 0], '-address=data -namespace=data -field=data -format=data -mount=data -path=data', {
    'read list status login version path-help print token-lookup unwrap -': READS,
    'kv secrets auth policy token lease audit operator namespace plugin': { depth: 0, loose: true },
  }),
  'consul nomad boundary waypoint packer': drive(['hashicorp', 0], '-address=data -namespace=data -token=data', {
    'members info version validate inspect fmt plan status monitor catalog console plugins eval -': READS,
    'kv job node alloc acl config intention snapshot operator system namespace var services sessions targets': {
      depth: 0,
      loose: true,
    },
    build: { touches: () => [{ kind: 'task', name: 'packer build' }] },
    init: READS,
  }),
  'gitlab-runner gitlab-rails gitlab-ctl gitlab-rake': drive(['gitlab', 0], '', {
    'list status verify --version': READS,
    runner: {
      touches: ({ operands }) =>
        operands
          .slice(-1)
          .flatMap((text): Touch[] => [
            { kind: 'code', language: 'ruby', text },
            object('update', ['gitlab', 'data'], known(''), { where: 'remote' }),
          ]),
    },
  }),
  'flyctl fly': drive(['fly', 'deep'], '--app,-a=data -c,--config=read -o,--org=data -r,--region=data', {
    'status logs version info releases doctor platform dashboard open history services ssh-keys checks help -': READS,
    'ssh console': { object: 'execute machine remote' },
    'deploy launch destroy scale restart resume suspend move': {
      loose: true,
      touches: (args, line) => appVerb('fly', args, line),
    },
  }),
  heroku: drive(['heroku', 0], '--app,-a=data -r,--remote=data -t,--team=data', {
    'apps config ps logs releases addons domains pg pipelines status version help whoami regions stack certs info list labs features plugins access auth:whoami -':
      READS,
    run: {
      style: 'stop',
      options: '--app,-a=data',
      touches: ({ operands }) =>
        operands.length === 0
          ? [object('execute', ['heroku', 'dyno'], known(''), { where: 'remote' })]
          : [
              run(operands, { elsewhere: { name: 'heroku', where: 'remote' } }),
              object('execute', ['heroku', 'dyno'], operands[0], { where: 'remote' }),
            ],
    },
    'auth:token': { object: 'read token host secret' },
    local: { touches: () => [{ kind: 'task', name: 'Procfile' }] },
    'login logout auth:login auth:logout': OWN,
  }),
  'vercel now': drive(['vercel', 0], '-t,--token=data -S,--scope=data -A,--local-config=read --cwd=cwd -Q=data', {
    'ls list inspect logs whoami bisect help telemetry': READS,
    'build dev init link switch git': { touches: () => [{ kind: 'task', name: 'vercel' }] },
    'login logout': OWN,
    'env dns domains alias certs teams secrets project projects integration blob': { depth: 0, loose: true },
    '-': { object: 'update deployment remote' },
  }),
  'netlify ntl': drive(['netlify', 0], '-s,--site=data --auth=data --filter=data', {
    'status list open help watch completion recipes': READS,
    'build dev serve init link unlink switch': { touches: () => [{ kind: 'task', name: 'netlify' }] },
    'login logout': OWN,
    deploy: { loose: true, options: '-d,--dir=data -p,--prod -m=data', object: 'update deployment remote' },
  }),
  wrangler: drive(
    ['cloudflare', 'deep'],
    '-c,--config=read -e,--env=data --cwd=cwd --name=data --namespace-id=data --binding=data --local --remote --preview',
    {
      'whoami tail docs types version': READS,
      'dev build init generate check': { touches: () => [{ kind: 'task', name: 'wrangler' }] },
      'login logout': OWN,
      pages: { depth: 0, loose: true, verbs: { 'dev functions': READS } },
      'deploy publish': {
        loose: true,
        options: '--outdir=write',
        touches: (args, line) => appVerb('cloudflare', args, line),
      },
    },
  ),
  supabase: drive(['supabase', 'deep'], '--project-ref=data --workdir=cwd --db-url=data -p=data', {
    'init start stop status login logout link unlink gen test bootstrap services completion help': {
      touches: () => [{ kind: 'task', name: 'supabase' }],
    },
    db: { loose: true, touches: supabase },
  }),
  firebase: drive(['firebase', 0], '-P,--project=data --only=data -c=read', {
    'projects:list apps:list use open list init serve emulators:start emulators:exec login:list functions:log functions:list hosting:channel:list help':
      READS,
    'login logout': OWN,
  }),
  stripe: drive(['stripe', 'deep'], '--api-key=data -p,--project-name=data -d,--data=data', {
    'version help listen logs status samples open config resources completion': READS,
    'login logout': OWN,
    get: READS,
    'delete post': { loose: true, touches: (args, line) => appVerb('stripe', args, line) },
  }),
  'doctl linode-cli hcloud vultr-cli scw exo civo oci ibmcloud aliyun tccli openstack upctl ovhcli yc packet metal':
    drive(['cloud', 'deep'], '-t,--access-token=data --context=data -o,--output=data --format=data --profile=data'),
  'railway render neon neonctl turso planetscale pscale koyeb scalingo porter northflank zeabur eb platform upsun convex amplify appwrite hasura nhost directus-cli qovery coolify kamal dokku cap':
    drive(
      ['platform', 'deep'],
      '--project=data --service=data -e,--environment=data --project-id=data -s=data -p=data',
      {
        'login logout init link unlink dev': OWN,
        'whoami status logs list open version help docs domain events -': READS,
        run: { style: 'stop', operands: 'command' },
      },
    ),
  'fastly circleci buildkite bk drone tkn argocd argo flux istioctl linkerd kn rancher velero kubeadm k0s k0sctl talosctl kops clusterctl crossplane kubefed kustomize-cli cilium calicoctl rosa':
    drive(
      ['platform', 'deep'],
      '-t,--token=data -s,--service-id=data --version=data -n,--namespace=data --context=data --kubeconfig=data',
    ),
  'newrelic datadog-ci sentry-cli pd grafana-cli grafanactl honeycomb opsgenie logcli promtool amtool uptimerobot':
    drive(
      ['monitoring', 'deep'],
      '-o,--org=data -p,--project=data --auth-token=data --api-key=data --account-id=data',
      {
        'releases info login debug-files sourcemaps upload-dif bash-hook monitor send-event': { depth: 0, loose: true },
        'query check test show list config -': READS,
      },
    ),
  'twilio sendgrid mailgun mailchimp postmark algolia contentful sanity segment launchdarkly ldcli flipt unleash square shopify paypal braintree plaid hubspot zendesk intercom auth0 okta clerk workos ory hydra kratos cx':
    drive(
      ['service', 'deep'],
      '-p,--profile,--project=data --environment=data --space-id=data --namespace=data -o=data',
      {
        'link server dev help version -': READS,
        config: { verbs: { 'get list ls show view use current -': READS, '*': OWN } },
        'login logout init': OWN,
      },
    ),
  'kafka-topics kafka-topics.sh kafka-consumer-groups kafka-consumer-groups.sh kafka-configs kafka-configs.sh kafka-acls kafka-acls.sh kafka-delete-records kafka-delete-records.sh kafka-reassign-partitions kafka-streams-application-reset':
    {
      loose: true,
      options:
        '--bootstrap-server=data --zookeeper=data --topic=data --group=data --command-config=read --entity-name=data --entity-type=data',
      touches: kafka,
    },
  'kafka-console-producer kafka-console-producer.sh kcat kafkacat': {
    options: '-b=data -t=data -P -C -L --topic=data --bootstrap-server=data',
    touches: (args, line) =>
      has(args, '-C', '-L')
        ? []
        : [
            object('create', ['kafka', 'message'], value(args, '--topic') ?? value(args, '-t'), {
              where: 'remote',
              ...(line.piped ? { why: 'messages from its input' } : {}),
            }),
          ],
  },
  'kafka-console-consumer kafka-console-consumer.sh': READS,
  'nats rabbitmqctl rabbitmqadmin rabbitmq-plugins pulsar-admin pulsarctl rpk confluent activemq mosquitto_pub': drive(
    ['broker', 'deep'],
    '-s,--server=data --context=data -n,--node=data -p,--vhost=data -H=data -u=data',
    {
      'status list_queues list_exchanges list_bindings list_users list_vhosts list_connections list_channels list_consumers list_permissions list_policies list_parameters cluster_status environment report ping version bench latency rtt sub reply events -':
        READS,
      'pub publish request req': { loose: true, object: 'create message remote' },
    },
  ),
  'op doppler bw rbw lpass keepassxc-cli secret-tool': drive(
    ['secrets', 'deep'],
    '-p,--project=data -c,--config=data --vault=data --account=data --env-file=data',
    {
      run: {
        style: 'stop',
        options: '-p,--project=data -c,--config=data --env-file=data --command=shell',
        operands: 'command',
      },
      'login signin signout logout unlock lock sync setup configure': OWN,
      secrets: { depth: 0, loose: true, verbs: { '-': { object: 'read secret remote secret' } } },
      'read inject whoami status generate list get search -': READS,
    },
  ),
  'adb fastboot': {
    options: '-s=data -t=data -d -e -H=data -P=data',
    verbs: {
      'devices logcat get-state get-serialno version help bugreport start-server kill-server connect disconnect forward reverse wait-for-device pull getvar -':
        READS,
      shell: {
        style: 'stop',
        touches: ({ operands }) =>
          operands.length === 0 ? [] : [run(operands, { elsewhere: { name: 'device', where: 'remote' } })],
      },
      'install push sideload': { object: 'create app host U2' },
      '*': { object: 'delete app host' },
    },
  },
  xcrun: {
    style: 'stop',
    options: '--sdk=data -sdk=data -f -find=data --show-sdk-path',
    touches: ({ operands }) => (operands.length === 0 ? [] : [run(operands)]),
  },
  simctl: {
    verbs: {
      'list boot shutdown launch terminate install openurl get_app_container io spawn getenv status_bar ui push privacy addmedia help -':
        READS,
      'create clone rename pair': { object: 'create simulator host U2' },
      '*': { object: 'delete simulator host' },
    },
  },
  devicectl: { depth: 'deep', system: 'device', where: 'host', loose: true },
}

/** A verb that needs no group: the app is an option or the word behind it. */
function appVerb(system: string, args: Arguments, line: CommandLine): readonly Touch[] {
  const name = value(args, '--app') ?? value(args, '--name') ?? args.operands[0]
  if (dry(args)) return []
  return [
    object(/destroy|delete|suspend/.test(line.name) ? 'delete' : 'update', [system, 'app'], name, { where: 'remote' }),
  ]
}

/** `db reset` without `--linked` is the local copy. */
function supabase(args: Arguments): readonly Touch[] {
  const word = args.operands[0]?.text ?? ''
  if (/^(?:diff|lint|dump|pull|start|test|)$/.test(word)) return []
  const remote = has(args, '--linked', '--db-url') || word === 'push'
  return [
    object(word === 'reset' ? 'delete' : 'update', ['supabase', 'database'], known(''), {
      where: remote ? 'remote' : 'host',
      traits: ['stateful'],
    }),
  ]
}

/** Kafka's tools say with flags what they do. */
function kafka(args: Arguments, line: CommandLine): readonly Touch[] {
  const name = value(args, '--topic') ?? value(args, '--group') ?? value(args, '--entity-name')
  if (has(args, '--list', '--describe', '--verify') && !has(args, '--delete', '--alter', '--create')) return []
  const deletes = has(args, '--delete', '--reset-offsets') || /delete-records|reset/.test(line.name)
  return [
    object(
      deletes ? 'delete' : 'update',
      ['kafka', has(args, '--group') ? 'group' : 'topic'],
      name ?? hostOf(value(args, '--bootstrap-server') ?? known('')),
      { where: 'remote', traits: ['stateful'] },
    ),
  ]
}
