/** Held until released or until the process ends, however it ends. */
export interface Lock {
  release(): void
}

/**
 * An exclusive lock on a file; undefined where somebody holds it, in this process or another.
 * SQLite takes it with the operating system's record locks: the kernel frees a dead holder's, so that no process id
 * has to be judged stale and no two openers can race for one. Nothing else may open this file: closing any descriptor
 * of it would drop the lock.
 */
export async function lockFile(path: string): Promise<Lock | undefined> {
  // Loaded here, because most commands never take a lock.
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY) return undefined
    throw cause
  }
  return { release: () => database.close() }
}

const BUSY = 5
