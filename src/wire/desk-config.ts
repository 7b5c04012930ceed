import * as z from 'zod'
import { QuorumRules } from './quorum.ts'

/** How people learn that a call waits for them. */
const Reach = z.strictObject({
  /** One line in the desk's own terminal for each call that is held, and its bell. */
  bell: z.boolean().default(true),
})

/**
 * `desk.yaml`, in the desk's own config folder: what its admins decide about it. Every part has a default. A secret is
 * never in it: it is named by a file beside it.
 */
export const DeskConfig = z.strictObject({
  reach: Reach.prefault({}),
  /** Who has to agree to what, beside what the guards ask for. */
  quorum: QuorumRules.default([]),
})

export type DeskConfig = z.infer<typeof DeskConfig>
