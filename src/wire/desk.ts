import * as z from 'zod'
import { EffectLine } from './api.ts'

/**
 * What the desk's HTTP interface takes and gives; `desk-routes.ts` is the table of its routes. `/v1` is for guards, which
 * sign each request with their key; `/api` for people, who have a session. Neither credential is taken by the other's
 * routes. What changes something under `/api` is sent as `application/json`, `{}` where there is nothing to say, by a
 * page of the desk's own origin.
 */

export const Role = z.enum(['operator', 'approver', 'auditor', 'admin'])
/** How much a person's yes weighs where a rule asks for it: from the least to the most. */
export const Seniority = z.enum(['junior', 'senior', 'principal'])
/** A team by its short name. */
export const Team = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a team is named with small letters, digits and `-`')

/** A word that a person is named by, in one line. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^\P{C}+$/u)
const Reason = z.string().trim().min(3).max(2000)
export const Digest = z.string().regex(/^[0-9a-f]{64}$/)
export const Id = z.string().regex(/^[a-z]{1,3}-[0-9a-z]{10}$/)

/** What somebody may do here, and what his yes weighs. */
export const Rights = z.strictObject({
  roles: z.array(Role).min(1).max(4),
  teams: z.array(Team).max(10).default([]),
  seniority: Seniority.default('junior'),
})

export const PersonLine = z.strictObject({
  id: Id,
  name: Name,
  roles: z.array(Role),
  teams: z.array(Team),
  seniority: Seniority,
  removed: z.boolean(),
  /** The same for all accounts of one human being. */
  human: Id.optional(),
  /** One admin alone gave him rights that count. */
  alone: z.boolean().optional(),
})

/** What a guard tells of a held call. It names no person: the desk knows whose guard it is. */
export const Filing = z.strictObject({
  ticket: Id,
  agent: z.string().max(80),
  run: z.string().max(200),
  /** SHA-256 over the very bytes, with folder, target and agent: what the guard compares before it runs. */
  action: Digest,
  /** The facts that the ruling rests on, and the policy that judged. */
  preconditions: Digest,
  policy: z.string().max(200),
  kind: z.enum(['shell', 'file', 'tool']),
  /** The call; credentials in it are redacted, which `action` is not. */
  input: z.json(),
  cwd: z.string().max(4096),
  target: z.strictObject({ system: z.string(), environment: z.string() }).optional(),
  rule: z.string().max(200),
  because: z.string().max(20_000),
  /** `tier`: of the system, where it is on another one. 1 is the most critical. */
  effects: z.array(EffectLine.extend({ tier: z.int().min(1).max(4).optional() })).max(1000),
  precedents: z.array(z.string().max(2000)).max(20).optional(),
  /** How many people have to agree. */
  approvals: z.int().min(1).max(9),
  goal: z.string().max(20_000).optional(),
  /** What the agent said of its reasons: its claim, never a fact. */
  claim: z.string().max(20_000).optional(),
})

/** What people sign: all that a guard filed, with what the desk says of who asks, who may agree, and until when. */
export const Envelope = Filing.extend({
  guard: z.strictObject({ id: Id, name: Name }),
  /** Whose guard it is: he is asked nothing here, and his vote is not taken. */
  operator: z.strictObject({ id: Id, name: Name }),
  quorum: z.strictObject({
    count: z.int().min(1).max(9),
    role: z.literal('approver'),
    /** One of each at least, and one who is this or more. */
    teams: z.array(Team).optional(),
    seniority: Seniority.optional(),
    /** The rules that ask for it, and the digest of all that were in force. */
    rules: z.array(z.string()).optional(),
    of: Digest.optional(),
  }),
  nonce: z.string().min(16).max(64),
  /** Milliseconds since 1970. */
  filedAt: z.int(),
  approveBy: z.int(),
  /** How long after the last approval it may still be run, in milliseconds. */
  runWithin: z.int(),
})

export const HoldState = z.enum([
  'open',
  'approved',
  'denied',
  'expired',
  /** The same call was filed anew, with other facts. */
  'superseded',
  /** Its operator said No, or its guard left. */
  'withdrawn',
  /** The guard has its grant. */
  'taken',
  'done',
  'failed',
  'unknown',
])

/**
 * What a guard signs for each request: `Authorization: Bearer` with a JWT (EdDSA) of these. `aud` is the desk's origin,
 * `htu` the path without the query, `bh` the SHA-256 of the body, base64url; `exp` at most a minute after `iat`.
 */
export const GuardClaims = z.object({
  iss: Id,
  aud: z.string(),
  iat: z.int(),
  exp: z.int(),
  htm: z.string(),
  htu: z.string(),
  bh: z.string(),
})

/**
 * `application/problem+json`, as every error is answered. `type` is `about:blank`, or `quorum-unreachable` where fewer
 * people are enrolled than would have to agree.
 */
export const Problem = z.object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })

/** POST /v1/guards, without a signature: a one-time code instead. `key`: the raw Ed25519 public key, base64url. */
export const EnrollRequest = z.strictObject({ code: z.string().max(100), name: Name, key: z.string().length(43) })
export const EnrollReply = z.strictObject({
  guard: Id,
  operator: z.strictObject({ id: Id, name: Name }),
  /** The desk's own public key, as above. */
  key: z.string().length(43),
  origin: z.string(),
})

/** POST /v1/holds: files a hold, or takes its approval for the call under `receipt`. The same ticket may be sent again. */
export const FileRequest = z.strictObject({ filing: Filing, receipt: Id })

const Said = z.strictObject({ id: Id, name: Name, at: z.int(), reason: z.string() })

/** Where a hold stands. `approved` by as many of `needs` as are named. */
export const Standing = z.strictObject({
  ticket: Id,
  state: HoldState,
  needs: z.int(),
  /** What else is asked of those who agree, in words; and what of all that is missing yet. */
  terms: z.string().optional(),
  missing: z.array(z.string()).optional(),
  approved: z.array(Said),
  denied: Said.optional(),
  /** Who can vote and has not. */
  asked: z.array(z.string()),
  approveBy: z.int(),
  /** Where people see and answer it. */
  page: z.string(),
})

export const FileReply = Standing.extend({
  /** Where this very request took the approval: a JWS of the desk over `GrantClaims`. */
  grant: z.string().optional(),
})

/** DELETE /v1/guards: how many calls of it no longer wait. */
export const Left = z.strictObject({ withdrawn: z.int() })

/** Seconds since 1970 in `iat` and `exp`, as JWTs have them. */
export const GrantClaims = z.object({
  iss: z.string(),
  aud: Id,
  iat: z.int(),
  exp: z.int(),
  ticket: Id,
  receipt: Id,
  envelope: Digest,
  action: Digest,
  preconditions: Digest,
  policy: z.string(),
})

/** POST /v1/holds/TICKET/outcome */
export const OutcomeRequest = z.strictObject({
  receipt: Id,
  outcome: z.enum(['done', 'failed', 'unknown']),
  why: z.string().max(2000).optional(),
})

/** GET /api/session */
export const Session = z.strictObject({
  person: PersonLine.optional(),
  /** The identity provider of this desk, as people know it. */
  provider: z.string().optional(),
  /** It opened this session, which only reads. */
  reads: z.boolean().optional(),
})

/** POST /api/guards/codes, by an admin: a code that enrols one guard, once. */
export const CodeRequest = z.strictObject({ name: Name, operator: Id })
export const OneTime = z.strictObject({
  code: z.string(),
  link: z.string(),
  expires: z.int(),
  /** It works when this was agreed to. */
  proposal: Id.optional(),
})

/** POST /api/organisation/start: to sign in, or to show who it is that uses a link. */
export const OutsideStart = z.strictObject({ code: z.string().max(100).optional() })
export const Outside = z.strictObject({ url: z.string() })

/** GET /api/invitations/CODE: what a link is for. The first person of a desk is named by nobody else. */
export const Invitation = Rights.extend({
  name: Name.optional(),
  /** It is for whom the identity provider knows by this address; and whether this browser has shown that it is he. */
  email: z.string().optional(),
  proved: z.boolean().optional(),
  expires: z.int(),
  /** Admins have to agree to it first. */
  waits: z.boolean().optional(),
  /** It gives somebody who is enrolled a new passkey. */
  recovers: z.boolean().optional(),
})
/** His name, where the invitation has none. */
export const JoinStart = z.strictObject({ name: Name.optional() })

/** GET /api/guards */
export const GuardLine = z.strictObject({
  id: Id,
  name: Name,
  operator: z.string(),
  /** SHA-256 of its key, as `interlock desk enroll` shows it too. */
  fingerprint: z.string(),
  enrolledAt: z.int(),
  seenAt: z.int().optional(),
  revoked: z.boolean(),
})
export const Guards = z.strictObject({ guards: z.array(GuardLine) })

/** GET /api/holds: the open ones first, those that end soonest before others. */
export const HoldLine = z.strictObject({
  ticket: Id,
  state: HoldState,
  /** One sentence of what would happen. */
  because: z.string(),
  /** The call in one line. */
  what: z.string(),
  agent: z.string(),
  run: z.string(),
  guard: z.string(),
  operator: z.string(),
  filedAt: z.int(),
  approveBy: z.int(),
  needs: z.int(),
  /** What the hold waits for, in words, where it is more than a number. */
  missing: z.array(z.string()).optional(),
  approved: z.int(),
  /** The one who looks can vote, and has not. */
  asksYou: z.boolean(),
})
export const Holds = z.strictObject({
  holds: z.array(HoldLine),
  /** There may be more that ended: `GET /api/ended-holds?before=` with this. */
  next: z.string().optional(),
})

/** GET /api/holds/TICKET */
export const HoldPage = Standing.extend({
  envelope: Envelope,
  /** SHA-256 over the envelope: what a vote signs. */
  digest: Digest,
  /** Why the one who looks can't vote, where he can't. */
  mayNot: z.string().optional(),
  outcome: z.string().optional(),
  /** Of the same call, filed anew: where it waits now. */
  successor: Id.optional(),
})

export const Decision = z.enum(['approve', 'deny'])
/** POST /api/holds/TICKET/votes/start: answers with the passkey's options; their challenge is this very vote's. */
export const VoteStart = z.strictObject({ decision: Decision, reason: Reason, digest: Digest })

/** POST /api/…/start: what the browser's passkey call takes. */
export const Challenge = z.strictObject({ nonce: z.string(), options: z.json() })
/** The answer to it: the passkey's own, as browsers write it. */
export const Signed = z.strictObject({ nonce: z.string().max(100), response: z.json() })

/** GET /api/events, server-sent: `hold` with this, whenever one changes. */
export const HoldEvent = z.strictObject({ ticket: Id, state: HoldState })

export type Role = z.infer<typeof Role>
export type Seniority = z.infer<typeof Seniority>
export type Rights = z.infer<typeof Rights>
export type PersonLine = z.infer<typeof PersonLine>
export type Filing = z.infer<typeof Filing>
export type Envelope = z.infer<typeof Envelope>
export type HoldState = z.infer<typeof HoldState>
export type EnrollRequest = z.infer<typeof EnrollRequest>
export type EnrollReply = z.infer<typeof EnrollReply>
export type FileRequest = z.infer<typeof FileRequest>
export type FileReply = z.infer<typeof FileReply>
export type Standing = z.infer<typeof Standing>
export type Left = z.infer<typeof Left>
export type GrantClaims = z.infer<typeof GrantClaims>
export type OutcomeRequest = z.infer<typeof OutcomeRequest>
export type Session = z.infer<typeof Session>
export type CodeRequest = z.infer<typeof CodeRequest>
export type OutsideStart = z.infer<typeof OutsideStart>
export type Outside = z.infer<typeof Outside>
export type OneTime = z.infer<typeof OneTime>
export type GuardClaims = z.infer<typeof GuardClaims>
export type Problem = z.infer<typeof Problem>
export type JoinStart = z.infer<typeof JoinStart>
export type Invitation = z.infer<typeof Invitation>
export type GuardLine = z.infer<typeof GuardLine>
export type Guards = z.infer<typeof Guards>
export type HoldLine = z.infer<typeof HoldLine>
export type Holds = z.infer<typeof Holds>
export type HoldPage = z.infer<typeof HoldPage>
export type Decision = z.infer<typeof Decision>
export type VoteStart = z.infer<typeof VoteStart>
export type Challenge = z.infer<typeof Challenge>
export type Signed = z.infer<typeof Signed>
export type HoldEvent = z.infer<typeof HoldEvent>
