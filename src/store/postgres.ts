import { PostgresDialect, type QueryExecutorProvider, sql } from 'kysely'
import { Client, type ClientConfig, Pool, types } from 'pg'
import { CodedError } from '../core/errors.ts'
import type { Database, Shared } from './database.ts'

/** Messages hold nothing of the address: a password may be part of it. */
export class DatabaseError extends CodedError<'database/address' | 'database/not-durable' | 'database/unreachable'> {}

/** How many questions are asked at once; those who change something queue for the lock anyway. */
const READERS = 8
const WRITERS = 2
const CONNECT_MS = 5_000
/** How long one statement may take, waiting for others included, and how long we wait for the server's answer. */
const STATEMENT_MS = 10_000
const ANSWER_MS = 15_000
/** A process that hangs within a transaction would have all others wait. */
const PAUSE_MS = 5_000
/** Whoever holds the office and says nothing for so long has lost it. */
const SILENCE_MS = 8_000
const AGAIN_MS = 500
const BEAT_MS = 5_000

const CHANNEL = 'interlock_desk'
/** Numbers of advisory locks, which are one namespace in a database. */
const CHANGE_LOCK = 0x1d_e5_00_01
const OFFICE_LOCK = 0x1d_e5_00_02

export interface PostgresHow {
  /** Names this process to itself. */
  readonly self: string
  /** For long work of one's own: nothing is cut off. */
  readonly isPatient?: boolean
}

/**
 * PostgreSQL, for any number of processes. Transactions that write follow one another, over all processes, as they do
 * in SQLite: `alone` is a lock that they take first. Each statement then sees what was committed before it, which is
 * all that there is. (With a snapshot of its own the transaction would see what was before it had waited.)
 */
export async function postgresDatabase(url: string, { self, isPatient = false }: PostgresHow): Promise<Database> {
  const config = configOf(url, isPatient)
  await checkServer(config)
  const pool = (max: number, more: Partial<ClientConfig> = {}): Pool => {
    const made = new Pool({ ...config, ...more, max, idleTimeoutMillis: 0 })
    // Who uses a connection that breaks hears of it from his question, and the next one gets another: no fault of ours.
    made.on('error', () => undefined)
    made.on('connect', (client) => client.on('error', () => undefined))
    return made
  }
  const officeOptions = `${config.options} -c idle_session_timeout=${SILENCE_MS}`
  return {
    dialect: new PostgresDialect({ pool: pool(READERS) }),
    writes: new PostgresDialect({ pool: pool(WRITERS) }),
    alone: async (transaction) => void (await sql`select pg_advisory_xact_lock(${CHANGE_LOCK})`.execute(transaction)),
    shared: {
      office: new PostgresDialect({ pool: pool(1, { options: officeOptions }) }),
      hold,
      announce: async (transaction, texts) => {
        const each = texts.map((text) => sql`pg_notify(${CHANNEL}, ${`${self} ${text}`})`)
        await sql`select ${sql.join(each)}`.execute(transaction)
      },
      listen: (heard) => listening(config, self, heard),
    },
  }
}

/** Asked again by who has it, the lock would be counted twice; on a new connection it has to be taken anew. */
const hold: Shared['hold'] = async (office: QueryExecutorProvider) => {
  const { rows } = await sql<{ held: boolean }>`
    select coalesce(
      (select true from pg_locks
        where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
          and classid = 0 and objid = ${sql.lit(OFFICE_LOCK)} and pid = pg_backend_pid() and granted),
      pg_try_advisory_lock(${sql.lit(OFFICE_LOCK)})
    ) as held`.execute(office)
  return rows[0]?.held === true
}

/** What of an address may be shown: no user, no password. */
export function postgresPlace(url: string): string {
  const { hostname, port, pathname } = new URL(configOf(url, false).connectionString)
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}

function configOf(url: string, isPatient: boolean): ClientConfig & { connectionString: string; options: string } {
  const problem = (why: string): DatabaseError =>
    new DatabaseError('database/address', `\`DATABASE_URL\` ${why}`, {
      hint: 'it is written as postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full',
    })
  if (!URL.canParse(url)) throw problem('is no address')
  const { protocol, hostname, searchParams } = new URL(url)
  if (!['postgres:', 'postgresql:'].includes(protocol)) throw problem('is not of PostgreSQL')
  const isHere = ['', 'localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (!isHere && !searchParams.has('sslmode'))
    throw problem('names another machine, and not whether TLS is used: add `sslmode=verify-full`, or `disable`')
  const limits = {
    statement_timeout: STATEMENT_MS,
    lock_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: PAUSE_MS,
  }
  return {
    connectionString: url,
    application_name: 'interlock-desk',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: { getTypeParser: numbers },
    // Whatever its defaults are: what was answered survives the server's crash, and each statement sees what is committed.
    options: '-c synchronous_commit=on -c default_transaction_isolation=read\\ committed',
    ...(!isPatient && { ...limits, query_timeout: ANSWER_MS }),
  }
}

/** Our 64-bit numbers are times and counts: exact as a number, or wrong. */
const numbers: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (oid !== types.builtins.INT8) return types.getTypeParser(oid, format as 'text')
  return (text: string) => {
    const value = Number(text)
    if (!Number.isSafeInteger(value)) throw new RangeError(`\`${text}\` is beyond what a number holds exactly`)
    return value
  }
}

/** The first version that ends idle sessions. */
const OLDEST = 140_000

async function checkServer(config: ClientConfig): Promise<void> {
  const client = new Client(config)
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: number; fsync: string }>(
      "select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync",
    )
    const [server] = rows
    if (server === undefined || server.version < OLDEST)
      throw new DatabaseError('database/not-durable', 'the database server is older than PostgreSQL 14')
    if (server.fsync !== 'on')
      throw new DatabaseError('database/not-durable', 'the database server runs with `fsync` off: a vote could be lost')
  } catch (cause) {
    if (cause instanceof DatabaseError) throw cause
    throw new DatabaseError('database/unreachable', "the database can't be used", { cause })
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** One connection that only listens, for as long as nobody says stop. */
function listening(config: ClientConfig, self: string, heard: (text: string | undefined) => void): () => void {
  let stopped = false
  let current: Client | undefined
  let timer: NodeJS.Timeout | undefined
  const again = (client: Client): void => {
    if (client !== current) return
    current = undefined
    clearTimeout(timer)
    client.end().catch(() => undefined)
    if (!stopped) timer = setTimeout(connect, AGAIN_MS)
  }
  const beat = (client: Client): void => {
    timer = setTimeout(() => {
      client.query('select 1').then(
        () => client === current && beat(client),
        () => again(client),
      )
    }, BEAT_MS)
  }
  const connect = (): void => {
    const client = new Client(config)
    current = client
    client.on('error', () => again(client))
    client.on('end', () => again(client))
    client.on('notification', ({ payload = '' }) => {
      const at = payload.indexOf(' ')
      if (payload.slice(0, at) !== self) heard(payload.slice(at + 1))
    })
    client
      .connect()
      .then(() => client.query(`listen ${CHANNEL}`))
      .then(() => {
        heard(undefined)
        beat(client)
      })
      .catch(() => again(client))
  }
  connect()
  return () => {
    stopped = true
    clearTimeout(timer)
    current?.end().catch(() => undefined)
  }
}
