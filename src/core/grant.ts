import type { Digest } from './digest.ts'
import type { Safeguard } from './safeguard.ts'

declare const minted: unique symbol

/** Single-use permission to run one digest. Only `gate/settle.ts` mints it. */
export interface Grant {
  readonly [minted]: true
  readonly id: string
  readonly action: Digest
  readonly policy: string
  readonly under: readonly Safeguard[]
  /** Milliseconds since 1970; nothing may start later. */
  readonly runBy: number
  /** The host asks its operator before it runs the call: without his yes the grant is worth nothing. */
  readonly onYes: boolean
}
