import type { Desk, SignedGrant } from '../approvals/desk.ts'
import type { Json } from '../core/digest.ts'
import type { Effect } from '../core/effect.ts'
import { approvalsIn } from '../core/safeguard.ts'
import type { Filing, Standing } from '../wire/desk.ts'
import { answerOf } from './answer.ts'
import type { Gate } from './gate.ts'
import type { Entry } from './govern.ts'
import { record } from './record.ts'
import { hidesWhatRuns, redact, secretsIn } from './redact.ts'

/** How the desk answers for a held call. */
export type Asked =
  /** Enough people agreed: `take` may be tried. */
  | { readonly kind: 'approved' }
  | { readonly kind: 'waiting'; readonly standing: Standing }
  /** Nothing can come of its ticket any more: the call is to be judged anew. */
  | { readonly kind: 'over' }
  | Unasked

/** Not to be had now. `perhaps`: the desk may have given the approval out for it. */
export interface Unasked {
  readonly kind: 'refused'
  readonly why: string
  readonly perhaps: boolean
}

/** Files the hold where it is new, else looks where it stands. A person's No is on record when this resolves. */
export async function ask(g: Gate, entry: Entry): Promise<Asked> {
  const desk = g.desk()
  if (desk === undefined) return NOT_ENROLLED
  const known = entry.fresh ? undefined : await desk.standing(ticketOf(entry))
  const looked = known === undefined || known.kind === 'none' ? await file(g, desk, entry) : known
  if (looked.kind === 'none') return refused('the desk does not keep it')
  if (looked.kind === 'failed') return refused(looked.why)
  const { standing } = looked
  if (standing.state === 'open') return { kind: 'waiting', standing }
  // A hold that was filed a moment ago has come to nothing yet, and what takes an approval is `take` alone.
  if (known?.kind !== 'stands') return refused(`the desk says of a new hold that it is ${standing.state}`, true)
  if (standing.state === 'approved') return { kind: 'approved' }
  await noteNo(g, entry.receipt, standing)
  return { kind: 'over' }
}

/** Uses the approval up for this call. It is on record when this answers `granted`, and only then. */
export async function take(g: Gate, entry: Entry): Promise<{ readonly kind: 'granted' } | Unasked> {
  const desk = g.desk()
  if (desk === undefined) return NOT_ENROLLED
  const looked = await file(g, desk, entry)
  if (looked.kind === 'none') return refused('the desk does not know it any more')
  if (looked.kind === 'failed') return refused(looked.why, looked.perhaps)
  const { standing, grant } = looked
  if (grant === undefined) {
    await noteNo(g, entry.receipt, standing)
    return refused(`its approval is not to be had any more: it is ${standing.state}`, standing.state === 'approved')
  }
  const wrong = whyNotFor(grant, entry)
  if (wrong !== undefined) return refused(`the desk's grant is for ${wrong}`, true)
  const approved = redact(standing.approved as unknown as Json) as unknown as Standing['approved']
  const data = { ticket: ticketOf(entry), desk: desk.origin, grant: grant.text, approved }
  // CRASH: before this the approval is used up and nothing ran; after it the receipt is open, and ends as `unknown`.
  await record(g, { type: 'granted', subject: entry.receipt, data })
  return { kind: 'granted' }
}

/** What a desk's grant is bound to, other than this very call; undefined where it is this one. */
function whyNotFor({ claims }: SignedGrant, { receipt, ticket, judged }: Entry): string | undefined {
  const { action, preconditions } = judged.study
  if (claims.receipt !== receipt || claims.ticket !== ticket) return 'another receipt'
  if (claims.action !== action.digest) return 'another call'
  if (claims.preconditions !== preconditions) return 'other facts'
  return claims.policy === judged.policy ? undefined : 'another policy'
}

/** A No is kept here too: the very same call is not put to people again. The first one counts. */
export async function noteNo(g: Gate, receipt: string, { ticket, denied }: Standing): Promise<void> {
  if (denied === undefined || g.register.tickets.get(ticket)?.state !== 'open') return
  const { id, name, reason } = denied
  const data = { ticket, answer: 'refused', by: `${name} on the desk`, person: { id, name, reason } } as const
  await record(g, { type: 'answered', subject: receipt, data: { ...data, forgeable: false } })
}

async function file(g: Gate, desk: Desk, entry: Entry): ReturnType<Desk['file']> {
  const { action, request } = entry.captured
  const secrets = secretsIn(request.env)
  const whole = filingOf(g, entry)
  const shown = redact(whole as unknown as Json, secrets) as unknown as Filing
  const isHidden =
    (typeof action.input === 'string' && hidesWhatRuns(action.input, secrets)) ||
    JSON.stringify(shown.effects) !== JSON.stringify(whole.effects)
  // INVARIANT: people see all that runs and all that it touches, whatever is kept from them of values.
  if (isHidden) return { kind: 'failed', why: HIDDEN, perhaps: false }
  return desk.file(shown, entry.receipt)
}

const HIDDEN =
  'what runs here, or what it touches, looks like a credential, and would be kept from the people who approve it; ' +
  'take commands and names out of where a credential stands'

/** What people are shown, and sign, before credentials are taken out. */
function filingOf(g: Gate, { captured: { action, request }, judged, ticket = '' }: Entry): Filing {
  const { rule, because, effects, precedents, safeguards } = answerOf(judged)
  const { kind, input, cwd, agent, target } = action
  const goal = g.register.goalOf(agent.run)
  return {
    ticket,
    agent: agent.name,
    run: agent.run,
    action: action.digest,
    preconditions: judged.study.preconditions,
    policy: judged.policy,
    kind,
    input: input as Filing['input'],
    cwd,
    rule,
    because,
    effects: effects.map((line, i) => ({ ...line, ...tierOf(judged.effects[i]) })),
    approvals: approvalsIn(safeguards),
    ...(target && { target }),
    ...(precedents && { precedents }),
    ...(goal && { goal }),
    ...(request.claim && { claim: request.claim }),
  }
}

/** `answerOf` tells the effects in their order. */
function tierOf(effect: Effect | undefined): { tier?: number } {
  return effect?.place.kind === 'remote' ? { tier: effect.place.tier } : {}
}

const NOT_ENROLLED = refused('this guard is no longer enrolled with a desk')

function refused(why: string, perhaps = false): Unasked {
  return { kind: 'refused', why, perhaps }
}

function ticketOf({ ticket = '' }: Entry): string {
  return ticket
}
