import type { Desk } from '../approvals/desk.ts'
import type { Clock } from '../core/clock.ts'
import type { Mandate } from '../core/mandate.ts'
import type { Ledger, Snapshots } from '../core/ports.ts'
import type { Policy } from '../core/study.ts'
import type { Catalogue } from '../risk/precedent.ts'
import type { Config } from '../wire/config.ts'
import type { Breaker } from './breaker.ts'
import type { HostFacts } from './facts.ts'
import type { Probe } from './probe.ts'
import type { Register } from './register.ts'

/** What one guard is made of. */
export interface Gate {
  readonly clock: Clock
  readonly ledger: Pick<Ledger, 'append'>
  readonly register: Register
  readonly snapshots: Snapshots
  readonly policy: Policy
  readonly breaker: Breaker
  readonly host: HostFacts
  /** The operator's own home, links resolved. */
  readonly home: string
  readonly probe: Probe
  /** Where other people can approve; undefined where this guard is enrolled with no desk. */
  desk(): Desk | undefined
  /** Its enrolment there is over, durably. */
  forgetDesk(): Promise<void>
  /** What happened in this organisation, as the workspace's repository tells it. */
  readonly precedents: OwnPrecedents
  /** What people wrote for this workspace; throws where it can't be read, and then nothing runs there. */
  rulesOf(workspace: string): Rules
}

/** Calls may overlap. Neither rejects: what can't be read is none. */
export interface OwnPrecedents {
  /** Resolves when what the repository has now is known to `of`. */
  look(workspace: string): Promise<void>
  of(workspace: string): Catalogue | undefined
}

export interface Rules {
  readonly config: Config
  readonly mandate: Mandate
}
