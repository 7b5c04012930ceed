import { join } from 'node:path'
import { json, line, note } from '../cli/render.ts'
import { whoLines } from '../cli/who.ts'
import { EXIT } from '../core/ruling.ts'
import { TRAILER } from '../hosts/git/hook-script.ts'
import {
  type Candidate,
  type Commit,
  candidates,
  changedBy,
  type IsAncestor,
  unnamed,
  verdictOf,
} from '../report/who.ts'
import type { Allowed, Verdict, Who } from '../wire/who.ts'
import { real } from './assemble.ts'
import { type Env, type Folders, foldersOf } from './folders.ts'
import { gitIn } from './git.ts'
import { entriesIn, verifyIn } from './ledger.ts'
import type { Intact } from './proven.ts'
import { reportFrom } from './report.ts'

export interface WhoOptions {
  readonly path?: string
  readonly json?: boolean
}

/** Who allowed a commit: what its message says, held against the ledger; or what the ledger saw. */
export async function logWho(
  named: string,
  options: WhoOptions,
  { env, cwd }: { readonly env: Env; readonly cwd: string },
): Promise<number> {
  const folders = foldersOf(env)
  const commit = await commitAt(cwd, named)
  if (commit === undefined) {
    note(`interlock: git knows no commit \`${named}\` here`)
    return EXIT.usage
  }
  const verified = await verifyIn(folders)
  if (verified.kind === 'broken') {
    const { what, where, why } = verified
    if (options.json === true) json({ refused: 'ledger', why: `${what}: ${where}: ${why}` })
    else note(`interlock: the ledger does not verify, and so proves nothing: ${what}: ${where}: ${why}`)
    return EXIT.fault
  }
  const who = await whoOf(commit, options, { folders, verified, cwd })
  if (options.json === true) json(who)
  else for (const each of whoLines(who)) line(each)
  return exitOf(who)
}

const BORNE_OUT: ReadonlySet<Verdict> = new Set(['recorded', 'rewritten', 'brought'])

function exitOf({ allowed }: Who): number {
  if (allowed.some(({ verdict, trailer }) => trailer && !BORNE_OUT.has(verdict) && verdict !== 'not seen'))
    return EXIT.fault
  return allowed.some(({ verdict }) => BORNE_OUT.has(verdict)) ? EXIT.done : EXIT.unknown
}

interface Told extends Commit {
  readonly author: string
  readonly subject: string
  readonly receipts: readonly string[]
  /** Root of the working tree. */
  readonly root: string
}

async function commitAt(cwd: string, named: string): Promise<Told | undefined> {
  const id = (await gitIn(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${named}^{commit}`]))?.trim()
  if (id === undefined) return undefined
  const format = ['%T', '%ct', '%an <%ae>', '%s', `%(trailers:key=${TRAILER},valueonly,separator=%x20)`].join('%x00')
  const said = await gitIn(cwd, ['log', '-1', `--format=${format}`, id])
  const root = (await gitIn(cwd, ['rev-parse', '--show-toplevel']))?.trim() ?? cwd
  const [tree = '', seconds = '', author = '', subject = '', trailers = ''] = (said ?? '').trimEnd().split('\0')
  const receipts = [...new Set(trailers.split(/\s+/).filter((each) => each !== ''))].slice(0, MOST_TRAILERS)
  return { id, tree, committedMs: Number(seconds) * 1000, author, subject, receipts, root }
}

/** Whoever writes a message can name as many as he likes. */
const MOST_TRAILERS = 20

interface Ground {
  readonly folders: Folders
  readonly verified: Intact
  readonly cwd: string
}

async function whoOf(commit: Told, { path }: WhoOptions, ground: Ground): Promise<Who> {
  const { id, tree, author, committedMs, subject, receipts, root } = commit
  const file = path === undefined ? undefined : fileIn(path, ground.cwd, root)
  const isAncestor: IsAncestor = async (each, of) =>
    (await gitIn(ground.cwd, ['merge-base', '--is-ancestor', each, of])) !== undefined
  const wanted = { named: new Set(receipts), ...(file && { path: file }) }
  const all = await candidates(entriesIn(ground.folders), wanted)
  const byReceipt = new Map(all.map((call) => [call.receipt, call]))
  const allowed: Allowed[] = []
  for (const receipt of receipts) {
    const call = byReceipt.get(receipt)
    const verdict = await verdictOf(commit, call, isAncestor)
    allowed.push({ receipt, ...verdict, trailer: true, ...(await allowedBy(call, receipt, ground)) })
  }
  if (!allowed.some(({ verdict }) => BORNE_OUT.has(verdict)))
    for (const { call, verdict, why } of await unnamed(commit, all, isAncestor)) {
      const rest = await allowedBy(call, call.receipt, ground)
      allowed.push({ receipt: call.receipt, verdict, why, trailer: false, ...rest })
    }
  const committed = new Date(committedMs).toISOString()
  const known = { version: 1 as const, commit: id, tree, author, committed, subject, allowed }
  return file === undefined ? known : { ...known, file: await fileOf(file, commit, all, ground) }
}

/** As the guard names it: links resolved. */
function fileIn(path: string, cwd: string, root: string): string {
  const at = join(real(cwd), path)
  return path.startsWith('/') ? path : at.startsWith(`${real(root)}/`) ? at : join(real(root), path)
}

async function fileOf(
  path: string,
  commit: Told,
  all: readonly Candidate[],
  { cwd }: Ground,
): Promise<NonNullable<Who['file']>> {
  const named = await gitIn(cwd, ['diff-tree', '--no-commit-id', '--name-only', '-r', '--root', commit.id, '--', path])
  return { path, inCommit: named !== undefined && named.trim() !== '', changedBy: changedBy(all, commit) }
}

async function allowedBy(
  call: Candidate | undefined,
  receipt: string,
  { folders, verified }: Ground,
): Promise<Pick<Allowed, 'run' | 'goals' | 'action' | 'operator'>> {
  if (call === undefined) return { goals: [] }
  const { run, goals, actions, answers } = await reportFrom(call.run, folders, verified)
  const action = actions.find((each) => each.receipt === receipt)
  return { run, goals: goals.map(({ text }) => text), operator: answers.operator, ...(action && { action }) }
}
