import type { Dialect, QueryExecutorProvider } from 'kysely'

/** A database, as far as one is like another, with what processes need that share it. */
export interface Database {
  readonly dialect: Dialect
  /** For transactions that write. Undefined where there is one connection for everything. */
  readonly writes?: Dialect
  /** First in a transaction: until it ends no other one gets past this, and it sees all that they did. */
  alone(transaction: QueryExecutorProvider): Promise<void>
  /** Undefined where no other process can have it open. */
  readonly shared?: Shared
}

export interface Shared {
  /** Told to all others when the transaction is committed. */
  announce(transaction: QueryExecutorProvider, texts: readonly string[]): Promise<void>
  /** What others announced; undefined: some of it may have been missed. Answers with how to stop listening. */
  listen(heard: (text: string | undefined) => void): () => void
  /** Of one connection, to which the office belongs. */
  readonly office: Dialect
  /**
   * Takes the office or keeps it; false where another process has it. It ends with the connection, and that ends a few
   * seconds after it was last used: who hangs loses it, and finds out by asking.
   */
  hold(office: QueryExecutorProvider): Promise<boolean>
}
