import * as z from 'zod'
import { Seniority, Team } from './desk.ts'

/** Who has to agree where it applies, beside what the guard asked for. */
const Needs = z.strictObject({
  /** At least so many. Never fewer than the guard asked for. */
  count: z.int().min(1).max(9).default(1),
  /** At least one of each. */
  teams: z.array(Team).max(9).default([]),
  /** At least one who is this, or more. */
  seniority: Seniority.default('junior'),
})

/** A rule of `desk.yaml`. It applies where one effect of a call is all that it names; what it does not name is anything. */
export const QuorumRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9/-]{0,79}$/, 'a rule is named with small letters, digits, `-` and `/`'),
  environments: z
    .array(z.enum(['development', 'staging', 'production']))
    .min(1)
    .optional(),
  /** Systems by their names in `interlock.yaml`; `*` stands for any text. */
  systems: z.array(z.string().min(1).max(200)).min(1).optional(),
  /** Without it: whatever is more than reading. */
  verbs: z
    .array(z.enum(['read', 'create', 'update', 'delete', 'replace', 'execute', 'grant', 'disclose', 'spend']))
    .min(1)
    .optional(),
  /** 1 is the most critical. */
  tiers: z.array(z.int().min(1).max(4)).min(1).optional(),
  needs: Needs,
})

export const QuorumRules = z
  .array(QuorumRule)
  .max(100)
  .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'two rules have the same id')

export type QuorumRule = z.infer<typeof QuorumRule>
