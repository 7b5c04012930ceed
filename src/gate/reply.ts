import { type CodedError, reasonOf } from '../core/errors.ts'
import type { CallReply, RulingLine } from '../wire/api.ts'
import type { Standing } from '../wire/desk.ts'
import { answerOf } from './answer.ts'
import type { Entry } from './govern.ts'
import { wordsOf } from './words.ts'

/** What more there is to tell of an outcome. */
interface More {
  readonly why?: string
  /** What the desk says of a hold that waits for others. */
  readonly standing?: Standing | undefined
}

export function replyOf(entry: Entry, outcome: CallReply['outcome'], { why, standing }: More = {}): CallReply {
  const answer = answerOf(entry.judged)
  const { ticket, receipt, released } = entry
  const named = answer.release && ticket && { ...answer.release, how: answer.release.how.replaceAll('TICKET', ticket) }
  const release = named ? { release: named } : {}
  const text = wordsOf(answer, { ticket, outcome, why, standing })
  return { ...answer, ...release, receipt, outcome, ...(ticket && { ticket }), ...(released && { released }), text }
}

/** The ruling let it run; what came up before it did makes it a deny. */
export function notRun(entry: Entry, because: string, instead: string): CallReply {
  return denied(entry.receipt, { rule: 'gate/not-run', because, instead })
}

/** Others have to agree, and could not be asked: that is no ruling on what it would do. */
export function notApproved({ receipt, judged }: Entry, why: string): CallReply {
  const { because, instead } = answerOf(judged)
  const later = 'go on with other work, and try the same call again later'
  return denied(receipt, { rule: 'approval/not-had', because: `${because}, and ${why}`, instead: instead ?? later })
}

/** A throw before the grant is a deny with its reason. */
export function faulted(receipt: string, error: unknown): CallReply {
  const because = `the guard could not judge it: ${reasonOf(error)}`
  const instead = (error as Partial<CodedError>)?.hint
  return denied(receipt, { rule: 'gate/fault', because, ...(instead && { instead }) })
}

function denied(receipt: string, why: Pick<RulingLine, 'rule' | 'because' | 'instead'>): CallReply {
  const answer: RulingLine = { ruling: 'deny', level: 'advised', safeguards: [], effects: [], ...why }
  return { ...answer, receipt, outcome: 'refused', text: wordsOf(answer, { outcome: 'refused' }) }
}
