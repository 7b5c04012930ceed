import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { digestOf, type Json } from '../core/digest.ts'
import { misfit } from '../core/misfit.ts'
import type { OwnPrecedents } from '../gate/gate.ts'
import { headOf } from '../gate/head.ts'
import { TRAILER } from '../hosts/git/hook-script.ts'
import type { Likeness } from '../risk/likeness.ts'
import { type Catalogue, catalogueOf } from '../risk/precedent.ts'
import { LONGEST_FILE, OwnFile, OwnPrecedent } from '../wire/precedents.ts'
import { gitIn } from './git.ts'

export const FILE = '.interlock/precedents.yaml'

/** Whoever wrote a line, as git tells it. */
interface Author {
  readonly name: string
  readonly mail: string
  readonly commit: string
}

/** A precedent with what the repository's history says of it. */
export interface Told {
  readonly precedent: OwnPrecedent
  /** Mail addresses of those who wrote it; none where it is not committed. */
  readonly authors: readonly string[]
  /** Set where another person than those has reviewed exactly this text. */
  readonly reviewedBy?: string
  /** Why its review does not count, where there is one. */
  readonly unreviewed?: string
}

export type File =
  | { readonly kind: 'read'; readonly told: readonly Told[]; readonly faults: readonly string[] }
  | { readonly kind: 'unreadable'; readonly why: string }

/** What a review is of: all but the review itself. */
export function digestOfPrecedent({ reviewed: _, ...rest }: OwnPrecedent): string {
  return digestOf('interlock-precedent/v1', rest as unknown as Json)
}

/**
 * Text with its authors, line by line; without them, it is not committed and all of it is proposed.
 * INVARIANT: of two lines by one author none is a review of the other, and an empty set of authors reviews nothing.
 */
export function readPrecedents(
  text: string,
  authors: readonly (Author | undefined)[],
  agents: ReadonlySet<string>,
): File {
  if (Buffer.byteLength(text) > LONGEST_FILE)
    return { kind: 'unreadable', why: `it is longer than ${LONGEST_FILE} bytes` }
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const [error] = document.errors
  if (error !== undefined) return { kind: 'unreadable', why: error.message.split('\n')[0] ?? 'it is no YAML' }
  const whole = OwnFile.safeParse(safely(() => document.toJS({ maxAliasCount: 0 })))
  const list = document.get('precedents')
  if (!whole.success || !isSeq(list)) return { kind: 'unreadable', why: 'it is no list of at most 200 `precedents`' }
  const lines = text.split('\n')
  const faults: string[] = []
  const told = whole.data.precedents.flatMap((each, i) => {
    const parsed = OwnPrecedent.safeParse(each)
    if (!parsed.success) {
      faults.push(`number ${i + 1}: ${misfit(parsed.error, 'all of it')}`)
      return []
    }
    const where = placeOf(list.items[i] as Node, counter)
    return where === undefined ? [] : [judged(parsed.data, where, { lines, authors, agents })]
  })
  const ids = told.map(({ precedent }) => precedent.id)
  for (const id of new Set(ids.filter((each, i) => ids.indexOf(each) !== i))) faults.push(`${id} stands twice`)
  return { kind: 'read', told, faults }
}

function safely(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

interface Where {
  /** Lines from zero, the last one included. */
  readonly from: number
  readonly to: number
  readonly review?: number
}

function placeOf(node: Node, counter: LineCounter): Where | undefined {
  if (!isMap(node) || node.range === undefined || node.range === null) return undefined
  const lineAt = (offset: number): number => counter.linePos(offset).line - 1
  const pair = node.items.find((each: Pair) => String(each.key) === 'reviewed')
  const key = (pair?.key as Node | undefined)?.range
  const [from, to] = [lineAt(node.range[0]), lineAt(Math.max(node.range[0], node.range[1] - 1))]
  return { from, to, ...(key && { review: lineAt(key[0]) }) }
}

interface History {
  readonly lines: readonly string[]
  readonly authors: readonly (Author | undefined)[]
  /** Commits that a governed agent made. */
  readonly agents: ReadonlySet<string>
}

function judged(precedent: OwnPrecedent, where: Where, history: History): Told {
  const { from, to, review } = where
  const own = history.authors.slice(from, to + 1).filter((_, i) => from + i !== review)
  const authors = [...new Set(own.flatMap((each) => each?.mail ?? []))]
  const known = { precedent, authors }
  if (precedent.reviewed === undefined || review === undefined) return known
  const by = history.authors[review]
  if (precedent.reviewed !== digestOfPrecedent(precedent))
    return { ...known, unreviewed: 'it was changed after its review' }
  if (by === undefined || own.length === 0 || own.includes(undefined))
    return { ...known, unreviewed: 'not all of it is committed' }
  const unreviewed = whyNotBy(by, authors, history.lines[review] ?? '', history.agents)
  return unreviewed === undefined ? { ...known, reviewedBy: by.name } : { ...known, unreviewed }
}

function whyNotBy(
  by: Author,
  authors: readonly string[],
  line: string,
  agents: ReadonlySet<string>,
): string | undefined {
  if (!/^\s*(?:- )?reviewed:/.test(line)) return 'the review does not stand on a line of its own'
  if (agents.has(by.commit)) return 'an agent committed the review'
  return authors.includes(by.mail) ? `${by.name} wrote it, and reviewed it` : undefined
}

/** How long a call waits for git to tell who wrote what; beyond it, it is judged without. */
const BLAME_MS = 2_000

/** As it is committed, with who wrote each line; undefined where it is not. */
export async function committedPrecedents(workspace: string): Promise<File | undefined> {
  const said = await gitIn(workspace, ['blame', '--line-porcelain', 'HEAD', '--', FILE], BLAME_MS)
  if (said === undefined) return undefined
  const { text, authors } = blamed(said)
  const commits = [...new Set(authors.map(({ commit }) => commit))]
  const format = `--format=%H %(trailers:key=${TRAILER},valueonly,separator=%x20)`
  const trailers = await gitIn(workspace, ['log', '--no-walk', format, ...commits.slice(0, MOST_COMMITS)], BLAME_MS)
  // Not told is not known: then each of them could be an agent's.
  const agents = new Set(commits.filter((commit, i) => i >= MOST_COMMITS || byAgent(commit, trailers)))
  return readPrecedents(text, authors, agents)
}

const MOST_COMMITS = 1_000

function byAgent(commit: string, trailers: string | undefined): boolean {
  const line = trailers?.split('\n').find((each) => each.startsWith(`${commit} `))
  return line === undefined || line.slice(commit.length).trim() !== ''
}

/** `git blame --line-porcelain`: for each line a head, what is known of its commit, and the line itself behind a tab. */
function blamed(said: string): { readonly text: string; readonly authors: readonly Author[] } {
  const lines: string[] = []
  const authors: Author[] = []
  let now = { name: '', mail: '', commit: '' }
  for (const line of said.split('\n')) {
    const head = /^([0-9a-f]{40,64}) \d+ \d+/.exec(line)?.[1]
    if (line.startsWith('\t')) {
      lines.push(line.slice(1))
      authors.push(now)
    } else if (head !== undefined) now = { name: '', mail: '', commit: head }
    else if (line.startsWith('author ')) now = { ...now, name: plain(line.slice(7)) }
    else if (line.startsWith('author-mail ')) now = { ...now, mail: line.slice(12).toLowerCase() }
  }
  return { text: `${lines.join('\n')}\n`, authors }
}

/** Names come from commits, which anybody can write. */
function plain(name: string): string {
  return name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').slice(0, 60)
}

/** Looked up again when the file or the workspace's commit changed. Only what was reviewed is shown. */
export function ownPrecedents(): OwnPrecedents {
  const kept = new Map<string, { readonly stamp: string; readonly catalogue: Promise<Catalogue | undefined> }>()
  const known = new Map<string, Catalogue>()
  return {
    look: async (workspace) => {
      const stamp = stampOf(workspace)
      if (stamp === undefined) {
        known.delete(workspace)
        return
      }
      let found = kept.get(workspace)
      if (found?.stamp !== stamp) {
        found = { stamp, catalogue: reviewedIn(workspace) }
        // Bounded: a run through many workspaces would keep them all.
        if (kept.size > 100) for (const map of [kept, known]) map.clear()
        kept.set(workspace, found)
      }
      const catalogue = await found.catalogue
      if (catalogue === undefined) known.delete(workspace)
      else known.set(workspace, catalogue)
    },
    of: (workspace) => known.get(workspace),
  }
}

function stampOf(workspace: string): string | undefined {
  const stat = statSync(join(workspace, FILE), { bigint: true, throwIfNoEntry: false })
  if (stat === undefined || !existsSync(join(workspace, '.git'))) return undefined
  return `${stat.ino} ${stat.size} ${stat.ctimeNs} ${headOf(workspace)}`
}

async function reviewedIn(workspace: string): Promise<Catalogue | undefined> {
  const file = await committedPrecedents(workspace).catch(() => undefined)
  if (file?.kind !== 'read') return undefined
  const all = file.told.flatMap(({ precedent, reviewedBy }) => {
    if (reviewedBy === undefined) return []
    const { id, when, what, cost, lesson, link = '', like } = precedent
    const words = cost === undefined ? what : `${what}; it cost ${cost}`
    return [{ precedent: { id, when, what: words, lesson, source: link, reviewedBy }, like: like as Likeness }]
  })
  return all.length === 0 ? undefined : catalogueOf(all)
}
