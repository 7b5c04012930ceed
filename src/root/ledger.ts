import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Agree } from '../cli/guard.ts'
import type { LedgerFiles } from '../cli/log.ts'
import { line, note } from '../cli/render.ts'
import { systemClock } from '../core/clock.ts'
import { EXIT } from '../core/ruling.ts'
import { readBlob } from '../ledger/entry.ts'
import { acceptLoss } from '../ledger/loss.ts'
import { copyPath } from '../ledger/places.ts'
import { type ReadEntry, readEntries } from '../ledger/read.ts'
import { type Verification, verifyLedger } from '../ledger/verify.ts'
import { nodeFiles } from '../store/files.ts'
import { BlobReference } from '../wire/ledger-entry.ts'
import { type Env, type Folders, foldersOf } from './folders.ts'

/** Entries with what was too long for them; what was erased stays the reference that it is. */
export async function* entriesIn({ state }: Pick<Folders, 'state'>, from = 0): AsyncGenerator<ReadEntry> {
  for await (const { index, entry } of readEntries({ dir: join(state, 'ledger') }, { from })) {
    const reference = BlobReference.safeParse(entry.data)
    const blob = reference.success ? await readBlob(nodeFiles, join(state, 'blobs'), reference.data) : undefined
    yield { index, entry: blob?.kind === 'kept' ? { ...entry, data: JSON.parse(blob.text) } : entry }
  }
}

/** Where a starting guard begins to read: the newest `most` entries, and all since a time, however many those are. */
export async function readBackFrom(
  folders: Pick<Folders, 'state'>,
  size: number,
  { most, since }: { readonly most: number; readonly since: number },
): Promise<number> {
  let from = Math.max(0, size - most)
  while (from > 0 && (await timeAt(folders, from)) >= since) from = Math.max(0, from - most)
  return from
}

async function timeAt(folders: Pick<Folders, 'state'>, index: number): Promise<number> {
  for await (const { entry } of entriesIn(folders, index)) return Date.parse(entry.time)
  return 0
}

/** The ledger's own files, read without the guard. */
export function ledgerFiles(env: Env): LedgerFiles {
  const folders = foldersOf(env)
  return { entries: () => entriesIn(folders), verify: () => verifyIn(folders) }
}

/** Who is at work on it signs within a second: what is under way is looked at again before it is told as a finding. */
export async function verifyIn({ state, config }: Omit<Folders, 'home'>): Promise<Verification> {
  const dir = join(state, 'ledger')
  for (let tries = 1; ; tries++) {
    const found = await verifyLedger(dir, { copy: copyPath(dir, config), blobs: join(state, 'blobs') })
    const isUnderWay = found.kind === 'intact' && (found.copy === 'ahead' || found.ahead > 0)
    if (!isUnderWay || tries === SETTLE_TRIES) return found
    await sleep(SETTLE_MS)
  }
}

const SETTLE_TRIES = 9
const SETTLE_MS = 250

/** Goes on after a loss that the guard refuses to start with, and says so in the ledger itself. A person's to say. */
export async function recover(reason: string, env: Env, agree: Agree): Promise<number> {
  const { state, config } = foldersOf(env)
  const dir = join(state, 'ledger')
  if (!existsSync(state)) {
    note(`interlock: there is no ledger in \`${dir}\``)
    return EXIT.usage
  }
  line('Entries that were recorded are missing. Best is to put back a newer copy of the state folder.')
  line(
    'Accepting the loss starts a new ledger with what is whole; the old files are kept aside, and the loss is its next entry.',
  )
  if ((await agree('Accept the loss?')) !== 'yes') {
    note('interlock: nothing was changed; a person accepts a loss, in a terminal')
    return EXIT.hold
  }
  const accepted = await acceptLoss(
    { dir, copyDir: config, clock: systemClock },
    { by: 'the operator, in a terminal', reason },
  )
  line(`${accepted.kept} entries are whole and were kept; the loss is on record as the next one`)
  line(`the old files are in ${accepted.aside}`)
  return EXIT.done
}
