import { join } from 'node:path'
import { blobPath } from '../ledger/entry.ts'
import type { Book } from '../page/ledger.ts'
import { nodeFiles } from '../store/files.ts'
import type { Folders } from './folders.ts'
import { entriesIn } from './ledger.ts'

/** A ledger's folder as a browser reads it; `size` tells how many entries there are. */
export function bookOf({ state }: Pick<Folders, 'state'>, size: () => number): Book {
  return {
    size,
    file: (name) => nodeFiles.read(join(state, 'ledger', name)),
    blob: (digest) => nodeFiles.read(blobPath(join(state, 'blobs'), digest)),
    entries: (from) => entriesIn({ state }, from),
  }
}
