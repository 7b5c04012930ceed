import { CodedError } from '../core/errors.ts'
import type { ApprovalReply, DeskReply, WaitingApprovals } from '../wire/approvals.ts'
import type { LeftDesk } from '../wire/record.ts'
import { noteNo } from './approve.ts'
import type { Gate } from './gate.ts'
import { record } from './record.ts'

export class ApprovalError extends CodedError<'approval/unknown-ticket' | 'approval/no-desk'> {}

/** How many holds the desk is asked about for one list. */
const MOST_LOOKED = 30
/** No hold has this ticket: the desk's answer tells that it knows this guard. */
const NO_TICKET = 't-0000000000'

type Known = Pick<ApprovalReply, 'standing' | 'why'>

/** What waits for others, and where it stands. */
export async function waitingForOthers(g: Gate): Promise<WaitingApprovals> {
  const held = g.register.waiting(g.clock.now(), 'others').slice(0, MOST_LOOKED)
  return {
    waiting: await Promise.all(held.map(async (each) => ({ held: each, ...(await lookAt(g, each.ticket, 0)) }))),
  }
}

/** Where one hold stands, when it is open no more or after `waitMs`. */
export async function standingOnDesk(g: Gate, ticket: string, waitMs: number): Promise<ApprovalReply> {
  const known = g.register.tickets.get(ticket)
  if (known === undefined)
    throw new ApprovalError('approval/unknown-ticket', `there is no ticket \`${ticket}\``, {
      hint: '`interlock approvals` lists what waits for others',
    })
  if (known.approvals === 0)
    throw new ApprovalError('approval/unknown-ticket', `\`${ticket}\` waits for its operator, not for others`, {
      hint: `he answers it with \`interlock confirm ${ticket}\``,
    })
  return { ticket, ...(await lookAt(g, ticket, waitMs)) }
}

async function lookAt(g: Gate, ticket: string, waitMs: number): Promise<Known> {
  const looked = (await g.desk()?.standing(ticket, waitMs)) ?? {
    kind: 'failed',
    why: 'this guard is enrolled with no desk',
  }
  if (looked.kind === 'none') return { why: 'the desk has no such hold' }
  if (looked.kind === 'failed') return { why: looked.why }
  const receipt = g.register.tickets.get(ticket)?.receipt ?? ticket
  await noteNo(g, receipt, looked.standing)
  return { standing: looked.standing }
}

/** The desk that this guard is enrolled with, and whether it answers. */
export async function deskOf(g: Gate): Promise<DeskReply> {
  const desk = g.desk()
  if (desk === undefined) return {}
  const { origin, operator } = desk
  const looked = await desk.standing(NO_TICKET)
  const answers = looked.kind !== 'failed'
  return { desk: { origin, operator, answers, ...(looked.kind === 'failed' && { why: looked.why }) } }
}

/** Ends the enrolment, here in any case. Answers with why the desk does not know. */
export async function leaveDesk(g: Gate, asker: Pick<LeftDesk, 'by' | 'forgeable'>): Promise<string | undefined> {
  const desk = g.desk()
  if (desk === undefined) throw new ApprovalError('approval/no-desk', 'this guard is enrolled with no desk')
  await tellDesk(g)
  const told = await desk.leave()
  const why = told.kind === 'told' ? undefined : told.why
  const data = { by: asker.by, forgeable: asker.forgeable, told: why === undefined, ...(why && { why }) }
  await record(g, { type: 'left', subject: desk.origin, data })
  // CRASH: before this the desk refuses what this guard files; leaving again ends it here.
  await g.forgetDesk()
  return why
}

/** Tells the desk what became of its approvals, as far as it does not know. What it can't be told now stays to be told. */
export async function tellDesk(g: Gate): Promise<void> {
  const tried = new Set<string>()
  for (;;) {
    const desk = g.desk()
    const [receipt, untold] = [...g.register.untold].find(([id]) => !tried.has(id)) ?? []
    if (desk === undefined || receipt === undefined || untold === undefined) return
    tried.add(receipt)
    const { ticket, what } = untold
    const told = what === 'withdrawn' ? await desk.withdraw(ticket) : await desk.tell(ticket, what)
    if (told.kind === 'unanswered') return
    const refused = told.kind === 'refused' ? { refused: told.why } : {}
    const outcome = what === 'withdrawn' ? what : what.outcome
    await record(g, { type: 'told', subject: receipt, data: { ticket, outcome, ...refused } })
  }
}
