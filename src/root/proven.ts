import { join } from 'node:path'
import { readBlob } from '../ledger/entry.ts'
import { checkInclusion } from '../ledger/merkle.ts'
import { type EntryProof, prover } from '../ledger/prove.ts'
import { type ReadEntry, readEntries } from '../ledger/read.ts'
import type { Verification } from '../ledger/verify.ts'
import { nodeFiles } from '../store/files.ts'
import { BlobReference, StoredEntry } from '../wire/ledger-entry.ts'
import type { Folders } from './folders.ts'

export type Intact = Extract<Verification, { kind: 'intact' }>

/** Throws where an entry is not under the root that was verified: the files changed in between. */
export function provenIn(
  { state }: Pick<Folders, 'state'>,
  { size, root }: Intact,
): (index: number) => Promise<EntryProof> {
  const prove = prover(join(state, 'ledger'), size)
  const head = { size, root: Buffer.from(root, 'base64') }
  return async (index) => {
    const proof = await prove(index)
    const checked = checkInclusion({ index, ...head }, proof.leaf, proof.hashes)
    if (checked.kind === 'refused') throw new Error(`entry ${index} is not what the checkpoint signs: ${checked.why}`)
    return proof
  }
}

/**
 * The entries of these indexes, each from the bytes that were proved. Those that no checkpoint signs yet are read from
 * the write-ahead log.
 */
export async function* provenEntries(
  folders: Pick<Folders, 'state'>,
  intact: Intact,
  indexes: readonly number[],
): AsyncGenerator<ReadEntry> {
  const prove = provenIn(folders, intact)
  for (const index of indexes) {
    if (index < intact.size) {
      const { bytes } = await prove(index)
      yield { index, entry: await whole(folders, StoredEntry.parse(JSON.parse(bytes.toString('utf8')))) }
    } else
      for await (const { entry } of readEntries({ dir: join(folders.state, 'ledger') }, { from: index, to: index + 1 }))
        yield { index, entry: await whole(folders, entry) }
  }
}

/** With what was too long for it, where that was not erased. */
async function whole({ state }: Pick<Folders, 'state'>, entry: StoredEntry): Promise<StoredEntry> {
  const reference = BlobReference.safeParse(entry.data)
  if (!reference.success) return entry
  const blob = await readBlob(nodeFiles, join(state, 'blobs'), reference.data)
  return blob.kind === 'kept' ? { ...entry, data: JSON.parse(blob.text) } : entry
}
