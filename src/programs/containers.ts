import { type Field, known } from '../lang/field.ts'
import { compileGrammar, has, parseArguments, value } from './arguments.ts'
import type { Arguments, CommandLine, Elsewhere, Family, Program, Touch } from './grammar.ts'
import { cut, object, path, run } from './touch.ts'

const READS: Program = {}
const REBUILT: Program = { object: 'update container host U2' }

const RUN_OPTIONS =
  '-v,--volume=data --mount=data -e,--env=data --env-file=data -p,--publish=data -w,--workdir=data -u,--user=data -l,--label=data --label-file=read -h,--hostname=data --name=data --network,--net=data --network-alias=data --entrypoint=data --platform=data --pull=data --restart=data -m,--memory=data --memory-swap=data --cpus=data -c,--cpu-shares=data --cpuset-cpus=data --cap-add=data --cap-drop=data --device=data --security-opt=data --pid=data --ipc=data --userns=data --uts=data --cgroupns=data --cgroup-parent=data --volumes-from=data --tmpfs=data --add-host=data --dns=data --dns-search=data --expose=data --gpus=data --health-cmd=data --health-interval=data --health-retries=data --health-timeout=data --init --ip=data --isolation=data --link=data --log-driver=data --log-opt=data --mac-address=data --oom-score-adj=data --pids-limit=data --runtime=data --shm-size=data --stop-signal=data --stop-timeout=data --storage-opt=data --sysctl=data --ulimit=data --volume-driver=data --cidfile=write --annotation=data --group-add=data -a,--attach=data --detach-keys=data --blkio-weight=data --privileged=?data -d,--detach -i,--interactive -t,--tty --rm -P,--publish-all --read-only -q,--quiet --index=data --service-ports --no-deps --build'

const RUN_GRAMMAR = compileGrammar({ options: RUN_OPTIONS }, '')

/** `run`, `create`: judged by what of the host it is given. */
const RUN: Program = {
  style: 'stop',
  options: RUN_OPTIONS,
  touches: (args, line) => [
    object('create', ['docker', 'container'], value(args, '--name') ?? args.operands[0], {
      where: 'host',
      undo: 'U2',
      traits: ['rebuildable'],
    }),
    ...given(wholly(args, line)),
    ...inside(args, OWN),
  ],
}
const EXEC: Program = {
  style: 'stop',
  options: RUN_OPTIONS,
  touches: (args, line) => [...given(wholly(args, line)), ...inside(args, STANDING)],
}
const REMOVE: Program = {
  options: '-f,--force -v,--volumes -l,--link -s,--stop -a,--all -i --time=data',
  touches: (args) => [
    ...removed(args, 'container'),
    ...(has(args, '-v')
      ? [object('delete', ['docker', 'volume'], args.operands[0], { where: 'host', undo: 'U4', traits: ['stateful'] })]
      : []),
  ],
}
/** An image that is forced away may be the only one of its kind; another is pulled or built again. */
const REMOVE_IMAGE: Program = {
  options: '-f,--force -n,--no-prune --no-prune -a,--all -i',
  touches: (args) =>
    args.operands.map((field) =>
      object('delete', ['docker', 'image'], field, {
        where: 'host',
        ...(has(args, '-f') ? {} : { undo: 'U2' as const }),
      }),
    ),
}
const PUSH: Program = { object: 'update image remote U4 shared' }
const COPY: Program = { options: '-a -L -q', touches: copy }

const CONTAINER: Record<string, Program> = {
  'ps ls list logs inspect top stats port diff wait attach events history': READS,
  'run create': RUN,
  exec: EXEC,
  'start stop restart pause unpause rename update resize': REBUILT,
  kill: {
    options: '-s,--signal=data',
    touches: ({ operands }) => operands.map((name) => ({ kind: 'process', verb: 'delete', name, undo: 'U4' })),
  },
  'rm remove': REMOVE,
  prune: { object: 'delete stopped-containers host U4' },
  'commit checkpoint restore': { object: 'create image host U2' },
  cp: COPY,
  export: { options: '-o,--output=write', operands: 'data' },
}

const IMAGE: Record<string, Program> = {
  'images ls list history inspect search tree exists': READS,
  'build b bake': {
    options:
      '-f,--file=read -t,--tag=data -o,--output=data --build-arg=data --target=data --platform=data --secret=data --ssh=data --label=data --cache-from=data --cache-to=data --network=data --progress=data --iidfile=write --metadata-file=write --builder=data --build-context=data --set=data --push --load --no-cache --pull -q --provenance=data --sbom=data --allow=data --add-host=data --squash --shm-size=data --ulimit=data -m=data',
    touches: build,
  },
  'pull load import tag': {
    options: '-i,--input=read -a -q --platform=data',
    object: 'create image host U2 rebuildable',
  },
  save: { options: '-o,--output=write', operands: 'data' },
  push: PUSH,
  'rmi rm remove': REMOVE_IMAGE,
  prune: { object: 'delete unused-images host U2' },
}

const COMPOSE: Program = {
  before:
    '-f,--file=read -p,--project-name=data --project-directory=data --env-file=data --profile=data --ansi=data --progress=data --parallel=data --compatibility',
  verbs: {
    'ps ls logs config convert images top port events version stats wait attach volumes': READS,
    'up start stop restart create build pull pause unpause scale watch': {
      options: '--scale=data -t=data --build --profile=data',
      object: 'update containers host U2',
    },
    run: EXEC,
    exec: EXEC,
    down: {
      options: '-v,--volumes --rmi=data --remove-orphans -t,--timeout=data',
      touches: (args) => [
        object('delete', ['docker', 'containers'], known('of this project'), { where: 'workspace', undo: 'U2' }),
        ...(has(args, '-v')
          ? [
              object('delete', ['docker', 'volume'], known('of this project'), {
                where: 'host',
                undo: 'U4',
                traits: ['stateful'],
              }),
            ]
          : []),
      ],
    },
    rm: REMOVE,
    kill: REBUILT,
    push: PUSH,
    publish: PUSH,
    cp: COPY,
    '* -': READS,
  },
}

const DOCKER: Program = {
  before:
    '-H,--host=data -c,--context=data --config=data --connection=data --url=data -l,--log-level=data -D,--debug --tls --tlsverify --tlscacert=data -n,--namespace=data --remote -r',
  verbs: {
    'version info login-info help system-info search scout sbom -': READS,
    container: { verbs: { ...CONTAINER, '* -': READS } },
    image: { verbs: { ...IMAGE, '* -': READS } },
    ...CONTAINER,
    ...IMAGE,
    rmi: REMOVE_IMAGE,
    rm: REMOVE,
    'buildx builder': {
      verbs: {
        ...IMAGE,
        'ls inspect du version imagetools history': READS,
        'create use stop install uninstall': { object: 'update builder host U2' },
        'rm prune': { object: 'delete builder-cache host U2 rebuildable' },
        '* -': READS,
      },
    },
    volume: {
      verbs: {
        'ls list inspect exists': READS,
        create: { object: 'create volume host U2' },
        'rm remove prune': { options: '-f,--force -a,--all --filter=data', object: 'delete volume host U4 stateful' },
        '*': { object: 'update volume host' },
      },
    },
    network: { verbs: { 'ls list inspect exists': READS, '*': { object: 'update network host U2' } } },
    system: {
      verbs: {
        'df info events version connection': READS,
        prune: {
          options: '-a,--all -f,--force --volumes --filter=data',
          touches: (args) => [
            object('delete', ['docker', 'stopped-containers'], known(''), { where: 'host', undo: 'U4' }),
            ...(has(args, '--volumes')
              ? [
                  object('delete', ['docker', 'volume'], known('unused ones'), {
                    where: 'host',
                    undo: 'U4',
                    traits: ['stateful'],
                  }),
                ]
              : []),
          ],
        },
        '*': { object: 'delete engine host U4 stateful' },
      },
    },
    'machine pod play kube generate': {
      verbs: {
        'ls list ps inspect info logs top stats': READS,
        'rm remove prune reset destroy': { object: 'delete machine host U4' },
        '*': { object: 'update machine host U2' },
      },
    },
    context: { verbs: { 'ls list show inspect export': READS, '*': { object: 'update context host U2' } } },
    compose: COMPOSE,
    'login logout': { object: 'update login host' },
    'swarm service stack node secret config': { depth: 0, system: 'swarm', where: 'remote' },
    'manifest trust': { verbs: { 'inspect ls': READS, push: PUSH, '*': { object: 'update image host U2' } } },
    'plugin extension': { verbs: { 'ls inspect': READS, '*': { object: 'update plugin host' } } },
    '*': READS,
  },
  touches: elsewhere,
}

export const CONTAINERS: Family = {
  'docker podman nerdctl finch': DOCKER,
  'docker-compose podman-compose': COMPOSE,
  'docker-machine minikube kind k3d k3s colima lima limactl orb multipass vagrant virsh VBoxManage vboxmanage': {
    options: '-p,--profile=data --name=data -n=data',
    verbs: {
      'status list ls ps inspect info ssh-config get logs ip env dashboard version describe profile-list global-status port box plugin image service config url addons kubectl list-domains dominfo -':
        READS,
      'delete destroy rm remove undefine unregistervm prune purge nuke cluster-delete': {
        object: 'delete machine host U4 stateful',
      },
      '*': { object: 'update machine host U2' },
    },
  },
  'skopeo crane oras regctl': {
    verbs: {
      'inspect list-tags ls digest manifest config pull catalog discover export': READS,
      delete: { object: 'delete image remote U4 shared' },
      '*': PUSH,
    },
  },
  'buildah kaniko img': { verbs: { push: PUSH, '*': { object: 'update image host U2' } } },
  'ctr crictl': {
    verbs: {
      'ps images pods info inspect logs stats version list ls': READS,
      '*': { object: 'delete container host U4' },
    },
  },
}

const RIGHTS =
  /^(?:ALL|(?:CAP_)?(?:SYS_ADMIN|SYS_MODULE|SYS_RAWIO|SYS_BOOT|DAC_READ_SEARCH|NET_ADMIN|MAC_ADMIN|BPF|SYS_CHROOT))$/i

/** An option that is not listed may take the next word: then the options do not end where they seem to. */
function wholly(args: Arguments, line: CommandLine): Arguments {
  const { short, long } = RUN_GRAMMAR
  const unlisted = [...args.flags].some((flag) => !short.has(flag) && !long.has(flag))
  return unlisted ? parseArguments(line.args, { ...RUN_GRAMMAR, style: 'permute' }) : args
}

/** Rights, devices and folders of the host that a container is given. */
function given(args: Arguments): readonly Touch[] {
  const found: Touch[] = []
  const grant = (what: string): void =>
    void found.push(object('grant', ['docker', 'host-rights'], known(what), { where: 'host', undo: 'U4' }))
  if (has(args, '--privileged') && !/^(?:false|0)$/.test(value(args, '--privileged')?.text ?? ''))
    grant('all of the host')
  for (const name of ['--pid', '--ipc', '--userns', '--uts', '--cgroupns'])
    if (value(args, name)?.text === 'host' && name !== '--ipc' && name !== '--uts')
      grant(`${name.slice(2)} of the host`)
  for (const cap of args.values.get('--cap-add') ?? [])
    if (RIGHTS.test(cap.text) || cap.unknown !== undefined) grant(cap.text)
  for (const option of args.values.get('--security-opt') ?? [])
    if (/unconfined|label[=:]disable/.test(option.text)) grant(option.text)
  for (const device of args.values.get('--device') ?? []) found.push(path('grant', hostSide(device)))
  for (const volume of args.values.get('-v') ?? []) found.push(...mounted(volume))
  for (const mount of args.values.get('--mount') ?? []) found.push(...bound(mount))
  return found
}

function hostSide(field: Field): Field {
  const parts = cut(field, ':')
  return parts === undefined ? field : known(parts[0])
}

/** `/host/path:/inside[:ro]`; a name without a slash is a volume of the engine's own. */
function mounted(volume: Field): readonly Touch[] {
  const inside = /^(.*?):(\/[^:]*)(?::(.*))?$/.exec(volume.text)
  if (volume.unknown !== undefined && inside === null) {
    const { suffix } = volume.unknown
    const source = { ...volume, unknown: { ...volume.unknown, suffix: suffix.replace(/:.*$/, '') } }
    return [path(/:ro\b/.test(suffix) ? 'read' : 'update', source, { tree: true })]
  }
  const source = inside?.[1]
  if (source === undefined || !/^[./~]|^[a-z]:/i.test(source)) return []
  return [
    path(/(?:^|,)ro(?:,|$)/.test(inside?.[3] ?? '') ? 'read' : 'update', known(source === '~' ? '~/' : source), {
      tree: true,
    }),
  ]
}

function bound(mount: Field): readonly Touch[] {
  const parts = new Map(mount.text.split(',').map((part) => [part.split('=')[0], part.split('=')[1] ?? '']))
  const source = parts.get('source') ?? parts.get('src')
  if (parts.get('type') !== 'bind' || source === undefined) return []
  const field = mount.unknown === undefined ? known(source) : { ...mount, text: source }
  return [path(parts.has('readonly') || parts.has('ro') ? 'read' : 'update', field, { tree: true })]
}

/** What runs in the container: the words behind the image or the container's name. */
function inside(args: Arguments, lasts: Pick<Elsewhere, 'where' | 'undo'>): readonly Touch[] {
  const [name, ...command] = args.operands
  const entry = value(args, '--entrypoint')
  const argv = entry === undefined ? command : [entry, ...command]
  const elsewhere = { name: `container ${name?.text ?? ''}`, ...lasts }
  return name === undefined || argv.length === 0 ? [] : [run(argv, { elsewhere })]
}

/** What a container of the command's own loses was its own; what it was given of the host is a touch of its own. */
const OWN = { where: 'workspace', undo: 'U2' } as const
/** One that stands holds what others may need. */
const STANDING = { where: 'host' } as const

function removed(args: Arguments, type: string): readonly Touch[] {
  const names = args.operands.length === 0 ? [known('of this project')] : args.operands
  return names.map((field) => object('delete', ['docker', type], field, { where: 'host', undo: 'U4' }))
}

/** `cp CONTAINER:path local` and back. */
function copy({ operands }: Arguments): readonly Touch[] {
  const [source, target] = operands
  if (source === undefined || target === undefined) return []
  const isInside = (field: Field): boolean => /^[\w.-]+:/.test(field.text)
  const touches: Touch[] = isInside(source) || source.text === '-' ? [] : [path('read', source, { tree: true })]
  if (isInside(target))
    return [...touches, object('update', ['docker', 'container'], target, { where: 'host', undo: 'U2' })]
  return target.text === '-' ? touches : [...touches, path('create', target, { tree: true })]
}

function build(args: Arguments): readonly Touch[] {
  const touches: Touch[] = [
    object('create', ['docker', 'image'], value(args, '-t'), { where: 'host', undo: 'U2', traits: ['rebuildable'] }),
  ]
  const output = value(args, '-o')
  const folder =
    output === undefined
      ? undefined
      : (/(?:^|,)dest=([^,]+)/.exec(output.text)?.[1] ?? (/=/.test(output.text) ? undefined : output.text))
  if (folder !== undefined) touches.push(path('create', known(folder), { tree: true }))
  if (has(args, '--push') || /type=registry|push=true/.test(output?.text ?? ''))
    touches.push(
      object('update', ['docker', 'image'], value(args, '-t'), { where: 'remote', undo: 'U4', traits: ['shared'] }),
    )
  return touches
}

/** An engine on another host: what is done there is done remotely. */
function elsewhere(args: Arguments): readonly Touch[] {
  const host = value(args, '-H') ?? value(args, '--url')
  const context = value(args, '-c')
  const verb = args.operands.map((field) => field.text)
  const remote =
    (host !== undefined && !/^unix:/.test(host.text)) ||
    (context !== undefined && !/^(?:default|desktop-linux|orbstack|colima|rootless)$/.test(context.text))
  if (
    !remote ||
    /^(?:ps|ls|images|logs|inspect|version|info|stats|top|port|events)$/.test(verb[0] ?? 'ps') ||
    /^(?:ls|list|inspect|ps|logs)$/.test(verb[1] ?? '')
  )
    return []
  return [object('update', ['docker', 'engine'], host ?? context, { where: 'remote' })]
}
