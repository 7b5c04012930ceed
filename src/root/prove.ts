import { json, note } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { gather, runOf } from '../report/gather.ts'
import type { ReceiptProof } from '../wire/report.ts'
import { type Env, foldersOf } from './folders.ts'
import { entriesIn, verifyIn } from './ledger.ts'
import { provenIn } from './proven.ts'
import { entriesOf } from './report.ts'

/** Everything on record of one receipt, with what proves to somebody who has nothing else that the ledger holds it. */
export async function logProve(receipt: string, env: Env): Promise<number> {
  const folders = foldersOf(env)
  const verified = await verifyIn(folders)
  if (verified.kind === 'broken') {
    const { what, where, why } = verified
    note(`interlock: the ledger does not verify, and so proves nothing: ${what}: ${where}: ${why}`)
    return EXIT.fault
  }
  const run = await runOf(entriesIn(folders), receipt)
  const found = run === undefined ? [] : entriesOf(await gather(entriesIn(folders), run), receipt)
  const signed = found.filter((index) => index < verified.size)
  if (signed.length === 0) {
    const why = found.length === 0 ? 'the ledger has no receipt' : 'no checkpoint signs yet what is on record of'
    note(`interlock: ${why} \`${receipt}\``)
    return EXIT.usage
  }
  const prove = provenIn(folders, verified)
  const entries = await Promise.all(
    signed.map(async (index) => {
      const { bytes, hashes } = await prove(index)
      return { index, entry: bytes.toString('utf8'), hashes: hashes.map((hash) => hash.toString('base64')) }
    }),
  )
  const { vkey, checkpoint } = verified
  json({ format: 'interlock-proof/1', receipt, vkey, checkpoint, entries } satisfies ReceiptProof)
  return EXIT.done
}
