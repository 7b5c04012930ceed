import * as z from 'zod'
import { EffectLine } from './api.ts'
import { ChangeLine } from './record.ts'

/** `interlock report --json`: what the ledger tells of one run, for whoever asks later who allowed it and why. */

/** What was said to a hold, by its operator in a terminal or the host's own question, or as a No by a person on the desk. */
export const ReportAnswer = z.strictObject({
  at: z.string(),
  answer: z.enum(['confirmed', 'refused']),
  by: z.string(),
  reason: z.string().optional(),
  /** Software of the same user could have said it. */
  forgeable: z.boolean(),
})

/** Whether the desk's signature, which the entry holds, is by the key that this guard pinned, and for this very call. */
export const GrantCheck = z.strictObject({
  kind: z.enum(['verified', 'not checked', 'does not hold']),
  why: z.string(),
})

export const ReportGrant = z.strictObject({
  at: z.string(),
  desk: z.string(),
  /** By the desk's word; each vote's own signature is in the desk's ledger. */
  approved: z.array(z.strictObject({ id: z.string(), name: z.string(), at: z.string(), reason: z.string() })),
  check: GrantCheck,
})

export const ReportEnd = z.strictObject({
  at: z.string(),
  code: z.int().optional(),
  why: z.string().optional(),
  /** Where the host asked its operator: whether he answered. */
  answered: z.string().optional(),
  changes: z.array(ChangeLine),
  /** Something changed that was not foreseen. */
  diverged: z.boolean(),
  /** What was there before is kept, or was. */
  snapshot: z.boolean(),
  lost: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  unseen: z.array(z.string()),
  overlaps: z.array(z.string()),
  /** The commit that the workspace stood at afterwards, where it was another one than before. */
  commit: z.string().optional(),
})

export const ReportAction = z.strictObject({
  receipt: z.string(),
  at: z.string(),
  agent: z.string(),
  model: z.string().optional(),
  kind: z.string(),
  /** The call as it was recorded: credentials in it are redacted. */
  call: z.string(),
  cwd: z.string(),
  ruling: z.enum(['allow', 'hold', 'deny']),
  rule: z.string(),
  because: z.string(),
  instead: z.string().optional(),
  safeguards: z.array(z.string()),
  noSnapshot: z.string().optional(),
  effects: z.array(EffectLine),
  precedents: z.array(z.string()),
  level: z.string(),
  policy: z.string(),
  /** Rulings on the same call that this one took the place of. */
  before: z.array(z.strictObject({ ruling: z.string(), rule: z.string(), because: z.string() })),
  /** What the agent said of its reasons: its claims, never facts. */
  claims: z.array(z.string()),
  /** Present where people had to agree. */
  hold: z
    .strictObject({
      ticket: z.string(),
      /** Of other people than the operator; 0 where he answers. */
      approvals: z.int(),
      /** The host asked its operator itself. */
      asked: z.boolean(),
      released: z.boolean(),
      answers: z.array(ReportAnswer),
      grant: ReportGrant.optional(),
    })
    .optional(),
  /** `not run` also where it waited and was tried again later under another receipt. */
  became: z.enum(['done', 'failed', 'unknown', 'not run', 'open']),
  end: ReportEnd.optional(),
  /** What the desk was told of it. */
  told: z.string().optional(),
  /** The receipt that it gave back, where it is an undo; those of undos that gave back this one. */
  undoes: z.string().optional(),
  undoneBy: z.array(z.string()),
  /** Of what was not run: the receipt of the next call in the run that was. */
  next: z.string().optional(),
  /** Where in the ledger. */
  entries: z.array(z.int()),
})

/** How somebody is known, in words. */
export const Known = z.strictObject({ who: z.string(), how: z.string() })

export const ReportLedger = z.strictObject({
  origin: z.string(),
  vkey: z.string(),
  size: z.int(),
  /** Base64. */
  root: z.string(),
  /** As it was signed: a C2SP checkpoint. */
  checkpoint: z.string(),
  copy: z.enum(['same', 'ahead', 'none']),
  /** Entries of this report whose inclusion under that root was recomputed. */
  included: z.array(z.int()),
  /** Entries that no checkpoint signs yet. */
  unsigned: z.array(z.int()),
  /** Entries of this run that this version can't read. */
  unread: z.array(z.int()),
  /** Losses that somebody accepted, which a new ledger begins with. */
  losses: z.array(z.strictObject({ index: z.int(), at: z.string(), why: z.string() })),
})

export const Report = z.strictObject({
  version: z.literal(1),
  run: z.string(),
  /** When the first and the last of it were recorded. */
  from: z.string(),
  to: z.string(),
  goals: z.array(z.strictObject({ at: z.string(), text: z.string() })),
  workspace: z.string(),
  /** That the workspace stood at when the run began, and when it last moved. */
  commits: z.array(z.string()),
  mandate: z.strictObject({ mode: z.string(), systems: z.array(z.string()), may: z.array(z.string()) }).optional(),
  answers: z.strictObject({
    agent: z.array(Known),
    operator: Known,
    approvers: z.array(Known),
    policy: z.array(Known),
  }),
  actions: z.array(ReportAction),
  /** Stops, restarts and confirmed files while the run went on. */
  events: z.array(z.strictObject({ at: z.string(), what: z.string(), entry: z.int() })),
  ledger: ReportLedger,
})

/** In place of a report: the ledger does not verify, or has nothing of what was asked. */
export const NoReport = z.strictObject({
  refused: z.enum(['ledger', 'unknown']),
  why: z.string(),
})

/** `interlock log prove`: docs/record.md has the whole check, of a page, for somebody who trusts none of us. */
export const ReceiptProof = z.strictObject({
  format: z.literal('interlock-proof/1'),
  receipt: z.string(),
  /** The log's public key: `name+id+base64`. Who checks compares it with what he noted elsewhere. */
  vkey: z.string(),
  /** A C2SP checkpoint, signed with it. */
  checkpoint: z.string(),
  entries: z.array(
    z.strictObject({
      index: z.int(),
      /** The entry, to the byte, in UTF-8. */
      entry: z.string(),
      /** Base64, from the leaf upwards: RFC 6962 section 2.1.1. */
      hashes: z.array(z.string()),
    }),
  ),
})

export type ReceiptProof = z.infer<typeof ReceiptProof>
export type ReportAnswer = z.infer<typeof ReportAnswer>
export type GrantCheck = z.infer<typeof GrantCheck>
export type ReportGrant = z.infer<typeof ReportGrant>
export type ReportEnd = z.infer<typeof ReportEnd>
export type ReportAction = z.infer<typeof ReportAction>
export type Known = z.infer<typeof Known>
export type ReportLedger = z.infer<typeof ReportLedger>
export type Report = z.infer<typeof Report>
export type NoReport = z.infer<typeof NoReport>
