import type { Db } from './schema.ts'

/** Single values that are kept by their name. */
export async function noteOf(db: Db, name: string): Promise<string | undefined> {
  return (await db.selectFrom('notes').select('value').where('name', '=', name).executeTakeFirst())?.value
}

/** In place of what was there. */
export async function setNote(db: Db, name: string, value: string): Promise<void> {
  await db
    .insertInto('notes')
    .values({ name, value })
    .onConflict((on) => on.column('name').doUpdateSet({ value }))
    .execute()
}
