import { Hono } from 'hono'
import { whatOf } from '../core/action.ts'
import type { LedgerLine, LedgerLines } from '../wire/ledger-page.ts'

/** A ledger's folder, as it may be read by whoever may see all of it. */
export interface Book {
  /** `checkpoint`, `vkey` or a tile; undefined where there is none. */
  file(name: string): Promise<Uint8Array | undefined>
  /** What was too long for an entry, by its digest. */
  blob(digest: string): Promise<Uint8Array | undefined>
  /** How many entries there are. */
  size(): number
  /** In their order, from the one at `from` on. */
  entries(from: number): AsyncIterable<Entry>
}

interface Entry {
  readonly index: number
  readonly entry: { readonly time: string; readonly type: string; readonly subject: string; readonly data: unknown }
}

const FILE = /^(?:checkpoint|vkey|tile\/(?:entries|\d)\/(?:x\d{3}\/)*\d{3}(?:\.p\/[1-9]\d{0,2})?)$/
const DIGEST = /^[0-9a-f]{64}$/

/** The routes of `wire/ledger-page.ts`. */
export function ledgerRoutes(book: Book): Hono {
  const app = new Hono()
  app.get('/files/*', async (c) => {
    const name = c.req.path.slice(c.req.path.indexOf('/files/') + '/files/'.length)
    return bytesOr404(FILE.test(name) ? await book.file(name) : undefined)
  })
  app.get('/blobs/:digest', async (c) => {
    const digest = c.req.param('digest')
    return bytesOr404(DIGEST.test(digest) ? await book.blob(digest) : undefined)
  })
  app.get('/entries', async (c) => {
    const before = Number(c.req.query('before') ?? Number.NaN)
    const size = book.size()
    const to = Number.isSafeInteger(before) ? Math.min(Math.max(before, 0), size) : size
    return c.json(await search(book, (c.req.query('q') ?? '').slice(0, 200), to))
  })
  return app
}

function bytesOr404(bytes: Uint8Array | undefined): Response {
  const headers = { 'content-type': 'application/octet-stream' }
  return bytes === undefined
    ? new Response('{"type":"about:blank","title":"not here","status":404,"detail":"there is no such file"}', {
        status: 404,
        headers: { 'content-type': 'application/problem+json' },
      })
    : new Response(new Uint8Array(bytes), { headers })
}

const MOST_LINES = 50
/** Entries are read forwards, so the way back goes by pieces; a search that finds little ends all the same. */
const PIECE = 1024
const MOST_LOOKED_AT = 16 * PIECE

async function search(book: Book, words: string, to: number): Promise<LedgerLines> {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const lines: LedgerLine[] = []
  let at = to
  while (at > 0 && lines.length < MOST_LINES && to - at < MOST_LOOKED_AT) {
    const from = Math.max(0, at - (wanted.length === 0 ? MOST_LINES : PIECE))
    const found = await piece(book, wanted, { from, to: at })
    const room = MOST_LINES - lines.length
    lines.push(...found.slice(0, room))
    at = found.length > room ? (found[room - 1]?.index ?? from) : from
  }
  return { lines, ...(at > 0 && { before: at }) }
}

/** Newest first. */
async function piece(
  book: Book,
  wanted: readonly string[],
  { from, to }: { from: number; to: number },
): Promise<LedgerLine[]> {
  const found: LedgerLine[] = []
  for await (const { index, entry } of book.entries(from)) {
    if (index >= to) break
    const { time, type, subject, data } = entry
    const text = wanted.length === 0 ? '' : `${index} ${time} ${type} ${subject} ${JSON.stringify(data)}`.toLowerCase()
    if (wanted.every((word) => text.includes(word))) found.push({ index, time, type, subject, says: saysOf(data) })
  }
  return found.reverse()
}

/** Members that tell most of an entry, where it has them. */
const TELLING = ['ruling', 'decision', 'answer', 'outcome', 'state', 'because', 'why', 'text', 'reason', 'name', 'path']

/** What an entry of the desk is about stands one level below. */
const WITHIN = ['envelope', 'ballot', 'person', 'guard']

function saysOf(data: unknown): string {
  if (data === null || typeof data !== 'object') return String(data)
  const outer = data as Readonly<Record<string, unknown>>
  const inner = WITHIN.map((name) => outer[name]).filter((value) => typeof value === 'object')
  const members: Readonly<Record<string, unknown>> = Object.assign({}, ...inner, outer)
  const call = members.input === undefined ? [] : [whatOf(members.input)]
  const told = TELLING.flatMap((name) => (typeof members[name] === 'string' ? [members[name]] : []))
  const text = [...call, ...told].join(': ') || JSON.stringify(data)
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
