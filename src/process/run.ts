import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { codeOf } from '../core/errors.ts'

export interface RunOptions {
  readonly cwd: string
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly input?: string
  readonly timeoutMs: number
  /** The most that is kept of each output stream. */
  readonly maxBytes: number
}

export interface Ran {
  /** The exit code; 128 and the signal's number where a signal ended it; 127 where it could not be started. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Output was longer than `maxBytes`. */
  readonly truncated: boolean
  readonly timedOut: boolean
}

/** Runs a command to its end. Never rejects: what can't be started is code 127 with the reason on stderr. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  return new Promise((resolve) => {
    // A group of its own, so that the end of time takes the children along.
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: 'pipe', detached: true })
    child.once('error', ({ message }) =>
      resolve({ code: 127, stdout: '', stderr: message, truncated: false, timedOut: false }),
    )
    // Where it could not be started it may have no streams either.
    if (child.pid === undefined) return
    const stdout = gather(child.stdout, options.maxBytes)
    const stderr = gather(child.stderr, options.maxBytes)
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      kill(child.pid)
      // What left the group may hold them open for as long as it likes.
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
    }, options.timeoutMs)

    const end = (code: number): void => {
      clearTimeout(timer)
      const truncated = stdout.truncated() || stderr.truncated()
      resolve({ code, stdout: stdout.text(), stderr: stderr.text(), truncated, timedOut })
    }
    child.once('close', (code, signal) => end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
    // A child that ends without reading its input is no fault of ours.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** The whole group; it may have ended this very moment. */
function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

function gather(stream: NodeJS.ReadableStream, maxBytes: number): { text(): string; truncated(): boolean } {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    if (bytes < maxBytes) chunks.push(chunk.subarray(0, maxBytes - bytes))
    bytes += chunk.length
  })
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => bytes > maxBytes }
}
