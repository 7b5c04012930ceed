import { type Dialect, Kysely, type Selectable, type Transaction } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { LedgerEntry } from '../core/ports.ts'
import type { Hold, Vote } from '../people/hold.ts'
import { type Decision, Envelope, HoldState, Role } from '../wire/desk.ts'
import { MIGRATIONS, type Schema } from './schema.ts'
import type { Challenged, Code, Enrolled, GuardRow, HoldRow, Passkey, Reading, Store, Writing } from './store.ts'

/** The store in a database; `dialect` says in which. Brings its tables up to date. */
export async function openStore(dialect: Dialect): Promise<Store> {
  const db = new Kysely<Schema>({ dialect })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    await db.destroy()
    throw error
  }
  return {
    ...reading(db),
    change: (work) =>
      db.transaction().execute((tx) => work({ ...reading(tx), ...peopleWrites(tx), ...holdWrites(tx) })),
    async unsequenced(most) {
      const rows = await db.selectFrom('entries').select('json').orderBy('seq').limit(most).execute()
      return rows.map(({ json }) => JSON.parse(json) as LedgerEntry)
    },
    async sequenced() {
      const row = await db.selectFrom('notes').select('value').where('name', '=', SEQUENCED).executeTakeFirst()
      return Number(row?.value ?? 0)
    },
    noteSequenced: (count, size) => db.transaction().execute((tx) => noteSequenced(tx, count, size)),
    close: () => db.destroy(),
  }
}

type Db = Kysely<Schema> | Transaction<Schema>

const SEQUENCED = 'sequenced'

async function noteSequenced(db: Db, count: number, size: number): Promise<void> {
  const done = db.selectFrom('entries').select('seq').orderBy('seq').limit(count)
  await db.deleteFrom('entries').where('seq', 'in', done).execute()
  const value = String(size)
  await db
    .insertInto('notes')
    .values({ name: SEQUENCED, value })
    .onConflict((on) => on.column('name').doUpdateSet({ value }))
    .execute()
}

function reading(db: Db): Reading {
  const holds = db.selectFrom('holds').selectAll()
  return {
    async people() {
      const rows = await db.selectFrom('people').selectAll().orderBy('name').orderBy('id').execute()
      return rows.map(enrolled)
    },
    async passkey(id) {
      const row = await db.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirst()
      return row && passkeyOf(row)
    },
    async passkeysOf(person) {
      return (await db.selectFrom('passkeys').selectAll().where('person', '=', person).execute()).map(passkeyOf)
    },
    async session(hash, now) {
      const found = db.selectFrom('sessions').select('person').where('hash', '=', hash).where('expires', '>', now)
      return (await found.executeTakeFirst())?.person
    },
    async code(hash) {
      const row = await db.selectFrom('codes').select('json').where('hash', '=', hash).executeTakeFirst()
      return row && (JSON.parse(row.json) as Code)
    },
    async guard(id) {
      const row = await db.selectFrom('guards').selectAll().where('id', '=', id).executeTakeFirst()
      return row && guardOf(row)
    },
    async guards() {
      return (await db.selectFrom('guards').selectAll().orderBy('name').orderBy('id').execute()).map(guardOf)
    },
    async hold(ticket) {
      return (await withVotes(db, await holds.where('ticket', '=', ticket).execute()))[0]
    },
    async waiting(guard) {
      const found = holds.where('state', 'in', ['open', 'approved']).orderBy('changed_at')
      return await withVotes(db, await (guard === undefined ? found : found.where('guard', '=', guard)).execute())
    },
    async taken() {
      return await withVotes(db, await holds.where('state', '=', 'taken').orderBy('changed_at').execute())
    },
    async ended(most) {
      const found = holds.where('state', 'not in', ['open', 'approved', 'taken'])
      return await withVotes(db, await found.orderBy('changed_at', 'desc').limit(most).execute())
    },
  }
}

function peopleWrites(db: Db): Omit<Writing, keyof Reading | keyof ReturnType<typeof holdWrites>> {
  return {
    async addPerson({ id, name, roles }, { publicKey, person, ...passkey }) {
      await db
        .insertInto('people')
        .values({ id, name, roles: JSON.stringify(roles), removed: 0 })
        .execute()
      await db
        .insertInto('passkeys')
        .values({ ...passkey, person, public_key: publicKey })
        .execute()
    },
    async removePerson(id) {
      await db.updateTable('people').set({ removed: 1 }).where('id', '=', id).execute()
      await db.deleteFrom('sessions').where('person', '=', id).execute()
    },
    async countPasskey(id, counter) {
      await db.updateTable('passkeys').set({ counter }).where('id', '=', id).execute()
    },
    async addSession(hash, session) {
      await db
        .insertInto('sessions')
        .values({ hash, ...session })
        .execute()
    },
    async endSession(hash) {
      await db.deleteFrom('sessions').where('hash', '=', hash).execute()
    },
    async addCode(hash, code) {
      await db
        .insertInto('codes')
        .values({ hash, json: JSON.stringify(code), expires: code.expires })
        .execute()
    },
    async dropCode(hash) {
      await db.deleteFrom('codes').where('hash', '=', hash).execute()
    },
    async addChallenge(nonce, challenge) {
      const { expires } = challenge
      await db
        .insertInto('challenges')
        .values({ nonce, json: JSON.stringify(challenge), expires })
        .execute()
    },
    async takeChallenge(nonce) {
      const row = await db.deleteFrom('challenges').where('nonce', '=', nonce).returning('json').executeTakeFirst()
      return row && (JSON.parse(row.json) as Challenged)
    },
    async addGuard({ id, name, operator, key, enrolledAt }) {
      const row = { id, name, operator, key, enrolled_at: enrolledAt, seen_at: null, revoked: 0 }
      await db.insertInto('guards').values(row).execute()
    },
    async revokeGuard(id) {
      await db.updateTable('guards').set({ revoked: 1 }).where('id', '=', id).execute()
    },
    async seeGuard(id, now) {
      await db.updateTable('guards').set({ seen_at: now }).where('id', '=', id).execute()
    },
    async tidy(now) {
      for (const table of ['sessions', 'codes', 'challenges'] as const)
        await db.deleteFrom(table).where('expires', '<=', now).execute()
    },
  }
}

function holdWrites(db: Db): Pick<Writing, 'addHold' | 'moveHold' | 'record'> {
  return {
    async addHold({ envelope, digest, state }) {
      const row = { ticket: envelope.ticket, guard: envelope.guard.id, state, version: 1, digest }
      const rest = { envelope: JSON.stringify(envelope), receipt: null, why: null, changed_at: envelope.filedAt }
      await db
        .insertInto('holds')
        .values({ ...row, ...rest })
        .execute()
    },
    async moveHold({ envelope: { ticket }, state, receipt = null, votes }, { version, now, why = null }) {
      const moved = await db
        .updateTable('holds')
        .set({ state, receipt, why, version: version + 1, changed_at: now })
        .where('ticket', '=', ticket)
        .where('version', '=', version)
        .executeTakeFirst()
      if (moved.numUpdatedRows !== 1n) return false
      for (const { person, ...said } of votes)
        await db
          .insertInto('votes')
          .values({ ticket, person, ...said })
          .onConflict((on) => on.columns(['ticket', 'person']).doUpdateSet(said))
          .execute()
      return true
    },
    async record(entry) {
      const last = await db
        .selectFrom('entries')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .executeTakeFirst()
      await db
        .insertInto('entries')
        .values({ seq: (last?.seq ?? 0) + 1, json: JSON.stringify(entry) })
        .execute()
    },
  }
}

async function withVotes(db: Db, rows: readonly Selectable<Schema['holds']>[]): Promise<HoldRow[]> {
  if (rows.length === 0) return []
  const found: Selectable<Schema['votes']>[] = []
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const tickets = rows.slice(at, at + AT_ONCE).map(({ ticket }) => ticket)
    found.push(...(await db.selectFrom('votes').selectAll().where('ticket', 'in', tickets).orderBy('at').execute()))
  }
  const votes = Map.groupBy(found, ({ ticket }) => ticket)
  return rows.map((row) => holdOf(row, votes.get(row.ticket) ?? []))
}

/** A database takes only so many values in one statement. */
const AT_ONCE = 1000

function holdOf(row: Selectable<Schema['holds']>, votes: readonly Selectable<Schema['votes']>[]): HoldRow {
  const hold: Hold = {
    envelope: Envelope.parse(JSON.parse(row.envelope)),
    digest: row.digest,
    state: HoldState.parse(row.state),
    votes: votes.map(
      ({ person, decision, reason, at }): Vote => ({ person, decision: decision as Decision, reason, at }),
    ),
    ...(row.receipt !== null && { receipt: row.receipt }),
  }
  return { hold, version: row.version, changedAt: row.changed_at, ...(row.why !== null && { why: row.why }) }
}

function enrolled({ id, name, roles, removed }: Selectable<Schema['people']>): Enrolled {
  return { id, name, roles: Role.array().parse(JSON.parse(roles)), removed: removed !== 0 }
}

function passkeyOf({ public_key: publicKey, ...row }: Selectable<Schema['passkeys']>): Passkey {
  return { ...row, publicKey }
}

function guardOf(row: Selectable<Schema['guards']>): GuardRow {
  const { id, name, operator, key, enrolled_at: enrolledAt, seen_at: seenAt, revoked } = row
  return { id, name, operator, key, enrolledAt, ...(seenAt !== null && { seenAt }), revoked: revoked !== 0 }
}
