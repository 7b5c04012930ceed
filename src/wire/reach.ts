import * as z from 'zod'
import { Id } from './desk.ts'

/**
 * What leaves the house when people are told of a hold: enough to know whether to get up, and where to look. It holds
 * nothing of the call but one sentence, no reason and no name of who voted, and nothing that could vote.
 */
export const Notice = z.strictObject({
  ticket: Id,
  /** Where people see it, and sign in. */
  page: z.url(),
  /** What it would do, in one sentence of at most 300 characters. */
  sentence: z.string(),
  /** What it would touch outside its machine. */
  systems: z.array(z.strictObject({ system: z.string(), environment: z.string() })),
  agent: z.string(),
  operator: z.string(),
  /** How many people other than the operator have to agree, and how many have. */
  needs: z.int(),
  approved: z.int(),
  approveBy: z.iso.datetime(),
})

export const NoticeType = z.enum([
  /** It waits. */
  'dev.interlock.hold.asked',
  /** Enough people agreed; one said No; nobody answered in time; the operator needs no answer any more. */
  'dev.interlock.hold.approved',
  'dev.interlock.hold.denied',
  'dev.interlock.hold.expired',
  'dev.interlock.hold.withdrawn',
  /** `interlock desk try-reach` sent it: it is about nothing. */
  'dev.interlock.test',
])

/** A CloudEvent, as webhooks are sent it (JSON, structured mode). The same event may come twice, with the same `id`. */
export const NoticeEvent = z.strictObject({
  specversion: z.literal('1.0'),
  id: Id,
  /** The desk's origin. */
  source: z.url(),
  type: NoticeType,
  /** The ticket. */
  subject: Id,
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: Notice,
})

/** GET /api/reach, by an admin: whom the desk tells, and whether they take it. */
export const ReachLine = z.strictObject({
  receiver: z.string(),
  /** The host that takes it. */
  host: z.string(),
  /** Notices that are still to be delivered, and that were given up. */
  waiting: z.int(),
  lost: z.int(),
  /** Since when some could not be delivered, and why. */
  failing: z.strictObject({ since: z.int(), why: z.string() }).optional(),
})
export const ReachLines = z.strictObject({ receivers: z.array(ReachLine) })

export type Notice = z.infer<typeof Notice>
export type NoticeType = z.infer<typeof NoticeType>
export type NoticeEvent = z.infer<typeof NoticeEvent>
export type ReachLine = z.infer<typeof ReachLine>
export type ReachLines = z.infer<typeof ReachLines>
