import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, Hono } from 'hono'
import type { Clock } from '../core/clock.ts'
import type { Guard } from '../gate/guard.ts'
import { whyKeepSettings } from '../hosts/claude-code/config-change.ts'
import { answerHooks } from '../hosts/claude-code/events.ts'
import { argvOf, type Peer, peersOf } from '../process/peer.ts'
import type { Agents } from './asker.ts'
import type { Callers } from './callers.ts'
import { connectionOf } from './guard.ts'

export const CLAUDE_CODE_ROUTE = '/v1/hooks/claude-code'

export interface ClaudeCode {
  readonly guard: Guard
  readonly state: string
  readonly home: string
  readonly clock: Clock
  readonly agents: Agents
  readonly callers: Callers
  readonly fault: (error: unknown) => void
}

/** Managed settings of Claude Code on Linux and macOS. */
const MANAGED = [
  '/etc/claude-code/managed-settings.json',
  '/Library/Application Support/ClaudeCode/managed-settings.json',
]

/** Mounts what Claude Code's hooks call, on each of the doors. */
export function claudeCode({ guard, state, home, clock, agents, callers, fault }: ClaudeCode): (app: Hono) => void {
  const answer = answerHooks({
    home,
    clock,
    managedSettings: MANAGED,
    govern: (call, { door }) =>
      guard.call({ ...call, perform: 'host' }, { asks: async () => (await door()).kind === 'question' }),
    close: (receipt, { outcome, answer: answered, rewritten }) =>
      guard.close(receipt, { outcome, ...(answered && { answered }), ...(rewritten && { why: REWRITTEN }) }),
    setGoal: guard.setGoal,
    claim: guard.claim,
    whyKeep: (change) => whyKeepSettings(state, change),
    wait: (ms) => sleep(ms),
    fault,
  })
  // One look through the processes for each connection: a host keeps its connection for a whole session.
  const seen = new WeakMap<object, Peer | undefined>()
  /** The host's own process, where the hook came over loopback; over the socket it is curl, which says nothing of it. */
  const callerOf = (c: Context): Peer | undefined => {
    const connection = connectionOf(c)
    if (connection === undefined) return undefined
    if (!seen.has(connection)) seen.set(connection, peersOf(connection)[0])
    return seen.get(connection)
  }
  return (app) => {
    app.post(CLAUDE_CODE_ROUTE, async (c) => {
      // The shell hook comes over the socket and names the host's process itself.
      const named = Number(c.req.header('x-interlock-pid') ?? Number.NaN)
      const pid = callerOf(c)?.pid ?? (Number.isInteger(named) && named > 1 ? named : undefined)
      if (pid !== undefined) agents.see(pid)
      const argv = pid === undefined ? undefined : argvOf(pid)
      const header = (name: string): string => c.req.header(name) ?? ''
      const says = { entry: header('x-interlock-entry'), agent: header('x-interlock-agent'), ...(argv && { argv }) }
      const payload: unknown = await c.req.json().catch(() => undefined)
      const { session_id: run } = (payload ?? {}) as { session_id?: unknown }
      if (pid !== undefined && typeof run === 'string') callers.saw(run, pid)
      const reply = await answer({ payload, says, takeOver: header('x-interlock-take-over') === 'yes' })
      return c.body(reply.body, reply.status, { 'content-type': 'application/json' })
    })
  }
}

const REWRITTEN = 'another hook changed the call after it was judged: what ran is not what was ruled on'
