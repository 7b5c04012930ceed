import { existsSync, readFileSync } from 'node:fs'
import { Kept } from '../server/console/passkey.ts'
import { nodeFiles, replaceFile } from '../store/files.ts'
import { passkeyPath } from './folders.ts'

/** The operator's passkey; undefined where none was enrolled. Throws where it can't be read: then no yes is taken. */
export function passkeyIn(state: string): Kept | undefined {
  const path = passkeyPath(state)
  return existsSync(path) ? Kept.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
}

export async function keepPasskey(state: string, kept: Kept): Promise<void> {
  await replaceFile(nodeFiles, passkeyPath(state), Buffer.from(JSON.stringify(kept)))
}
