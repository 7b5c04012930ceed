import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import type { Guard } from '../gate/guard.ts'
import { whyKeepSettings } from '../hosts/claude-code/config-change.ts'
import { answerHooks } from '../hosts/claude-code/events.ts'
import { argvOf, type Peer, peersOf } from '../process/peer.ts'
import type { Agents } from './asker.ts'
import type { Callers } from './callers.ts'
import type { Answered, Asked } from './line.ts'

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

/** What Claude Code's hooks call, on each of the doors. */
export function claudeCode({
  guard,
  state,
  home,
  clock,
  agents,
  callers,
  fault,
}: ClaudeCode): (asked: Asked) => Promise<Answered> {
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
  const callerOf = ({ connection }: Asked): Peer | undefined => {
    if (connection === undefined) return undefined
    if (!seen.has(connection)) seen.set(connection, peersOf(connection)[0])
    return seen.get(connection)
  }
  return async (asked) => {
    const { header, body } = asked
    // The shell hook comes over the socket and names the host's process itself.
    const named = Number(header('x-interlock-pid') || Number.NaN)
    const pid = callerOf(asked)?.pid ?? (Number.isInteger(named) && named > 1 ? named : undefined)
    if (pid !== undefined) agents.see(pid)
    const argv = pid === undefined ? undefined : argvOf(pid)
    const says = { entry: header('x-interlock-entry'), agent: header('x-interlock-agent'), ...(argv && { argv }) }
    const { session_id: run } = (body ?? {}) as { session_id?: unknown }
    if (pid !== undefined && typeof run === 'string') callers.saw(run, pid)
    return await answer({ payload: body, says, takeOver: header('x-interlock-take-over') === 'yes' })
  }
}

const REWRITTEN = 'another hook changed the call after it was judged: what ran is not what was ruled on'
