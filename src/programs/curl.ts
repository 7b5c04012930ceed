import { type Field, known } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, Touch } from './grammar.ts'
import { request } from './request.ts'
import { basename, from, object, opaque, path } from './touch.ts'

/** Options whose value is text, or a file behind `@`. */
const BODY = ['-d', '--data-binary', '--json'] as const
const RAW = ['--data-raw', '--form-string'] as const

export function curl(args: Arguments): readonly Touch[] {
  const urls = [...(args.values.get('--url') ?? []), ...args.operands]
  const touches: Touch[] = [...filesSent(args)]
  if (has(args, '-K')) touches.push(...configured(args))
  const dump = value(args, '-D')
  if (dump !== undefined && dump.text !== '-') touches.push(path('create', dump))
  const method = methodOf(args)
  const engine = value(args, '--unix-socket')
  if (engine !== undefined && /(?:docker|podman|containerd)\S*\.sock$/.test(engine.text))
    return [
      ...touches,
      ...(method === 'GET'
        ? []
        : [object(method === 'DELETE' ? 'delete' : 'update', ['docker', 'engine'], urls[0], { where: 'host' })]),
    ]
  for (const url of urls) {
    touches.push(...request(method, url))
    if (!has(args, '-O') || /^file:/i.test(url.text)) continue
    const name = basename({ ...url, text: url.text.replace(/[?#].*$/, '') })
    touches.push(path('create', value(args, '--output-dir') ?? known('.'), { names: [name] }))
  }
  return touches
}

function methodOf(args: Arguments): string {
  const named = value(args, '-X')
  if (named !== undefined) return named.unknown === undefined ? named.text.toUpperCase() : 'UNKNOWN'
  if (has(args, '-G')) return 'GET'
  if (has(args, '-T')) return 'PUT'
  if (has(args, ...BODY, ...RAW, '--data-urlencode', '-F')) return 'POST'
  return 'GET'
}

function filesSent(args: Arguments): readonly Touch[] {
  const found: Touch[] = []
  const add = (field: Field): void => {
    if (field.text !== '-' && !(field.text === '' && field.unknown === undefined)) found.push(path('read', field))
  }
  for (const name of [...BODY, '-H', '-w', '-b'] as const)
    for (const field of args.values.get(name) ?? []) if (field.text.startsWith('@')) add(from(field, 1))
  for (const field of args.values.get('--data-urlencode') ?? []) {
    const match = /^[^=@]*@/.exec(field.text)
    if (match !== null) add(from(field, match[0].length))
  }
  for (const field of args.values.get('-F') ?? []) {
    const match = /^[^=]*=[@<]/.exec(field.text)
    if (match !== null) for (const part of partsOf(from(field, match[0].length))) add(part)
  }
  for (const field of args.values.get('-T') ?? []) if (field.text !== '.') add(field)
  return found
}

/** `@one,two;type=text/plain`: several files, then attributes. */
function partsOf(field: Field): readonly Field[] {
  if (field.unknown !== undefined) return [field]
  return field.text
    .replace(/;.*$/, '')
    .split(',')
    .map((name) => known(name.replace(/^"|"$/g, '')))
}

/** A file of further options can say anything. */
function configured(args: Arguments): readonly Touch[] {
  return (args.values.get('-K') ?? []).flatMap((file) => [
    path('read', file),
    opaque('`curl` takes its options from a file'),
  ])
}
