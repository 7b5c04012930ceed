import { explainBatch, explainOne } from '../cli/explain.ts'
import { printExplanation } from '../cli/explanation.ts'
import { json, line, note, paragraph } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { MARK } from '../gate/redact.ts'
import { Register } from '../gate/register.ts'
import type { History } from '../risk/sequence.ts'
import type { Explanation } from '../wire/explanation.ts'
import { RECORD, Ruled } from '../wire/record.ts'
import { explainFor } from './check.ts'
import { type Env, foldersOf } from './folders.ts'
import { entriesIn } from './ledger.ts'

export interface Asked {
  /** A command, or one receipt. */
  readonly words: readonly string[]
  /** `--` stood before the words: they are a command, whatever they look like. */
  readonly command: boolean
  readonly options: { readonly json?: boolean; readonly batch?: boolean }
}

/** Why a command, a case or a recorded call is ruled as it is. */
export async function explainWhat({ words, command, options }: Asked, env: Env, cwd: string): Promise<number> {
  if (options.batch === true) return explainBatch(explainFor(env, cwd), options)
  const [first = ''] = words
  if (!command && words.length === 1 && RECEIPT.test(first)) return explainReceipt(first, options, env)
  return explainOne(explainFor(env, cwd), words, options)
}

const RECEIPT = /^r-[a-z0-9]+$/

/** A recorded call, judged once more: the record keeps the ruling and its effects, not what was read on the way. */
async function explainReceipt(receipt: string, options: { readonly json?: boolean }, env: Env): Promise<number> {
  const found = await ruledUnder(receipt, env)
  if (found === undefined) {
    note(`interlock: the ledger has no ruling on \`${receipt}\`; \`interlock log list\` shows what it has`)
    note(`  a command of that name is explained by \`interlock explain -- ${receipt}\``)
    return EXIT.usage
  }
  const { ruled, time, history } = found
  const { kind, input, cwd, workspace, noSnapshot, ruling, rule, policy } = ruled
  const run = { workspace, history, ...(noSnapshot !== undefined && { noSnapshot }) }
  const now = await explainFor(env, cwd)({ kind, input, cwd }, run)
  const recorded = { receipt, time, ruling, rule, policy }
  if (options.json === true) json({ ...now, recorded } satisfies Explanation)
  else {
    line(`${receipt}  ${time.slice(0, 19).replace('T', ' ')}  ${ruling}  ${rule}`)
    for (const each of paragraph('  ', sinceThen(ruled, now))) line(each)
    line()
    printExplanation(now)
  }
  return EXIT[now.ruling]
}

interface Found {
  readonly ruled: Ruled
  readonly time: string
  /** What its run had done by then. */
  readonly history: History
}

async function ruledUnder(receipt: string, env: Env): Promise<Found | undefined> {
  const register = new Register()
  let found: Found | undefined
  for await (const { entry } of entriesIn(foldersOf(env))) {
    const ruled = entry.subject === receipt && entry.type === RECORD.ruled ? Ruled.safeParse(entry.data) : undefined
    if (ruled?.success === true)
      found = { ruled: ruled.data, time: entry.time, history: register.history(ruled.data.run) }
    register.apply(entry)
  }
  return found
}

/** How far the judgement of now speaks for the one of then. */
function sinceThen(ruled: Ruled, now: Explanation): string {
  const rules = ruled.policy === now.policy ? 'the same rules' : 'rules that have changed since'
  const same = ruled.ruling === now.ruling && ruled.rule === now.rule
  const taken = JSON.stringify(ruled.input).includes(MARK) ? `; credentials in it stay \`${MARK}\`` : ''
  return `That is on record. Below, the same call is judged now, with the facts of now, by ${rules}${taken}: ${same ? 'the ruling is the same.' : 'the ruling differs.'}`
}
