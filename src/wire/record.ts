import * as z from 'zod'
import { EffectLine } from './api.ts'
import { Assertion, PasskeyKey } from './desk-record.ts'

/** What the ledger's entries hold, by their type. The subject is the receipt that an entry belongs to. */

/** `dev.interlock.action.ruled`: durable before anything runs. */
export const Ruled = z.object({
  run: z.string(),
  agent: z.string(),
  /** Its model, by the agent's own word. */
  model: z.string().optional(),
  kind: z.string(),
  /** The call as received; credentials in it are redacted. */
  input: z.json(),
  cwd: z.string(),
  workspace: z.string(),
  /** The commit that the workspace stood at, or `none`: of a run's first call, and of one that may commit. */
  head: z.string().optional(),
  /** Who runs it: the guard itself, or the host on the guard's word. */
  perform: z.enum(['guard', 'host']),
  /** What the agent said of its reasons, where it came with the call: its claim, never a fact. */
  claim: z.string().optional(),
  digest: z.string(),
  policy: z.string(),
  /** What a person's mandate let the run do; absent where nobody wrote one. */
  mandate: z.object({ mode: z.string(), systems: z.array(z.string()), may: z.array(z.string()) }).optional(),
  preconditions: z.string(),
  level: z.string(),
  ruling: z.enum(['allow', 'hold', 'deny']),
  rule: z.string(),
  because: z.string(),
  instead: z.string().optional(),
  safeguards: z.array(z.string()),
  /** Why no snapshot can be had, where one was tried. */
  noSnapshot: z.string().optional(),
  effects: z.array(EffectLine),
  /** Of the effects, those that need people: a No to the call is a No to them. */
  wanted: z.array(z.object({ verb: z.string(), resource: z.string() })).optional(),
  precedents: z.array(z.string()).optional(),
  /** The hold that this call waits for, or that released it. */
  ticket: z.string().optional(),
  /** How many people other than the operator have to approve it. */
  approvals: z.int().optional(),
  released: z.boolean().optional(),
  /** The host asks its operator itself. */
  asked: z.boolean().optional(),
})

export const ChangeLine = z.object({
  path: z.string(),
  change: z.enum(['created', 'changed', 'deleted']),
  predicted: z.boolean(),
})

/** `dev.interlock.action.closed` */
export const Closed = z.object({
  /** `refused`: the ruling let it run and something stopped it before it did. */
  outcome: z.enum(['done', 'failed', 'refused', 'unknown']),
  code: z.int().optional(),
  why: z.string().optional(),
  /** Where the host asked its operator: `none` is a No, or an end of the session before the call was seen to end. */
  answered: z.enum(['yes', 'none', 'too fast for a person']).optional(),
  /** The ticket whose approval the desk may have given out for it, though no grant came. */
  perhapsTaken: z.string().optional(),
  changes: z.array(ChangeLine),
  diverged: z.boolean(),
  snapshot: z.boolean(),
  /** Receipts whose calls ran at the same time over the same paths. */
  overlaps: z.array(z.string()),
  /** What undo can't give back, and why. */
  lost: z.array(z.object({ path: z.string(), why: z.string() })),
  /** Folders that could not be looked through: what changed there is not listed. */
  unseen: z.array(z.string()).optional(),
  /** The workspace stood at another commit afterwards; its tree, where it could be read. */
  head: z.object({ commit: z.string(), tree: z.string().optional() }).optional(),
})

/** What the operator's passkey signed: all that is needed to verify it. */
export const SignedAnswer = z.object({ passkey: PasskeyKey, assertion: Assertion, nonce: z.string() })

/** `dev.interlock.ticket.answered`: what the operator said to a hold, in a terminal; or the No of a person on the desk. */
export const Answered = z.object({
  ticket: z.string(),
  answer: z.enum(['confirmed', 'refused']),
  /** The process that was found at the other end, or the person on the desk. */
  by: z.string(),
  person: z.object({ id: z.string(), name: z.string(), reason: z.string() }).optional(),
  /** Software of the same user could have said it. */
  forgeable: z.boolean(),
  /** Where his passkey signed it, over the ticket, the answer and what the call was judged by. */
  signed: SignedAnswer.optional(),
})

/** `dev.interlock.passkey.enrolled`: from here on the operator's own yes takes this passkey. */
export const PasskeyEnrolled = z.object({ passkey: PasskeyKey, by: z.string(), forgeable: z.boolean() })

/**
 * `dev.interlock.ticket.granted`: the desk gave its approval out for this receipt, which may run from here on. It is
 * durable before anything does.
 */
export const Granted = z.object({
  ticket: z.string(),
  /** The desk's origin. */
  desk: z.string(),
  /** As the desk signed it: a compact JWS over `GrantClaims`. */
  grant: z.string(),
  approved: z.array(z.object({ id: z.string(), name: z.string(), at: z.number(), reason: z.string() })),
})

/** `dev.interlock.ticket.told`: the desk knows what became of the receipt; or why it will not be told. */
export const ToldDesk = z.object({ ticket: z.string(), outcome: z.string(), refused: z.string().optional() })

/** `dev.interlock.run.said`: kept as what it is, never read for rights. */
export const Said = z.object({
  run: z.string(),
  what: z.enum(['goal', 'claim']),
  text: z.string(),
  /** Of a claim: the model that said it, by the host's word. */
  model: z.string().optional(),
})

/** `dev.interlock.guard.started`: who judged what follows, by which rules, for whom. */
export const Started = z.object({
  version: z.string(),
  /** The account that the guard runs as, and its machine. */
  user: z.string(),
  host: z.string(),
  policy: z.string(),
  /** Names of the layers that the policy was loaded from. */
  layers: z.array(z.string()),
  /** The desk that it is enrolled with, and whose agents it judges there. */
  desk: z.object({ origin: z.string(), operator: z.string() }).optional(),
})

/** `dev.interlock.breaker.turned`: for everything, or a stop for one agent. A resume ends all of them. */
export const Turned = z.object({
  state: z.enum(['stopped', 'resumed']),
  why: z.string(),
  by: z.string(),
  agent: z.string().optional(),
})

/** `dev.interlock.desk.left`: this guard is enrolled there no more, and whether the desk knows. */
export const LeftDesk = z.object({
  by: z.string(),
  forgeable: z.boolean(),
  told: z.boolean(),
  why: z.string().optional(),
})

/** `dev.interlock.file.confirmed`: a person let a repository's `interlock.yaml` widen, with exactly these bytes. */
export const FileConfirmed = z.object({ path: z.string(), sha256: z.string(), by: z.string(), forgeable: z.boolean() })

export type Ruled = z.infer<typeof Ruled>
export type Closed = z.infer<typeof Closed>
export type Granted = z.infer<typeof Granted>
export type ToldDesk = z.infer<typeof ToldDesk>
export type Answered = z.infer<typeof Answered>
export type Said = z.infer<typeof Said>
export type Started = z.infer<typeof Started>
export type LeftDesk = z.infer<typeof LeftDesk>
export type Turned = z.infer<typeof Turned>
export type FileConfirmed = z.infer<typeof FileConfirmed>
export type SignedAnswer = z.infer<typeof SignedAnswer>
export type PasskeyEnrolled = z.infer<typeof PasskeyEnrolled>

export const RECORD = {
  ruled: 'dev.interlock.action.ruled',
  closed: 'dev.interlock.action.closed',
  answered: 'dev.interlock.ticket.answered',
  granted: 'dev.interlock.ticket.granted',
  told: 'dev.interlock.ticket.told',
  said: 'dev.interlock.run.said',
  started: 'dev.interlock.guard.started',
  turned: 'dev.interlock.breaker.turned',
  fileConfirmed: 'dev.interlock.file.confirmed',
  left: 'dev.interlock.desk.left',
  passkeyEnrolled: 'dev.interlock.passkey.enrolled',
} as const
