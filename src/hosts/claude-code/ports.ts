import type { Call } from '../../core/action.ts'
import type { Clock } from '../../core/clock.ts'
import type { CallReply } from '../../wire/api.ts'
import type { Door, HostSays } from './door.ts'
import type { ConfigChange } from './wire.ts'

/** What the guard hands in. Calls may overlap. */
export interface HookPorts {
  readonly home: string
  readonly clock: Clock
  /** Settings that an administrator wrote, where this system keeps them. */
  readonly managedSettings: readonly string[]
  /**
   * Judges a call that the host runs on our word. `handed over` with `allow`, or with a `hold` that was `released`: it
   * runs now. `handed over` with any other `hold`, only where `door` said `question`: it runs when the person says Yes,
   * without another word to us. All else: it does not run.
   */
  govern(call: Call, hooked: Hooked): Promise<CallReply>
  /** Closes a handed-over receipt. Nothing happens to one that is closed already. */
  close(receipt: string, end: End): Promise<void>
  /** The words that the operator gave the run: shown and recorded, never read for rights. */
  setGoal(run: string, text: string): Promise<void>
  /** What the agent said before the call. */
  claim(receipt: string, text: string, model?: string): Promise<void>
  /** Why a changed settings file must not take effect; undefined where it may. */
  whyKeep(change: ConfigChange): Promise<string | undefined>
  wait(ms: number): Promise<void>
  /** A failure after the answer was given, with nobody left to tell. */
  fault(error: unknown): void
}

export interface Hooked {
  /** Asked for only where a confirm would release the hold. */
  door(): Promise<Door>
}

export interface End {
  readonly outcome: 'done' | 'failed' | 'unknown'
  /** Where the person was asked: `none` is a No, or an end of the session before the call was seen to end. */
  readonly answer?: 'yes' | 'none' | 'too fast for a person'
  /** Another hook changed the call after it was judged: what ran is not what was ruled on. */
  readonly rewritten?: true
}

export interface HookRequest {
  readonly payload: unknown
  readonly says: HostSays
  /** Installed with `--take-over`: an allow is answered outright. */
  readonly takeOver: boolean
}

export interface HookReply {
  readonly status: 200 | 400 | 500
  readonly body: string
}
