import { join } from 'node:path'
import * as z from 'zod'
import { sha256 } from '../../core/digest.ts'
import { CodedError } from '../../core/errors.ts'
import { makeFolders, nodeFiles, replaceFile } from '../../store/files.ts'

export class InstallError extends CodedError<
  'install/settings' | 'install/changed-meanwhile' | 'install/record' | 'install/not-installed'
> {}

const Group = z.strictObject({ hooks: z.array(z.record(z.string(), z.json())) })

/** What was done to one settings file: enough to undo it, and to notice when somebody else has. */
export const Installation = z.strictObject({
  version: z.literal(1),
  /** As the person names it; `target` is where links lead. */
  path: z.string(),
  target: z.string(),
  /** The bytes before, base64; null where there was no file. */
  original: z.string().nullable(),
  mode: z.int().nullable(),
  madeFolder: z.boolean(),
  /** SHA-256 of what we wrote. */
  written: z.string(),
  added: z.strictObject({
    groups: z.record(z.string(), Group),
    made: z.array(z.array(z.string())),
    env: z.record(z.string(), z.strictObject({ ours: z.string(), before: z.json() })),
  }),
  script: z.string(),
  url: z.string(),
  takeOver: z.boolean(),
  failsClosed: z.boolean(),
})
export type Installation = z.infer<typeof Installation>

export function recordFolder(state: string): string {
  return join(state, 'hosts', 'claude-code')
}

export function scriptPath(state: string): string {
  return join(recordFolder(state), 'hook.sh')
}

/** Every settings file that carries our hooks. */
export async function installations(state: string): Promise<Installation[]> {
  const folder = recordFolder(state)
  const names = (await nodeFiles.list(folder)).filter((name) => name.endsWith('.json'))
  const found = await Promise.all(names.map((name) => readRecord(join(folder, name))))
  return found.filter((each) => each !== undefined)
}

export async function installationOf(state: string, path: string): Promise<Installation | undefined> {
  return readRecord(recordPath(state, path))
}

export async function keepRecord(state: string, record: Installation): Promise<void> {
  await makeFolders(nodeFiles, recordFolder(state), new Set())
  await replaceFile(nodeFiles, recordPath(state, record.path), Buffer.from(JSON.stringify(record, null, 2)))
}

export async function dropRecord(state: string, path: string): Promise<void> {
  await nodeFiles.remove(recordPath(state, path))
}

async function readRecord(path: string): Promise<Installation | undefined> {
  const bytes = await nodeFiles.read(path)
  if (bytes === undefined) return undefined
  try {
    return Installation.parse(JSON.parse(bytes.toString('utf8')))
  } catch (cause) {
    throw new InstallError('install/record', `the record \`${path}\` can't be read`, {
      cause,
      hint: 'take the hooks out of the settings by hand, delete the record, and run `interlock init` again',
    })
  }
}

function recordPath(state: string, path: string): string {
  return join(recordFolder(state), `${sha256(path).slice(0, 16)}.json`)
}
