import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const LAUNCHER = join(import.meta.dirname, '../../bin/interlock')

/** `interlock desk` as a process of its own. */
export class DeskProcess {
  readonly #child: ChildProcess
  said = ''

  private constructor(launcher: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(launcher, ['desk', ...args], { env: { ...process.env, DATABASE_URL: '', ...env } })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text
      })
  }

  /** Resolves when it listens. */
  static async start(args: readonly string[], env: NodeJS.ProcessEnv, launcher = LAUNCHER): Promise<DeskProcess> {
    const desk = new DeskProcess(launcher, args, env)
    const ended = once(desk.#child, 'close').then(() => true)
    while (!/fingerprint .*\n/.test(desk.said)) {
      if (await Promise.race([ended, sleep(20, false)])) throw new Error(`the desk ended: ${desk.said}`)
    }
    return desk
  }

  /** The code of the first person's link. */
  async firstCode(): Promise<string> {
    for (;;) {
      const code = /\/join\/(\S+)\n/.exec(this.said)?.[1]
      if (code !== undefined) return code
      await sleep(20)
    }
  }

  /** As a machine would that has no time for it. */
  hang(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal)
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const closed = once(this.#child, 'close') as Promise<[number | null]>
    this.#child.kill(signal)
    return (await closed)[0]
  }
}

/** Runs a command of ours to its end. */
export async function interlock(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(LAUNCHER, args, { env: { ...process.env, DATABASE_URL: '', ...env } })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}
