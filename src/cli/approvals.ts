import { setTimeout as sleep } from 'node:timers/promises'
import { whatOf } from '../core/action.ts'
import type { Clock } from '../core/clock.ts'
import { EXIT } from '../core/ruling.ts'
import type { ApprovalReply, WaitingApprovals } from '../wire/approvals.ts'
import type { Standing } from '../wire/desk.ts'
import { askGuard, type Reach } from './guard.ts'
import { json, line, note } from './render.ts'

/** How long one question to the desk is kept open, and what it is left alone for where it does not answer. */
const ASK_MS = 20_000
const AGAIN_MS = 2_000

/** What waits for people other than the operator, and how far it is. */
export async function listApprovals(options: { json?: boolean }, reach: Reach): Promise<number> {
  const { waiting } = (await askGuard(reach, 'GET', '/v1/approvals')) as WaitingApprovals
  if (options.json === true) for (const each of waiting) json(each)
  else if (waiting.length === 0) line('nothing waits for others')
  else
    for (const { held, standing, why } of waiting) {
      line(`${held.ticket}  ${whatOf(held.input)}`)
      line(`  ${held.because}`)
      for (const each of standing === undefined ? [`where it stands is not known: ${why}`] : standingLines(standing))
        line(`  ${each}`)
    }
  return EXIT.done
}

export interface Waiting {
  readonly ticket: string
  /** Seconds; undefined: until it is answered. */
  readonly timeout?: number
  readonly json?: boolean
}

/** Waits until people answered: 0 approved, 11 denied, 10 still open, or over. */
export async function waitForApproval(
  { ticket, timeout, ...options }: Waiting,
  { reach, clock }: { readonly reach: Reach; readonly clock: Clock },
): Promise<number> {
  const until = timeout === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeout * 1000
  for (let told: string | undefined; ; ) {
    const left = Math.max(0, until - clock.now())
    const wait = Math.round(Math.min(ASK_MS, left))
    const reply = (await askGuard(
      reach,
      'GET',
      `/v1/approvals/${encodeURIComponent(ticket)}?wait=${wait}`,
    )) as ApprovalReply
    const { standing, why } = reply
    if (standing !== undefined && (standing.state !== 'open' || clock.now() >= until)) {
      if (options.json === true) json(reply)
      else for (const each of standingLines(standing)) line(each)
      return codeOf(standing)
    }
    if (why !== undefined && why !== told) note(`interlock: where it stands is not known: ${why}`)
    told = why
    if (clock.now() >= until) return EXIT.hold
    if (why !== undefined) await sleep(Math.min(AGAIN_MS, left))
  }
}

function codeOf({ state }: Standing): number {
  if (state === 'approved') return EXIT.done
  return state === 'denied' ? EXIT.deny : EXIT.hold
}

/** Where a hold stands, as a person or an agent reads it. */
function standingLines(standing: Standing): readonly string[] {
  const { ticket, state, needs, missing, approved, denied, asked, page } = standing
  const left = missing?.join(' and ') ?? `${needs - approved.length} more`
  const said = approved.map(({ name, reason }) => `approved by ${name}: ${reason}`)
  switch (state) {
    case 'open':
      return [...said, `waits for ${left} of: ${asked.join(', ') || 'nobody'}`, page]
    case 'approved':
      return [...said, `${ticket} is approved: the very same call passes once, within an hour`]
    case 'denied':
      return [...said, `${ticket} is denied${denied === undefined ? '' : ` by ${denied.name}: ${denied.reason}`}`]
    default:
      return [...said, `${ticket} is over: ${OVER[state]}`, 'the same call is held anew when it is tried again']
  }
}

const OVER: Readonly<Record<Exclude<Standing['state'], 'open' | 'approved' | 'denied'>, string>> = {
  expired: 'it has expired',
  withdrawn: 'its operator said No, or its guard left the desk',
  superseded: 'the same call was asked for again, with other facts',
  taken: 'its approval was used, and that call has not ended yet',
  done: 'its approval was used, and that call is done',
  failed: 'its approval was used, and that call failed',
  unknown: 'its approval was used, and how that call ended is not known',
}
