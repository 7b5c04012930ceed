import { type Field, known, literal } from '../../lang/field.ts'
import type { Touch } from '../grammar.ts'
import { request } from '../request.ts'
import { fetched, hostOf, object, run } from '../touch.ts'
import { meaningOf, typeOf } from '../verbs.ts'
import type { CodeLanguage } from './language.ts'
import { argument } from './paths.ts'
import type { Called } from './rules.ts'
import { alternatives, COMPUTED, fieldOf, literalOf, type Single, text } from './value.ts'

type NetworkRole = (call: Called, at: number) => readonly Touch[]

const send =
  (method: string): NetworkRole =>
  (call, at) =>
    addresses(call, at).flatMap((url) => request(method, url))

function addresses(call: Called, at: number): readonly Field[] {
  const first = argument(call, at) ?? call.named.get('host') ?? call.named.get('hostname')
  // A port may come first.
  const value = first?.kind === 'text' && first.type === 'number' ? (call.args[at + 1] ?? text('localhost')) : first
  return value === undefined ? [] : alternatives(value).map(address)
}

/** A URL, `(host, port)`, or an object with one of these in it. */
function address(single: Single): Field {
  if (single.kind === 'list')
    return single.items[0] === undefined ? COMPUTED.field : address(alternatives(single.items[0])[0] ?? COMPUTED)
  if (single.kind === 'table') {
    const inner = ['url', 'host', 'hostname', 'uri']
      .map((name) => single.entries.get(name))
      .find((value) => value !== undefined)
    return inner === undefined ? COMPUTED.field : address(alternatives(inner)[0] ?? COMPUTED)
  }
  return single.kind === 'thing' && single.detail !== undefined ? address(single.detail) : fieldOf(single)
}

/** The method that an option names; a body without one is sent by POST. */
function methodOf(call: Called): string {
  const method = call.named.get('method')
  if (method !== undefined) return literalOf(method)?.toUpperCase() ?? 'POST'
  return ['data', 'body', 'json', 'files'].some((name) => call.named.has(name)) ? 'POST' : 'GET'
}

export const NETWORK_ROLES: Readonly<Record<string, NetworkRole>> = {
  get: (call, at) => addresses(call, at).map(fetched),
  post: send('POST'),
  put: send('PUT'),
  del: send('DELETE'),
  fetch: (call, at) => addresses(call, at).flatMap((url) => request(methodOf(call), url)),
  /** `urlopen(url, data)`. */
  'fetch-data': (call, at) =>
    addresses(call, at).flatMap((url) => request(call.args[at + 1] === undefined ? methodOf(call) : 'POST', url)),
  /** `request(method, url)`. */
  request: (call, at) =>
    addresses(call, at + 1).flatMap((url) => request(literalOf(call.args[at])?.toUpperCase() ?? 'POST', url)),
  /** `connection.request(method, path)`. */
  'request-on': (call, at) =>
    (call.receiver === undefined ? [COMPUTED.field] : alternatives(call.receiver).map(address)).flatMap((url) =>
      request(literalOf(call.args[at])?.toUpperCase() ?? 'POST', url),
    ),
  connect: (call, at) => addresses(call, at).map((url) => ({ kind: 'host', verb: 'disclose', host: hostOf(url) })),
  aws,
}

function kebab(name: string): string {
  return name
    .replaceAll('_', '-')
    .replace(/([a-z\d])(?=[A-Z])/g, '$1-')
    .toLowerCase()
}

const AWS_COMMAND = /^@aws-sdk\/client-([\w-]+)\.(\w+)Command$/
const AWS_METHOD = /^(?:aws-sdk|@aws-sdk\/client-[\w-]+)\.(\w+)\(\)\.(\w+)$/
/** What clients offer besides the service's operations. */
const AWS_OWN =
  /^(?:get-paginator|get-waiter|close|can-paginate|generate-presigned-url|promise|send|config|wait-for|waiter)$/

/** An operation of an AWS client is named like the command line's. */
function aws(call: Called): readonly Touch[] {
  const [, service, operation] = AWS_COMMAND.exec(call.name) ?? AWS_METHOD.exec(call.name) ?? []
  const client = call.receiver === undefined ? undefined : alternatives(call.receiver)[0]
  const named = client?.kind === 'thing' ? literalOf(client.detail) : undefined
  const verb = kebab(operation ?? call.name.slice(call.name.lastIndexOf('.') + 1))
  if (AWS_OWN.test(verb) || (call.name.includes('aws-sdk') && operation === undefined)) return []
  const name = service === undefined ? named : service.toLowerCase()
  const first = name === undefined ? COMPUTED.field : known(name === 's3' ? 's3api' : name)
  const options = [...call.named].flatMap(([key, value]) => {
    const field = alternatives(value).map(fieldOf)[0] ?? COMPUTED.field
    return /^\w+$/.test(key) ? [known(`--${kebab(key)}`), field] : []
  })
  return [run([known('aws'), first, verb === '?' ? COMPUTED.field : known(verb), ...options])]
}

/** Ruby and JavaScript classes in memory, and what every language calls itself. */
const OWN =
  /^(?:self|this|super|cls|console|document|window|Map|Set|WeakMap|WeakSet|Array|Object|Reflect|JSON|Math|String|Number|Promise|Date|RegExp|URL|URLSearchParams|Headers|FormData|module|exports|require|process|localStorage|sessionStorage|history|navigator|caches|jest|vi|expect|Hash|ENV|GC)\b/

/**
 * A method that destroys, of something that is no part of the text: what it is done to is kept elsewhere. One that is
 * named nowhere in the text must come from outside, so that for it weaker words count too.
 */
export function foreign(call: Called, language: CodeLanguage, free: boolean): readonly Touch[] {
  if (!call.name.includes('.')) return []
  const last = call.name.slice(call.name.lastIndexOf('.') + 1)
  const root = call.name.slice(0, Math.max(call.name.search(/[.(]/), 0))
  if (
    root === '' ||
    root === '*' ||
    OWN.test(root) ||
    root.startsWith('.') ||
    language.harmless.has(root.replace(/[/.].*$/, ''))
  )
    return []
  const meaning = meaningOf(last.replace(/!$/, ''))
  if (meaning?.verb !== 'delete') return []
  const remote = language.remote.has(root.replace(/^(@[^/]+).*$/, '$1'))
  const compound = meaning.noun !== ''
  const destroys = meaning.irreversible ? compound || remote : compound && (remote || free)
  // `app.delete('/items', handler)` says what is done when somebody asks for it.
  if (!destroys || call.args.some((value) => value.kind === 'thing' && value.name === '()')) return []
  const subject = [...call.args, ...call.named.values()].flatMap(alternatives).find((single) => single.kind === 'text')
  const name: Field = subject === undefined ? { text: '', glob: false } : fieldOf(subject)
  const type = typeOf(compound ? meaning.noun : (call.name.split('.').at(-2) ?? root).replace(/\(\)|\[\]/g, ''))
  return [
    object('delete', [root, type], literal(name) === undefined ? { text: '', glob: false } : name, {
      where: 'remote',
      assumed: true,
    }),
  ]
}
