import type { z } from 'zod'
import { ask } from '../process/ask.ts'
import { CallReply, type CallRequest, TicketReply, UndoReply, type UndoRequest } from '../wire/api.ts'

/** The guard as its clients see it. Calls may overlap. Nothing here rejects: no answer is a value. */
export interface Guard {
  call(call: CallRequest): Promise<Answer<CallReply>>
  ticket(ticket: string): Promise<Answer<TicketReply>>
  undo(undo: UndoRequest): Promise<Answer<UndoReply>>
}

export type Answer<T> =
  | { readonly kind: 'reply'; readonly reply: T }
  /** `sent` false: the guard never saw it, so nothing ran. Else what it asked for may have run, and is never sent again. */
  | { readonly kind: 'none'; readonly sent: boolean; readonly why: string }

/** `timeoutMs` is for a whole call, with what it runs. */
export function connectGuard(socket: string, timeoutMs = 15 * 60_000): Guard {
  const exchange = async <T>(
    schema: z.ZodType<T>,
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<Answer<T>> => {
    const answer = await ask({ at: { socket }, timeoutMs, method, path, ...(body && { body }) })
    return answer.kind === 'none' ? answer : read(answer, schema)
  }
  return {
    call: (call) => exchange(CallReply, 'POST', '/v1/calls', call),
    ticket: (ticket) => exchange(TicketReply, 'GET', `/v1/tickets/${encodeURIComponent(ticket)}`),
    undo: (undo) => exchange(UndoReply, 'POST', '/v1/undo', undo),
  }
}

function read<T>(
  { status, text }: { readonly status: number; readonly text: string },
  schema: z.ZodType<T>,
): Answer<T> {
  const none = (why: string): Answer<T> => ({ kind: 'none', sent: true, why })
  if (status !== 200) return none(`the guard answered with status ${status}: ${text.slice(0, 200)}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return none(`the guard's answer is not JSON: ${String(error)}`)
  }
  const parsed = schema.safeParse(value)
  return parsed.success
    ? { kind: 'reply', reply: parsed.data }
    : none(`the guard's answer has the wrong shape: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
}
