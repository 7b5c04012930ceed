import { type CodedError, reasonOf } from '../core/errors.ts'
import type { CallReply, RulingLine } from '../wire/api.ts'
import { answerOf } from './answer.ts'
import type { Entry } from './govern.ts'
import { wordsOf } from './words.ts'

export function replyOf(entry: Entry, outcome: CallReply['outcome'], why?: string): CallReply {
  const answer = answerOf(entry.judged)
  const { ticket, receipt, released } = entry
  const how = ticket === undefined ? undefined : `interlock confirm ${ticket}`
  const release = answer.release && how ? { release: { ...answer.release, how } } : {}
  const text = wordsOf(answer, { ticket, outcome, why })
  return { ...answer, ...release, receipt, outcome, ...(ticket && { ticket }), ...(released && { released }), text }
}

/** The ruling let it run; what came up before it did makes it a deny. */
export function notRun(entry: Entry, because: string, instead: string): CallReply {
  return denied(entry.receipt, { rule: 'gate/not-run', because, instead })
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
