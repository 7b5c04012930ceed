import { createAnthropic } from '@ai-sdk/anthropic'
import { generateText, streamText, type ToolSet, tool } from 'ai'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ScriptedModel, startScriptedModel } from '../../src/demo/model.ts'

let model: ScriptedModel
afterEach(() => model.close())

const tools = { echo: tool({ description: 'echo', inputSchema: z.object({ text: z.string() }) }) } satisfies ToolSet
const client = () => createAnthropic({ apiKey: 'x', baseURL: `${model.url}/v1` })('claude-opus-5-5')
const post = async (path: string, body: unknown): Promise<unknown> =>
  (await fetch(`${model.url}${path}`, { method: 'POST', body: JSON.stringify(body) })).json()

describe('the scripted model', () => {
  it.each(['streamed', 'whole'])('answers the library %s, text and calls alike', async (how) => {
    const calls = [
      { name: 'echo', input: { text: 'é\n"' } },
      { name: 'echo', input: { text: '' } },
    ]
    model = await startScriptedModel({ turns: [{ text: 'Echo.', calls }] })
    const ask = { model: client(), prompt: 'go' }
    const answer = how === 'streamed' ? streamText({ ...ask, tools }) : await generateText({ ...ask, tools })
    expect(await answer.text).toBe('Echo.')
    expect((await answer.toolCalls).map(({ input }) => input)).toEqual(calls.map(({ input }) => input))
    expect(await answer.finishReason).toBe('tool-calls')
  })

  it('plays a table by the turns in the conversation: a repeated request gets the same turn', async () => {
    model = await startScriptedModel({ turns: [{ text: 'first' }, { text: 'second' }] })
    const ask = (...messages: string[]): Promise<unknown> =>
      post('/v1/messages', {
        model: 'm',
        tools: [{ name: 'echo' }],
        messages: messages.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
      })
    const said = (text: string) => expect.objectContaining({ content: [{ type: 'text', text }] })
    expect(await ask('go')).toEqual(said('first'))
    expect(await ask('go')).toEqual(said('first'))
    expect(await ask('go', 'first', 'on')).toEqual(said('second'))
    expect(await ask('go', 'first', 'on', 'second', 'on')).toEqual(said('Done.'))
    expect(model.requests).toHaveLength(4)
  })

  it("answers a client's side questions without using up a turn", async () => {
    model = await startScriptedModel({ turns: [{ text: 'first' }] })
    expect(await post('/v1/messages/count_tokens', { messages: [] })).toEqual({ input_tokens: expect.any(Number) })
    const side = await post('/v1/messages', { model: 'm', messages: [{ role: 'user', content: 'a title, please' }] })
    expect(side).toMatchObject({ stop_reason: 'end_turn', content: [{ text: '{"title":"Scripted"}' }] })
  })

  it('answers a script that throws, and a request that is none, with an error that is not retried', async () => {
    model = await startScriptedModel({
      turns: () => {
        throw new Error('not in the script')
      },
    })
    await expect(generateText({ model: client(), tools, prompt: 'go' })).rejects.toThrow('not in the script')
    expect(model.requests).toHaveLength(1)
    expect(await post('/v1/messages', { nonsense: true })).toMatchObject({ type: 'error' })
    expect(await post('/v1/other', {})).toMatchObject({ error: { type: 'not_found_error' } })
  })
})
