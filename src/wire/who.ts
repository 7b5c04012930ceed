import * as z from 'zod'
import { Known, ReportAction } from './report.ts'

/** `interlock log who --json`: who allowed a commit, and why. */

/**
 * `recorded`: the ledger saw this call move its workspace to this commit. `rewritten`: to another one with the same
 * content. `brought`: to this one, which was made at another time, as a pull does. `not seen`: it ran then, and the ledger
 * saw no commit. `differs`: it moved to another one, with other content. `did not run`. `foreign`: this ledger has no such
 * receipt.
 */
export const Verdict = z.enum(['recorded', 'rewritten', 'brought', 'not seen', 'differs', 'did not run', 'foreign'])

export const Allowed = z.strictObject({
  receipt: z.string(),
  verdict: Verdict,
  why: z.string(),
  /** The commit's message names it. */
  trailer: z.boolean(),
  run: z.string().optional(),
  goals: z.array(z.string()),
  action: ReportAction.optional(),
  operator: Known.optional(),
})

export const Who = z.strictObject({
  version: z.literal(1),
  commit: z.string(),
  tree: z.string(),
  author: z.string(),
  committed: z.string(),
  subject: z.string(),
  allowed: z.array(Allowed),
  /** With `--path`. */
  file: z
    .strictObject({
      path: z.string(),
      /** The commit changes it. */
      inCommit: z.boolean(),
      /** Calls that were seen to change it up to then, newest first. */
      changedBy: z.array(
        z.strictObject({ receipt: z.string(), at: z.string(), run: z.string(), change: z.string(), what: z.string() }),
      ),
    })
    .optional(),
})

export type Verdict = z.infer<typeof Verdict>
export type Allowed = z.infer<typeof Allowed>
export type Who = z.infer<typeof Who>
