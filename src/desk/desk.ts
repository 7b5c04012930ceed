import type { Clock } from '../core/clock.ts'
import type { Json } from '../core/digest.ts'
import { CodedError } from '../core/errors.ts'
import type { DeskRecord } from '../wire/desk-record.ts'
import type { QuorumRule } from '../wire/quorum.ts'
import type { Changes } from './changes.ts'
import type { Provider } from './identity.ts'
import type { DeskKey } from './key.ts'
import type { Receiver } from './reach/receiver.ts'
import type { Enrolled, Reading, Store, Writing } from './store.ts'

/** What every use case works with. */
export interface Desk {
  readonly store: Store
  readonly clock: Clock
  /** Where people find it, as browsers write an origin. */
  readonly origin: string
  readonly key: DeskKey
  readonly changes: Changes
  /** Of `desk.yaml`: who has to agree to what. */
  readonly rules: readonly QuorumRule[]
  /** Where people sign in with their organisation, if they do. */
  readonly provider?: Provider
  /** How many new calls one guard may file in a minute. */
  readonly filingsPerMinute: number
  /** Who is told outside its page. */
  readonly receivers: readonly Receiver[]
}

/** What the desk says no to, and why. Whatever was under way is taken back. */
export class Refusal extends CodedError<
  | 'desk/malformed'
  | 'desk/no-credential'
  | 'desk/forbidden'
  | 'desk/not-found'
  | 'desk/conflict'
  | 'desk/quorum-unreachable'
  | 'desk/too-long'
  | 'desk/too-many'
> {}

/** An entry for the ledger, in the transaction that makes it true. */
export async function record<Kind extends keyof DeskRecord>(
  { clock }: Desk,
  tables: Writing,
  kind: Kind,
  { subject, data }: { readonly subject: string; readonly data: DeskRecord[Kind] },
): Promise<void> {
  const time = new Date(clock.now()).toISOString()
  await tables.record({
    id: clock.id('e'),
    type: `dev.interlock.${kind}`,
    subject,
    time,
    // An absent member is none, as in the JSON that goes into the ledger.
    data: JSON.parse(JSON.stringify(data)) as Json,
  })
}

/** Asked in the transaction that it is for: he may have been removed since he asked, or since he invited. */
export async function isAdmin(tables: Pick<Reading, 'people'>, id: string): Promise<boolean> {
  return (await tables.people()).some((each) => each.id === id && !each.removed && each.roles.includes('admin'))
}

export async function needAdmin(tables: Pick<Reading, 'people'>, { id }: Enrolled): Promise<void> {
  if (!(await isAdmin(tables, id))) throw new Refusal('desk/forbidden', 'only an admin may do that')
}
