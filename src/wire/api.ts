import { z } from 'zod'

/**
 * The guard's HTTP interface, on the unix socket `$INTERLOCK_HOME/guard.sock` and on loopback TCP
 * (`$INTERLOCK_HOME/guard.json` names the port and the bearer token).
 */

export const Json: z.ZodType<unknown> = z.json()

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
  agent: z.strictObject({ name: z.string().min(1).max(80), run: z.string().min(1).max(200) }),
  target: z.strictObject({ system: z.string(), environment: z.string() }).optional(),
  /** `guard`: the guard runs it and answers with the result. `host`: the caller runs it and closes the receipt. */
  perform: z.enum(['guard', 'host']),
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
  undo: z.string(),
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

/** POST /v1/calls/RECEIPT/close, by a host that ran the call. */
export const CloseRequest = z.strictObject({
  outcome: z.enum(['done', 'failed', 'unknown']),
  code: z.int().optional(),
})

/** GET /v1/tickets/TICKET: where a hold stands. A `confirmed` one lets the same call pass once. */
export const TicketReply = z.strictObject({ state: z.enum(['open', 'confirmed', 'refused', 'expired']) })

/** POST /v1/undo */
export const UndoRequest = z.strictObject({
  /** A receipt, a run, or `--last`. */
  what: z.string(),
  dryRun: z.boolean().default(false),
})

export const UndoReply = z.strictObject({
  receipt: z.string().optional(),
  restored: z.array(z.strictObject({ path: z.string(), did: z.enum(['restored', 'removed', 'nothing to do']) })),
  refused: z.array(z.strictObject({ path: z.string(), why: z.string() })),
})

export type CallRequest = z.infer<typeof CallRequest>
export type CallReply = z.infer<typeof CallReply>
export type RulingLine = z.infer<typeof RulingLine>
export type EffectLine = z.infer<typeof EffectLine>
export type CloseRequest = z.infer<typeof CloseRequest>
export type TicketReply = z.infer<typeof TicketReply>
export type UndoRequest = z.infer<typeof UndoRequest>
export type UndoReply = z.infer<typeof UndoReply>
