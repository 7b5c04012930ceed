import { CodedError } from '../core/errors.ts'
import { type Asked, ask } from '../process/ask.ts'

export class NoGuard extends CodedError<'guard/absent' | 'guard/refused'> {}

/** How the command line finds and, where it must, starts the guard. */
export interface Reach {
  readonly socket: string
  /** Over loopback, where the guard can see who asks. */
  readonly loopback: () => { readonly port: number; readonly token: string } | undefined
  /** Resolves when a guard answers. */
  readonly start: () => Promise<void>
}

/** Yes or no from a person at this terminal; `nobody` where there is none. */
export type Agree = (question: string) => Promise<'yes' | 'no' | 'nobody'>

/** Who can be asked, and the guard that is told. */
export interface Person {
  readonly reach: Reach
  readonly agree: Agree
}

/** Longer than what the guard runs, or an undo of much. */
const LONG_MS = 15 * 60_000

/** Asks the guard; starts it once where it is not there. Answers with the reply's JSON, or throws what the guard said. */
export async function askGuard(reach: Reach, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const question = { at: { socket: reach.socket }, method, path, timeoutMs: LONG_MS, ...(body && { body }) }
  let answer = await ask(question)
  if (answer.kind === 'none' && !answer.sent) {
    await reach.start()
    answer = await ask(question)
  }
  return readReply(answer)
}

/** Tells a guard something if it is there; why not, where it isn't. It is never started for this. */
export async function tellGuard(
  reach: Reach,
  path: string,
  body: object,
  timeoutMs = LONG_MS,
): Promise<string | undefined> {
  const answer = await ask({ at: { socket: reach.socket }, method: 'POST', path, body, timeoutMs })
  if (answer.kind === 'none') return answer.why
  return answer.status === 200 ? undefined : answer.text
}

/** Asks over loopback TCP, for what a person must be seen to ask. Answers with why it was not taken, where it wasn't. */
export async function askAsPerson(reach: Reach, path: string, body: object): Promise<string | undefined> {
  return (await personAsks(reach, path, body)).refused
}

/** The same, with all that the guard answers. */
export async function personAsks(
  reach: Reach,
  path: string,
  body: object,
): Promise<{ readonly refused?: string; readonly untold?: string }> {
  await askGuard(reach, 'GET', '/v1/status')
  const address = reach.loopback()
  if (address === undefined)
    throw new NoGuard('guard/absent', 'the guard has not written its address', { hint: RESTART })
  // Not the whole address: with its socket, that would be asked.
  const at = { port: address.port, token: address.token }
  return readReply(await ask({ at, method: 'POST', path, body, timeoutMs: 30_000 })) as {
    refused?: string
    untold?: string
  }
}

const RESTART = '`interlock serve --stop`, then try again'

function readReply(answer: Asked): unknown {
  if (answer.kind === 'none')
    throw new NoGuard('guard/absent', answer.why, { hint: '`interlock serve` starts one and shows what hinders it' })
  const value = parsed(answer.text)
  if (answer.status === 200 && value !== undefined) return value
  const { error, hint } = (value ?? {}) as { error?: string; hint?: string }
  const what = error ?? `what answers at the guard's place is no guard: status ${answer.status}`
  throw new NoGuard('guard/refused', what, { ...(hint && { hint }) })
}

/** Undefined where it is no object. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? value : undefined
  } catch {
    return undefined
  }
}
