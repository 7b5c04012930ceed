import { reasonOf } from '../core/errors.ts'
import { quoted } from '../lang/shell/quoted.ts'
import type { Ended } from '../process/child.ts'
import type { CallReply, CloseRequest } from '../wire/api.ts'
import { askGuard, type Reach, tellGuard } from './guard.ts'
import { note } from './render.ts'

/** The child did not run: held or denied. */
const NOT_RUN = 125
const FAULT = 126
const NOT_FOUND = 127

export interface ExecCall {
  readonly argv: readonly string[]
  /** Throws where the folder is gone. */
  readonly cwd: () => string
  readonly run: string
  /** This process, which starts the child. */
  readonly process: number
}

export type RunHere = (command: string, args: readonly string[]) => Promise<Ended>

/** Judged, run on this terminal, and undoable. The guard gives its word; the child is ours to start. */
export async function exec(call: ExecCall, reach: Reach, runHere: RunHere): Promise<number> {
  const [command = '', ...args] = call.argv
  const reply = await judged(call, reach)
  if (reply === undefined) return FAULT
  if (!lets(reply)) {
    note(reply.text ?? 'interlock: what answered is no guard; nothing ran')
    return reply.outcome === 'waiting' || reply.outcome === 'refused' ? NOT_RUN : FAULT
  }
  const ended = await runHere(command, args)
  // Whatever becomes of this, the child's own code is the answer. Without it, the next guard closes the receipt as unknown.
  const why = await tellGuard(reach, `/v1/calls/${reply.receipt}/close`, endOf(ended))
  if (why !== undefined) note(`interlock: how it ended could not be recorded: ${why}`)
  if (ended.kind === 'ended') return ended.code
  note(
    ended.kind === 'not found'
      ? `interlock: \`${command}\` was not found`
      : `interlock: \`${command}\` could not be started: ${ended.why}`,
  )
  return ended.kind === 'not found' ? NOT_FOUND : FAULT
}

async function judged({ argv, cwd, run, process }: ExecCall, reach: Reach): Promise<Partial<CallReply> | undefined> {
  try {
    const agent = { name: 'exec', run }
    const body = { kind: 'shell', input: commandOf(argv), cwd: cwd(), agent, perform: 'host', process }
    return (await askGuard(reach, 'POST', '/v1/calls', body)) as Partial<CallReply>
  } catch (error) {
    note(`interlock: ${reasonOf(error)}; nothing ran`)
    return undefined
  }
}

/** Nothing less than the guard's whole word: an allow, or a hold that a person released, handed over. */
function lets({ outcome, ruling, released, receipt }: Partial<CallReply>): boolean {
  const open = ruling === 'allow' || (ruling === 'hold' && released === true)
  return outcome === 'handed over' && open && typeof receipt === 'string'
}

function endOf(ended: Ended): CloseRequest {
  if (ended.kind !== 'ended') return { outcome: 'failed', code: ended.kind === 'not found' ? NOT_FOUND : FAULT }
  return { outcome: ended.code === 0 ? 'done' : 'failed', code: ended.code }
}

/** Words that a shell would take for its own grammar where a program's name stands. */
const RESERVED =
  /^(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|time|select|coproc|\{|\}|!|\[\[|\]\])$/

/** The text whose words, as a shell reads them, are those of `argv`. */
export function commandOf(argv: readonly string[]): string {
  return argv.map(wordOf).join(' ')
}

/** As one word of a POSIX shell. The first is a program's name and nothing else, whatever it looks like. */
function wordOf(word: string, at: number): string {
  const plain = at === 0 ? /^[\w@%+:,./-]+$/.test(word) && !RESERVED.test(word) : /^[\w@%+=:,./-]+$/.test(word)
  return plain ? word : quoted(word)
}
