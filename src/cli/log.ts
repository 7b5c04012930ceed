import { whatOf } from '../core/action.ts'
import { EXIT } from '../core/ruling.ts'
import {
  type Answered,
  type Closed,
  type Granted,
  RECORD,
  type Ruled,
  type Said,
  type ToldDesk,
} from '../wire/record.ts'
import { columns, json, line, note, table } from './render.ts'

/** A ledger entry with its place. */
export interface Line {
  readonly index: number
  readonly entry: { readonly type: string; readonly subject: string; readonly time: string; readonly data: unknown }
}

export type Verified =
  | {
      readonly kind: 'intact'
      readonly origin: string
      readonly size: number
      readonly root: string
      readonly copy: 'same' | 'ahead' | 'none'
      readonly ahead: number
    }
  | { readonly kind: 'broken'; readonly what: string; readonly where: string; readonly why: string }

/** The files themselves: neither command needs the guard, and neither believes it. */
export interface LedgerFiles {
  entries(): AsyncIterable<Line>
  verify(): Promise<Verified>
}

export interface ReceiptRow {
  readonly receipt: string
  readonly time: string
  readonly ruling: string
  /** What became of it; `open`: its end is not recorded. */
  readonly outcome: string
  readonly rule: string
  readonly what: string
}

/** Every receipt that the ledger tells of, oldest first. */
export async function receiptRows(files: Pick<LedgerFiles, 'entries'>): Promise<readonly ReceiptRow[]> {
  const rows = new Map<string, ReceiptRow>()
  for await (const { entry } of files.entries()) {
    const { subject, time } = entry
    const before = rows.get(subject)
    if (entry.type === RECORD.ruled) {
      const { ruling = '', rule = '', input, released, asked } = entry.data as Partial<Ruled>
      const runs = ruling === 'allow' || released === true || asked === true
      rows.set(subject, {
        receipt: subject,
        time,
        ruling,
        outcome: runs ? 'open' : 'not run',
        rule,
        what: whatOf(input),
      })
    }
    if (entry.type === RECORD.granted && before !== undefined) rows.set(subject, { ...before, outcome: 'open' })
    if (entry.type === RECORD.closed && before !== undefined) {
      const { outcome = '', diverged } = entry.data as Partial<Closed>
      const became = outcome === 'refused' ? 'not run' : outcome
      rows.set(subject, { ...before, outcome: diverged === true ? `${became}, diverged` : became })
    }
  }
  return [...rows.values()]
}

/** One line a receipt, newest last. */
export async function logList(files: LedgerFiles, options: { last: number; json?: boolean }): Promise<number> {
  const shown = (await receiptRows(files)).slice(-options.last)
  if (options.json === true) for (const row of shown) json(row)
  else
    table(
      shown.map(({ time, receipt, ruling, outcome, rule, what }) => [when(time), receipt, ruling, outcome, rule, what]),
      '',
    )
  return EXIT.done
}

function when(time: string): string {
  return time.slice(0, 19).replace('T', ' ')
}

/** Everything that the ledger says of one receipt, and of the yes that released it. */
export async function logShow(files: LedgerFiles, receipt: string, options: { json?: boolean }): Promise<number> {
  const found: Line[] = []
  const answers: Line[] = []
  const tickets = new Set<unknown>()
  for await (const each of files.entries()) {
    const { ticket } = (each.entry.data ?? {}) as { ticket?: unknown }
    if (each.entry.subject === receipt) {
      found.push(each)
      tickets.add(ticket)
    } else if (each.entry.type === RECORD.answered) answers.push(each)
  }
  if (found.length === 0) {
    note(`interlock: the ledger has no receipt \`${receipt}\`; \`interlock log list\` shows them`)
    return EXIT.usage
  }
  const released = answers.filter(({ entry }) => tickets.has((entry.data as Answered).ticket))
  const all = [...found, ...released].sort((a, b) => a.index - b.index)
  for (const each of all)
    if (options.json === true) json({ index: each.index, ...each.entry })
    else for (const text of linesOf(each)) line(text)
  return EXIT.done
}

/** One entry as a person reads it. */
export function linesOf({ index, entry }: Line): readonly string[] {
  const head = `${when(entry.time)}  entry ${index}`
  switch (entry.type) {
    case RECORD.ruled:
      return ruledLines(head, entry.data as Ruled)
    case RECORD.closed:
      return closedLines(head, entry.data as Closed)
    case RECORD.answered: {
      const { answer, by, forgeable, ticket, person } = entry.data as Answered
      const doubt = forgeable ? '; forgeable: software of the same user could have said it' : ''
      return [
        `${head}  ${answer}`,
        `  ${ticket} by ${by}${doubt}`,
        ...(person === undefined ? [] : [`  ${person.reason}`]),
      ]
    }
    case RECORD.granted: {
      const { ticket, desk, approved } = entry.data as Granted
      const said = approved.map(({ name, reason }) => `  approved by ${name}: ${reason}`)
      return [`${head}  granted`, `  ${ticket} by the desk at ${desk}; its signed grant is in the entry`, ...said]
    }
    case RECORD.told: {
      const { outcome, refused } = entry.data as ToldDesk
      return [
        `${head}  told`,
        `  the desk ${refused === undefined ? `knows: ${outcome}` : `takes no outcome: ${refused}`}`,
      ]
    }
    case RECORD.said: {
      const { what, text } = entry.data as Said
      return [`${head}  ${what}`, `  ${text}`]
    }
    default:
      return [`${head}  ${entry.type}`, `  ${JSON.stringify(entry.data)}`]
  }
}

function ruledLines(head: string, ruled: Ruled): readonly string[] {
  const { ruling, rule, agent, run, cwd, input, because, instead, safeguards, effects, ticket, claim } = ruled
  const how = ruled.released === true ? ', released by it' : ruled.asked === true ? ', asked by the host itself' : ''
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  return [
    `${head}  ${ruling}  ${rule}${safeguards.length > 0 ? `  under ${safeguards.join(', ')}` : ''}`,
    `  ${agent} in ${cwd}, run ${run}`,
    ...text.split('\n').map((each) => `  > ${each}`),
    `  ${because}`,
    ...(instead === undefined ? [] : [`  instead: ${instead}`]),
    ...(claim === undefined ? [] : [`  the agent said: ${claim}`]),
    ...(ticket === undefined ? [] : [`  ticket ${ticket}${how}`]),
    ...columns(effects.map((each) => [each.verb, each.resource, each.place, each.undo, each.certainty])),
  ]
}

function closedLines(head: string, closed: Closed): readonly string[] {
  const { outcome, code, why, answered, changes, diverged, overlaps, lost, unseen = [] } = closed
  return [
    `${head}  ${outcome}${code === undefined ? '' : `, exit code ${code}`}${diverged ? ', diverged' : ''}`,
    ...(why === undefined ? [] : [`  ${why}`]),
    ...(answered === undefined ? [] : [`  the host's own question was answered: ${answered}`]),
    ...some(changes, ({ path, change, predicted }) => `${change}  ${path}${predicted ? '' : '  (not predicted)'}`),
    ...some(lost, (each) => `can't be given back: ${each.path}: ${each.why}`),
    ...some(unseen, (path) => `could not be looked through: ${path}`),
    ...(overlaps.length > 0 ? [`  ran at the same time over the same paths: ${overlaps.join(', ')}`] : []),
  ]
}

function some<T>(all: readonly T[], words: (each: T) => string): readonly string[] {
  const rest = all.length > MOST_SHOWN ? [`  and ${all.length - MOST_SHOWN} more`] : []
  return [...all.slice(0, MOST_SHOWN).map((each) => `  ${words(each)}`), ...rest]
}

const MOST_SHOWN = 200

export async function logVerify(files: LedgerFiles, options: { json?: boolean }): Promise<number> {
  const result = await files.verify()
  if (options.json === true) json(result)
  else if (result.kind === 'intact') {
    line(`intact  ${result.size} entries, ${COPY[result.copy]}`)
    line(`  ${result.origin}`)
    line(`  root ${result.root}`)
    if (result.ahead > 0) line(`  ${result.ahead} newer files are not signed yet`)
  } else line(`broken  ${result.what}: ${result.where}: ${result.why}`)
  return result.kind === 'intact' ? EXIT.done : EXIT.fault
}

const COPY: Readonly<Record<Extract<Verified, { kind: 'intact' }>['copy'], string>> = {
  same: 'the checkpoint copy agrees',
  ahead: 'the checkpoint copy is ahead, and the entries are there',
  none: 'there is no checkpoint copy',
}
