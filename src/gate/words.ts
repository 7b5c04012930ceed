import { undoWords } from '../core/effect.ts'
import type { CallReply, RulingLine } from '../wire/api.ts'

interface Told {
  readonly ticket?: string | undefined
  readonly outcome: CallReply['outcome']
  /** What is to be said of the outcome. */
  readonly why?: string | undefined
}

/** The ruling as an agent or a person should read it. The first line says what matters: some hosts show no more. */
export function wordsOf(answer: RulingLine, { ticket, outcome, why }: Told): string {
  const head = {
    allow: 'Interlock allowed it',
    hold: 'Interlock holds this for its operator',
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
    lines.push(
      `The operator can release it: \`interlock confirm ${ticket}\` in a terminal of his own. Then the same call passes once.`,
    )
    lines.push('Go on with other work meanwhile, or end the turn and say what waits.')
  }
  lines.push(`Rule ${answer.rule}.`)
  return lines.join('\n')
}
