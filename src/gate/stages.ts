import { digestOf } from '../core/digest.ts'
import { reasonOf } from '../core/errors.ts'
import type { Judged, Study } from '../core/study.ts'
import { refuses, releases, type Terms, type Ticket } from '../people/ticket.ts'
import { ask, take } from './approve.ts'
import { CallError, type Captured, capture } from './capture.ts'
import { closeReceipt, type End } from './close.ts'
import type { Deadline } from './deadline.ts'
import { surroundingsOf } from './facts.ts'
import type { Gate } from './gate.ts'
import type { Entry, Progress, Stages } from './govern.ts'
import { judge, type Refusal } from './judge.ts'
import { type Manner, openEntry } from './open.ts'
import { environment, perform } from './perform.ts'
import { record } from './record.ts'
import { secretsIn } from './redact.ts'
import { faulted, notApproved, notRun, replyOf } from './reply.ts'
import { settle } from './settle.ts'
import { understand } from './understand.ts'
import { unjudged } from './unjudged.ts'

/** The stages of one call, of what this guard is made of. */
export function stagesOf(g: Gate, manner: Manner, deadline: Deadline): Stages {
  return {
    capture: (call) => capture(call, g.home),
    understand: (captured) => understandHere(g, captured),
    judge: (study) => judgeHere(g, study),
    open: (captured, judged) => openEntry(g, { captured, judged, manner }),
    settle: (entry) =>
      settle(entry, {
        clock: g.clock,
        snapshots: g.snapshots,
        again: ({ captured, judged, receipt }, why) =>
          openEntry(g, { captured, judged: judgeHere(g, without(judged.study, why)), manner, receipt }),
        ask: (each) => ask(g, each),
        take: (each) => take(g, each),
        anew: ({ captured, judged, receipt }) =>
          openEntry(g, { captured, judged: judgeHere(g, judged.study), manner, receipt, anew: true }),
        refuse: (each, { why, perhaps }) =>
          close(g, each, { outcome: 'refused', why, ...(perhaps && each.ticket && { perhapsTaken: each.ticket }) }),
      }),
    perform: (granted) => perform(granted, { clock: g.clock, breaker: g.breaker, deadline }),
    finish: async (entry, seen) => {
      if (seen.kind === 'handed over') return replyOf(entry, 'handed over')
      if (seen.kind === 'not run') {
        await close(g, entry, { outcome: 'refused', why: seen.why })
        return notRun(entry, seen.why, seen.instead)
      }
      const { code, stdout, stderr, truncated } = seen
      const outcome = code === 0 ? 'done' : 'failed'
      await close(g, entry, { outcome, code })
      return { ...replyOf(entry, outcome), result: { code, stdout, stderr, truncated } }
    },
    reply: (settled) => {
      const { entry } = settled
      if (settled.kind === 'waiting') return replyOf(entry, 'waiting', { standing: settled.standing })
      if (settled.kind === 'refused' && settled.why !== undefined) return notApproved(entry, settled.why)
      return replyOf(entry, 'refused')
    },
    fault: (error, so) => fault(g, error, so),
  }
}

async function understandHere(g: Gate, { action, request }: Captured): Promise<Study> {
  const workspace = g.register.workspaceOf(action.agent.run)
  const env = request.perform === 'guard' ? environment(request.env) : undefined
  const around = surroundingsOf(action, g.host, { ...(workspace && { workspace }), ...(env && { env }) })
  if (!around.here)
    throw new CallError('call/no-folder', `the working folder \`${action.cwd}\` is not there`, {
      hint: 'go to a folder that is',
    })
  // Who names his home could make others' files his own: only the guard's user's own, or a throw-away one, is believed.
  if (around.home !== g.home && !around.temporary.some((folder) => around.home.startsWith(`${folder}/`)))
    throw new CallError('call/malformed', `\`${action.home}\` is not the home of this guard's user`)
  await g.precedents.look(around.workspace)
  const study = await understand(action, { around, config: g.rulesOf(around.workspace).config, probe: g.probe })
  const why = g.register.noSnapshot(action.digest, g.clock.now())
  return why === undefined ? study : without(study, why)
}

/** That no snapshot can be had is one of the facts a ruling rests on. */
function without(study: Study, why: string): Study {
  return {
    ...study,
    noSnapshot: why,
    preconditions: digestOf('interlock-facts/v1', [study.preconditions, 'no snapshot']),
  }
}

function judgeHere(g: Gate, study: Study): Judged {
  const { action, facts, preconditions } = study
  const { config, mandate } = g.rulesOf(facts.surroundings.workspace)
  const stopped = stoppedFor(g, study.action.agent.name)
  const terms = { digest: action.digest, policy: g.policy.hash, preconditions }
  const now = g.clock.now()
  const tickets = [...g.register.tickets.values()]
  const refused = refusalOf(tickets, terms, now)
  const desk = g.desk()
  const approvals = desk && { where: desk.origin, operator: desk.operator }
  const all = g.register.history(action.agent.run)
  // A yes to this very call is newer than any No to its like.
  const released = tickets.some((ticket) => releases(ticket, terms, now))
  const history = released ? { ...all, refused: [] } : all
  const precedents = g.precedents.of(facts.surroundings.workspace)
  const own = { ...(precedents && { precedents }) }
  const known = { ...own, ...(refused && { refused }), ...(approvals && { approvals }), ...(stopped && { stopped }) }
  return judge(study, { policy: g.policy, config, mandate, history, ...known })
}

function stoppedFor(g: Gate, agent: string): string | undefined {
  const [all, one] = [g.breaker.stopped(), g.register.stoppedAgents.get(agent)]
  if (all !== undefined) return `everything is stopped: ${all}`
  return one && `this agent is stopped: ${one}`
}

function refusalOf(tickets: readonly Ticket[], terms: Terms, now: number): Refusal | undefined {
  const no = tickets.find((ticket) => refuses(ticket, terms, now))
  if (no === undefined) return undefined
  return no.refusedBy === undefined ? { by: 'the operator' } : { by: no.refusedBy.name, reason: no.refusedBy.reason }
}

function close(g: Gate, { receipt, judged, captured, head }: Entry, end: End): Promise<void> {
  const { workspace } = judged.study.facts.surroundings
  const secrets = secretsIn(captured.request.env)
  return closeReceipt(g, { receipt, workspace, secrets, ...(head && { head }) }, end)
}

/** Before the grant a deny, after it `unknown`; recorded where there still is a ledger to write to. */
async function fault(
  g: Gate,
  error: unknown,
  { captured, entry, grant }: Progress,
): Promise<ReturnType<typeof faulted>> {
  const why = reasonOf(error)
  const receipt = entry?.receipt ?? g.clock.id('r')
  const told =
    entry === undefined
      ? record(g, { type: 'ruled', subject: receipt, data: unjudged(captured, why) })
      : close(g, entry, { outcome: grant === undefined ? 'refused' : 'unknown', why })
  // A ledger that can't be written to is why most of what comes here comes: the answer is the same.
  const recorded = await told.then(() => true).catch(() => false)
  if (entry !== undefined && grant !== undefined) return replyOf(entry, 'unknown', { why })
  return faulted(recorded ? receipt : 'none', error)
}
