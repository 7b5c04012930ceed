import * as z from 'zod'
import { Digest, Id, Name, PersonLine, Rights } from './desk.ts'

/**
 * The part of the desk's HTTP interface that is about people, under the same rules as the rest (`wire/desk.ts`).
 *
 *     GET  /api/people                                  → People
 *     POST /api/people/invitations      InviteRequest   → OneTime         by an admin
 *     POST /api/people/ID/rights        Rights          → People          by an admin
 *     POST /api/people/ID/recovery      {}              → OneTime         by who may sign it
 *     POST /api/people/ID/link          LinkRequest     → People          by an admin
 *     DELETE /api/people/ID/link        {}              → People          by an admin
 *     DELETE /api/people/ID             {}              → People          by an admin
 *     POST /api/proposals/ID/start      {}              → Challenge       by who may sign it; authentication options
 *     POST /api/proposals/ID            Signed          → People
 *     DELETE /api/proposals/ID          {}              → People          by an admin
 *     POST /api/passkeys/start          {}              → Challenge       one more of one's own; registration options
 *     POST /api/passkeys/sign           Signed          → Challenge       of one that one has; authentication options
 *     POST /api/passkeys                Signed          → Session
 */

/** POST /api/people/invitations: a link that enrols one person, once. */
export const InviteRequest = Rights.extend({
  name: Name,
  /** Only whom the identity provider knows by this address can use the link. */
  email: z.email().max(254).toLowerCase().optional(),
})

/** POST /api/people/ID/link: the other account of the same human being. */
export const LinkRequest = z.strictObject({ other: Id })

/** What admins have to agree to before it counts. */
export const Asked = z.discriminatedUnion('kind', [
  InviteRequest.extend({ kind: z.literal('invite') }),
  Rights.extend({ kind: z.literal('rights'), person: Id }),
  z.strictObject({ kind: z.literal('recover'), person: Id }),
  z.strictObject({ kind: z.literal('unlink'), person: Id }),
])

/** What they sign: all of it. */
export const Proposal = z.strictObject({
  id: Id,
  asked: Asked,
  /** The admin who asks for it. */
  by: Id,
  nonce: z.string().min(16).max(64),
  /** Milliseconds since 1970. */
  at: z.int(),
  expires: z.int(),
})

export const ProposalLine = z.strictObject({
  proposal: Proposal,
  digest: Digest,
  by: Name,
  /** Whom it is about, where he is enrolled. */
  about: Name.optional(),
  /** Who has signed it, and whose signatures could still count. Two count. */
  signed: z.array(Name),
  asked: z.array(Name),
  asksYou: z.boolean(),
  /** Enough have signed: its link works, once. */
  agreed: z.boolean(),
})

/** GET /api/people */
export const People = z.strictObject({
  people: z.array(PersonLine),
  proposals: z.array(ProposalLine),
  /** What gives rights takes two from now on. */
  byTwo: z.boolean(),
})

export type InviteRequest = z.infer<typeof InviteRequest>
export type Asked = z.infer<typeof Asked>
export type Proposal = z.infer<typeof Proposal>
export type ProposalLine = z.infer<typeof ProposalLine>
export type People = z.infer<typeof People>
export type LinkRequest = z.infer<typeof LinkRequest>
