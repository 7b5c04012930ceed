import type { Safeguard } from './safeguard.ts'

export type RuleId = string

/** Who can release a hold, where and how. A hold that nobody can answer is a bug. */
export interface Release {
  readonly who: string
  readonly where: string
  readonly how: string
}

export type Ruling =
  | { readonly kind: 'allow'; readonly by: RuleId; readonly because: string; readonly under: readonly Safeguard[] }
  | {
      readonly kind: 'hold'
      readonly by: RuleId
      readonly because: string
      readonly under: readonly Safeguard[]
      readonly release: Release
      readonly instead?: string
    }
  | { readonly kind: 'deny'; readonly by: RuleId; readonly because: string; readonly instead?: string }

/** Fixed for good: scripts branch on these. */
export const EXIT = { allow: 0, done: 0, hold: 10, deny: 11, unknown: 12, usage: 2, fault: 1 } as const
