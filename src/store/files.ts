import { closeSync, fdatasync, openSync, readFileSync, writeSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf } from '../core/errors.ts'
import { type Lock, lockFile } from './lock.ts'

/**
 * The few file operations that durable storage is made of. Tests hand in a disk that fails and crashes at each of them.
 * Nothing survives power loss before the `sync` of its file and the `syncFolder` of its folder returned.
 */
export interface Files {
  /** Undefined where there is no such file. */
  read(path: string): Promise<Buffer | undefined>
  /** Sorted names; none where there is no such folder. */
  list(path: string): Promise<string[]>
  /** Makes one folder (0700), nothing where it exists; fails with `ENOENT` where its parent is missing. */
  makeFolder(path: string): Promise<void>
  /** A new, empty file (0600) in place of what was there. */
  create(path: string): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  syncFolder(path: string): Promise<void>
  /** A file or an empty folder; nothing where there is none. */
  remove(path: string): Promise<void>
  /** Undefined where somebody else holds it. */
  lock(path: string): Promise<Lock | undefined>
}

export interface OpenFile {
  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>
  /** After an error nobody knows what the disk holds: never call it again on the same file. */
  sync(): Promise<void>
  close(): Promise<void>
}

const datasync = promisify(fdatasync)

/** Reads and appends go to the page cache at once: a hop to the thread pool costs more than the copy. */
export const nodeFiles: Files = {
  async read(path) {
    try {
      return readFileSync(path)
    } catch (cause) {
      return unless(cause, 'ENOENT', undefined)
    }
  },
  async list(path) {
    try {
      return (await readdir(path)).sort()
    } catch (cause) {
      return codeOf(cause) === 'ENOTDIR' ? [] : unless(cause, 'ENOENT', [])
    }
  },
  async makeFolder(path) {
    try {
      await mkdir(path, 0o700)
    } catch (cause) {
      unless(cause, 'EEXIST', undefined)
    }
  },
  async create(path) {
    const file = openSync(path, 'w', 0o600)
    return {
      async write(bytes) {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
      },
      sync: () => datasync(file),
      async close() {
        closeSync(file)
      },
    }
  },
  rename,
  async syncFolder(path) {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  },
  async remove(path) {
    try {
      await ((await stat(path)).isDirectory() ? rmdir(path) : rm(path))
    } catch (cause) {
      unless(cause, 'ENOENT', undefined)
    }
  },
  lock: lockFile,
}

function unless<T>(cause: unknown, code: string, answer: T): T {
  if (codeOf(cause) === code) return answer
  throw cause
}

/**
 * Makes a folder and its missing parents; Node's own `recursive` tries for ever where /proc says ENOENT.
 * `known` holds folders that are durably linked: one that merely exists may be left by a process that died before it
 * could sync the parent.
 */
export async function makeFolders(files: Files, path: string, known: Set<string>): Promise<void> {
  if (known.has(path)) return
  try {
    await files.makeFolder(path)
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause
    await makeFolders(files, dirname(path), known)
    await files.makeFolder(path)
  }
  await files.syncFolder(dirname(path))
  known.add(path)
}

/** A file, or a folder with all that is in it. */
export async function removeTree(files: Files, path: string): Promise<void> {
  for (const name of await files.list(path)) await removeTree(files, join(path, name))
  await files.remove(path)
}

export interface NewFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Writes files that appear whole or not at all, and survive power loss on return.
 * CRASH: before the renames only `staging` has changed; between them some files are at their place, each of them whole.
 */
export async function writeFiles(
  files: Files,
  { staging, known }: { staging: string; known: Set<string> },
  contents: readonly NewFile[],
): Promise<void> {
  const folders = new Set(contents.map(({ path }) => dirname(path)))
  for (const folder of folders) await makeFolders(files, folder, known)
  for (const [index, { bytes }] of contents.entries()) await writeFile(files, join(staging, String(index)), bytes)
  for (const [index, { path }] of contents.entries()) await files.rename(join(staging, String(index)), path)
  for (const folder of folders) await files.syncFolder(folder)
}

/** Puts `bytes` in place of the file at `path`. CRASH: it is the old or the new one, never a part. */
export async function replaceFile(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(files, `${path}.new`, bytes)
  await files.rename(`${path}.new`, path)
  await files.syncFolder(dirname(path))
}

/** Durable on return. */
export async function writeFile(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const file = await files.create(path)
  try {
    await file.write(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}
