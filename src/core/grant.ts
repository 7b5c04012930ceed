import type { Digest } from './digest.ts'

declare const minted: unique symbol

/** Single-use permission to run one digest, as it was ruled under one receipt. Only `gate/settle.ts` mints it. */
export interface Grant {
  readonly [minted]: true
  readonly receipt: string
  readonly action: Digest
  /** Milliseconds since 1970; nothing may begin later. */
  readonly beginBy: number
}
