import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'
import { openStore } from '../desk/database.ts'
import { type DeskKey, deskKeyOf, newDeskKey } from '../desk/key.ts'
import type { Store } from '../desk/store.ts'
import { nodeFiles, replaceFile } from '../store/files.ts'
import { sqliteDatabase } from '../store/sqlite.ts'
import type { Env } from './folders.ts'

export class StateError extends CodedError<'desk/other-key' | 'desk/moved-away' | 'desk/not-moved'> {}

/** On the server that `DATABASE_URL` names; without it in a file. */
export async function openDeskStore(
  { DATABASE_URL: url }: Env,
  { state, clock }: { readonly state: string; readonly clock: Clock },
): Promise<Store> {
  if (url) return await openShared(url, { state, clock })
  const store = await openStore(sqliteDatabase(sqliteIn(state)))
  const place = await store.movedTo()
  if (place === undefined) return store
  await store.close()
  throw new StateError('desk/moved-away', `this desk was moved to the database ${place}`, {
    hint: 'start it with that one as `DATABASE_URL`; if that is empty, `interlock desk move` was cut off: run it again',
  })
}

async function openShared(url: string, { state, clock }: { state: string; clock: Clock }): Promise<Store> {
  // Loaded here, because most desks need none of it.
  const { postgresDatabase } = await import('../store/postgres.ts')
  const store = await openStore(await postgresDatabase(url, { self: clock.id('desk') }))
  if (!existsSync(sqliteIn(state)) || (await store.pinned('desk-key')) !== undefined) return store
  await store.close()
  throw new StateError('desk/not-moved', `the database is empty, and there is a desk in \`${sqliteIn(state)}\``, {
    hint: 'bring it over with `interlock desk move`, or name another state folder in `$INTERLOCK_DESK_HOME`',
  })
}

export function sqliteIn(state: string): string {
  return join(state, 'desk.sqlite')
}

export function ledgerIn(state: string): string {
  return join(state, 'ledger')
}

/** The keys that all desks of a database share, and where each has its own copy. */
const KEYS = { 'desk-key': 'desk.key', 'ledger-key': 'ledger.key' } as const

/** A desk that makes keys of its own beside others would sign what no guard believes. */
export async function needKeys(store: Store, state: string): Promise<void> {
  for (const [name, file] of Object.entries(KEYS) as [keyof typeof KEYS, string][])
    if ((await store.pinned(name)) !== undefined && !existsSync(join(state, file)))
      throw otherKey(`\`${join(state, file)}\` is missing, and the database has one noted`)
}

/** Noted once, by the first desk of a database. */
export async function agreeOnKey(store: Store, name: keyof typeof KEYS, publicKey: string): Promise<void> {
  if ((await store.pin(name, publicKey)) !== publicKey)
    throw otherKey(`\`${KEYS[name]}\` of this desk is another one than its database has noted`)
}

function otherKey(message: string): StateError {
  return new StateError('desk/other-key', message, {
    hint: 'copy `desk.key` and `ledger.key` from the state folder of a desk that runs on this database, then start this one',
  })
}

export async function deskKeyIn(state: string): Promise<DeskKey> {
  const path = join(state, KEYS['desk-key'])
  if (!existsSync(path)) await replaceFile(nodeFiles, path, Buffer.from(newDeskKey()))
  return deskKeyOf(readFileSync(path, 'utf8'))
}
