import type { Field } from '../lang/field.ts'
import type { Touch } from './grammar.ts'
import { fetched, hostOf, isLoopback, object } from './touch.ts'

/** What a request does to the host, by its method. */
export function request(method: string, url: Field): readonly Touch[] {
  if (/^file:/i.test(url.text)) return [fetched(url)]
  const host = hostOf(url)
  const where = isLoopback(host) ? 'host' : 'remote'
  const name = { ...url, text: url.text.replace(/^[a-z]+:\/\//i, '') }
  if (/^(?:GET|HEAD|OPTIONS|PROPFIND|TRACE)$/.test(method)) return [{ kind: 'host', verb: 'read', host }]
  if (method === 'DELETE') return [object('delete', [host.text || 'web', 'resource'], name, { where })]
  if (method === 'POST' || method === 'SEARCH' || method === 'QUERY') return [{ kind: 'host', verb: 'disclose', host }]
  return [object('update', [host.text || 'web', 'resource'], name, { where }), { kind: 'host', verb: 'disclose', host }]
}
