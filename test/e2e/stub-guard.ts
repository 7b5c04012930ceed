import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Call } from '../../src/core/action.ts'
import { systemClock } from '../../src/core/clock.ts'
import { whyKeepSettings } from '../../src/hosts/claude-code/config-change.ts'
import { answerHooks } from '../../src/hosts/claude-code/events.ts'
import type { End, Hooked } from '../../src/hosts/claude-code/ports.ts'
import type { CallReply } from '../../src/wire/api.ts'
import { pause } from './claude-code.ts'

export const ROUTE = '/hosts/claude-code'
export const TOKEN = 'a-token'

/** Answers the hooks as the guard does, with rulings that a test says. */
export interface StubGuard {
  readonly url: string
  readonly calls: readonly Call[]
  readonly closed: readonly End[]
  readonly goals: readonly string[]
  readonly claims: readonly string[]
  readonly faults: readonly unknown[]
  close(): Promise<void>
}

export interface StubOptions {
  readonly state: string
  readonly socket: string
  readonly home: string
  readonly rule: (call: Call, hooked: Hooked) => CallReply | Promise<CallReply>
}

export async function startStubGuard({ state, socket, home, rule }: StubOptions): Promise<StubGuard> {
  const seen = {
    calls: [] as Call[],
    closed: [] as End[],
    goals: [] as string[],
    claims: [] as string[],
    faults: [] as unknown[],
  }
  const hooks = answerHooks({
    home,
    clock: systemClock,
    managedSettings: [],
    govern: async (call, hooked) => {
      seen.calls.push(call)
      return rule(call, hooked)
    },
    close: async (_receipt, end) => void seen.closed.push(end),
    setGoal: async (_run, goal) => void seen.goals.push(goal),
    claim: async (_receipt, claim) => void seen.claims.push(claim),
    whyKeep: (change) => whyKeepSettings(state, change),
    wait: pause,
    fault: (error) => void seen.faults.push(error),
  })
  const answer = (token: boolean) => async (request: IncomingMessage, response: ServerResponse) => {
    const {
      authorization,
      'x-interlock-entry': entry = '',
      'x-interlock-agent': agent = '',
      'x-interlock-take-over': takes,
    } = request.headers
    const body = await text(request)
    const trusted = !token || authorization === `Bearer ${TOKEN}`
    if (request.url !== ROUTE || !trusted) return response.writeHead(trusted ? 404 : 401).end('no')
    const says = { entry: String(entry), agent: String(agent) }
    const reply = await hooks({ payload: JSON.parse(body), says, takeOver: takes === 'yes' })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(reply.body) }
    return response.writeHead(reply.status, headers).end(reply.body)
  }
  const servers = [createServer(answer(true)), createServer(answer(false))]
  const [loopback, local] = servers as [Server, Server]
  await new Promise<void>((resolve) => loopback.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => local.listen(socket, resolve))
  const { port } = loopback.address() as AddressInfo
  const close = async (): Promise<void> => {
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve())
            server.closeAllConnections()
          }),
      ),
    )
  }
  return { url: `http://127.0.0.1:${port}${ROUTE}`, ...seen, close }
}
