import * as z from 'zod'
import { HeldCall } from './api.ts'
import { Standing } from './desk.ts'

/** What the guard's own HTTP interface tells of calls that wait for others, and of its desk. */

/** Where a hold stands on the desk; or why that can't be told now. */
const Known = z.strictObject({ standing: Standing.optional(), why: z.string().optional() })

/** GET /v1/approvals: what waits for others, oldest first. */
export const WaitingApprovals = z.strictObject({ waiting: z.array(Known.extend({ held: HeldCall })) })

/** GET /v1/approvals/TICKET?wait=MS: at once, or when it is `open` no more. */
export const ApprovalReply = Known.extend({ ticket: z.string() })

/** GET /v1/desk: what the guard is enrolled with, and whether that answers it. */
export const DeskReply = z.strictObject({
  desk: z
    .strictObject({ origin: z.string(), operator: z.string(), answers: z.boolean(), why: z.string().optional() })
    .optional(),
})

export type WaitingApprovals = z.infer<typeof WaitingApprovals>
export type ApprovalReply = z.infer<typeof ApprovalReply>
export type DeskReply = z.infer<typeof DeskReply>
