import { whatOf } from '../core/action.ts'
import { Closed, RECORD, Ruled } from '../wire/record.ts'
import type { Verdict, Who } from '../wire/who.ts'
import type { Line } from './gather.ts'

/** A commit, as git tells it. */
export interface Commit {
  readonly id: string
  readonly tree: string
  readonly committedMs: number
}

/** A call of the ledger, as far as commits are concerned. */
export interface Candidate {
  readonly receipt: string
  readonly run: string
  readonly workspace: string
  readonly what: string
  readonly from: number
  readonly to: number
  readonly ran: boolean
  readonly closed: boolean
  /** The commit that its workspace stood at before, and the one after where that is another. */
  readonly head?: string
  readonly moved?: { readonly commit: string; readonly tree?: string | undefined }
  readonly changes: readonly { readonly path: string; readonly change: string }[]
}

/** Every call that a commit or a file could be told by: those that are named, moved to a commit, or changed `path`. */
export async function candidates(
  lines: AsyncIterable<Line>,
  { named, path }: { readonly named: ReadonlySet<string>; readonly path?: string },
): Promise<readonly Candidate[]> {
  const found = new Map<string, Candidate>()
  for await (const { entry } of lines) {
    const at = Date.parse(entry.time)
    if (entry.type === RECORD.ruled) {
      const ruled = Ruled.safeParse(entry.data).data
      if (ruled !== undefined) found.set(entry.subject, started(entry.subject, at, ruled))
    }
    const before = found.get(entry.subject)
    if (before === undefined) continue
    if (entry.type === RECORD.granted) found.set(entry.subject, { ...before, ran: true })
    if (entry.type === RECORD.closed) {
      const closed = Closed.safeParse(entry.data).data
      const ended = closed && endedAs(before, at, closed, path)
      const keep = ended && (named.has(entry.subject) || ended.moved !== undefined || ended.changes.length > 0)
      if (keep) found.set(entry.subject, ended)
      else found.delete(entry.subject)
    }
  }
  return [...found.values()]
}

function started(receipt: string, at: number, ruled: Ruled): Candidate {
  const { run, workspace, input, ruling, released, asked, head } = ruled
  const ran = ruling === 'allow' || released === true || asked === true
  const call = { receipt, run, workspace, what: whatOf(input), from: at, to: at, ran, closed: false, changes: [] }
  return { ...call, ...(head && { head }) }
}

function endedAs(before: Candidate, at: number, { outcome, head, changes }: Closed, path?: string): Candidate {
  const ran = before.ran && outcome !== 'refused'
  const own = path === undefined ? [] : changes.filter((each) => each.path === path)
  return { ...before, ran, to: at, closed: true, changes: own, ...(head && { moved: head }) }
}

/** What git alone can tell, of two commits. */
export type IsAncestor = (commit: string, of: string) => Promise<boolean>

/** Git keeps whole seconds. */
const SLACK_MS = 1_500

/** How a commit's message bears on the call that it names; the ledger's word, and where that ends, git's. */
export async function verdictOf(
  commit: Commit,
  call: Candidate | undefined,
  isAncestor: IsAncestor,
): Promise<{ readonly verdict: Verdict; readonly why: string }> {
  if (call === undefined)
    return { verdict: 'foreign', why: 'this ledger has no such receipt: it is invented, or of another guard’s ledger' }
  if (!call.ran) return { verdict: 'did not run', why: 'the call of that receipt did not run: it can’t have made this' }
  const { moved } = call
  if (moved === undefined) return notMoved(commit, call)
  if (await moves(commit, call, isAncestor))
    return isWithin(commit, call)
      ? { verdict: 'recorded', why: 'the ledger saw this call move its workspace to this commit' }
      : { verdict: 'brought', why: 'this call moved its workspace to the commit, which was made at another time' }
  if (moved.tree === commit.tree)
    return {
      verdict: 'rewritten',
      why: `the ledger saw it as ${moved.commit}, with the same content: its message or its place was rewritten since`,
    }
  const why = `this call moved its workspace to ${moved.commit}, whose content is another or not known: the commit was changed since, or the line was copied`
  return { verdict: 'differs', why }
}

function notMoved(commit: Commit, call: Candidate): { readonly verdict: Verdict; readonly why: string } {
  if (isWithin(commit, call))
    return { verdict: 'not seen', why: 'the call ran at that time, but its workspace was not seen to move to a commit' }
  const when = call.closed ? 'the call was over before, or began later' : 'the end of the call is not recorded'
  return { verdict: 'differs', why: `${when}, and its workspace was not seen to move to a commit` }
}

/** Calls without a line in the message that moved a workspace to the commit, or past it while it was made. */
export async function unnamed(
  commit: Commit,
  all: readonly Candidate[],
  isAncestor: IsAncestor,
): Promise<readonly { readonly call: Candidate; readonly verdict: Verdict; readonly why: string }[]> {
  const moving = all.filter(({ moved }) => moved !== undefined)
  const exact = moving.filter(({ moved }) => moved?.commit === commit.id)
  const during = moving.filter((call) => isWithin(commit, call) && call.moved?.commit !== commit.id)
  const told = []
  for (const call of [...exact, ...during.slice(-MOST_ASKED)]) {
    const { verdict, why } = await verdictOf(commit, call, isAncestor)
    if (verdict === 'recorded' || verdict === 'brought') told.push({ call, verdict, why })
  }
  // Who made it says more than who brought it along.
  const made = told.filter(({ verdict }) => verdict === 'recorded')
  return made.length > 0 ? made : told.slice(0, 1)
}

/** Each asks git twice. */
const MOST_ASKED = 20

async function moves(commit: Commit, { head, moved }: Candidate, isAncestor: IsAncestor): Promise<boolean> {
  if (moved === undefined) return false
  if (moved.commit === commit.id) return true
  if (!(await isAncestor(commit.id, moved.commit))) return false
  return head === undefined || head === 'none' || !(await isAncestor(commit.id, head))
}

function isWithin({ committedMs }: Commit, { from, to, closed }: Candidate): boolean {
  return committedMs >= from - SLACK_MS && (!closed || committedMs <= to + SLACK_MS)
}

export function changedBy(all: readonly Candidate[], commit: Commit): NonNullable<Who['file']>['changedBy'] {
  return all
    .filter(({ changes, from }) => changes.length > 0 && from <= commit.committedMs + SLACK_MS)
    .map(({ receipt, run, what, to, changes }) => {
      return { receipt, run, what, at: new Date(to).toISOString(), change: changes[0]?.change ?? '' }
    })
    .reverse()
    .slice(0, MOST_CHANGES)
}

const MOST_CHANGES = 50
