import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, Hono } from 'hono'
import type { Clock } from '../core/clock.ts'
import type { Guard } from '../gate/guard.ts'
import { whyKeepSettings } from '../hosts/claude-code/config-change.ts'
import { answerHooks } from '../hosts/claude-code/events.ts'
import type { End } from '../hosts/claude-code/ports.ts'
import { type Peer, peerOf } from '../process/peer.ts'

export const CLAUDE_CODE_ROUTE = '/v1/hooks/claude-code'

export interface ClaudeCode {
  readonly guard: Guard
  readonly state: string
  readonly home: string
  readonly clock: Clock
  /** Process ids whose hooks were seen: what runs below them is an agent's. */
  readonly agents: Set<number>
  readonly fault: (error: unknown) => void
}

/** Managed settings of Claude Code on Linux and macOS. */
const MANAGED = [
  '/etc/claude-code/managed-settings.json',
  '/Library/Application Support/ClaudeCode/managed-settings.json',
]

/** Mounts what Claude Code's hooks call. */
export function claudeCode({ guard, state, home, clock, agents, fault }: ClaudeCode): (app: Hono) => void {
  const answer = answerHooks({
    home,
    clock,
    managedSettings: MANAGED,
    govern: (call, { door }) =>
      guard.call({ ...call, perform: 'host' }, { asks: async () => (await door()).kind === 'question' }),
    close: (receipt, end) => guard.close(receipt, { outcome: end.outcome, ...wordsOf(end) }),
    setGoal: (run, text) => guard.say(run, 'goal', text),
    claim: (receipt, text) => guard.say('', 'claim', text, receipt),
    whyKeep: (change) => whyKeepSettings(state, change),
    wait: (ms) => sleep(ms),
    fault,
  })
  return (app) => {
    app.post(CLAUDE_CODE_ROUTE, async (c) => {
      // The shell hook comes over the socket and names the host's process itself.
      const named = Number(c.req.header('x-interlock-pid') ?? Number.NaN)
      const pid = callerOf(c)?.pid ?? (Number.isInteger(named) ? named : undefined)
      if (pid !== undefined) agents.add(pid)
      const argv = pid === undefined ? undefined : argvOf(pid)
      const says = {
        entry: c.req.header('x-interlock-entry') ?? '',
        agent: c.req.header('x-interlock-agent') ?? '',
        ...(argv && { argv }),
      }
      const payload: unknown = await c.req.json().catch(() => undefined)
      const reply = await answer({ payload, says, takeOver: c.req.header('x-interlock-take-over') === 'yes' })
      return c.body(reply.body, reply.status, { 'content-type': 'application/json' })
    })
  }
}

/** What the host saw besides the outcome goes on record. */
function wordsOf({ answer, rewritten }: End): { why?: string } {
  const said = {
    yes: 'the person said yes to the host’s question',
    none: 'the person was asked and no yes was seen',
    'too fast for a person': 'the host’s question was answered faster than a person could',
  }
  const words = [
    ...(answer === undefined ? [] : [said[answer]]),
    ...(rewritten ? ['another hook changed the call after it was judged'] : []),
  ]
  return words.length === 0 ? {} : { why: words.join('; ') }
}

type Connection = { readonly remotePort?: number }

/** One look through the processes for each connection: a host keeps its connection for a whole session. */
const callers = new WeakMap<Connection, Peer | undefined>()

/** The host's own process, where the hook came over loopback; over the socket it is curl, which says nothing of it. */
function callerOf(c: Context): Peer | undefined {
  const connection = (c.env as { incoming?: { socket?: Connection } }).incoming?.socket
  if (connection?.remotePort === undefined) return undefined
  if (!callers.has(connection)) callers.set(connection, peerOf(connection.remotePort))
  return callers.get(connection)
}

function argvOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  } catch {
    return undefined // it has ended meanwhile
  }
}
