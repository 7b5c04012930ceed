import { readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { COMPUTED, readTree, type Source } from './source.ts'

/** A folder of `src/`, or the files beside them. The rank only orders the table: `imports` is what counts. */
interface Layer {
  readonly name: string
  readonly rank: number
  readonly holds: string
  /** Layers it may import, type imports included; itself always. */
  readonly imports: readonly string[]
  /** Layers of which it may import types only. */
  readonly types?: readonly string[]
  readonly packages?: readonly string[]
  /** Parts of Node it may import; all but `child_process` where it isn't said. */
  readonly node?: readonly string[]
}

const PURE = ['node:path']
const NOUNS = ['core', 'wire']
const FLOOR = [...NOUNS, 'lang', 'process', 'store']
const PARTS = ['programs', 'risk', 'policy', 'undo', 'ledger', 'report', 'people', 'approvals']
const ALL = [...FLOOR, 'page', ...PARTS, 'kinds', 'gate', 'desk', 'agent', 'hosts', 'demo', 'cli', 'server']

/** The files beside the folders. */
const ROOTS = '*.ts'
/** What runs in a browser, beside `src/`. */
const PAGE = 'web/'

const LAYERS: readonly Layer[] = [
  { name: 'core', rank: 0, holds: 'the nouns', imports: [], packages: ['canonicalize'], node: ['node:crypto'] },
  {
    name: 'wire',
    rank: 0,
    holds: 'schemas of what crosses a process',
    imports: [],
    types: ['core'],
    packages: ['zod'],
    node: [],
  },
  { name: 'lang', rank: 1, holds: 'text to tree; knows no policy', imports: NOUNS, packages: ['unbash'], node: PURE },
  { name: 'process', rank: 1, holds: 'the one place that starts processes', imports: NOUNS },
  {
    name: 'store',
    rank: 1,
    holds: 'files and databases, with crash notes',
    imports: NOUNS,
    packages: ['kysely', 'pg'],
  },
  { name: 'page', rank: 1, holds: 'what guard and desk serve to browsers', imports: NOUNS, packages: ['hono'] },
  { name: 'programs', rank: 2, holds: 'what programs do, as data', imports: FLOOR, node: PURE },
  { name: 'risk', rank: 2, holds: 'place, undo class, sequences, precedents', imports: FLOOR, node: PURE },
  {
    name: 'policy',
    rank: 2,
    holds: 'the Cedar packs and the search for safeguards',
    imports: FLOOR,
    packages: ['@cedar-policy/cedar-wasm'],
  },
  { name: 'undo', rank: 2, holds: 'pre-images and their way back', imports: FLOOR, packages: ['zod'] },
  { name: 'ledger', rank: 2, holds: 'the append-only record', imports: FLOOR },
  { name: 'report', rank: 2, holds: 'the record, told to a person', imports: NOUNS, packages: ['zod'], node: [] },
  { name: 'people', rank: 2, holds: 'who may say yes', imports: FLOOR },
  { name: 'approvals', rank: 2, holds: 'the desk, as a guard sees it', imports: FLOOR, packages: ['jose', 'zod'] },
  {
    name: 'kinds',
    rank: 3,
    holds: 'what a call of each kind would touch',
    imports: [...FLOOR, 'programs'],
    node: PURE,
  },
  { name: 'gate', rank: 4, holds: 'the path of one action', imports: [...FLOOR, ...PARTS, 'kinds'] },
  {
    name: 'desk',
    rank: 4,
    holds: 'where people agree',
    imports: [...NOUNS, 'page', 'people', 'ledger'],
    types: ['store'],
    packages: ['@simplewebauthn/server', 'hono', 'jose', 'kysely', 'nodemailer', 'openid-client', 'zod'],
  },
  {
    name: 'agent',
    rank: 4,
    holds: 'the agent loop',
    imports: FLOOR,
    packages: ['ai', '@ai-sdk/anthropic', '@ai-sdk/openai-compatible', 'zod'],
  },
  { name: 'hosts', rank: 4, holds: 'the agents of others', imports: FLOOR, packages: ['zod'] },
  { name: 'cli', rank: 4, holds: 'commands and their output', imports: FLOOR, packages: ['zod'] },
  {
    name: 'demo',
    rank: 5,
    holds: 'December 2025, replayed',
    imports: [...FLOOR, 'agent'],
    packages: ['zod', COMPUTED],
  },
  {
    name: 'server',
    rank: 5,
    holds: 'the guard',
    imports: [...FLOOR, 'page', 'gate', 'hosts'],
    packages: ['hono', 'zod'],
  },
  {
    name: 'root',
    rank: 6,
    holds: 'what puts the parts together for each command',
    imports: [...ALL, ROOTS],
    packages: ['yaml', '@hono/node-server'],
  },
  {
    name: ROOTS,
    rank: 6,
    holds: 'the daemon and the command line',
    imports: [...ALL, 'root'],
    packages: ['commander', '@hono/node-server'],
  },
  {
    name: PAGE,
    rank: 6,
    holds: 'the pages of guard and desk, which run in a browser',
    imports: ['wire'],
    packages: ['preact', '@simplewebauthn/browser', 'zod'],
    node: [],
  },
]

/** What breaks the table, one line each. */
export function checkRanks(sources: readonly Source[]): string[] {
  const inside = sources.filter(({ path }) => path.startsWith('src/') || path.startsWith(PAGE))
  return [...inside.flatMap((source) => checkSource(source)), ...cycles(inside)]
}

function checkSource(source: Source): string[] {
  const name = layerName(source.path)
  const layer = LAYERS.find((candidate) => candidate.name === name)
  if (!layer) return [`${source.path}: \`${name}\` isn't in the rank table (tools/ranks.ts)`]
  return source.imports.flatMap((found) => {
    const why = found.from.startsWith('.')
      ? whyNotLayer(layer, posix.join(posix.dirname(source.path), found.from), found.type)
      : whyNotPackage(layer, found.from)
    return why === undefined ? [] : [`${source.path}:${found.line}: ${why}`]
  })
}

function whyNotLayer(layer: Layer, target: string, type: boolean): string | undefined {
  const name = layerName(target)
  if (name === layer.name || layer.imports.includes(name)) return undefined
  if (!target.startsWith('src/')) return `${layer.name} imports \`${target}\`, which is outside src/`
  if (layer.types?.includes(name)) return type ? undefined : `${layer.name} may import only types of ${name}`
  return `${layer.name} may not import ${name}`
}

function whyNotPackage(layer: Layer, from: string): string | undefined {
  if (from === 'node:child_process') return layer.name === 'process' ? undefined : `only process may import ${from}`
  if (from.startsWith('node:'))
    return !layer.node || layer.node.includes(from) ? undefined : `${layer.name} may not import ${from}`
  const name = from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
  return layer.packages?.includes(name) ? undefined : `${layer.name} may not import the package ${name}`
}

function layerName(path: string): string {
  if (path.startsWith(PAGE)) return PAGE
  const [, folder = '', ...rest] = path.split('/')
  return rest.length > 0 ? folder : ROOTS
}

function cycles(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map((source) => {
      const inner = source.imports.filter((found) => found.from.startsWith('.'))
      return [source.path, inner.map((found) => posix.join(posix.dirname(source.path), found.from))]
    }),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

const BEGIN = '<!-- ranks: written by `node tools/ranks.ts --write` -->'
const END = '<!-- /ranks -->'

function renderTable(): string {
  const rows = LAYERS.map((layer) => {
    const types = (layer.types ?? []).map((name) => `types of ${name}`)
    const imports = [...shorten(layer.imports), ...types].join(', ')
    return `| ${layer.rank} | \`${layer.name}\` | ${layer.holds} | ${imports} | ${(layer.packages ?? []).join(', ')} |`
  })
  return ['| rank | where | holds | may import | libraries |', '|--:|---|---|---|---|', ...rows].join('\n')
}

/** Names a whole rank by its number. */
function shorten(imports: readonly string[]): string[] {
  const short: string[] = []
  if (ALL.every((name) => imports.includes(name))) short.push('all above')
  else if (FLOOR.every((name) => imports.includes(name))) short.push('ranks 0 and 1')
  else if (NOUNS.every((name) => imports.includes(name))) short.push('rank 0')
  if (short[0] === 'all above') return short
  if (PARTS.every((name) => imports.includes(name))) short.push('rank 2')
  const floor = short.includes('ranks 0 and 1') ? FLOOR : short.includes('rank 0') ? NOUNS : []
  const named = new Set([...floor, ...(short.includes('rank 2') ? PARTS : [])])
  return [...short, ...imports.filter((name) => !named.has(name))]
}

/** ARCHITECTURE.md with the table of now; undefined where it has no place for one. */
export function withTable(text: string): string | undefined {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) return undefined
  return `${text.slice(0, begin)}${BEGIN}\n\n${renderTable()}\n\n${text.slice(end)}`
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..')
  if (process.argv.includes('--write')) {
    const path = join(root, 'ARCHITECTURE.md')
    const text = withTable(readFileSync(path, 'utf8'))
    if (text === undefined) throw new Error(`ARCHITECTURE.md needs the lines ${BEGIN} and ${END}`)
    writeFileSync(path, text)
  }
  const broken = checkRanks(readTree(root, ['src', 'web']))
  for (const line of broken) console.log(line)
  process.exitCode = broken.length > 0 ? 1 : 0
}
