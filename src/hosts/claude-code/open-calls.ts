import { type Json, sha256 } from '../../core/digest.ts'
import type { CallReply } from '../../wire/api.ts'
import type { End, HookPorts } from './ports.ts'
import { denyAnswer } from './translate.ts'
import type { ToolCall } from './wire.ts'

/** A call that was answered and whose end was not seen. Lost with the guard: a new one closes what it finds open. */
export interface OpenCall {
  readonly session: string
  readonly subagent: string | undefined
  readonly prompt: string | undefined
  /** Of its tool and input. */
  readonly digest: string
  answer: Promise<string>
  /** Set once it is handed over; what was denied has nothing to close. */
  receipt?: string
  /** When the host was told to ask, in milliseconds. */
  askedAt?: number
  /** The background task that it became. */
  task?: string
}

/** More than any session has at once; beyond it the oldest are given up as unknown. */
const MOST = 5000
/** Nobody reads a question and answers it in less. */
const FASTEST_PERSON_MS = 250

type Session = { readonly session_id: string }
type Ended = ToolCall & { readonly duration_ms?: number | undefined }

export class OpenCalls {
  /** A question was answered faster than a person could: no more are put to this host. */
  tooFast = false
  readonly #calls = new Map<string, OpenCall>()
  readonly #ports: Pick<HookPorts, 'close' | 'clock'>

  constructor(ports: Pick<HookPorts, 'close' | 'clock'>) {
    this.#ports = ports
  }

  /** One call, one judgement: where hooks are installed twice, both get the same answer. */
  async once(event: ToolCall, judge: (call: OpenCall) => Promise<string>): Promise<string> {
    const key = keyOf(event, event.tool_use_id)
    const digest = digestOfCall(event)
    const before = this.#calls.get(key)
    if (before !== undefined) {
      if (before.digest === digest) return before.answer
      return denyAnswer('Interlock denied this: it has the id of another call, with other contents')
    }
    const call: OpenCall = {
      session: event.session_id,
      subagent: event.agent_id,
      prompt: event.prompt_id,
      digest,
      answer: Promise.resolve(''),
    }
    this.#calls.set(key, call)
    call.answer = judge(call)
    await this.#forgetOldest()
    return call.answer
  }

  handOver(call: OpenCall, reply: CallReply): void {
    call.receipt = reply.receipt
    if (reply.ruling === 'hold' && reply.released !== true) call.askedAt = this.#ports.clock.now()
  }

  get(event: ToolCall): OpenCall | undefined {
    return this.#calls.get(keyOf(event, event.tool_use_id))
  }

  /** The host said how it ended. */
  async end(event: Ended, outcome: End['outcome']): Promise<void> {
    const key = keyOf(event, event.tool_use_id)
    const call = this.#calls.get(key)
    if (call === undefined) return
    const rewritten = call.digest === digestOfCall(event) ? {} : { rewritten: true as const }
    await this.#close(key, call, { outcome, ...this.#answerOf(call, event.duration_ms ?? 0), ...rewritten })
  }

  async endTask(
    event: Session,
    task: { readonly task: string; readonly toolUseId: string | undefined; readonly outcome: End['outcome'] },
  ): Promise<void> {
    const key = keyOf(event, task.toolUseId ?? '')
    const call = this.#calls.get(key)
    if (call?.task !== task.task) return
    await this.#close(key, call, { outcome: task.outcome, ...(call.askedAt !== undefined && { answer: 'yes' }) })
  }

  /** Gives up calls of a session whose end was not seen, but for those that still run in the background. */
  async endAll(
    event: Session,
    which: (call: OpenCall) => boolean,
    running: readonly { readonly id: string }[] = [],
  ): Promise<void> {
    const ends: Promise<void>[] = []
    for (const [key, call] of this.#calls) {
      if (call.session !== event.session_id || !which(call)) continue
      if (call.task !== undefined && running.some(({ id }) => id === call.task)) continue
      ends.push(this.#close(key, call, { outcome: 'unknown', ...(call.askedAt !== undefined && { answer: 'none' }) }))
    }
    // All are tried before the first failure is told.
    const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #close(key: string, call: OpenCall, end: End): Promise<void> {
    this.#calls.delete(key)
    // Where its judgement is still under way, it is handed over later and closed by the guard's run-by.
    if (call.receipt !== undefined) await this.#ports.close(call.receipt, end)
  }

  #answerOf(call: OpenCall, ranForMs: number): Pick<End, 'answer'> {
    if (call.askedAt === undefined) return {}
    const waited = this.#ports.clock.now() - call.askedAt - ranForMs
    if (waited >= FASTEST_PERSON_MS) return { answer: 'yes' }
    this.tooFast = true
    return { answer: 'too fast for a person' }
  }

  async #forgetOldest(): Promise<void> {
    const [oldest] = this.#calls
    if (this.#calls.size > MOST && oldest !== undefined) await this.#close(oldest[0], oldest[1], { outcome: 'unknown' })
  }
}

function keyOf(event: Session, toolUseId: string): string {
  return `${event.session_id}\n${toolUseId}`
}

function digestOfCall({
  tool_name,
  tool_input,
}: {
  readonly tool_name: string
  readonly tool_input: Readonly<Record<string, Json>>
}): string {
  return sha256(JSON.stringify([tool_name, tool_input]))
}
