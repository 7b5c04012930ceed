import type { NoticeEvent } from '../../wire/reach.ts'

/** Somewhere people learn that a call waits for them. It is told; it answers nothing that the desk would act on. */
export interface Receiver {
  /** As it is named in `desk.yaml`: `webhook/pager`. */
  readonly name: string
  /** The host that takes it. */
  readonly host: string
  /** Each is sent a notice of its own; none where it is addressed by itself. */
  readonly to: readonly string[]
  /** Resolves when it was taken. */
  send(event: NoticeEvent, how: Sending): Promise<void>
}

export interface Sending {
  readonly to: string | undefined
  readonly signal: AbortSignal
}
