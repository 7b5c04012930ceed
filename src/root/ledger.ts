import { join } from 'node:path'
import type { LedgerFiles } from '../cli/log.ts'
import { copyPath } from '../ledger/places.ts'
import { readEntries } from '../ledger/read.ts'
import { verifyLedger } from '../ledger/verify.ts'
import { foldersOf } from './assemble.ts'

/** The ledger's own files, read without the guard. */
export function ledgerFiles(env: NodeJS.ProcessEnv): LedgerFiles {
  const { state, config } = foldersOf(env)
  const dir = join(state, 'ledger')
  return {
    entries: () => readEntries({ dir }),
    verify: () => verifyLedger(dir, { copy: copyPath(dir, config), blobs: join(state, 'blobs') }),
  }
}
