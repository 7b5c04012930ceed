import { CodedError } from '../core/errors.ts'
import { ask } from '../process/ask.ts'

export class NoGuard extends CodedError<'guard/absent' | 'guard/refused'> {}

/** How the command line finds and, where it must, starts the guard. */
export interface Reach {
  readonly socket: string
  /** Over loopback, where the guard can see who asks. */
  readonly loopback: () => { readonly port: number; readonly token: string } | undefined
  readonly start: () => Promise<void>
}

/** The guard, and the person who is asked before something is done. */
export interface Person {
  readonly reach: Reach
  agree(question: string): Promise<boolean>
}

/** Asks the guard; starts it once where it is not there. Answers with the reply's JSON, or throws what the guard said. */
export async function askGuard(reach: Reach, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const question = { at: { socket: reach.socket }, method, path, timeoutMs: 15 * 60_000, ...(body && { body }) }
  let answer = await ask(question)
  if (answer.kind === 'none' && !answer.sent) {
    await reach.start()
    answer = await ask(question)
  }
  return readReply(answer)
}

/** Asks over loopback TCP, for what a person must be seen to ask. */
export async function askAsPerson(reach: Reach, path: string, body: object): Promise<unknown> {
  const address = reach.loopback()
  if (address === undefined)
    throw new NoGuard('guard/absent', 'the guard is not running', { hint: 'start it with `interlock serve`' })
  const at = { port: address.port, token: address.token }
  return readReply(await ask({ at, method: 'POST', path, body, timeoutMs: 30_000 }))
}

function readReply(answer: Awaited<ReturnType<typeof ask>>): unknown {
  if (answer.kind === 'none')
    throw new NoGuard('guard/absent', answer.why, {
      hint: 'see `interlock status`, or start it with `interlock serve`',
    })
  const value: unknown = JSON.parse(answer.text)
  if (answer.status === 200) return value
  const { error } = value as { error?: string }
  throw new NoGuard('guard/refused', error ?? `the guard answered with status ${answer.status}`)
}
