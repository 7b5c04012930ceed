import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Enrolment, readEnrolment } from '../approvals/enrolment.ts'
import { signedGrant } from '../approvals/grant.ts'
import { json, note, print } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { type Gathered, gather, runOf } from '../report/gather.ts'
import { markdownOf } from '../report/markdown.ts'
import { reportOf } from '../report/report.ts'
import type { GrantCheck, Known, NoReport, Report } from '../wire/report.ts'
import { account } from './assemble.ts'
import { type Env, type Folders, foldersOf } from './folders.ts'
import { gitIn } from './git.ts'
import { entriesIn, verifyIn } from './ledger.ts'
import { type Intact, provenEntries } from './proven.ts'

export type Reported = { readonly kind: 'report'; readonly report: Report } | ({ readonly kind: 'none' } & NoReport)

/** The formal documentation of a run, from the ledger's files: no guard is asked, and none is believed. */
export async function report(what: string, options: { json?: boolean }, env: Env): Promise<number> {
  const found = await reportOn(what, foldersOf(env))
  if (found.kind === 'none') {
    const { refused, why } = found
    if (options.json === true) json({ refused, why })
    else note(`interlock: ${why}`)
    return refused === 'ledger' ? EXIT.fault : EXIT.usage
  }
  if (options.json === true) json(found.report)
  else print(markdownOf(found.report))
  return EXIT.done
}

/** A ledger that does not verify proves nothing: there is no report of it. */
export async function reportOn(what: string, folders: Folders): Promise<Reported> {
  const verified = await verifyIn(folders)
  if (verified.kind === 'broken') {
    const why = `the ledger does not verify (${verified.what}: ${verified.where}: ${verified.why}), so there is no report of it`
    return { kind: 'none', refused: 'ledger', why }
  }
  const run = await runOf(entriesIn(folders), what)
  if (run !== undefined) return { kind: 'report', report: await reportFrom(run, folders, verified) }
  const named = what === '--last' ? 'no run' : `no run, receipt or ticket \`${what}\``
  return { kind: 'none', refused: 'unknown', why: `the ledger has ${named}; \`interlock log list\` shows receipts` }
}

/** From a ledger that was verified: each entry is proved to be under its root as it is read. */
export async function reportFrom(run: string, folders: Folders, verified: Intact): Promise<Report> {
  const indexes = indexesOf(await gather(entriesIn(folders), run))
  const all = await gather(provenEntries(folders, verified, indexes), run)
  const { origin, vkey, size, root, checkpoint, copy } = verified
  const included = indexes.filter((index) => index < size)
  const unsigned = indexes.filter((index) => index >= size)
  const enrolment = all.granted.length > 0 ? enrolmentIn(folders.state) : undefined
  return reportOf(all, {
    grants: await grantsOf(all, enrolment),
    operator: ownerOf(folders),
    authors: await authorsOf(all),
    ...(enrolment && { enrolled: { origin: enrolment.origin, operator: enrolment.operator.name } }),
    ledger: { origin, vkey, size, root, checkpoint, copy, included, unsigned },
  })
}

function indexesOf({ run: _, unread, ...kinds }: Gathered): number[] {
  const all = [...Object.values(kinds).flatMap((entries) => entries.map(({ index }) => index)), ...unread]
  return all.sort((a, b) => a - b)
}

/** The entries of one receipt, and of what was said to its ticket. */
export function entriesOf(all: Gathered, receipt: string): number[] {
  const tickets = new Set(all.ruled.flatMap(({ subject, data }) => (subject === receipt ? (data.ticket ?? []) : [])))
  const answers = all.answered.filter(({ data }) => tickets.has(data.ticket))
  const { ruled, closed, granted, told, said } = all
  const own = [...ruled, ...closed, ...granted, ...told, ...said].filter(({ subject }) => subject === receipt)
  return [...own, ...answers].map(({ index }) => index).sort((a, b) => a - b)
}

/** Each grant against the key that this guard pinned, and against the call that it was recorded for. */
async function grantsOf(
  { granted, ruled }: Gathered,
  enrolment: Enrolment | undefined,
): Promise<ReadonlyMap<string, GrantCheck>> {
  const checks = new Map<string, GrantCheck>()
  for (const { subject, data } of granted) {
    if (enrolment?.origin !== data.desk) {
      checks.set(subject, { kind: 'not checked', why: 'this guard no longer holds the key of that desk' })
      continue
    }
    const claims = await signedGrant(data.grant, enrolment.key)
    const call = ruled.findLast((each) => each.subject === subject)?.data
    const fits =
      claims?.receipt === subject &&
      claims.ticket === data.ticket &&
      claims.action === call?.digest &&
      claims.preconditions === call.preconditions &&
      claims.policy === call.policy
    checks.set(subject, fits ? HOLDS : { kind: 'does not hold', why: claims === undefined ? UNSIGNED : OTHER })
  }
  return checks
}

const HOLDS: GrantCheck = {
  kind: 'verified',
  why: 'the desk’s key, pinned when this guard was enrolled, signed it for exactly this call, facts and rules; who voted is the desk’s word, and `interlock desk verify` there verifies each vote’s own signature',
}
const UNSIGNED = 'it is not signed by the key that this guard pinned'
const OTHER = 'it is for another call, other facts or other rules'

function enrolmentIn(state: string): Enrolment | undefined {
  try {
    return readEnrolment(state)
  } catch {
    return undefined
  }
}

function ownerOf({ state }: Folders): Known {
  const uid = statSync(join(state, 'ledger')).uid
  const who = uid === process.getuid?.() ? account() : `user ${uid}`
  return { who, how: 'the account that the ledger’s files belong to; no entry names it' }
}

/** Who wrote the repository's own rules, as git tells it for the time when the run began. */
async function authorsOf({ ruled: [first] }: Gathered): Promise<Known[]> {
  if (first === undefined || first.data.workspace === '') return []
  const format = '--format=%an <%ae>, commit %h'
  const asked = ['log', '-1', `--until=${first.at}`, format, '--', 'interlock.yaml']
  const said = (await gitIn(first.data.workspace, asked))?.trim()
  return said ? [{ who: said, how: 'last author of the repository’s interlock.yaml then, by git’s word' }] : []
}
