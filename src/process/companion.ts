import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

/**
 * A child that answers one request after another, where a process for each would cost more than the work.
 * It starts with the first request, starts again where it died, ends with us, and does not keep us alive.
 */
export interface Companion {
  /** What it wrote before the line `end`; undefined where it can't be started, dies, or takes too long. */
  ask(request: string, timeoutMs: number): Promise<string | undefined>
  end(): void
}

export interface CompanionOptions {
  readonly cwd: string
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** The most that one answer may hold. */
  readonly maxBytes: number
}

type Child = ChildProcessByStdio<Writable, Readable, null>

export function startCompanion(command: string, args: readonly string[], options: CompanionOptions): Companion {
  let child: Child | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** Undefined where there is no room for another process. */
  const started = (): Child | undefined => {
    if (child !== undefined) return child
    const fresh = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'ignore'] })
    const forget = (): void => {
      if (child === fresh) child = undefined
    }
    fresh.on('error', forget).on('close', forget)
    if (fresh.pid === undefined) return undefined
    // It may end before it has read what we send; the answer tells.
    fresh.stdin.on('error', forget)
    child = fresh
    return fresh
  }

  return {
    ask(request, timeoutMs) {
      const mine = last.then(async () => {
        const asked = started()
        if (asked === undefined) return undefined
        const answer = await exchange(asked, request, { timeoutMs, maxBytes: options.maxBytes })
        // What it says later would be taken for the answer to the next request.
        if (answer === undefined) asked.kill('SIGKILL')
        if (answer === undefined && child === asked) child = undefined
        return answer
      })
      last = mine
      return mine
    },
    end() {
      child?.stdin.end()
      child = undefined
    },
  }
}

function exchange(
  child: Child,
  request: string,
  { timeoutMs, maxBytes }: { timeoutMs: number; maxBytes: number },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const pieces: string[] = []
    let bytes = 0
    const finish = (answer: string | undefined): void => {
      clearTimeout(timer)
      child.stdout.off('data', take)
      child.off('close', died).off('error', died)
      hold(child, false)
      resolve(answer)
    }
    const died = (): void => finish(undefined)
    const take = (piece: string): void => {
      pieces.push(piece)
      bytes += piece.length
      // The line may come in parts, each of which is a letter at least.
      const tail = pieces.slice(-5).join('')
      if (bytes > maxBytes) died()
      else if (tail === 'end\n' || tail.endsWith('\nend\n')) finish(pieces.join('').slice(0, -'end\n'.length))
    }
    const timer = setTimeout(died, timeoutMs)
    hold(child, true)
    child.stdout.setEncoding('utf8').on('data', take)
    child.once('close', died).once('error', died)
    child.stdin.write(request)
  })
}

/** An idle child must not keep us alive, one that we wait for must. */
function hold(child: Child, on: boolean): void {
  for (const one of [child, child.stdin, child.stdout]) {
    const handle = one as { ref?: () => void; unref?: () => void }
    if (on) handle.ref?.()
    else handle.unref?.()
  }
}
