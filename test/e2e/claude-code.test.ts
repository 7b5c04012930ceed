import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../src/core/action.ts'
import type { Json } from '../../src/core/digest.ts'
import { type ScriptedModel, startScriptedModel, type Turn } from '../../src/demo/model.ts'
import { tryCanary } from '../../src/hosts/claude-code/canary.ts'
import { install, settingsPath, uninstall } from '../../src/hosts/claude-code/install.ts'
import type { Hooked } from '../../src/hosts/claude-code/ports.ts'
import { installationOf, scriptPath } from '../../src/hosts/claude-code/record.ts'
import { atLeast, HTTP_FAILS_CLOSED, parseVersion } from '../../src/hosts/claude-code/version.ts'
import type { CallReply } from '../../src/wire/api.ts'
import {
  claudeCode,
  environment,
  hasTmux,
  makePlace,
  NEW,
  OLD,
  openTerminal,
  type Place,
  runClaude,
} from './claude-code.ts'
import { type StubGuard, startStubGuard, TOKEN } from './stub-guard.ts'

const ALLOW: CallReply = {
  ruling: 'allow',
  level: 'advised',
  safeguards: [],
  effects: [],
  rule: 'test/allow',
  because: 'the test says so',
  receipt: 'r-1',
  outcome: 'handed over',
  text: 'allow  test/allow  the test says so',
}
const DENY: CallReply = {
  ...ALLOW,
  ruling: 'deny',
  because: 'it is forbidden here',
  outcome: 'refused',
  text: 'deny\nLAST LINE',
}
const HOLD: CallReply = { ...ALLOW, ruling: 'hold', because: 'THE REASON of the hold' }
const TICKET: CallReply = { ...HOLD, outcome: 'waiting', ticket: 't-42', text: 'hold' }

const bash = (command: string, rest: object = {}): Turn => ({
  text: `I say: ${command}`,
  calls: [{ name: 'Bash', input: { command, description: 'x', ...rest } }],
})
const tool = (name: string, input: Json): Turn => ({ calls: [{ name, input }] })
const commandOf = (call: Call): string => (typeof call.input === 'string' ? call.input : JSON.stringify(call.input))

describe.each([NEW, OLD])('Claude Code %s', (version) => {
  let claude = ''
  let why = ''
  let place: Place
  let state: string
  let guard: StubGuard
  const closing: (() => Promise<void>)[] = []

  beforeAll(async () => {
    const found = await claudeCode(version)
    if ('path' in found) claude = found.path
    else why = found.why
  }, 300_000)

  beforeEach(async (context) => {
    if (claude === '') context.skip(why)
    place = await makePlace()
    state = join(place.root, 'state')
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
    await place?.remove()
  })

  const settings = (): string => settingsPath({ config: join(place.home, '.claude') })

  /** A guard with these rulings, and its hooks installed as `init` does it. */
  const guarded = async (
    rule: (call: Call, hooked: Hooked) => CallReply | Promise<CallReply>,
    takeOver = false,
  ): Promise<void> => {
    const socket = join(place.root, 'guard.sock')
    guard = await startStubGuard({ state, socket, home: place.home, rule })
    closing.push(guard.close)
    const failsClosed = atLeast(parseVersion(version) ?? [0, 0, 0], HTTP_FAILS_CLOSED)
    const setup = { url: guard.url, token: TOKEN, takeOver, failsClosed }
    await writeFile(settings(), '{"skipDangerousModePermissionPrompt":true}')
    await install({ state, path: settings(), setup, script: { socket, start: ['true'] }, environment: {} })
  }

  const play = async (...turns: Turn[]): Promise<ScriptedModel> => {
    const model = await startScriptedModel({ turns })
    closing.push(model.close)
    return model
  }
  const run = async (turns: Turn[], words: string[] = [], env = {}): Promise<ScriptedModel> => {
    const model = await play(...turns)
    const ran = await runClaude(claude, place, environment(place, model, env), words)
    expect(ran).toMatchObject({ code: 0 })
    return model
  }
  /** What the model was told of its last call. */
  const told = (model: ScriptedModel): string =>
    JSON.stringify(
      model.requests
        .filter((each) => each.tools.length > 0)
        .at(-1)
        ?.messages.at(-1),
    )

  it('runs what the guard allows, and tells of its end, its goal and its reasons', async () => {
    await guarded(() => ALLOW)
    await run([bash('touch ran'), tool('Write', { file_path: join(place.work, 'new'), content: 'x' })])
    expect(await place.exists('ran')).toBe(true)
    expect(await place.exists('new')).toBe(true)
    expect(guard.calls[0]).toMatchObject({ kind: 'shell', input: 'touch ran', cwd: place.work, home: place.home })
    expect(guard.calls[1]).toMatchObject({
      kind: 'file',
      input: { operation: 'write', path: join(place.work, 'new'), content: 'x' },
    })
    expect(guard.closed).toEqual([{ outcome: 'done' }, { outcome: 'done' }])
    expect(guard.goals).toEqual(['go'])
    await expect.poll(() => guard.claims, { timeout: 3000 }).toEqual(['I say: touch ran'])
    expect(guard.faults).toEqual([])
  })

  it('does not run what the guard denies, and tells the model all of why', async () => {
    await guarded((call) => (commandOf(call).includes('bad') ? DENY : ALLOW))
    const model = await run([bash('touch bad'), bash('touch good')])
    expect(await place.exists('bad')).toBe(false)
    expect(await place.exists('good')).toBe(true)
    expect(JSON.stringify(model.requests)).toContain('LAST LINE')
    expect(guard.closed).toHaveLength(1)
  })

  it('gives a ticket where nobody sits there, and lets the same call pass once it is confirmed', async () => {
    let confirmed = false
    await guarded(async (_call, { door }) => {
      if ((await door()).kind === 'question') return HOLD
      return confirmed ? { ...HOLD, released: true } : TICKET
    })
    const model = await run([bash('touch ran')])
    expect(await place.exists('ran')).toBe(false)
    expect(told(model)).toContain('interlock confirm t-42')
    confirmed = true
    await run([bash('touch ran')])
    expect(await place.exists('ran')).toBe(true)
  })

  it('leaves its own questions in force for what is allowed, but where Interlock took over', async () => {
    await guarded(() => ALLOW)
    const model = await play(bash('touch ran'))
    const args = ['--permission-mode', 'default', '--settings', '{"permissions":{"ask":["Bash(touch:*)"]}}']
    await runClaude(claude, place, environment(place, model), args)
    expect(guard.calls).toHaveLength(1)
    expect(await place.exists('ran')).toBe(false)
  })

  it('runs nothing when the guard is dead', async () => {
    await guarded(() => ALLOW)
    await guard.close()
    // The session does not wait long for a guard that will not come.
    await writeFile(scriptPath(state), (await readFile(scriptPath(state), 'utf8')).replace('-lt 80', '-lt 1'))
    await run([bash('touch ran'), tool('Write', { file_path: join(place.work, 'new'), content: 'x' })])
    expect(await place.exists('ran')).toBe(false)
    expect(await place.exists('new')).toBe(false)
  })

  it('runs nothing more when the guard dies within the session', async () => {
    await guarded(() => {
      if (guard.calls.length === 1) setTimeout(() => void guard.close(), 50)
      return ALLOW
    })
    await run([bash('touch one; sleep 0.3'), bash('touch two')])
    expect(await place.exists('one')).toBe(true)
    expect(await place.exists('two')).toBe(false)
  })

  it.each<[string, () => CallReply]>([
    ['answers nonsense', () => ({}) as CallReply],
    [
      'has a fault',
      () => {
        throw new Error('oh')
      },
    ],
  ])('runs nothing when the guard %s', async (_, rule) => {
    await guarded(rule)
    await run([bash('touch ran')])
    expect(await place.exists('ran')).toBe(false)
  })

  it('runs nothing when something else listens in the guard’s place', async () => {
    await guarded(() => ALLOW)
    await guard.close()
    const allow = JSON.stringify({ hookSpecificOutput: { hookEventName: 'PreToolUse' }, suppressOutput: false })
    const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const nonsense = [
      '',
      'HTTP/1.1 200 OK\r\nContent-Le',
      ok(allow).slice(0, -3),
      ok('<html>'),
      ok('null'),
      ok('[]'),
      ok(allow.replace('PreToolUse', 'Other')),
      ok(allow).replace('200 OK', '500 Oh'),
      ok(allow).replace('200 OK', '302 Found'),
    ]
    let at = 0
    const strangers = [new URL(guard.url).port, join(place.root, 'guard.sock')].map((where) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', (chunk) => {
          if (!String(chunk).includes('toolu_')) socket.end(ok('{}'))
          else socket.end(nonsense[at++] ?? '')
        })
      })
      closing.push(() => new Promise((resolve) => server.close(() => resolve())))
      return new Promise((resolve) =>
        server.listen(where.startsWith('/') ? { path: where } : { port: Number(where), host: '127.0.0.1' }, () =>
          resolve(server),
        ),
      )
    })
    await Promise.all(strangers)
    await run(nonsense.map((_, each) => bash(`touch ran-${each}`)))
    expect(at).toBe(nonsense.length)
    expect((await readdir(place.work)).filter((name) => name.startsWith('ran'))).toEqual([])
  })

  it.each([
    ['emptied', (path: string) => `echo '{}' > ${path}`],
    ['removed', (path: string) => `rm ${path}`],
  ])('keeps the hooks of the session when its settings are %s', async (_, harm) => {
    await guarded((call) => (commandOf(call).includes('bad') ? DENY : ALLOW))
    await run([bash(`${harm(settings())}; sleep 1.6`), bash('touch bad')])
    expect(guard.calls).toHaveLength(2)
    expect(await place.exists('bad')).toBe(false)
  })

  it('closes a background call by the notice of its end, which is not the goal', async () => {
    await guarded(() => ALLOW)
    await run([bash('sleep 0.4; exit 3', { run_in_background: true }), { text: 'I wait' }])
    expect(guard.closed).toEqual([{ outcome: 'failed' }])
    expect(guard.goals).toEqual(['go'])
  })

  it('puts the calls of a subagent to the guard', async () => {
    await guarded((call) => (commandOf(call).includes('bad') ? DENY : ALLOW))
    const script = ({ prompt, turn }: { prompt: string; turn: number }): Turn => {
      if (prompt.includes('SUBAGENT')) return turn === 0 ? bash('touch bad') : { text: 'ended' }
      return turn === 0
        ? tool('Agent', { description: 'x', prompt: 'SUBAGENT', subagent_type: 'general-purpose' })
        : { text: 'ended' }
    }
    const model = await startScriptedModel({ turns: script })
    closing.push(model.close)
    await runClaude(claude, place, environment(place, model))
    expect(guard.calls.map(commandOf)).toContain('touch bad')
    expect(await place.exists('bad')).toBe(false)
    await expect.poll(() => guard.claims, { timeout: 3000 }).toContain('I say: touch bad')
  })

  it('B12: is proven by the canary, and by it alone', async () => {
    await guarded((call) => (commandOf(call).includes(state) ? DENY : ALLOW))
    const installation = await installationOf(state, settings())
    if (installation === undefined) throw new Error('not installed')
    const options = {
      claude,
      installation,
      state,
      startModel: startScriptedModel,
      temporary: place.root,
      environment: { PATH: process.env.PATH },
    }
    expect(await tryCanary(options)).toEqual({ kind: 'enforced', version })
    await uninstall({ state, path: settings() })
    expect(await tryCanary(options)).toMatchObject({ kind: 'unenforced' })
  }, 120_000)

  describe('at a terminal', () => {
    const rule = async (_call: Call, { door }: Hooked): Promise<CallReply> =>
      (await door()).kind === 'question' ? HOLD : TICKET
    const start = async (...turns: Turn[]) => {
      await guarded(rule)
      const terminal = await openTerminal(claude, place, environment(place, await play(...turns)))
      closing.push(terminal.close)
      await terminal.shows('bypass permissions on')
      await terminal.type('go', 'Enter')
      return terminal
    }
    beforeEach(async (context) => {
      if (!(await hasTmux())) context.skip('there is no tmux')
    })

    it('asks the person with our reason, and Yes runs it', async () => {
      const terminal = await start(bash('touch ran'))
      const screen = await terminal.shows('Do you want to proceed?')
      expect(screen).toContain('THE REASON of the hold')
      expect(await place.exists('ran')).toBe(false)
      await terminal.type('Enter')
      await expect.poll(() => place.exists('ran'), { timeout: 5000 }).toBe(true)
      await expect.poll(() => guard.closed, { timeout: 5000 }).toEqual([{ outcome: 'done', answer: 'yes' }])
    })

    it('asks the person, and No runs nothing', async () => {
      const terminal = await start(bash('touch ran'))
      await terminal.shows('Do you want to proceed?')
      await terminal.type('Escape')
      await terminal.shows('Interrupted')
      await terminal.type('next', 'Enter')
      await expect.poll(() => guard.closed, { timeout: 5000 }).toEqual([{ outcome: 'unknown', answer: 'none' }])
      expect(await place.exists('ran')).toBe(false)
    })

    it('gives a ticket for a file, whose question would not show why', async () => {
      const terminal = await start(tool('Write', { file_path: join(place.work, 'new'), content: 'x' }))
      await terminal.shows('t-42')
      expect(await place.exists('new')).toBe(false)
    })
  })
})
