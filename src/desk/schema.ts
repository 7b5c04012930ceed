import type { Generated, Kysely, Transaction } from 'kysely'
import type { Migration } from 'kysely/migration'
import { people } from './schema/people.ts'

/** The tables. Times are milliseconds since 1970; what is `json` is text that the desk wrote itself. */
export interface Schema {
  people: {
    id: string
    name: string
    roles: string
    removed: number
    teams: Generated<string>
    seniority: Generated<string>
    human: string | null
    subject: string | null
    was_admin: Generated<number>
    alone: Generated<number>
  }
  passkeys: {
    id: string
    person: string
    public_key: string
    origin: string
    counter: number
    ended: Generated<number>
  }
  sessions: { hash: string; person: string; expires: number; by: Generated<string> }
  codes: { hash: string; json: string; expires: number }
  challenges: { nonce: string; json: string; expires: number }
  failures: { who: string; count: number; locked: number; expires: number }
  proposals: { id: string; json: string; signed: string; version: number; expires: number }
  guards: {
    id: string
    name: string
    operator: string
    key: string
    enrolled_at: number
    seen_at: number | null
    revoked: number
  }
  holds: {
    ticket: string
    guard: string
    state: string
    version: number
    digest: string
    envelope: string
    receipt: string | null
    why: string | null
    changed_at: number
  }
  votes: { ticket: string; person: string; decision: string; reason: string; at: number }
  entries: { seq: number; json: string }
  notes: { name: string; value: string }
  outbox: {
    id: string
    receiver: string
    recipient: string | null
    json: string
    at: number
    due: number
    tries: number
    why: string | null
    lost: number
  }
}

/** In a transaction or outside of one. */
export type Db = Kysely<Schema> | Transaction<Schema>

/** Forward only, by name in order; one that was released is never changed. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-desk': { up: first },
  '002-people': { up: people },
  '003-reach': { up: outbox },
}

async function outbox({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('outbox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('receiver', 'text', (column) => column.notNull())
    .addColumn('recipient', 'text')
    .addColumn('json', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('due', 'bigint', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('why', 'text')
    .addColumn('lost', 'integer', (column) => column.notNull())
    .execute()
  await schema.createIndex('outbox_due').on('outbox').columns(['receiver', 'lost', 'due']).execute()
}

async function first(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('people')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('roles', 'text', (column) => column.notNull())
    .addColumn('removed', 'integer', (column) => column.notNull())
    .execute()
  await schema
    .createTable('passkeys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('person', 'text', (column) => column.notNull().references('people.id'))
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('sessions')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('person', 'text', (column) => column.notNull().references('people.id'))
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  for (const [table, key] of [
    ['codes', 'hash'],
    ['challenges', 'nonce'],
  ] as const)
    await schema
      .createTable(table)
      .addColumn(key, 'text', (column) => column.primaryKey())
      .addColumn('json', 'text', (column) => column.notNull())
      .addColumn('expires', 'bigint', (column) => column.notNull())
      .execute()
  await schema
    .createTable('guards')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('operator', 'text', (column) => column.notNull().references('people.id'))
    .addColumn('key', 'text', (column) => column.notNull().unique())
    .addColumn('enrolled_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint')
    .addColumn('revoked', 'integer', (column) => column.notNull())
    .execute()
  await holdTables(db)
}

async function holdTables({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('holds')
    .addColumn('ticket', 'text', (column) => column.primaryKey())
    .addColumn('guard', 'text', (column) => column.notNull().references('guards.id'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('envelope', 'text', (column) => column.notNull())
    .addColumn('receipt', 'text')
    .addColumn('why', 'text')
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('holds_by_state').on('holds').columns(['state', 'changed_at']).execute()
  await schema
    .createTable('votes')
    .addColumn('ticket', 'text', (column) => column.notNull().references('holds.ticket'))
    .addColumn('person', 'text', (column) => column.notNull().references('people.id'))
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('votes_once', ['ticket', 'person'])
    .execute()
  await schema
    .createTable('entries')
    .addColumn('seq', 'bigint', (column) => column.primaryKey())
    .addColumn('json', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('notes')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}
