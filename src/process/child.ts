import { spawn } from 'node:child_process'

/** The child's own exit code, 128 and the number of the signal that ended it, or 127 where it could not be started. */
export type Ended =
  | { readonly kind: 'ended'; readonly code: number }
  | { readonly kind: 'not started'; readonly why: string }

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 } as const

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
    child.once('error', (error) => done({ kind: 'not started', why: error.message }))
    child.once('exit', (code, signal) =>
      done({ kind: 'ended', code: code ?? 128 + (SIGNALS[signal as keyof typeof SIGNALS] ?? 0) }),
    )
  })
}

/** Starts a process that outlives this one, without its terminal. */
export function startDetached(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): void {
  spawn(command, args, { detached: true, stdio: 'ignore', env, cwd: '/' }).unref()
}
