import { join } from 'node:path'
import * as z from 'zod'
import { sha256 } from '../../core/digest.ts'
import { CodedError } from '../../core/errors.ts'
import { makeFolders, nodeFiles, replaceFile } from '../../store/files.ts'

export class TrailerError extends CodedError<
  'trailers/shared' | 'trailers/tracked' | 'trailers/taken' | 'trailers/none'
> {}

/** What was done to one repository: enough to undo it, and to see whether it still holds. */
export const Trailers = z.strictObject({
  version: z.literal(1),
  /** The working tree that it was installed from. */
  repository: z.string(),
  /** The hook's file. */
  path: z.string(),
  /** SHA-256 of what we wrote. */
  written: z.string(),
  madeFolder: z.boolean(),
})
export type Trailers = z.infer<typeof Trailers>

const folderIn = (state: string): string => join(state, 'hosts', 'git')
const recordOf = (state: string, path: string): string => join(folderIn(state), `${sha256(path).slice(0, 16)}.json`)

export async function keepTrailers(state: string, record: Trailers): Promise<void> {
  await makeFolders(nodeFiles, folderIn(state), new Set())
  await replaceFile(nodeFiles, recordOf(state, record.path), Buffer.from(JSON.stringify(record, null, 2)))
}

export async function dropTrailers(state: string, path: string): Promise<void> {
  await nodeFiles.remove(recordOf(state, path))
}

export async function trailersAt(state: string, path: string): Promise<Trailers | undefined> {
  return read(recordOf(state, path))
}

/** Every repository whose commits get trailers; a record that can't be read is passed over. */
export async function allTrailers(state: string): Promise<Trailers[]> {
  const names = (await nodeFiles.list(folderIn(state))).filter((name) => name.endsWith('.json'))
  const found = await Promise.all(names.map((name) => read(join(folderIn(state), name))))
  return found.filter((each) => each !== undefined)
}

async function read(path: string): Promise<Trailers | undefined> {
  const bytes = await nodeFiles.read(path)
  if (bytes === undefined) return undefined
  try {
    return Trailers.parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    return undefined
  }
}
