import { inject } from 'vitest'
import { openStore } from '../../src/desk/database.ts'
import type { Store } from '../../src/desk/store.ts'
import { postgresDatabase } from '../../src/store/postgres.ts'

export type Lent = { readonly url: string } | { readonly why: string }

/** An empty database on the run's PostgreSQL, or why there is none. */
export async function newDatabase(): Promise<Lent> {
  return (await (await fetch(inject('postgres'))).json()) as Lent
}

export async function newUrl(): Promise<string> {
  const lent = await newDatabase()
  if ('why' in lent) throw new Error(lent.why)
  return lent.url
}

let opened = 0

/** A store of its own process, as far as others can tell. */
export async function openPostgres(url?: string): Promise<Store> {
  opened += 1
  return await openStore(await postgresDatabase(url ?? (await newUrl()), { self: `test-${opened}` }))
}
