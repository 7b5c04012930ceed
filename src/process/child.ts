import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** How a child ended; `not found` where there is no such program, `not started` where it can't be run. */
export type Ended =
  /** Its exit code, or 128 and the number of the signal that ended it. */
  | { readonly kind: 'ended'; readonly code: number }
  | { readonly kind: 'not found' }
  | { readonly kind: 'not started'; readonly why: string }

/** Runs a child on this terminal: same streams, same group, so that the keyboard's signals reach it by themselves. */
export function runHere(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit' })
    // The child decides what a signal means; we wait for its end. The keyboard's have reached it already.
    const pass = (signal: NodeJS.Signals) => (): void => void child.kill(signal)
    const handlers = [
      ['SIGINT', () => undefined],
      ['SIGQUIT', () => undefined],
      ['SIGTERM', pass('SIGTERM')],
      ['SIGHUP', pass('SIGHUP')],
    ] as const
    for (const [signal, handler] of handlers) process.on(signal, handler)
    const done = (ended: Ended): void => {
      for (const [signal, handler] of handlers) process.off(signal, handler)
      resolve(ended)
    }
    child.once('error', (error: NodeJS.ErrnoException) =>
      done(error.code === 'ENOENT' ? { kind: 'not found' } : { kind: 'not started', why: error.message }),
    )
    child.once('exit', (code, signal) =>
      done({ kind: 'ended', code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) }),
    )
  })
}

export interface Detached {
  /** It has ended, or could not be started. */
  ended(): boolean
}

/** Starts a process that outlives this one, without its terminal. */
export function startDetached(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Detached {
  let over = false
  const child = spawn(command, args, { detached: true, stdio: 'ignore', env, cwd: '/' })
  child.once('exit', () => (over = true))
  child.once('error', () => (over = true))
  child.unref()
  return { ended: () => over }
}

export interface Beside extends Detached {
  /** What it has printed so far. */
  said(): string
  /** Resolves when it has ended; asks it to, where it has not. */
  stop(): Promise<void>
}

/** Starts a process that ends when we say so, and not with our terminal's keys. */
export function startBeside(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Beside {
  let [said, over] = ['', false]
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env, cwd: '/' })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  }).then(() => {
    over = true
  })
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const stop = (): Promise<void> => {
    child.kill('SIGTERM')
    return ended
  }
  return { said: () => said, ended: () => over, stop }
}
