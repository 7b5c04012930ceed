import * as z from 'zod'
import { HeldCall } from './api.ts'
import { System } from './config.ts'
import { Signed } from './desk.ts'

/**
 * The console that the guard serves to a browser of its user, at `http://interlock.localhost:PORT`. Under `/api`, all
 * but the first need a session: a cookie that counts only on connections of the process that opened it. What changes
 * something is sent as `application/json` by a page of this origin. Errors are as on the desk (`wire/desk.ts`, Problem);
 * `wire/ledger-page.ts` has the routes of the ledger.
 *
 *     POST /v1/console         {}            → ConsoleLink     of the guard's own interface, from a person's terminal
 *
 *     POST /api/session        OpenSession   → ConsoleSession  with the link's code, once
 *     GET  /api/session                      → ConsoleSession
 *     DELETE /api/session      {}            → {}
 *     POST /api/passkey/start  {}            → Challenge       registration options; once, and never again
 *     POST /api/passkey        Signed        → ConsoleSession
 *     GET  /api/waiting                      → WaitingCalls
 *     POST /api/waiting/TICKET/start  {}     → Challenge       of a yes; needed where there is a passkey
 *     POST /api/waiting/TICKET ConsoleAnswer → WaitingCalls
 *     GET  /api/runs                         → Runs
 *     GET  /api/runs/RUN                     → RunPage
 *     POST /api/undo           UndoRequest   → UndoReply       as in `wire/api.ts`
 *     GET  /api/systems                      → Systems
 *     POST /api/stop           StopRequest   → Systems
 *     POST /api/resume/start   {}            → Challenge       likewise
 *     POST /api/resume         ConsoleResume → Systems
 *     GET  /api/events                       → an event whenever an entry is in the ledger
 */

/** The answer to POST /v1/console. */
export const ConsoleLink = z.strictObject({ link: z.string(), expiresInMs: z.int() })

export const OpenSession = z.strictObject({ code: z.string().max(100) })

export const ConsoleSession = z.strictObject({
  /** Who asked for the link, and from which process the page is used. */
  by: z.string(),
  /** Why every call is denied, where it is. */
  stopped: z.string().optional(),
  /** Since when a yes takes the operator's passkey; milliseconds since 1970. */
  passkeySince: z.number().optional(),
})

/** A held call, with what its ruling said besides. */
export const WaitingCall = HeldCall.extend({
  rule: z.string().optional(),
  safeguards: z.array(z.string()).optional(),
  instead: z.string().optional(),
})
/** For the operator to answer, oldest first; and what waits for others, on the desk. */
export const WaitingCalls = z.strictObject({ yours: z.array(WaitingCall), others: z.array(WaitingCall) })

/** A yes is signed where there is a passkey; a no never needs to be. */
export const ConsoleAnswer = z.strictObject({ answer: z.enum(['confirmed', 'refused']), signed: Signed.optional() })
export const ConsoleResume = z.strictObject({ signed: Signed.optional() })

export const RunLine = z.strictObject({
  run: z.string(),
  agent: z.string(),
  workspace: z.string(),
  goal: z.string().optional(),
  /** The newest call in one line. */
  what: z.string(),
  since: z.number(),
  last: z.number(),
  calls: z.int(),
  /** Held or denied. */
  stopped: z.int(),
  /** Tickets that wait for somebody. */
  waiting: z.int(),
  /** Calls that run, or were not seen to end. */
  open: z.int(),
  /** Paths that were changed, as far as was seen. */
  changed: z.int(),
})
/** Newest first. */
export const Runs = z.strictObject({ runs: z.array(RunLine) })

/** One call of a run, in its order. */
export const Step = z.strictObject({
  receipt: z.string(),
  at: z.number(),
  kind: z.string(),
  what: z.string(),
  ruling: z.enum(['allow', 'hold', 'deny']),
  rule: z.string(),
  because: z.string(),
  safeguards: z.array(z.string()),
  ticket: z.string().optional(),
  /** What was said to it, and by whom. */
  answered: z.string().optional(),
  claim: z.string().optional(),
  outcome: z.enum(['done', 'failed', 'refused', 'unknown', 'runs', 'waits', 'did not run']),
  code: z.int().optional(),
  why: z.string().optional(),
  changed: z.int(),
  /** What it changed was not foreseen in full. */
  diverged: z.boolean(),
  /** It can be given back. */
  kept: z.boolean(),
  undone: z.boolean(),
  /** Of the entry of its ruling in the ledger. */
  index: z.int(),
})
export const RunPage = RunLine.extend({ steps: z.array(Step), cut: z.boolean() })

export const SystemLine = System.extend({
  name: z.string(),
  /** The file that says so. */
  file: z.string(),
})
export const Systems = z.strictObject({
  systems: z.array(SystemLine),
  /** Files that can't be read: nothing is allowed there. */
  broken: z.array(z.strictObject({ file: z.string(), why: z.string() })),
  stopped: z.string().optional(),
  /** Agents that a rule stopped, and why. */
  stoppedAgents: z.array(z.strictObject({ agent: z.string(), why: z.string() })),
})

export const Nothing = z.strictObject({})

export type ConsoleLink = z.infer<typeof ConsoleLink>
export type ConsoleSession = z.infer<typeof ConsoleSession>
export type ConsoleAnswer = z.infer<typeof ConsoleAnswer>
export type WaitingCall = z.infer<typeof WaitingCall>
export type WaitingCalls = z.infer<typeof WaitingCalls>
export type RunLine = z.infer<typeof RunLine>
export type Runs = z.infer<typeof Runs>
export type Step = z.infer<typeof Step>
export type RunPage = z.infer<typeof RunPage>
export type SystemLine = z.infer<typeof SystemLine>
export type Systems = z.infer<typeof Systems>
