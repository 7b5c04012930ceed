import type { Clock } from '../core/clock.ts'
import type { Grant } from '../core/grant.ts'
import type { Snapshots, SnapshotTarget } from '../core/ports.ts'
import type { Judged, Study } from '../core/study.ts'
import type { Asked, Unasked } from './approve.ts'
import type { Entry, Settled } from './govern.ts'

/** How long after its grant a call may begin, or be handed over. */
const BEGIN_BY_MS = 60_000

export interface Settling {
  readonly clock: Clock
  readonly snapshots: Pick<Snapshots, 'take'>
  /** Judges once more where no snapshot can be had, and opens the entry of that ruling. */
  again(entry: Entry, why: string): Promise<Entry>
  /** Puts it to the people who have to approve it, or looks what they said. */
  ask(entry: Entry): Promise<Asked>
  /** Uses their approval up; durable when it is granted. */
  take(entry: Entry): Promise<{ readonly kind: 'granted' } | Unasked>
  /** Judges once more where nothing can come of its ticket, and opens the entry of that ruling. */
  anew(entry: Entry): Promise<Entry>
  /** Closes the entry: it does not run. */
  refuse(entry: Entry, why: Unasked): Promise<void>
}

/** Turns a ruling into a grant, a refusal or a wait. The only place that mints. */
export async function settle(entry: Entry, s: Settling): Promise<Settled> {
  const { ruling, study } = entry.judged
  if (ruling.kind === 'deny') return { kind: 'refused', entry }
  const others = ruling.kind === 'hold' && entry.approvals > 0
  if (others) {
    const asked = await s.ask(entry)
    if (asked.kind === 'over') return await settle(await s.anew(entry), s)
    if (asked.kind === 'refused') return await refuse(entry, asked, s)
    if (asked.kind === 'waiting') return { ...asked, entry }
  } else if (ruling.kind === 'hold' && !entry.released && !entry.asked) return { kind: 'waiting', entry }
  // Pre-images are kept wherever they can be, whether or not policy asked for them: it costs nobody a question.
  const targets = study.noSnapshot === undefined ? targetsOf(entry.judged) : []
  const taken = targets.length === 0 ? undefined : await s.snapshots.take(entry.receipt, targets)
  if (taken?.kind === 'infeasible' && ruling.under.includes('snapshot'))
    return await settle(await s.again(entry, taken.why), s)
  if (!others) return { kind: 'grant', entry, grant: mint(entry, s.clock) }
  // Last: an approval that is used up for a call that then can't run is lost.
  const got = await s.take(entry)
  if (got.kind === 'refused') return await refuse(entry, got, s)
  return { kind: 'grant', entry: { ...entry, released: true }, grant: mint(entry, s.clock) }
}

async function refuse(entry: Entry, why: Unasked, s: Settling): Promise<Settled> {
  await s.refuse(entry, why)
  return { kind: 'refused', entry, why: why.why }
}

const minted = new WeakSet<Grant>()

function mint({ receipt, judged: { study } }: Entry, clock: Clock): Grant {
  const grant = { receipt, action: study.action.digest, beginBy: clock.now() + BEGIN_BY_MS }
  const frozen = Object.freeze(grant) as Grant
  minted.add(frozen)
  return frozen
}

/** True once for each grant that was minted here, for its own entry and in time. */
export function redeem(grant: Grant, { receipt, captured }: Entry, now: number): boolean {
  const own = grant.receipt === receipt && grant.action === captured.action.digest
  return minted.delete(grant) && own && now <= grant.beginBy
}

function targetsOf({ effects, study }: Judged): readonly SnapshotTarget[] {
  const changing = effects.filter(({ undo, verb }) => undo === 'U1' && verb !== 'read' && verb !== 'execute')
  const unlinkOnly = effects.every(({ verb }) => verb === 'delete' || verb === 'read')
  const places = changing.flatMap(({ resource }) =>
    resource.kind === 'path'
      ? [{ path: resource.path, tree: resource.tree === true, glob: resource.glob === true, unlinkOnly }]
      : [],
  )
  return [...places, ...(places.length === 0 ? [] : linksOf(study))]
}

/** An effect names where a link leads. What writes to a link may as well put a file in the link's own place. */
function linksOf({ drafts, facts }: Study): readonly SnapshotTarget[] {
  return drafts.flatMap(({ verb, resource }) => {
    const writes = verb === 'create' || verb === 'update' || verb === 'replace'
    if (!writes || resource.kind !== 'path' || resource.glob === true) return []
    const { path } = resource
    return facts.path(path, 'stake').type === 'link' ? [{ path, tree: false, glob: false, unlinkOnly: true }] : []
  })
}
