import { rulesDigest } from '../people/quorum.ts'
import { type Desk, record } from './desk.ts'

/** Puts on record who has to agree to what, where that is not what was last on record. */
export async function recordRules(desk: Desk): Promise<void> {
  const rules = [...desk.rules]
  const digest = rulesDigest(rules)
  await desk.store.change(async (tables) => {
    const before = (await tables.quorumSet()) ?? rulesDigest([])
    if (before === digest) return
    await tables.setQuorum(digest)
    await record(desk, tables, 'quorum.set', { subject: 'quorum', data: { rules, digest } })
  })
}
