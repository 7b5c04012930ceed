import * as z from 'zod'
import { QuorumRules } from './quorum.ts'

/** How people learn that a call waits for them. */
const Reach = z.strictObject({
  /** One line in the desk's own terminal for each call that is held, and its bell. */
  bell: z.boolean().default(true),
})

/** Where people can sign in with their organisation: OpenID Connect. */
const Oidc = z.strictObject({
  /** As it names itself; its description is found below it. */
  issuer: z.url().refine(isSafe, 'an issuer is reached by https'),
  client: z.string().min(1).max(200),
  /** The file with the client's secret. */
  secret: z.string().min(1),
})

/** To try it out one may stand on this machine. */
function isSafe(url: string): boolean {
  return /^https:\/\/|^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?(?:\/|$)/.test(url)
}

/**
 * `desk.yaml`, in the desk's own config folder: what its admins decide about it. Every part has a default. A secret is
 * never in it: it is named by a file beside it.
 */
export const DeskConfig = z.strictObject({
  reach: Reach.prefault({}),
  /** Who has to agree to what, beside what the guards ask for. */
  quorum: QuorumRules.default([]),
  oidc: Oidc.optional(),
})

export type DeskConfig = z.infer<typeof DeskConfig>
