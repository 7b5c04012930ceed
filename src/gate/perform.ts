import { existsSync } from 'node:fs'
import type { FileInput } from '../core/action.ts'
import type { Clock } from '../core/clock.ts'
import { run } from '../process/run.ts'
import type { Breaker } from './breaker.ts'
import type { Deadline } from './deadline.ts'
import { performFile } from './file.ts'
import type { Entry, Granted, Seen } from './govern.ts'
import { redeem } from './settle.ts'

const LONGEST_MS = 10 * 60 * 1000
const OUTPUT_BYTES = 1 << 20
/** The kernel takes no longer argument. */
const LONGEST_COMMAND = 120 * 1024

export interface Performing {
  readonly clock: Clock
  readonly breaker: Breaker
  readonly deadline: Deadline
}

/** Runs exactly what was judged, or hands it over to the host that will. */
export async function perform({ grant, entry }: Granted, { clock, breaker, deadline }: Performing): Promise<Seen> {
  const { request, action } = entry.captured
  // INVARIANT: from here to the start of what runs there is no wait: a stop or a deny that was given holds.
  const stopped = breaker.stopped()
  if (stopped !== undefined)
    return notRun(`everything is stopped: ${stopped}`, 'end the turn; a person resumes with `interlock resume`')
  if (!redeem(grant, entry, clock.now())) return notRun('its grant was used, is too old, or is for another call', AGAIN)
  if (!deadline.begin()) return notRun('the guard did not answer in time', AGAIN)
  if (request.perform === 'host') return { kind: 'handed over' }
  if (action.kind === 'shell' && typeof action.input === 'string') return await shell(action.input, entry)
  if (action.kind === 'file') return file(entry)
  return notRun(`the guard can't run a \`${action.kind}\` call`, 'let the host run it')
}

const AGAIN = 'try the call again'

function notRun(why: string, instead: string): Seen {
  return { kind: 'not run', why, instead }
}

async function shell(command: string, { captured: { action, request } }: Entry): Promise<Seen> {
  if (Buffer.byteLength(command) > LONGEST_COMMAND)
    return notRun('the command is longer than 120 KiB', 'write it to a script and run that')
  const bash = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh'
  const env = { ...environment(request.env), HOME: action.home, PWD: action.cwd }
  const umask = (request.umask ?? 0o022).toString(8)
  // The text goes in as an argument: nothing of it is read by the outer shell.
  const args = ['-c', 'umask "$1" && exec "$2" -c "$3"', 'sh', umask, bash, command]
  const options = { cwd: action.cwd, env, timeoutMs: LONGEST_MS, maxBytes: OUTPUT_BYTES }
  const { code, stdout, stderr, truncated, timedOut } = await run('/bin/sh', args, options)
  const late = timedOut ? '\ninterlock: ended after 10 minutes' : ''
  return { kind: 'ran', code, stdout, stderr: stderr + late, truncated }
}

/** Makes a shell read more than the command that was judged, or read it otherwise. */
const READS_MORE = /^(?:BASH_ENV|ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|CDPATH|GLOBIGNORE|IFS|PS4)$/

/** What the child sees, and what its command is read with. */
export function environment(
  given: Readonly<Record<string, string>> = { PATH: '/usr/local/bin:/usr/bin:/bin' },
): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !READS_MORE.test(name)))
}

function file({ captured: { action, request }, judged }: Entry): Seen {
  const input = action.input as unknown as FileInput
  try {
    const { text, truncated } = performFile(input, judged.study.facts, request.umask ?? 0o022)
    return { kind: 'ran', code: 0, stdout: text, stderr: '', truncated }
  } catch (error) {
    const stderr = error instanceof Error ? error.message : String(error)
    return { kind: 'ran', code: 1, stdout: '', stderr, truncated: false }
  }
}
