import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type CallReply, CallRequest, type TicketReply, type UndoReply } from '../../src/wire/api.ts'

/** What the server does instead of answering: it goes away, stays silent, or talks nonsense. */
export type Fault = 'die' | 'hang' | { readonly raw: string; readonly status?: number }

export interface FakeGuard {
  readonly socket: string
  readonly calls: readonly CallRequest[]
  close(): Promise<void>
}

export interface Rules {
  call(call: CallRequest, nth: number): CallReply | Fault | Promise<CallReply>
  ticket?(nth: number): TicketReply
  undo?(what: string): Promise<UndoReply>
}

/** Speaks `wire/api.ts` on a unix socket and does what a test says. */
export async function startFakeGuard(rules: Rules): Promise<FakeGuard> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-fake-'))
  const socket = join(folder, 'guard.sock')
  const calls: CallRequest[] = []
  let asked = 0
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return send(response, rules.ticket?.(asked++) ?? { state: 'open' })
    const body: unknown = JSON.parse(await text(request))
    if (request.url === '/v1/undo') return send(response, await rules.undo?.((body as { what: string }).what))
    const call = CallRequest.parse(body)
    calls.push(call)
    const answer = await rules.call(call, calls.length - 1)
    if (answer === 'die') return request.socket.destroy()
    if (answer === 'hang') return
    if ('raw' in answer) return response.writeHead(answer.status ?? 200).end(answer.raw)
    send(response, answer)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true, force: true })
  }
  return { socket, calls, close }
}

const RULED = {
  level: 'confined',
  safeguards: [],
  effects: [],
  rule: 'test',
  because: 'a test',
  receipt: 'r-1',
} as const

export function ran(stdout: string, code = 0): CallReply {
  const result = { code, stdout, stderr: '', truncated: false }
  return {
    ...RULED,
    ruling: 'allow',
    safeguards: [],
    effects: [],
    outcome: code === 0 ? 'done' : 'failed',
    result,
    text: '',
  }
}

export function denied(words: string): CallReply {
  return { ...RULED, ruling: 'deny', safeguards: [], effects: [], outcome: 'refused', text: words }
}

export function held(ticket: string, words: string): CallReply {
  return { ...RULED, ruling: 'hold', safeguards: [], effects: [], outcome: 'waiting', ticket, text: words }
}

function send(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
