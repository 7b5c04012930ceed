import * as z from 'zod'

/** `interlock.yaml`: what a person says of the systems an agent can reach, and what a run may do. */
export const System = z.strictObject({
  /** Patterns with `*` over a resource's name (`aws:stack/cost-explorer`) or a host's. */
  match: z.array(z.string().min(1)).min(1),
  environment: z.enum(['development', 'staging', 'production']),
  /** 1 is the most critical. */
  tier: z.int().min(1).max(4).default(1),
  /** Holds data that re-creating does not bring back. */
  stateful: z.boolean().default(true),
  /** Branches of this repository whose push deploys the system. */
  deploys: z.array(z.string()).default([]),
  /** Other systems of the registry that this one can't do without: each counts at least as much as this one. */
  dependsOn: z.array(z.string()).default([]),
})

/** Read from the person's own file only: one store keeps the pre-images of all workspaces. */
export const Bounds = z.strictObject({
  /** The most that one snapshot may copy, in MiB. */
  snapshotMiB: z.number().positive().default(512),
  /** How long taking one may last, in milliseconds. */
  snapshotMs: z.number().positive().default(2000),
  /** How long pre-images are kept, in days. */
  keepDays: z.number().positive().default(14),
  /** How much all pre-images together may take, in MiB. */
  keepMiB: z.number().positive().default(4096),
})

export const Config = z.strictObject({
  systems: z.record(z.string(), System).default({}),
  mandate: z
    .strictObject({
      mode: z.enum(['read', 'plan', 'act']).default('act'),
      systems: z.array(z.string()).default([]),
      may: z.array(z.enum(['push', 'pull-request', 'comment'])).default([]),
      expires: z.iso.datetime().optional(),
    })
    .optional(),
  bounds: Bounds.prefault({}),
})

export type Config = z.infer<typeof Config>
export type System = z.infer<typeof System>
export type Bounds = z.infer<typeof Bounds>
