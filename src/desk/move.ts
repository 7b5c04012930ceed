import { Kysely, sql, type Transaction } from 'kysely'
import { canonical, sha256 } from '../core/digest.ts'
import { CodedError } from '../core/errors.ts'
import type { LedgerEntry } from '../core/ports.ts'
import type { Database } from '../store/database.ts'
import type { Schema } from './schema.ts'

export class MoveError extends CodedError<
  'desk/nowhere' | 'desk/nothing-there' | 'desk/moved-before' | 'desk/not-empty' | 'desk/not-the-same'
> {}

/** What was copied of a table, and read back. */
export interface Copied {
  readonly table: string
  readonly rows: number
  /** Of all rows, in whatever order. */
  readonly digest: string
}

/**
 * Every table with its key. Who refers comes after what he refers to. A table that is missing here does not compile.
 */
const KEYS: { readonly [Table in keyof Schema]: readonly (keyof Schema[Table] & string)[] } = {
  notes: ['name'],
  people: ['id'],
  passkeys: ['id'],
  sessions: ['hash'],
  codes: ['hash'],
  challenges: ['nonce'],
  proposals: ['id'],
  failures: ['who'],
  guards: ['id'],
  holds: ['ticket'],
  votes: ['ticket', 'person'],
  entries: ['seq'],
  outbox: ['id'],
}

/** Where a store noted that it was moved: true of the file alone. */
export const MOVED = 'moved-to'

const AT_ONCE = 500

type Db = Kysely<Schema> | Transaction<Schema>

/**
 * Copies all that a store has into another one, which is empty and has its tables, in one transaction. What stands in the
 * other one then is read back and compared; `judge` is handed its entries, and `settle` does what has to be true before
 * the transaction is committed. Whatever rejects leaves the other one empty.
 */
export async function copyStore(
  from: Database,
  to: Database,
  { judge, settle }: { judge: (entries: AsyncIterable<LedgerEntry>) => Promise<void>; settle: () => Promise<void> },
): Promise<readonly Copied[]> {
  const source = new Kysely<Schema>({ dialect: from.dialect })
  const target = new Kysely<Schema>({ dialect: to.writes ?? to.dialect })
  try {
    return await target.transaction().execute(async (tx) => {
      await to.alone(tx)
      const tables = Object.keys(KEYS) as (keyof Schema)[]
      for (const table of tables)
        if ((await page(tx, table, [])).length > 0)
          throw new MoveError('desk/not-empty', `the database has rows in its table \`${table}\` already`, {
            hint: 'name an empty database; where this very desk was moved there before, start it with that `DATABASE_URL`',
          })
      const copied: Copied[] = []
      for (const table of tables) copied.push(await copyTable(source, tx, table))
      await judge(entriesOf(tx))
      await settle()
      return copied
    })
  } finally {
    await source.destroy()
    await target.destroy()
  }
}

async function copyTable(source: Db, target: Db, table: keyof Schema): Promise<Copied> {
  for await (const rows of pages(source, table))
    if (rows.length > 0)
      await target
        .insertInto(table)
        .values(rows as never)
        .execute()
  const [wanted, found] = [await told(source, table), await told(target, table)]
  if (wanted.rows !== found.rows || wanted.digest !== found.digest)
    throw new MoveError('desk/not-the-same', `the table \`${table}\` did not arrive as it was: nothing was moved`)
  return found
}

async function told(db: Db, table: keyof Schema): Promise<Copied> {
  const digests: string[] = []
  for await (const rows of pages(db, table)) for (const row of rows) digests.push(sha256(canonical(row as never)))
  return { table, rows: digests.length, digest: sha256(digests.sort().join('\n')) }
}

async function* entriesOf(db: Db): AsyncGenerator<LedgerEntry> {
  for await (const rows of pages(db, 'entries'))
    for (const { json } of rows as readonly Schema['entries'][]) yield JSON.parse(json) as LedgerEntry
}

type Row = Readonly<Record<string, string | number | null>>

/** In the order of the key, as this database sorts. */
async function* pages(db: Db, table: keyof Schema): AsyncGenerator<readonly Row[]> {
  let after: readonly (string | number | null | undefined)[] = []
  for (;;) {
    const rows = await page(db, table, after)
    const last = rows.at(-1)
    if (last === undefined) return
    yield table === 'notes' ? rows.filter(({ name }) => name !== MOVED) : rows
    after = KEYS[table].map((column) => last[column])
  }
}

async function page(db: Db, table: keyof Schema, after: readonly unknown[]): Promise<readonly Row[]> {
  const columns = sql.join(KEYS[table].map((column) => sql.ref(column)))
  const rest = after.length === 0 ? sql`` : sql`where (${columns}) > (${sql.join(after)})`
  const found = sql<Row>`select * from ${sql.table(table)} ${rest} order by ${columns} limit ${sql.lit(AT_ONCE)}`
  return (await found.execute(db)).rows
}
