import { join } from 'node:path'
import { json, line } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { type Entry, review } from '../desk/verify.ts'
import { deskFoldersOf, type Env } from './folders.ts'
import { entriesIn, verifyIn } from './ledger.ts'

/** The ledger's own verification, then every vote and grant that it signs, judged again. The desk may be at work. */
export async function verifyDesk(options: { json?: boolean }, env: Env): Promise<number> {
  const folders = deskFoldersOf(env)
  const ledger = await verifyIn(folders)
  if (ledger.kind === 'broken') {
    if (options.json === true) json({ ledger })
    else line(`broken  ${ledger.what}: ${ledger.where}: ${ledger.why}`)
    return EXIT.fault
  }
  const found = await review(signed(folders.state, ledger.size))
  if (options.json === true) json({ ledger, ...found })
  else {
    const { people, guards, holds, votes, grants, faults } = found
    line(`${faults.length === 0 ? 'intact' : 'broken'}  ${ledger.size} entries in ${join(folders.state, 'ledger')}`)
    line(`  enrolled: people ${people}, guards ${guards}`)
    line(`  holds ${holds}, votes ${votes}: each by the passkey of one who could give it`)
    line(`  grants ${grants}: each after enough of them`)
    for (const { index, subject, why } of faults) line(`  entry ${index}, ${subject}: ${why}`)
  }
  return found.faults.length === 0 ? EXIT.done : EXIT.fault
}

/** Up to what a checkpoint signs. */
async function* signed(state: string, size: number): AsyncGenerator<Entry> {
  for await (const found of entriesIn({ state })) {
    if (found.index >= size) return
    yield found
  }
}
