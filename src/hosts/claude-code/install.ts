import { chown, open, readFile, readlink, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { sha256 } from '../../core/digest.ts'
import { makeFolders, nodeFiles, replaceFile } from '../../store/files.ts'
import { hookScript, type ScriptParts } from './hook-script.ts'
import type { Setup } from './hooks.ts'
import { dropRecord, type Installation, InstallError, installationOf, keepRecord, scriptPath } from './record.ts'
import { planInstall, planRemove, type SettingsPlan, whatIsMissing } from './settings.ts'

export interface InstallOptions {
  readonly state: string
  /** The settings file, as `settingsPath` names it. */
  readonly path: string
  readonly setup: Omit<Setup, 'script'>
  readonly script: Omit<ScriptParts, 'route'>
  /** Of the person's shell: tells of a proxy. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The person's settings for all folders, or the person's own for one folder, which no repository shares. */
export function settingsPath(where: { readonly config: string } | { readonly project: string }): string {
  return 'config' in where ? join(where.config, 'settings.json') : join(where.project, '.claude', 'settings.local.json')
}

/** What `install` would write, without writing it. */
export async function preview(options: InstallOptions): Promise<Change> {
  return changeFor(options, await look(options.path), await installationOf(options.state, options.path))
}

interface Change {
  readonly plan: SettingsPlan & { readonly kind: 'change' }
  /** What the file was before we ever wrote it. */
  readonly original: Buffer | undefined
  readonly mode: number | undefined
}

interface Found {
  readonly target: string
  readonly bytes: Buffer | undefined
  readonly mode: number | undefined
  readonly folderExists: boolean
}

/**
 * Puts the hooks into the settings file; a second time it renews them.
 * CRASH: the record comes first, so whatever is found in the file can be taken out again.
 */
export async function install(options: InstallOptions): Promise<readonly string[]> {
  const { state, path, setup } = options
  const found = await look(path)
  const before = await installationOf(state, path)
  const { plan, original, mode } = changeFor(options, found, before)
  const bytes = Buffer.from(plan.text)
  await keepRecord(state, {
    version: 1,
    path,
    target: found.target,
    original: original?.toString('base64') ?? null,
    mode: mode ?? null,
    madeFolder: before?.madeFolder ?? !found.folderExists,
    written: sha256(bytes),
    added: JSON.parse(JSON.stringify(plan.added)),
    script: scriptPath(state),
    url: setup.url,
    takeOver: setup.takeOver,
    failsClosed: setup.failsClosed,
  })
  const script = hookScript({ ...options.script, route: new URL(setup.url).pathname })
  await replaceFile(nodeFiles, scriptPath(state), Buffer.from(script))
  // The token in it is for this person's eyes.
  await write(found, bytes, (mode ?? 0o600) & 0o700)
  const missing = whatIsMissing(await readFile(found.target, 'utf8'), plan.added.groups)
  if (missing === undefined) return plan.words
  await uninstall({ state, path })
  throw new InstallError('install/settings', `after writing \`${path}\` ${missing}; it was put back`)
}

/** Takes the hooks out: byte for byte where nobody edited the file since, else only our entries. */
export async function uninstall({
  state,
  path,
}: {
  readonly state: string
  readonly path: string
}): Promise<readonly string[]> {
  const record = await installationOf(state, path)
  if (record === undefined)
    throw new InstallError('install/not-installed', `\`${path}\` has no hooks of this installation`, {
      hint: 'run `interlock status` to see where they are',
    })
  const found = await look(path)
  const words = await takeOut(found, record)
  // CRASH: a record without hooks in the file does no harm; hooks without a record would stay for ever.
  await dropRecord(state, path)
  return words
}

async function takeOut(found: Found, record: Installation): Promise<readonly string[]> {
  if (found.bytes === undefined) return ['the file is gone already']
  if (sha256(found.bytes) === record.written) {
    if (record.original === null) await removeFile(found.target, record.madeFolder)
    else await write(found, Buffer.from(record.original, 'base64'), record.mode ?? 0o600)
    return ['the file is as it was before, byte for byte']
  }
  const plan = planRemove(textOf(found.bytes, record.path), record.added, record)
  if (plan.kind === 'refused') throw refusal(record.path, plan)
  await write(found, Buffer.from(plan.text), record.mode ?? found.mode ?? 0o600)
  return ['it was edited since', ...plan.words]
}

function changeFor(options: InstallOptions, found: Found, before: Installation | undefined): Change {
  const { original, mode } = originalOf(found, before)
  const text = original === undefined ? undefined : textOf(original, options.path)
  const plan = planInstall(text, { ...options.setup, script: scriptPath(options.state) }, options.environment)
  if (plan.kind === 'refused') throw refusal(options.path, plan)
  return { plan, original, mode }
}

/** The file without our hooks: the bytes kept, where nobody has edited it since. */
function originalOf(
  found: Found,
  before: Installation | undefined,
): { original: Buffer | undefined; mode: number | undefined } {
  if (found.bytes === undefined || before === undefined) return { original: found.bytes, mode: found.mode }
  const mode = before.mode ?? undefined
  if (sha256(found.bytes) === before.written)
    return { original: before.original === null ? undefined : Buffer.from(before.original, 'base64'), mode }
  const plan = planRemove(textOf(found.bytes, before.path), before.added, before)
  if (plan.kind === 'refused') throw refusal(before.path, plan)
  return { original: Buffer.from(plan.text), mode: mode ?? found.mode }
}

async function look(path: string): Promise<Found> {
  const target = await resolveLinks(path)
  const bytes = await nodeFiles.read(target)
  const mode = bytes === undefined ? undefined : (await stat(target)).mode & 0o777
  const folder = await stat(dirname(target)).catch(() => undefined)
  return { target, bytes, mode, folderExists: folder !== undefined }
}

/** The file that is written: a link stays a link, also one whose file is yet to be made. */
async function resolveLinks(path: string): Promise<string> {
  const link = await readlink(path).catch(() => undefined)
  if (link === undefined) return path
  return realpath(path).catch(() => resolve(dirname(path), link))
}

/** CRASH: the old file or the new one, never a part. */
async function write(found: Found, bytes: Buffer, mode: number): Promise<void> {
  const { target } = found
  if (!found.folderExists) await makeFolders(nodeFiles, dirname(target), new Set())
  const staged = `${target}.interlock-new`
  await rm(staged, { force: true })
  const file = await open(staged, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.chmod(mode)
    await file.sync()
  } finally {
    await file.close()
  }
  const owner = await stat(target).catch(() => undefined)
  if (owner !== undefined && owner.uid !== process.getuid?.()) await chown(staged, owner.uid, owner.gid)
  const now = await nodeFiles.read(target)
  if (Buffer.compare(now ?? Buffer.alloc(0), found.bytes ?? Buffer.alloc(0)) !== 0) {
    await rm(staged, { force: true })
    throw new InstallError('install/changed-meanwhile', `\`${target}\` was changed by somebody else just now`, {
      hint: 'run it again',
    })
  }
  await rename(staged, target)
  await nodeFiles.syncFolder(dirname(target))
}

async function removeFile(target: string, folder: boolean): Promise<void> {
  await rm(target)
  // Somebody may have put something else into the folder that we made.
  if (folder) await rmdir(dirname(target)).catch(() => undefined)
}

function textOf(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new InstallError('install/settings', `\`${path}\` is not UTF-8 text`, { cause, hint: 'mend it first' })
  }
}

function refusal(path: string, { why, hint }: SettingsPlan & { readonly kind: 'refused' }): InstallError {
  return new InstallError('install/settings', `\`${path}\` was left alone: ${why}`, { hint })
}
