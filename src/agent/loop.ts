import { setTimeout } from 'node:timers/promises'
import { type LanguageModel, type ModelMessage, streamText, type ToolResultPart } from 'ai'
import { reasonOf } from '../core/errors.ts'
import type { CallReply, CallRequest } from '../wire/api.ts'
import type { Answer, Guard } from './client.ts'
import { deedOf, TOOLS, type ToolCall } from './tools.ts'

export interface Work {
  readonly goal: string
  readonly model: LanguageModel
  readonly guard: Guard
  /** In whose name and where every call is made. */
  readonly caller: Pick<CallRequest, 'agent' | 'cwd' | 'home' | 'env' | 'umask'>
  /** The most turns that the model gets. */
  readonly turns: number
  /** A person is there: a hold that can be released is waited for. Else the model gets the hold as its answer. */
  readonly attended: boolean
}

export type Event =
  /** The model's words. Before calls they are its claim of why it makes them, never a fact. */
  | { readonly kind: 'said'; readonly text: string; readonly claim: boolean }
  | { readonly kind: 'asked'; readonly call: ToolCall }
  | { readonly kind: 'waiting'; readonly ticket: string; readonly reply: CallReply }
  | { readonly kind: 'answered'; readonly call: ToolCall; readonly reply: CallReply }
  | { readonly kind: 'ended'; readonly how: Ending; readonly why: string }

/**
 * `finished` is the model's own word. `no guard`: nothing can be judged any more, so nothing more is done.
 * `unknown`: the guard was lost after a call was sent, which may have run.
 */
export type Ending = 'finished' | 'out of turns' | 'no model' | 'no guard' | 'unknown'

const POLL_MS = 500

/** Works on a goal, one call at a time; what happens comes out as events, the last of which is `ended`. */
export async function* work(w: Work): AsyncGenerator<Event, void> {
  const messages: ModelMessage[] = [{ role: 'user', content: w.goal }]
  for (let turn = 0; turn < w.turns; turn++) {
    const next = await think(w, messages)
    if (next.kind === 'failed') return yield { kind: 'ended', how: 'no model', why: next.why }
    if (next.text !== '') yield { kind: 'said', text: next.text, claim: next.calls.length > 0 }
    if (next.last) return yield { kind: 'ended', how: 'finished', why: 'the model calls nothing more' }

    const results: ToolResultPart[] = []
    let ran = true
    for (const call of next.calls) {
      if (!ran) {
        results.push(result(call, 'error-text', 'Not run: it was planned on the call before it, which did not run.'))
        continue
      }
      yield { kind: 'asked', call }
      const answer = yield* submit(w, call, next.text)
      if (answer.kind === 'none') return yield { kind: 'ended', ...unanswered(answer) }
      yield { kind: 'answered', call, reply: answer.reply }
      ran = answer.reply.outcome === 'done' || answer.reply.outcome === 'failed'
      results.push(resultOf(call, answer.reply))
    }
    messages.push(...next.messages)
    if (results.length > 0) messages.push({ role: 'tool', content: results })
  }
  yield { kind: 'ended', how: 'out of turns', why: `the model had its ${w.turns} turns` }
}

type Turn =
  | {
      readonly kind: 'turn'
      readonly text: string
      readonly calls: readonly ToolCall[]
      /** The turn as the model wants to hear it again, with answers to calls that were no calls. */
      readonly messages: readonly ModelMessage[]
      /** It called nothing: its work is over. */
      readonly last: boolean
    }
  | { readonly kind: 'failed'; readonly why: string }

async function think(w: Work, messages: ModelMessage[]): Promise<Turn> {
  let failure: unknown
  const onError = ({ error }: { error: unknown }): void => {
    failure ??= error
  }
  try {
    const stream = streamText({ model: w.model, instructions: instructions(w), tools: TOOLS, messages, onError })
    const all = await stream.toolCalls
    const reason = await stream.finishReason
    if (failure !== undefined) return { kind: 'failed', why: reasonOf(failure) }
    // Cut short is not done.
    if (all.length === 0 && reason !== 'stop') return { kind: 'failed', why: `the model stopped early: ${reason}` }
    return {
      kind: 'turn',
      text: (await stream.text).trim(),
      calls: all.filter((call): call is ToolCall => call.dynamic !== true),
      messages: await stream.responseMessages,
      last: all.length === 0,
    }
  } catch (error) {
    return { kind: 'failed', why: reasonOf(failure ?? error) }
  }
}

/** Brings one call to the guard; where a person can release a hold, waits and brings the same call once more. */
async function* submit(w: Work, call: ToolCall, claim: string): AsyncGenerator<Event, Answer<CallReply>> {
  const request: CallRequest = {
    ...w.caller,
    ...deedOf(call, w.caller.cwd),
    perform: 'guard',
    goal: w.goal.slice(0, 20_000),
    claim: claim.slice(0, 20_000),
  }
  const first = await w.guard.call(request)
  const ticket = first.kind === 'reply' && first.reply.outcome === 'waiting' ? first.reply.ticket : undefined
  if (first.kind === 'none' || ticket === undefined || !w.attended) return first

  yield { kind: 'waiting', ticket, reply: first.reply }
  for (;;) {
    const hold = await w.guard.ticket(ticket)
    if (hold.kind === 'none') return { ...hold, sent: false }
    if (hold.reply.state === 'confirmed') return w.guard.call(request)
    if (hold.reply.state !== 'open') return { kind: 'reply', reply: turnedDown(first.reply, hold.reply.state) }
    await setTimeout(POLL_MS)
  }
}

function turnedDown(reply: CallReply, state: 'refused' | 'used' | 'expired'): CallReply {
  const words = {
    refused: 'A person refused it.',
    used: 'It was released, and another call like it has run.',
    expired: 'Nobody released it in time.',
  }[state]
  return { ...reply, outcome: 'refused', text: `${words}\n${reply.text}` }
}

function unanswered({ sent, why }: { sent: boolean; why: string }): { how: Ending; why: string } {
  return sent
    ? { how: 'unknown', why: `${why}; it is not known whether the last call ran` }
    : { how: 'no guard', why: `${why}; the last call did not run` }
}

/** The most that the model reads of one output: the beginning and the end, where the errors stand. */
const LONGEST_OUTPUT = 30_000

function resultOf(call: ToolCall, reply: CallReply): ToolResultPart {
  if (reply.outcome === 'unknown') return result(call, 'error-text', `It is not known whether it ran.\n${reply.text}`)
  if (reply.outcome !== 'done' && reply.outcome !== 'failed') return result(call, 'error-text', reply.text)
  if (reply.result === undefined) return result(call, reply.outcome === 'done' ? 'text' : 'error-text', reply.text)
  const { code, stdout, stderr } = reply.result
  const output = [stdout, stderr].filter((text) => text !== '').join('\n')
  if (code === 0) return result(call, 'text', shortened(output))
  return result(call, 'error-text', `${shortened(output)}\nexit code ${code}`)
}

function result(call: ToolCall, type: 'text' | 'error-text', value: string): ToolResultPart {
  return { type: 'tool-result', toolCallId: call.toolCallId, toolName: call.toolName, output: { type, value } }
}

function shortened(text: string): string {
  if (text.length <= LONGEST_OUTPUT) return text
  const half = LONGEST_OUTPUT / 2
  return `${text.slice(0, half)}\n… ${text.length - LONGEST_OUTPUT} characters left out …\n${text.slice(-half)}`
}

function instructions(w: Work): string {
  return `You are a careful engineer who works in the folder ${w.caller.cwd} on what its operator asks.

Before you call tools, say in a sentence or two why: it is recorded as your claim.
Interlock judges every call by what it would do before anything runs. What is held or denied did not run: take the
reason as a fact, do what it says instead, and never try the same effect by another way. If only a person can release
it, go on with what does not need it, and say at the end what is left to do and by whom.
Every shell command starts in that folder anew. Change as little as the goal needs, and verify it by the project's own
tests. When you are done, say briefly what you did and what you verified, without calling a tool.`
}
