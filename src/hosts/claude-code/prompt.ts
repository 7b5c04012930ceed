/** What a prompt is: words of the operator, or a message that the host made in the operator's place. */
export type Prompt =
  | { readonly kind: 'goal'; readonly text: string }
  | {
      readonly kind: 'task ended'
      readonly task: string
      readonly toolUseId: string | undefined
      readonly outcome: 'done' | 'failed' | 'unknown'
    }
  | { readonly kind: 'from the host' }

/** Envelopes in which the host hands on the words of agents: they are not the operator's. */
const ENVELOPE = /^\s*<(?:[a-z]+-)+(?:notification|message|reminder|caveat|stdout|stderr)[\s>]/

/**
 * Only the head of a task notification is the host's own; from the summary on it is text that an agent wrote,
 * which could hold a second head.
 */
export function readPrompt(prompt: string): Prompt {
  if (!ENVELOPE.test(prompt)) return { kind: 'goal', text: prompt }
  const head = prompt.split(/<(?:summary|result|note)>/, 1)[0] ?? ''
  const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]{1,200})</${name}>`).exec(head)?.[1]
  const task = field('task-id')
  if (!head.trimStart().startsWith('<task-notification>') || task === undefined) return { kind: 'from the host' }
  const status = field('status')
  const outcome = status === 'completed' ? 'done' : status === 'failed' ? 'failed' : 'unknown'
  return { kind: 'task ended', task, toolUseId: field('tool-use-id'), outcome }
}
