import { dirname, join, relative, resolve } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { sha256 } from '../core/digest.ts'
import { CodedError } from '../core/errors.ts'
import { type Files, makeFolders, nodeFiles } from '../store/files.ts'
import type { Lock } from '../store/lock.ts'
import { LedgerError } from './error.ts'

export interface LedgerOptions {
  /** The tlog-tiles folder, made when it is missing. */
  readonly dir: string
  /** Keeps the last checkpoint; outside of `dir`, best where a restored backup of `dir` does not reach. */
  readonly copyDir: string
  readonly clock: Clock
  /** Payloads too long for an entry; they can be erased one by one. `blobs` beside `dir` unless given. */
  readonly blobs?: string
  readonly files?: Files
}

/** The private key, the lock and its holder lie beside the folder, so that it can be given away whole. */
export interface Places {
  readonly dir: string
  readonly checkpoint: string
  readonly vkey: string
  readonly wal: string
  readonly staging: string
  /** Where an accepted loss builds the ledger that takes this one's place. */
  readonly recovering: string
  readonly key: string
  readonly lock: string
  readonly holder: string
  readonly copy: string
  readonly blobs: string
}

export function places({ dir, copyDir, blobs }: Omit<LedgerOptions, 'clock'>): Places {
  const root = resolve(dir)
  return {
    dir: root,
    checkpoint: join(root, 'checkpoint'),
    vkey: join(root, 'vkey'),
    wal: join(root, 'wal'),
    staging: join(root, 'staging'),
    recovering: `${root}.recovering`,
    key: `${root}.key`,
    lock: `${root}.lock`,
    holder: `${root}.holder`,
    copy: copyPath(dir, copyDir),
    blobs: resolve(blobs ?? join(dirname(root), 'blobs')),
  }
}

/** Named after the folder, not the key: a folder that was emptied and made anew meets its predecessor's copy. */
export function copyPath(dir: string, copyDir: string): string {
  return join(resolve(copyDir), `checkpoint-${sha256(resolve(dir)).slice(0, 16)}`)
}

export interface Setting {
  readonly files: Files
  readonly at: Places
  readonly clock: Clock
  /** Folders that are durably linked. */
  readonly known: Set<string>
}

/** Runs `use` with the folder's lock held; it stays held when `use` returns and is freed when it throws. */
export async function locked<T>(options: LedgerOptions, use: (setting: Setting, lock: Lock) => Promise<T>): Promise<T> {
  const { files = nodeFiles, clock } = options
  const at = places(options)
  if (!relative(at.dir, at.copy).startsWith('..'))
    throw new LedgerError('ledger/copy-lost', `the checkpoint copy may not lie inside \`${at.dir}\``, {
      hint: 'a copy that is rolled back with the ledger shows nothing: name another folder',
    })
  let lock: Lock | undefined
  try {
    const known = new Set<string>()
    for (const folder of [dirname(at.dir), dirname(at.copy)]) await makeFolders(files, folder, known)
    lock = await files.lock(at.lock)
    if (lock === undefined) throw await heldBySomebody(files, at)
    const holder = await files.create(at.holder)
    await holder.write(Buffer.from(`process ${process.pid} since ${new Date(clock.now()).toISOString()}`))
    await holder.close()
    return await use({ files, at, clock, known }, lock)
  } catch (cause) {
    lock?.release()
    if (cause instanceof CodedError) throw cause
    throw new LedgerError('ledger/not-durable', `could not open the ledger \`${at.dir}\``, {
      cause,
      hint: 'check the permissions and the free space of that disk',
    })
  }
}

async function heldBySomebody(files: Files, at: Places): Promise<LedgerError> {
  const holder = (await files.read(at.holder))?.toString('utf8') || 'another process'
  return new LedgerError('ledger/locked', `the ledger \`${at.dir}\` is open in ${holder}`, {
    hint: 'end that one first (a guard with `interlock serve --stop`), or give this one a state folder of its own',
  })
}
