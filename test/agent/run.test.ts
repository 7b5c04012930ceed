import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { chooseModel, type ModelChoice } from '../../src/agent/models.ts'
import { runGoal } from '../../src/agent/run.ts'
import { startScriptedModel, type Turn } from '../../src/demo/model.ts'
import { denied, held, type Rules, ran, startFakeGuard } from './fake-guard.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const it of open.splice(0)) await it.close()
})

const LIST: Turn = { text: 'Looking.', calls: [{ name: 'shell', input: { command: 'ls' } }] }

async function play(rules: Rules, choice?: ModelChoice) {
  const guard = await startFakeGuard(rules)
  const model = await startScriptedModel({ turns: [LIST, { text: 'All is well, everything worked.' }] })
  open.push(guard, model)
  const lines: string[] = []
  const code = await runGoal({
    goal: 'list',
    choice: choice ?? { kind: 'anthropic', key: 'secret', model: 'scripted', url: `${model.url}/` },
    socket: guard.socket,
    run: 'run-1',
    caller: { cwd: '/tmp', home: '/tmp', env: { PATH: '/bin', ANTHROPIC_API_KEY: 'secret', OPENAI_API_KEY: 'secret' } },
    attended: false,
    look: { width: 80, colour: false },
    write: (line) => lines.push(line),
  })
  return { code, guard, text: lines.join('\n') }
}

describe('a run', () => {
  it('ends with 0 when its calls ran or the agent found another way', async () => {
    expect((await play({ call: () => ran('a.txt') })).code).toBe(0)
    expect((await play({ call: () => denied('No.') })).code).toBe(0)
  })

  it('ends with the code of what is left open, whatever the model says of its success', async () => {
    const waits = await play({ call: () => held('t-1', 'Held.') })
    expect(waits).toMatchObject({
      code: 10,
      text: expect.stringMatching(/everything worked[\s\S]*on record +1 waiting/),
    })
    expect((await play({ call: () => ({ ...ran(''), outcome: 'unknown' as const }) })).code).toBe(12)
    expect((await play({ call: () => 'die' })).code).toBe(12)
  })

  it('does not hand the keys that pay for the model to what the model runs', async () => {
    const { guard } = await play({ call: () => ran('') })
    expect(guard.calls[0]?.env).toEqual({ PATH: '/bin' })
  })

  it('ends with 1 and the reason when the model cannot be reached', async () => {
    const choice: ModelChoice = {
      kind: 'compatible',
      key: undefined,
      model: 'm',
      url: await answering(404, 'no such model'),
    }
    expect(await play({ call: () => ran('') }, choice)).toMatchObject({
      code: 1,
      text: expect.stringContaining('no model'),
    })
  })

  describe('with an OpenAI-compatible endpoint', () => {
    const chunk = (choice: object): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [choice] })}\n\ndata: [DONE]\n\n`
    const call = {
      index: 0,
      id: 'call-1',
      type: 'function',
      function: { name: 'shell', arguments: '{"command":"ls"}' },
    }
    const asks = chunk({ index: 0, delta: { content: 'Looking.', tool_calls: [call] }, finish_reason: 'tool_calls' })
    const ends = (reason: string): string => chunk({ index: 0, delta: { content: 'Done.' }, finish_reason: reason })

    it('works as with any other', async () => {
      const url = await answering(200, asks, ends('stop'))
      const { code, guard } = await play({ call: () => ran('') }, { kind: 'compatible', key: 'k', model: 'm', url })
      expect(code).toBe(0)
      expect(guard.calls[0]).toMatchObject({ input: 'ls', claim: 'Looking.' })
    })

    it('does not take an answer that was cut short for the end of the work', async () => {
      const url = await answering(200, ends('length'))
      const { code, text } = await play({ call: () => ran('') }, { kind: 'compatible', key: 'k', model: 'm', url })
      expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('stopped early: length') })
    })
  })
})

async function answering(status: number, ...bodies: string[]): Promise<string> {
  const left = [...bodies]
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'text/event-stream' }).end(left.shift())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

describe('the choice of a model', () => {
  it('is Anthropic by its key, at the endpoint that the environment names', () => {
    const url = 'http://127.0.0.1:1'
    expect(chooseModel({ ANTHROPIC_API_KEY: 'k' })).toMatchObject({
      kind: 'anthropic',
      url: 'https://api.anthropic.com',
    })
    expect(chooseModel({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: url, INTERLOCK_MODEL: 'm' })).toEqual({
      kind: 'anthropic',
      key: 'k',
      model: 'm',
      url,
    })
  })

  it('is the compatible endpoint where one is named, even beside a key for Anthropic', () => {
    const env = { ANTHROPIC_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', INTERLOCK_MODEL: 'm' }
    expect(chooseModel(env)).toEqual({ kind: 'compatible', key: undefined, model: 'm', url: env.OPENAI_BASE_URL })
  })

  it('is an error that says what to set where there is none', () => {
    expect(() => chooseModel({})).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('ANTHROPIC_API_KEY') }),
    )
    const nameless = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
    expect(() => chooseModel(nameless)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('INTERLOCK_MODEL') }),
    )
  })
})
