import type { Ended } from '../process/child.ts'
import type { CallReply } from '../wire/api.ts'
import { askGuard, type Reach } from './guard.ts'
import { note } from './render.ts'

/** The child did not run: held or denied. */
const NOT_RUN = 125
const FAULT = 126
const NOT_FOUND = 127

export interface ExecCall {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly home: string
  readonly run: string
}

/** Judged, run on this terminal, and undoable. The guard gives its word; the child is ours to start. */
export async function exec(
  call: ExecCall,
  reach: Reach,
  runHere: (command: string, args: readonly string[]) => Promise<Ended>,
): Promise<number> {
  const { argv, cwd, home, run } = call
  const [command, ...args] = argv
  if (command === undefined) return NOT_FOUND
  let reply: CallReply
  try {
    const input = argv.map(quoted).join(' ')
    reply = (await askGuard(reach, 'POST', '/v1/calls', {
      kind: 'shell',
      input,
      cwd,
      home,
      agent: { name: 'exec', run },
      perform: 'host',
    })) as CallReply
  } catch (error) {
    note(`interlock: ${error instanceof Error ? error.message : String(error)}; nothing ran`)
    return FAULT
  }
  if (reply.outcome !== 'handed over') {
    note(reply.text)
    return NOT_RUN
  }
  const ended = await runHere(command, args)
  const outcome = ended.kind === 'ended' && ended.code === 0 ? 'done' : 'failed'
  const code = ended.kind === 'ended' ? ended.code : NOT_FOUND
  if (ended.kind === 'not started') note(`interlock: \`${command}\` could not be started: ${ended.why}`)
  await askGuard(reach, 'POST', `/v1/calls/${reply.receipt}/close`, { outcome, code })
  return code
}

/** As one word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
