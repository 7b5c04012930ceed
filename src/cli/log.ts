import { EXIT } from '../core/ruling.ts'
import { json, line, note, table } from './render.ts'
import { whatOf } from './what.ts'

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

interface Ruled {
  readonly ruling: string
  readonly rule: string
  readonly input: unknown
}

/** One line a receipt, newest last. */
export async function logList(files: LedgerFiles, options: { last: number; json?: boolean }): Promise<number> {
  const rulings: Line[] = []
  const outcomes = new Map<string, string>()
  for await (const each of files.entries()) {
    if (each.entry.type.endsWith('.action.ruled')) rulings.push(each)
    if (each.entry.type.endsWith('.action.closed'))
      outcomes.set(each.entry.subject, (each.entry.data as { outcome: string }).outcome)
  }
  const shown = rulings.slice(-options.last)
  if (options.json === true) for (const each of shown) json({ ...each, outcome: outcomes.get(each.entry.subject) })
  else
    table(
      shown.map(({ entry }) => rowOf(entry, outcomes.get(entry.subject))),
      '',
    )
  return EXIT.done
}

function rowOf({ time, subject, data }: Line['entry'], outcome: string | undefined): readonly string[] {
  const { ruling, rule, input } = data as Ruled
  const became = outcome ?? (ruling === 'allow' ? 'open' : 'not run')
  return [time.slice(0, 19).replace('T', ' '), subject, ruling, became, rule, whatOf(input)]
}

/** Everything that the ledger says of one receipt. */
export async function logShow(files: LedgerFiles, receipt: string, options: { json?: boolean }): Promise<number> {
  let found = 0
  for await (const { index, entry } of files.entries()) {
    if (entry.subject !== receipt) continue
    found++
    if (options.json === true) json({ index, ...entry })
    else {
      line(`${entry.time}  ${entry.type}  entry ${index}`)
      for (const text of JSON.stringify(entry.data, null, 2).split('\n').slice(1, -1)) line(text)
    }
  }
  if (found > 0) return EXIT.done
  note(`interlock: the ledger has no receipt \`${receipt}\`; \`interlock log list\` shows them`)
  return EXIT.usage
}

export async function logVerify(files: LedgerFiles, options: { json?: boolean }): Promise<number> {
  const result = await files.verify()
  if (options.json === true) json(result)
  else if (result.kind === 'intact') {
    const copy = {
      same: 'the checkpoint copy agrees',
      ahead: 'the checkpoint copy is ahead, and the entries are there',
      none: 'there is no checkpoint copy',
    }[result.copy]
    line(`intact  ${result.size} entries, ${copy}`)
    line(`  ${result.origin}`)
    line(`  root ${result.root}`)
    if (result.ahead > 0) line(`  ${result.ahead} newer files are not signed yet`)
  } else line(`broken  ${result.what}: ${result.where}: ${result.why}`)
  return result.kind === 'intact' ? EXIT.done : EXIT.fault
}
