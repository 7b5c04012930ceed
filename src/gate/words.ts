import { undoWords } from '../core/effect.ts'
import { approvalsIn } from '../core/safeguard.ts'
import type { CallReply, RulingLine } from '../wire/api.ts'
import type { Standing } from '../wire/desk.ts'

interface Told {
  readonly ticket?: string | undefined
  readonly outcome: CallReply['outcome']
  /** What is to be said of the outcome. */
  readonly why?: string | undefined
  /** Where it waits for others: what the desk says of it. */
  readonly standing?: Standing | undefined
}

/** The ruling as an agent or a person should read it. The first line says what matters: some hosts show no more. */
export function wordsOf(answer: RulingLine, { ticket, outcome, why, standing }: Told): string {
  const head = {
    allow: 'Interlock allowed it',
    hold: `Interlock holds this for ${isForOthers(answer) ? answer.release?.who : 'its operator'}`,
    deny: 'Interlock refused this',
  }
  const lines = [`${head[answer.ruling]}: ${answer.because}.`]
  if (outcome === 'unknown')
    lines.push(`It may or may not have run: ${why ?? 'its end was not seen'}. Look before you try it again.`)
  else if (outcome === 'waiting' || answer.ruling === 'deny') lines.push('Nothing has run.')
  for (const effect of answer.effects.filter((each) => each.verb !== 'read').slice(0, 6))
    lines.push(`  ${effect.verb} ${effect.resource} (${effect.place}, ${undoWords(effect.undo)})`)
  for (const precedent of answer.precedents ?? []) lines.push(`It happened before. ${precedent}`)
  if (answer.instead !== undefined) lines.push(`Instead: ${answer.instead}.`)
  if (outcome === 'waiting' && ticket !== undefined) {
    lines.push(...(standing === undefined ? operatorLines(ticket) : othersLines(standing)))
    lines.push('Go on with other work meanwhile, or end the turn and say what waits.')
  }
  lines.push(`Rule ${answer.rule}.`)
  return lines.join('\n')
}

function isForOthers({ safeguards }: RulingLine): boolean {
  return approvalsIn(safeguards) > 0
}

function operatorLines(ticket: string): readonly string[] {
  return [
    `The operator can release it: \`interlock confirm ${ticket}\` in a terminal of his own. Then the same call passes once.`,
  ]
}

/** Who was asked and where, and how the agent learns of it. */
function othersLines({ ticket, needs, terms, approved, asked, page }: Standing): readonly string[] {
  const yes = approved.length === 0 ? '' : `; ${listed(approved.map(({ name }) => name))} approved it already`
  return [
    `It needs ${needs === 1 ? 'one approval' : `${needs} approvals`}${terms === undefined ? '' : `, ${terms}`}. Asked: ${listed(asked)}, at ${page}${yes}.`,
    `Once approved, the very same call passes once, within an hour. \`interlock approvals wait ${ticket} --timeout 90\` tells when.`,
  ]
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6)
  const rest = names.length - shown.length
  const all = rest > 0 ? [...shown, `${rest} more`] : shown
  return all.length < 2 ? (all[0] ?? 'nobody') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
