import type { Clock } from '../core/clock.ts'
import type { Grant } from '../core/grant.ts'
import type { Snapshots, SnapshotTarget, Taken } from '../core/ports.ts'
import type { Judged } from '../core/study.ts'
import type { Entry, Settled } from './govern.ts'

/** How long after its grant a call may start; a host's own question may wait for its person meanwhile. */
const RUN_BY_MS = 15 * 60_000

export interface Settling {
  readonly clock: Clock
  readonly snapshots: Snapshots
  /** Judges once more where no snapshot can be had, and opens the entry of that ruling. */
  again(entry: Entry): Promise<Entry>
}

/** Turns a ruling into a grant, a refusal or a wait. The only place that mints. */
export async function settle(entry: Entry, s: Settling): Promise<Settled> {
  const { ruling } = entry.judged
  if (ruling.kind === 'deny') return { kind: 'refused', entry }
  if (ruling.kind === 'hold' && !entry.released && !entry.asked) return { kind: 'waiting', entry }
  const taken = await preImages(entry, s)
  if (taken?.kind === 'infeasible' && ruling.under.includes('snapshot')) return await settle(await s.again(entry), s)
  return { kind: 'grant', entry, grant: mint(entry, s.clock) }
}

function mint(entry: Entry, clock: Clock): Grant {
  const { ruling, study } = entry.judged
  const grant = {
    id: clock.id('g'),
    action: study.action.digest,
    policy: entry.judged.policy,
    under: ruling.kind === 'deny' ? [] : ruling.under,
    runBy: clock.now() + RUN_BY_MS,
    onYes: entry.asked && !entry.released,
  }
  return Object.freeze(grant) as unknown as Grant
}

/** Pre-images are kept wherever they can be, whether or not policy asked for them: it costs nobody a question. */
async function preImages(entry: Entry, { snapshots }: Settling): Promise<Taken | undefined> {
  const targets = targetsOf(entry.judged)
  return targets.length === 0 ? undefined : await snapshots.take(entry.receipt, targets)
}

export function targetsOf({ effects }: Judged): readonly SnapshotTarget[] {
  const changing = effects.filter(
    (effect) =>
      effect.undo === 'U1' && effect.resource.kind === 'path' && effect.verb !== 'read' && effect.verb !== 'execute',
  )
  const unlinkOnly =
    changing.length > 0 && effects.every((effect) => effect.verb === 'delete' || effect.verb === 'read')
  return changing.flatMap(({ resource }) =>
    resource.kind === 'path'
      ? [{ path: resource.path, tree: resource.tree === true, glob: resource.glob === true, unlinkOnly }]
      : [],
  )
}
