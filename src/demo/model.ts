import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import type { Json } from '../core/digest.ts'

/** What the model does next: says something, calls tools. A turn without calls ends its work. */
export interface Turn {
  readonly text?: string
  readonly calls?: readonly { readonly name: string; readonly input: Json }[]
}

/** The conversation so far, as far as a script needs it. */
export interface Asked {
  /** How many turns the model has had in this conversation. */
  readonly turn: number
  /** The newest words of the user. */
  readonly prompt: string
  /** Results of the tool calls so far, oldest first. */
  readonly results: readonly { readonly name: string; readonly text: string; readonly isError: boolean }[]
  readonly system: string
  readonly tools: readonly string[]
}

/**
 * A table is played by the number of turns in the conversation, so a retried request gets the same turn again and
 * two conversations (a subagent's) don't disturb each other; after its end the model says `Done.`
 */
export type Script = readonly Turn[] | ((asked: Asked) => Turn)

export interface ScriptedModel {
  /** What goes into `ANTHROPIC_BASE_URL`; clients that want the API root take `url + '/v1'`. */
  readonly url: string
  /** Every request for a message, oldest first, as it came. Requests without tools are the client's side questions. */
  readonly requests: readonly MessagesRequest[]
  close(): Promise<void>
}

const Block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  tool_use_id: z.string().optional(),
  is_error: z.boolean().optional(),
  content: z.unknown().optional(),
})
const Content = z.union([z.string(), z.array(Block)])
const MessagesRequest = z.looseObject({
  model: z.string(),
  system: Content.optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: Content })),
  tools: z.array(z.looseObject({ name: z.string().optional() })).default([]),
  stream: z.boolean().default(false),
})
export type MessagesRequest = z.infer<typeof MessagesRequest>

/** A model without a mind, behind a real Anthropic Messages endpoint on loopback: streaming or not, no key, no network. */
export async function startScriptedModel({ turns }: { turns: Script }): Promise<ScriptedModel> {
  const requests: MessagesRequest[] = []
  const server = createServer((request, response) => {
    answer(request, response, turns, requests).catch((error: unknown) => {
      // 400 and not 500: a client would retry what a script will never answer.
      sendJson(response, 400, { type: 'error', error: { type: 'invalid_request_error', message: String(error) } })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, requests, close }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  turns: Script,
  requests: MessagesRequest[],
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0]
  const body = await text(request)
  if (request.method === 'POST' && path === '/v1/messages/count_tokens')
    return sendJson(response, 200, { input_tokens: Math.ceil(body.length / 4) })
  if (request.method === 'HEAD' || request.method === 'GET') return sendJson(response, 200, { data: [] })
  if (request.method !== 'POST' || path !== '/v1/messages')
    return sendJson(response, 404, { type: 'error', error: { type: 'not_found_error', message: `no ${path}` } })

  const asked = MessagesRequest.parse(JSON.parse(body))
  requests.push(asked)
  // Ids are unique over servers that live at the same time, as a client's transcript may mix them.
  const id = `${request.socket.localPort}_${requests.length}`
  const message = messageOf(asked, turnFor(asked, turns), id)
  if (asked.stream) sendStream(response, message)
  else sendJson(response, 200, message)
}

function turnFor(asked: MessagesRequest, turns: Script): Turn {
  if (asked.tools.length === 0) return { text: aside(asked) }
  const conversation = read(asked)
  if (typeof turns === 'function') return turns(conversation)
  return turns[conversation.turn] ?? { text: 'Done.' }
}

/**
 * A client's side questions carry no tools and are not part of the work: a title, and Claude Code's own classifier
 * in its auto mode, which must not be what stops a call when a test asks whether Interlock does.
 */
function aside(asked: MessagesRequest): string {
  const classifies = textOf(asked.system ?? '').includes('<block>no</block>')
  return classifies ? '<block>no</block>' : '{"title":"Scripted"}'
}

function read(asked: MessagesRequest): Asked {
  const names = new Map<string, string>()
  const results: Asked['results'][number][] = []
  let prompt = ''
  for (const message of asked.messages) {
    const blocks = blocksOf(message.content)
    const words = textOf(message.content)
    if (message.role === 'user' && words !== '') prompt = words
    for (const block of blocks) {
      if (block.type === 'tool_use') names.set(block.id ?? '', block.name ?? '')
      if (block.type !== 'tool_result') continue
      const { data: content = '' } = Content.safeParse(block.content)
      const name = names.get(block.tool_use_id ?? '') ?? ''
      results.push({ name, text: textOf(content), isError: block.is_error ?? false })
    }
  }
  return {
    turn: asked.messages.filter((message) => message.role === 'assistant').length,
    prompt,
    results,
    system: textOf(asked.system ?? ''),
    tools: asked.tools.map((tool) => tool.name ?? ''),
  }
}

function blocksOf(content: z.infer<typeof Content>): readonly z.infer<typeof Block>[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function textOf(content: z.infer<typeof Content>): string {
  return blocksOf(content)
    .filter((block) => block.type === 'text')
    .map((block) => block.text ?? '')
    .join('\n')
}

type Part = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: Json }
type Message = ReturnType<typeof messageOf>

function messageOf(asked: MessagesRequest, turn: Turn, id: string) {
  const calls = turn.calls ?? []
  const words: Part[] = turn.text === undefined ? [] : [{ type: 'text', text: turn.text }]
  const uses = calls.map((call, i): Part => ({ type: 'tool_use', id: `toolu_${id}_${i}`, ...call }))
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: asked.model,
    content: [...words, ...uses],
    stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }
}

function sendStream(response: ServerResponse, message: Message): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const event = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  }
  event('message_start', { message: { ...message, content: [], stop_reason: null } })
  message.content.forEach((part, index) => {
    const start = part.type === 'text' ? { ...part, text: '' } : { ...part, input: {} }
    const delta =
      part.type === 'text'
        ? { type: 'text_delta', text: part.text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(part.input) }
    event('content_block_start', { index, content_block: start })
    event('content_block_delta', { index, delta })
    event('content_block_stop', { index })
  })
  event('message_delta', { delta: { stop_reason: message.stop_reason, stop_sequence: null }, usage: message.usage })
  event('message_stop', {})
  response.end()
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
