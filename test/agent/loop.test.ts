import { afterEach, describe, expect, it } from 'vitest'
import { connectGuard } from '../../src/agent/client.ts'
import { type Event, work } from '../../src/agent/loop.ts'
import { openModel } from '../../src/agent/models.ts'
import { TOOLS } from '../../src/agent/tools.ts'
import { type Asked, type ScriptedModel, startScriptedModel, type Turn } from '../../src/demo/model.ts'
import { denied, type FakeGuard, held, type Rules, ran, startFakeGuard } from './fake-guard.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const it of open.splice(0)) await it.close()
})

interface Played {
  readonly events: readonly Event[]
  readonly last: Extract<Event, { kind: 'ended' }>
  readonly guard: FakeGuard
  readonly model: ScriptedModel
  /** What the model was told in its last request. */
  readonly heard: Asked | undefined
}

interface Play {
  readonly turns: readonly Turn[] | ((asked: Asked) => Turn)
  readonly rules: Rules
  readonly socket?: string
  readonly attended?: boolean
  readonly timeoutMs?: number
}

async function play({ turns, rules, socket, attended = false, timeoutMs = 5000 }: Play): Promise<Played> {
  let heard: Asked | undefined
  const guard = await startFakeGuard(rules)
  const model = await startScriptedModel({
    turns: (asked) => {
      heard = asked
      return typeof turns === 'function' ? turns(asked) : (turns[asked.turn] ?? { text: 'Done.' })
    },
  })
  open.push(guard, model)
  const events: Event[] = []
  const started = work({
    goal: 'make it so',
    model: openModel({ kind: 'anthropic', key: 'x', model: 'scripted', url: model.url }),
    guard: connectGuard(socket ?? guard.socket, timeoutMs),
    caller: { agent: { name: 'interlock', run: 'run-1' }, cwd: '/tmp', home: '/home/somebody', env: { PATH: '/bin' } },
    turns: 5,
    attended,
  })
  for await (const event of started) events.push(event)
  const last = events.at(-1)
  if (last?.kind !== 'ended') throw new Error('the last event must be the end')
  return { events, last, guard, model, heard }
}

const call = (command: string): { name: string; input: { command: string } } => ({ name: 'shell', input: { command } })
const LIST: Turn = { text: 'I need to see what is there.', calls: [call('ls')] }

describe('a call that the guard allows', () => {
  it('reaches the guard with the goal, the claim and the folder, and its output reaches the model', async () => {
    const { guard, heard, last } = await play({ turns: [LIST], rules: { call: () => ran('one\ntwo') } })
    expect(guard.calls).toEqual([
      {
        kind: 'shell',
        input: 'ls',
        cwd: '/tmp',
        home: '/home/somebody',
        env: { PATH: '/bin' },
        agent: { name: 'interlock', run: 'run-1' },
        perform: 'guard',
        goal: 'make it so',
        claim: 'I need to see what is there.',
      },
    ])
    expect(heard?.results).toEqual([{ name: 'shell', text: 'one\ntwo', isError: false }])
    expect(last.how).toBe('finished')
  })

  it('is a file call with an absolute path where the tool is read, write or edit', async () => {
    const calls = [
      { name: 'read', input: { path: 'a.txt' } },
      { name: 'write', input: { path: '/tmp/b.txt', content: 'b' } },
      { name: 'edit', input: { path: './c.txt', old: '1', new: '2' } },
    ]
    const { guard } = await play({ turns: [{ calls }], rules: { call: () => ran('') } })
    expect(guard.calls.map(({ kind, input }) => [kind, input])).toEqual([
      ['file', { operation: 'read', path: '/tmp/a.txt' }],
      ['file', { operation: 'write', path: '/tmp/b.txt', content: 'b' }],
      ['file', { operation: 'edit', path: '/tmp/c.txt', old: '1', new: '2' }],
    ])
  })

  it('is an error to the model when the command fails, with the end of a long output kept', async () => {
    const { heard } = await play({ turns: [LIST], rules: { call: () => ran(`${'x'.repeat(99_000)}the reason`, 3) } })
    const [result] = heard?.results ?? []
    expect(result?.isError).toBe(true)
    expect(result?.text).toMatch(/characters left out[\s\S]*the reason\nexit code 3$/)
    expect(result?.text.length).toBeLessThan(31_000)
  })
})

describe('a call that the guard refuses', () => {
  it('answers the model with the words of the ruling', async () => {
    const { heard, last } = await play({
      turns: [LIST],
      rules: { call: () => denied('Denied: it would wipe production.') },
    })
    expect(heard?.results).toEqual([{ name: 'shell', text: 'Denied: it would wipe production.', isError: true }])
    expect(last.how).toBe('finished')
  })

  it('takes the calls of the same turn that follow it along: they never reach the guard', async () => {
    const turns = [{ calls: [call('backup'), call('drop'), call('import')] }]
    const rules: Rules = { call: ({ input }) => (input === 'drop' ? denied('No.') : ran('')) }
    const { guard, heard } = await play({ turns, rules })
    expect(guard.calls.map(({ input }) => input)).toEqual(['backup', 'drop'])
    expect(heard?.results.map(({ isError }) => isError)).toEqual([false, true, true])
    expect(heard?.results[2]?.text).toMatch(/^Not run/)
  })
})

describe('a call that the guard holds', () => {
  it('answers the model at once where nobody is there to release it', async () => {
    const { guard, heard } = await play({ turns: [LIST], rules: { call: () => held('t-1', 'Held: ticket t-1.') } })
    expect(heard?.results).toEqual([{ name: 'shell', text: 'Held: ticket t-1.', isError: true }])
    expect(guard.calls).toHaveLength(1)
  })

  it('is brought again, the same, once a person has released it', async () => {
    const { guard, heard, events } = await play({
      turns: [LIST],
      attended: true,
      rules: {
        call: (_, nth) => (nth === 0 ? held('t-1', 'Held.') : ran('released')),
        ticket: (nth) => ({ state: nth === 0 ? 'open' : 'confirmed' }),
      },
    })
    expect(guard.calls).toHaveLength(2)
    expect(guard.calls[1]).toEqual(guard.calls[0])
    expect(heard?.results[0]).toMatchObject({ text: 'released', isError: false })
    expect(events.some((event) => event.kind === 'waiting' && event.ticket === 't-1')).toBe(true)
  })

  it.each(['refused', 'expired'] as const)('is not brought again when the ticket is %s', async (state) => {
    const rules: Rules = { call: () => held('t-1', 'Held.'), ticket: () => ({ state }) }
    const { guard, heard } = await play({ turns: [LIST], attended: true, rules })
    expect(guard.calls).toHaveLength(1)
    expect(heard?.results[0]).toMatchObject({ isError: true })
  })
})

describe('a guard that does not answer as it should', () => {
  it('ends the work before anything is asked of it when it is dead', async () => {
    const { last, guard, model } = await play({
      turns: [LIST],
      rules: { call: () => ran('') },
      socket: '/tmp/no-such.sock',
    })
    expect(last).toMatchObject({ how: 'no guard', why: expect.stringContaining('did not run') })
    expect(guard.calls).toEqual([])
    expect(model.requests).toHaveLength(1)
  })

  const GARBAGE = {
    'no JSON': { raw: 'hello' },
    'an empty object': { raw: '{}' },
    null: { raw: 'null' },
    'an allow of its own invention': { raw: '{"ruling":"allow"}' },
    'a good answer with a bad status': { raw: JSON.stringify(ran('fine')), status: 500 },
    'a good answer with something added': { raw: JSON.stringify({ ...ran('fine'), extra: 1 }) },
  }
  it.each(Object.entries(GARBAGE))(
    'ends the work, and nothing counts as done, when it answers %s',
    async (_, fault) => {
      const { last, events, model } = await play({ turns: [LIST, LIST], rules: { call: () => fault } })
      expect(last).toMatchObject({ how: 'unknown', why: expect.stringContaining('not known') })
      expect(events.some((event) => event.kind === 'answered')).toBe(false)
      expect(model.requests).toHaveLength(1)
    },
  )

  it.each(['die', 'hang'] as const)('ends the work as unknown, and asks once only, when it would %s', async (fault) => {
    const { last, guard } = await play({ turns: [LIST, LIST], rules: { call: () => fault }, timeoutMs: 300 })
    expect(last.how).toBe('unknown')
    expect(guard.calls).toHaveLength(1)
  })
})

describe('a model that does not do as it should', () => {
  it('hears what is wrong with its call, which reaches nobody', async () => {
    const calls = [
      { name: 'shell', input: { cmd: 'ls' } },
      { name: 'sudo', input: {} },
    ]
    const { guard, heard, last } = await play({ turns: [{ calls }], rules: { call: () => ran('') } })
    expect(guard.calls).toEqual([])
    expect(heard?.results.map(({ isError }) => isError)).toEqual([true, true])
    expect(last.how).toBe('finished')
  })

  it('is stopped after its turns', async () => {
    const { guard, last } = await play({ turns: () => LIST, rules: { call: () => ran('') } })
    expect(guard.calls).toHaveLength(5)
    expect(last.how).toBe('out of turns')
  })

  it('ends the work with its own words when it fails', async () => {
    const turns = (): Turn => {
      throw new Error('overloaded')
    }
    const { last } = await play({ turns, rules: { call: () => ran('') } })
    expect(last).toMatchObject({ how: 'no model', why: expect.stringContaining('overloaded') })
  })
})

it('no tool can be run by the library itself', () => {
  for (const tool of Object.values(TOOLS)) expect(tool.execute).toBeUndefined()
})
