import * as z from 'zod'
import { Json } from './json.ts'

/**
 * The guard's HTTP interface, on the unix socket `$INTERLOCK_HOME/guard.sock` and on loopback TCP
 * (`$INTERLOCK_HOME/guard.json` names the port and the bearer token).
 */

/** POST /v1/calls */
export const CallRequest = z.strictObject({
  kind: z.enum(['shell', 'file', 'tool']),
  /**
   * `shell`: the command text. `file`: `FileInput`; where the guard performs, `read` answers with the content as
   * stdout, `edit` fails unless `old` occurs exactly once, and what fails is code 1 with the reason on stderr.
   * `tool`: `{name, arguments}`.
   */
  input: Json,
  cwd: z.string().startsWith('/'),
  home: z.string().startsWith('/').optional(),
  agent: z.strictObject({
    name: z.string().min(1).max(80),
    run: z.string().min(1).max(200),
    model: z.string().max(200).optional(),
  }),
  target: z.strictObject({ system: z.string(), environment: z.string() }).optional(),
  /** `guard`: the guard runs it and answers with the result. `host`: the caller runs it and closes the receipt. */
  perform: z.enum(['guard', 'host']),
  /** Where the caller runs it: the process below which it does. Commits that are made there are told their receipt. */
  process: z.int().positive().optional(),
  /** Environment for the child where the guard performs. */
  env: z.record(z.string(), z.string()).optional(),
  umask: z.int().min(0).max(0o777).optional(),
  goal: z.string().max(20_000).optional(),
  claim: z.string().max(20_000).optional(),
})

export const EffectLine = z.strictObject({
  verb: z.string(),
  resource: z.string(),
  place: z.string(),
  undo: z.enum(['U0', 'U1', 'U2', 'U3', 'U4']),
  certainty: z.string(),
  why: z.string().optional(),
})

export const RulingLine = z.strictObject({
  ruling: z.enum(['allow', 'hold', 'deny']),
  level: z.enum(['advised', 'confined', 'brokered']),
  safeguards: z.array(z.string()),
  effects: z.array(EffectLine),
  rule: z.string(),
  because: z.string(),
  instead: z.string().optional(),
  /** Precedents that it resembles, one sentence each. */
  precedents: z.array(z.string()).optional(),
  release: z.strictObject({ who: z.string(), where: z.string(), how: z.string() }).optional(),
})

/** The answer to POST /v1/calls. */
export const CallReply = RulingLine.extend({
  receipt: z.string(),
  ticket: z.string().optional(),
  /** A person confirmed this very call before: a hold that was handed over runs without a further question. */
  released: z.boolean().optional(),
  outcome: z.enum(['done', 'failed', 'refused', 'waiting', 'handed over', 'unknown']),
  result: z.strictObject({ code: z.int(), stdout: z.string(), stderr: z.string(), truncated: z.boolean() }).optional(),
  /** The whole ruling in words, as an agent or a person should read it. */
  text: z.string(),
})

/** POST /v1/calls/RECEIPT/close, by a host that ran the call. Nothing happens to a receipt that is closed already. */
export const CloseRequest = z.strictObject({
  outcome: z.enum(['done', 'failed', 'unknown']),
  code: z.int().optional(),
})

/**
 * GET /v1/commits?process=PID, by the git hook that `init` installs: the receipt of the open call that the process is part
 * of, as text; 404 where it is part of none.
 */

/** GET /v1/tickets/TICKET: where a hold stands. A `confirmed` one lets the same call pass once; then it is `used`. */
export const TicketReply = z.strictObject({ state: z.enum(['open', 'confirmed', 'refused', 'used', 'expired']) })

/** What a person sees of a held call before he answers. */
export const HeldCall = z.strictObject({
  ticket: z.string(),
  receipt: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  agent: z.string(),
  run: z.string(),
  input: z.json(),
  cwd: z.string(),
  because: z.string(),
  effects: z.array(EffectLine),
  precedents: z.array(z.string()).optional(),
  goal: z.string().optional(),
  claim: z.string().optional(),
  /** How many people other than the operator have to approve it, on the desk. */
  approvals: z.int().optional(),
})

/** GET /v1/tickets: what waits for its operator, oldest first. */
export const HeldCalls = z.strictObject({ held: z.array(HeldCall) })

/**
 * POST /v1/confirm, over loopback from a person's terminal: a yes or no to a held call, or a yes to what a
 * repository's `interlock.yaml` widens, bound to the bytes that he was shown.
 */
export const ConfirmRequest = z.union([
  z.strictObject({ ticket: z.string().max(100), answer: z.enum(['confirmed', 'refused']) }),
  z.strictObject({ file: z.string().startsWith('/').max(4096), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
])

/** POST /v1/stop */
export const StopRequest = z.strictObject({ why: z.string().min(1).max(500) })

/** GET /v1/receipts?last=N: one line each, newest last. */
export const ReceiptLine = z.strictObject({
  id: z.string(),
  at: z.number(),
  run: z.string(),
  kind: z.string(),
  /** The call in one line. */
  what: z.string(),
  outcome: z.string().optional(),
  /** How many paths it changed, as far as was seen. */
  changed: z.int(),
  /** It changed something, or may have, and what was there before is still kept. */
  kept: z.boolean(),
  undone: z.boolean(),
})
export const ReceiptLines = z.strictObject({ receipts: z.array(ReceiptLine) })

/** POST /v1/undo */
export const UndoRequest = z.strictObject({
  /** A receipt, a run, or `--last`. */
  what: z.string(),
  dryRun: z.boolean().default(false),
})

export const UndoReply = z.strictObject({
  /** Of the undoing itself, one for each receipt that was undone; each can be undone in turn. */
  receipts: z.array(z.string()).default([]),
  restored: z.array(z.strictObject({ path: z.string(), did: z.enum(['restored', 'removed', 'nothing to do']) })),
  refused: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  /** What did not come back in full, and what was never seen to end. */
  notes: z.array(z.string()).default([]),
})

export type CallRequest = z.infer<typeof CallRequest>
export type CallReply = z.infer<typeof CallReply>
export type RulingLine = z.infer<typeof RulingLine>
export type EffectLine = z.infer<typeof EffectLine>
export type CloseRequest = z.infer<typeof CloseRequest>
export type TicketReply = z.infer<typeof TicketReply>
export type HeldCall = z.infer<typeof HeldCall>
export type HeldCalls = z.infer<typeof HeldCalls>
export type ConfirmRequest = z.infer<typeof ConfirmRequest>
export type ReceiptLine = z.infer<typeof ReceiptLine>
export type ReceiptLines = z.infer<typeof ReceiptLines>
export type UndoRequest = z.infer<typeof UndoRequest>
export type UndoReply = z.infer<typeof UndoReply>
