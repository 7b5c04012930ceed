import type { Verb } from '../core/effect.ts'

/** What a verb of a command line does. */
export interface Meaning {
  readonly verb: Verb
  /** What it is done to, where the word says so: `stack` in `delete-stack`. */
  readonly noun: string
  /** It destroys, in any program's language. */
  readonly irreversible: boolean
  /** The word is as often a noun (`logs`, `version`, `deploy`): a clearer word behind it counts instead. */
  readonly soft: boolean
}

const READ =
  'list ls ll get download describe show view inspect search find lookup query diff compare check validate verify lint preview explain whoami help top tail cat head wait watch browse count print ping health doctor completion completions outdated why read peek scan estimate simulate lookup select summarize sample follow info stat doc docs dump display fetch retrieve exists exist test can-i api-resources api-versions cluster-info getconf current which where env-list whereis whatis man resolve trace dry-run ps stream-logs list-only batch-get'
const SOFT_READ =
  'log logs events history stats tree status version versions template templates plan plans config event metric metrics usage audit audits output outputs report reports graph console dashboard state monitor monitors schema query env'
const DELETE =
  'delete del destroy drop purge terminate wipe reset erase nuke obliterate deprovision deregister unregister flushall flushdb truncate teardown annihilate shred destroyall dropdb expunge'
/** They take away too, but what they take away is as often only a reference that can be put back. */
const REMOVE =
  'remove rm rmdir rmi rb uninstall flush empty forget discard decommission detach disassociate untag unassign unset disable deactivate prune unlink revoke dismiss reject kill abort cancel unsubscribe clear invalidate trash cleanup'
const CREATE =
  'create new add insert make mk mb generate import register provision publish upload send submit invite clone fork allocate request subscribe enqueue init install open post copy cp duplicate reserve order purchase buy'
const UPDATE =
  'update set edit modify change patch apply scale rename move mv replace enable start stop restart reboot resume suspend pause put upsert sync mirror migrate rollback promote upgrade downgrade attach associate annotate label tag assign refresh rotate activate archive cordon uncordon drain taint mark bind transfer switch failover merge close reopen lock unlock approve write save commit unarchive link resize restore reload redeploy reconfigure modify-in-place'
const SOFT_UPDATE = 'issue deploy release build backup restore push up down sync domains run jobs schedule'
const GRANT = 'grant authorize share assume allow permit login-as chmod trust impersonate'
const EXECUTE = 'exec execute invoke ssh eval call shell attach-shell'

const NONE = { noun: '', irreversible: false, soft: false }

const WORDS: ReadonlyMap<string, Meaning> = new Map([
  ...words(SOFT_UPDATE, { ...NONE, verb: 'update', soft: true }),
  ...words(UPDATE, { ...NONE, verb: 'update' }),
  ...words(CREATE, { ...NONE, verb: 'create' }),
  ...words(GRANT, { ...NONE, verb: 'grant' }),
  ...words(EXECUTE, { ...NONE, verb: 'execute' }),
  ...words(REMOVE, { ...NONE, verb: 'delete' }),
  ...words(DELETE, { ...NONE, verb: 'delete', irreversible: true }),
  ...words(SOFT_READ, { ...NONE, verb: 'read', soft: true }),
  ...words(READ, { ...NONE, verb: 'read' }),
])

function words(list: string, meaning: Meaning): [string, Meaning][] {
  return list.split(' ').map((word) => [word, meaning])
}

/** Words before a verb that don't change what it does: `batch-delete-image`, `admin-create-user`. */
const PREFIX = /^(?:batch|bulk|admin|force|global|multi|all)$/
const RIGHTS = /polic|permission|access-?key|login-?profile|credential|\biam\b|role|grant|acl\b|trust|principal/
/** What programs keep only for speed: taking it away loses time, not data. */
const CACHE = /^(?:cache|caches|tmp|temp|view|views|compiled|opcache)$/

/** What is generated only to be handed over. */
const PRINTED = /(?:^|-)(?:types?|code|sdk|docs?|schema|report|diff|preview|summary|skeleton|url)$/

const SEPARATOR = /[-_:./]|(?<=[a-z])(?=[A-Z])/

const kept = new Map<string, Meaning | undefined>()
const KEPT = 4096

/** What a word means as a verb, compounds included: `delete-stack`, `db:drop`, `force_reset`, `deleteTable`. */
export function meaningOf(word: string): Meaning | undefined {
  if (kept.has(word)) return kept.get(word)
  const meaning = word.length > 80 ? undefined : read(word)
  if (kept.size < KEPT) kept.set(word, meaning)
  return meaning
}

function read(word: string): Meaning | undefined {
  const whole = WORDS.get(word.toLowerCase())
  if (whole !== undefined) return whole
  const parts = word.split(SEPARATOR).map((part) => part.toLowerCase())
  if (parts.length < 2 || parts.length > 8 || parts.some((part) => !/^\w+$/.test(part))) return undefined
  const start = parts.findIndex((part) => !PREFIX.test(part))
  const first = WORDS.get(parts[start] ?? '')
  const last = WORDS.get(parts.at(-1) ?? '')
  // `db:drop`, `env-delete`: the verb stands last; in `describe-events` it is the first word.
  const behind = /[:._]/.test(word) ? last : last?.irreversible ? last : undefined
  const atEnd = first === undefined || /[:.]/.test(word) || (first.soft && behind !== undefined)
  const found = atEnd ? behind : first
  if (found === undefined) return undefined
  const noun = (atEnd ? parts.slice(0, -1) : parts.slice(start + 1)).join('-')
  if (found.verb === 'delete' && parts.some((part) => CACHE.test(part)))
    return { ...NONE, verb: 'update', noun: 'cache' }
  if (parts[start] === 'generate' && PRINTED.test(noun)) return { ...found, noun, verb: 'read' }
  if ((found.verb === 'create' || found.verb === 'update') && RIGHTS.test(noun))
    return { ...found, noun, verb: 'grant' }
  return { ...found, noun, soft: atEnd && found.soft }
}

/** One name for one kind of thing, so that what deletes and what creates it agree. */
export function typeOf(noun: string): string {
  const word = noun.toLowerCase()
  return ALIASES[word] ?? (/[^sui]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word)
}

const ALIASES: Readonly<Record<string, string>> = {
  ns: 'namespace',
  po: 'pod',
  svc: 'service',
  deploy: 'deployment',
  deployments: 'deployment',
  sts: 'statefulset',
  ds: 'daemonset',
  cm: 'configmap',
  pv: 'persistentvolume',
  pvc: 'persistentvolumeclaim',
  no: 'node',
  sa: 'serviceaccount',
  ing: 'ingress',
  crd: 'customresourcedefinition',
  db: 'database',
  dbs: 'database',
  env: 'environment',
  envs: 'environment',
  ingresses: 'ingress',
  policies: 'policy',
  repositories: 'repository',
  repo: 'repository',
}
