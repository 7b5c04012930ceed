import { approvalsIn } from '../core/safeguard.ts'
import type { Judged } from '../core/study.ts'
import { isAbout, releases, standing } from '../people/ticket.ts'
import type { Ruled } from '../wire/record.ts'
import { answerOf } from './answer.ts'
import type { Captured } from './capture.ts'
import type { Gate } from './gate.ts'
import type { Entry } from './govern.ts'
import { headOf } from './head.ts'
import { wantedOf } from './judge.ts'
import { record, sayGoal } from './record.ts'
import { secretsIn } from './redact.ts'

/** How the caller's host can ask its operator itself. Looked at only where a confirm would release the call. */
export interface Manner {
  asks(): Promise<boolean>
}

export interface Opening {
  readonly captured: Captured
  readonly judged: Judged
  readonly manner: Manner
  /** Of the entry that this ruling takes the place of. */
  readonly receipt?: string
  /** Nothing can come of the ticket that it had. */
  readonly anew?: boolean
}

/** Every ruling is durable before anything runs. A confirmed ticket is used up here. */
export async function openEntry(
  g: Gate,
  { captured, judged, manner, receipt = g.clock.id('r'), anew = false }: Opening,
): Promise<Entry> {
  const { ruling } = judged
  const held = ruling.kind === 'hold'
  const approvals = ruling.kind === 'hold' ? approvalsIn(ruling.under) : 0
  // INVARIANT: what others have to approve is never put to the operator.
  const canAsk = held && approvals === 0 && captured.request.perform === 'host' && (await manner.asks())
  // INVARIANT: from here to the register's knowing of it there is no wait, so that two retries can't share a ticket.
  const head = headToKeep(g, judged)
  const ticket = held ? ticketFor(g, judged, { approvals, anew }) : undefined
  const released = ticket?.released === true
  const entry: Entry = {
    receipt,
    captured,
    judged,
    fresh: ticket?.fresh === true,
    approvals,
    released,
    asked: canAsk && !released,
    ...(ticket && { ticket: ticket.id }),
    ...(head && { head }),
  }
  const { action, request } = captured
  const told = request.goal === undefined ? [] : [sayGoal(g, action.agent.run, request.goal)]
  const secrets = secretsIn(request.env)
  await Promise.all([...told, record(g, { type: 'ruled', subject: receipt, data: ruledOf(entry), secrets })])
  if (entry.fresh) await stopFlood(g, action.agent.name)
  return entry
}

/** Of a run's first call, and of one that does more than read and change files: it may move to another commit. */
function headToKeep(g: Gate, { study, effects }: Judged): string | undefined {
  const mayCommit = effects.some(({ verb, resource }) => verb !== 'read' && resource.kind !== 'path')
  const isFirst = g.register.workspaceOf(study.action.agent.run) === undefined
  return mayCommit || isFirst ? headOf(study.facts.surroundings.workspace) : undefined
}

/** By rule: from the next call on this agent is denied, until a person resumes. */
async function stopFlood(g: Gate, agent: string): Promise<void> {
  const why = g.register.flood(agent, g.clock.now())
  if (why === undefined || g.register.stoppedAgents.has(agent)) return
  await record(g, { type: 'turned', subject: 'breaker', data: { state: 'stopped', why, by: 'breaker/flood', agent } })
}

/** The one that a person has confirmed, else the one that waits already, else a new one. */
function ticketFor(
  g: Gate,
  { study, policy }: Judged,
  { approvals, anew }: { readonly approvals: number; readonly anew: boolean },
): { readonly id: string; readonly released: boolean; readonly fresh: boolean } {
  const { action, preconditions } = study
  const now = g.clock.now()
  const terms = { digest: action.digest, policy, preconditions }
  const known = [...g.register.tickets.values()].filter(
    (ticket) => isAbout(ticket, terms) && ticket.approvals === approvals,
  )
  const release = known.find((ticket) => releases(ticket, terms, now))
  if (release !== undefined) return { id: release.id, released: true, fresh: false }
  const waiting = anew ? undefined : known.find((ticket) => standing(ticket, now) === 'open')
  return { id: waiting?.id ?? g.clock.id('t'), released: false, fresh: waiting === undefined }
}

function ruledOf({ captured: { action, request }, judged, ticket, approvals, released, asked, head }: Entry): Ruled {
  const { ruling, rule, because, instead, safeguards, effects, precedents, level } = answerOf(judged)
  const { facts, preconditions, noSnapshot } = judged.study
  const wanted = wantedOf(judged)
  const { mode, systems, may, written } = judged.mandate
  return {
    run: action.agent.run,
    agent: action.agent.name,
    kind: action.kind,
    input: action.input as Ruled['input'],
    cwd: action.cwd,
    workspace: facts.surroundings.workspace,
    perform: request.perform,
    digest: action.digest,
    policy: judged.policy,
    preconditions,
    level,
    ruling,
    rule,
    because,
    safeguards,
    effects,
    ...(request.agent.model && { model: request.agent.model }),
    ...(head && { head }),
    ...(written && { mandate: { mode, systems: [...systems], may: [...may] } }),
    ...(request.claim && { claim: request.claim }),
    ...(instead && { instead }),
    ...(noSnapshot && { noSnapshot }),
    ...(wanted.length > 0 && { wanted: [...wanted] }),
    ...(precedents && { precedents }),
    ...(ticket && { ticket }),
    ...(approvals > 0 && { approvals }),
    ...(released && { released }),
    ...(asked && { asked }),
  }
}
