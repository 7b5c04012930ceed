import type { Clock } from '../core/clock.ts'
import type { Json } from '../core/digest.ts'
import { type CodedError, chain } from '../core/errors.ts'
import type { Mandate } from '../core/mandate.ts'
import type { Ledger, LedgerEntry, Snapshots } from '../core/ports.ts'
import type { Judged, Policy, Study, Surroundings } from '../core/study.ts'
import { releases, standing, type Ticket } from '../people/ticket.ts'
import type { CallReply } from '../wire/api.ts'
import type { Config } from '../wire/config.ts'
import { type Answered, type Closed, RECORD, type Ruled, type Said, type Turned } from '../wire/record.ts'
import { answerOf } from './answer.ts'
import type { Breaker } from './breaker.ts'
import { type Captured, capture } from './capture.ts'
import { closing } from './close.ts'
import type { Asked, Finding, HostFacts } from './facts.ts'
import type { Entry, Stages } from './govern.ts'
import { judge } from './judge.ts'
import { perform } from './perform.ts'
import { redact } from './redact.ts'
import type { Register } from './register.ts'
import { settle } from './settle.ts'
import { understand } from './understand.ts'
import { wordsOf } from './words.ts'

/** What one guard is made of. */
export interface Gate {
  readonly clock: Clock
  readonly ledger: Ledger
  readonly register: Register
  readonly snapshots: Snapshots
  readonly policy: Policy
  readonly breaker: Breaker
  readonly host: HostFacts
  readonly home: string
  readonly probe: (asked: Asked, around: Surroundings) => Promise<Finding>
  configOf(cwd: string, home: string): { config: Config; mandate: Mandate }
  /** Calls that were handed over and have not come back, by receipt. */
  readonly open: Map<string, Entry>
}

/** How the caller's host can ask its operator itself. Looked at only where a confirm would release the call. */
export interface Manner {
  asks(): Promise<boolean>
}

export function stagesOf(g: Gate, manner: Manner): Stages {
  const judgeWith = (study: Study, snapshot: boolean): Judged => {
    const { cwd, home, agent } = study.action
    const { config, mandate } = g.configOf(cwd, home)
    const stopped = g.breaker.stopped()
    const history = g.register.history(agent.run)
    const can = { snapshot, confirm: true }
    return judge(study, { policy: g.policy, config, mandate, history, can, ...(stopped && { stopped }) })
  }
  const open = (captured: Captured, judged: Judged): Promise<Entry> => openEntry(g, manner, captured, judged)

  return {
    capture: (call) => capture(call, g.home),
    understand: ({ action }) =>
      understand(action, { config: g.configOf(action.cwd, action.home).config, host: g.host, probe: g.probe }),
    judge: (study) => judgeWith(study, true),
    open,
    settle: (entry) =>
      settle(entry, {
        clock: g.clock,
        snapshots: g.snapshots,
        again: ({ captured, judged }) => open(captured, judgeWith(judged.study, false)),
      }),
    perform: (settled) => perform(settled, g.clock),
    finish: async (entry, seen) => {
      if (seen.kind === 'handed over') {
        g.open.set(entry.receipt, entry)
        return reply(entry, 'handed over')
      }
      const outcome = seen.code === 0 ? 'done' : 'failed'
      await closeEntry(g, entry, await closing(entry, outcome, seen.code, g.snapshots))
      const { code, stdout, stderr, truncated } = seen
      return { ...reply(entry, outcome), result: { code, stdout, stderr, truncated } }
    },
    reply: ({ kind, entry }) => reply(entry, kind === 'waiting' ? 'waiting' : 'refused'),
    fault: (error) => faulted(error),
    unsure: async (entry, error) => {
      const why = chain(error).join(', because ')
      await closeEntry(g, entry, {
        outcome: 'unknown',
        why,
        changes: [],
        diverged: false,
        snapshot: false,
        overlaps: [],
        lost: [],
      })
      return reply(entry, 'unknown')
    },
  }
}

/** Every ruling is durable before anything runs. A confirmed ticket is used up here, before any wait. */
async function openEntry(g: Gate, manner: Manner, captured: Captured, judged: Judged): Promise<Entry> {
  const receipt = g.clock.id('r')
  const { action, request } = captured
  const call = { digest: action.digest, policy: judged.policy, preconditions: judged.study.preconditions }
  const held = judged.ruling.kind === 'hold'
  const canAsk = held && request.perform === 'host' && (await manner.asks())
  // INVARIANT: from here to the register's knowing of it there is no wait, so that two retries can't share a ticket.
  const known = held ? [...g.register.tickets.values()].filter((ticket) => ticket.digest === action.digest) : []
  const release = known.find((ticket) => releases(ticket, call, g.clock.now()))
  const waiting = known.find((ticket) => standing(ticket, g.clock.now()) === 'open' && sameFacts(ticket, call))
  const ticket = held ? (release?.id ?? waiting?.id ?? g.clock.id('t')) : undefined
  const entry: Entry = {
    receipt,
    captured,
    judged,
    released: release !== undefined,
    asked: canAsk && release === undefined,
    ...(ticket && { ticket }),
  }
  const event = eventOf(g.clock, RECORD.ruled, receipt, recordOf(entry))
  g.register.apply(event)
  await g.ledger.append(event)
  return entry
}

export function eventOf(
  clock: Clock,
  type: string,
  subject: string,
  data: Ruled | Closed | Answered | Said | Turned,
): LedgerEntry {
  return { id: clock.id('e'), type, subject, time: new Date(clock.now()).toISOString(), data: data as unknown as Json }
}

function sameFacts(ticket: Ticket, call: Pick<Ticket, 'policy' | 'preconditions'>): boolean {
  return ticket.policy === call.policy && ticket.preconditions === call.preconditions
}

function recordOf({ captured: { action }, judged, ticket, released, asked }: Entry): Ruled {
  const { ruling, rule, because, instead, safeguards, effects, precedents, level } = answerOf(judged)
  return {
    run: action.agent.run,
    agent: action.agent.name,
    kind: action.kind,
    input: redact(action.input) as Ruled['input'],
    cwd: action.cwd,
    workspace: judged.study.facts.surroundings.workspace,
    digest: action.digest,
    policy: judged.policy,
    preconditions: judged.study.preconditions,
    level,
    ruling,
    rule,
    because: redact(because) as string,
    safeguards,
    effects: effects.map((effect) => ({ ...effect, resource: redact(effect.resource) as string })),
    ...(instead && { instead }),
    ...(precedents && { precedents }),
    ...(ticket && { ticket }),
    ...(released && { released }),
    ...(asked && { asked }),
  }
}

export async function closeEntry(
  g: Pick<Gate, 'clock' | 'ledger' | 'register' | 'open'>,
  { receipt }: Pick<Entry, 'receipt'>,
  closed: Closed,
): Promise<void> {
  const event = eventOf(g.clock, RECORD.closed, receipt, closed)
  await g.ledger.append(event)
  g.register.apply(event)
  g.open.delete(receipt)
}

function reply(entry: Entry, outcome: CallReply['outcome']): CallReply {
  const answer = answerOf(entry.judged)
  const { ticket } = entry
  const release =
    answer.release === undefined || ticket === undefined
      ? {}
      : { release: { ...answer.release, how: `interlock confirm ${ticket}` } }
  return {
    ...answer,
    ...release,
    receipt: entry.receipt,
    outcome,
    ...(ticket && { ticket }),
    ...(entry.released && { released: true }),
    text: wordsOf(answer, ticket, outcome),
  }
}

/** A throw anywhere before the grant is a deny with its reason; there may be no ledger to write it to. */
function faulted(error: unknown): CallReply {
  const because = `the guard could not judge it: ${chain(error).join(', because ')}`
  const hint = (error as Partial<CodedError>).hint
  const answer = {
    ruling: 'deny',
    level: 'advised',
    safeguards: [],
    effects: [],
    rule: 'gate/fault',
    because,
    ...(hint && { instead: hint }),
  } as const
  const line = { ...answer, safeguards: [], effects: [] }
  return { ...line, receipt: 'none', outcome: 'refused', text: wordsOf(line, undefined, 'refused') }
}
