import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { SqliteDialect } from 'kysely'
import type { Database } from './database.ts'

/** How long a statement waits for another process that holds the file. */
const BUSY_MS = 5_000

/**
 * The SQLite of Node as a dialect of kysely. A committed transaction survives power loss; one connection, so that
 * transactions follow one another. The file's folder is there, and nobody else's.
 */
export function sqliteDatabase(path: string): Database {
  const database = new DatabaseSync(path, { timeout: BUSY_MS })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  const dialect = new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare: (sql) => {
        const statement = database.prepare(sql)
        const values = (all: readonly unknown[]): SQLInputValue[] => all as SQLInputValue[]
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => statement.all(...values(parameters)),
          run: (parameters) => statement.run(...values(parameters)),
          iterate: (parameters) => statement.iterate(...values(parameters)),
        }
      },
    },
  })
  return { dialect, alone: async () => undefined }
}
