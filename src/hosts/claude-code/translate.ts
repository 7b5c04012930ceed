import type { Call, FileInput, Kind } from '../../core/action.ts'
import type { Json } from '../../core/digest.ts'
import { approvalsIn } from '../../core/safeguard.ts'
import type { CallReply } from '../../wire/api.ts'
import type { Door } from './door.ts'
import { questionText } from './question.ts'
import type { ToolCall } from './wire.ts'

/**
 * The end of every answer. The shell hook lets nothing through that lacks it: inside a JSON string its quotes would
 * be escaped, so no cut answer and no command that the agent chose can end like this.
 */
export const ANSWER_END = '"suppressOutput":false}'

/** What the agent wants to do, in our words. Every byte that tells two calls apart is in the call's input. */
export function toCall(event: ToolCall, home: string): Call {
  const agent = { name: 'claude-code', run: event.session_id }
  return { ...kindAndInput(event.tool_name, event.tool_input), cwd: event.cwd, home, agent }
}

function kindAndInput(name: string, input: Readonly<Record<string, Json>>): { kind: Kind; input: Json } {
  // Its other arguments (time limit, background, the host's own sandbox off) change nothing of what is predicted.
  if (name === 'Bash' && typeof input.command === 'string') return { kind: 'shell', input: input.command }
  const file = fileInput(name, input)
  return file === undefined ? { kind: 'tool', input: { name, arguments: input } } : { kind: 'file', input: { ...file } }
}

/** The calls that `FileInput` says whole; notebooks, edit lists and replace-all go as the tools that they are. */
function fileInput(name: string, input: Readonly<Record<string, Json>>): FileInput | undefined {
  const { file_path: path, content, old_string: old, new_string: replacement } = input
  // The host made it absolute; one that isn't is left to the tool grammar, which resolves it.
  if (typeof path !== 'string' || !path.startsWith('/')) return undefined
  if (name === 'Read') return { operation: 'read', path }
  if (name === 'Write' && typeof content === 'string') return { operation: 'write', path, content }
  if (name === 'Edit' && typeof old === 'string' && typeof replacement === 'string' && input.replace_all !== true)
    return { operation: 'edit', path, old, new: replacement }
  return undefined
}

/**
 * `allow` without a decision leaves the host's own questions in force; with `takeOver` the person is asked by
 * Interlock alone. What is not plainly handed over is denied.
 */
export function answerCall(reply: CallReply, door: Door, takeOver: boolean): string {
  const { outcome, ruling, released } = reply
  if (outcome !== 'handed over' || ruling === 'deny') return denyAnswer(denyText(reply))
  if (ruling === 'allow' || released === true) return preToolUse(takeOver ? { permissionDecision: 'allow' } : {})
  if (door.kind === 'ticket') return denyAnswer(denyText(reply))
  return preToolUse({ permissionDecision: 'ask', permissionDecisionReason: questionText(reply) })
}

export function denyAnswer(text: string): string {
  return preToolUse({ permissionDecision: 'deny', permissionDecisionReason: text })
}

function preToolUse(decision: object): string {
  return JSON.stringify({ hookSpecificOutput: { hookEventName: 'PreToolUse', ...decision }, suppressOutput: false })
}

/** The person sees the first line, the agent all of it. */
function denyText(reply: CallReply): string {
  const [first = ''] = reply.text.split('\n', 1)
  return first.includes(reply.because) ? reply.text : `${headline(reply)}\n${reply.text}`
}

function headline({ ruling, because, ticket, release, safeguards }: CallReply): string {
  if (ruling === 'deny') return `Interlock denied this: ${because}`
  if (ticket === undefined) return `Interlock did not let this run: ${because}`
  if (approvalsIn(safeguards) > 0) return `Interlock holds this for ${release?.who ?? 'others'}: ${because}`
  return `Interlock holds this until a person runs \`interlock confirm ${ticket}\`: ${because}`
}

/** Taken note of; the host goes on as it would without us. */
export const NOTED = `{${ANSWER_END}`

/** The running session keeps the settings that it has. */
export function keepSettings(reason: string): string {
  return JSON.stringify({ decision: 'block', reason, suppressOutput: false })
}
