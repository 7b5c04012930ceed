import type { Kysely } from 'kysely'

/** What is there by now, as far as it is filled here. */
interface Filled {
  people: { roles: string; was_admin: number; alone: number }
}

/** Teams, seniority and several accounts of one human being; what takes two admins; passkeys that ended. */
export async function people(db: Kysely<Filled>): Promise<void> {
  const { schema } = db
  await schema
    .alterTable('people')
    .addColumn('teams', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute()
  await schema
    .alterTable('people')
    .addColumn('seniority', 'text', (column) => column.notNull().defaultTo('junior'))
    .execute()
  for (const name of ['human', 'subject'] as const) await schema.alterTable('people').addColumn(name, 'text').execute()
  for (const name of ['was_admin', 'alone'] as const)
    await schema
      .alterTable('people')
      .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
  // Until now one admin alone gave all rights.
  await db.updateTable('people').set({ was_admin: 1, alone: 1 }).where('roles', 'like', '%"admin"%').execute()
  await db.updateTable('people').set({ alone: 1 }).where('roles', 'like', '%"approver"%').execute()
  await schema
    .alterTable('passkeys')
    .addColumn('ended', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await schema
    .alterTable('sessions')
    .addColumn('by', 'text', (column) => column.notNull().defaultTo('passkey'))
    .execute()
  await schema
    .createTable('proposals')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('json', 'text', (column) => column.notNull())
    .addColumn('signed', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('failures')
    .addColumn('who', 'text', (column) => column.primaryKey())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('locked', 'integer', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
}
