import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { codeOf } from '../core/errors.ts'

/** A child that exchanges messages over its third and fourth descriptor, each ended by a zero byte, as browsers do. */
export interface Piped {
  send(message: string): void
  /** Told each message, in order. */
  listen(take: (message: string) => void): void
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Ends it and what it started. */
  stop(): Promise<void>
}

const GRACE_MS = 3_000

export function startPiped(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Piped {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env })
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  // It may end before it has read what we send; `ended` tells.
  to.on('error', () => undefined)
  return {
    send: (message) => void to.write(`${message}\0`),
    listen: (take) => {
      let rest = ''
      from.setEncoding('utf8').on('data', (text: string) => {
        const messages = (rest + text).split('\0')
        rest = messages.pop() ?? ''
        for (const message of messages) take(message)
      })
    },
    ended,
    stop: async () => {
      signal(child, 'SIGTERM')
      const late = setTimeout(() => signal(child, 'SIGKILL'), GRACE_MS)
      await ended
      clearTimeout(late)
    },
  }
}

function signal({ pid, exitCode }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}
