import { Kysely, type Selectable } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { LedgerEntry } from '../core/ports.ts'
import type { Hold, Vote } from '../people/hold.ts'
import type { Database } from '../store/database.ts'
import { type Decision, Envelope, HoldState } from '../wire/desk.ts'
import { memberReads, memberWrites } from './members.ts'
import { MOVED } from './move.ts'
import { noteOf, setNote } from './notes.ts'
import { outboxReads, outboxWrites } from './reach/table.ts'
import { type Db, MIGRATIONS, type Schema } from './schema.ts'
import type { Challenged, Code, GuardRow, Heard, HoldRow, OutboxWriting, Reading, Store, Writing } from './store.ts'

/** The store in a database. Brings its tables up to date. */
export async function openStore(database: Database): Promise<Store> {
  const db = new Kysely<Schema>({ dialect: database.dialect })
  const writer = database.writes === undefined ? db : new Kysely<Schema>({ dialect: database.writes })
  const office = database.shared && new Kysely<Schema>({ dialect: database.shared.office })
  const listeners = new Set<(heard: Heard) => void>()
  const hear = (heard: Heard): void => {
    for (const listener of [...listeners]) listener(heard)
  }
  const stop = database.shared?.listen((text) => hear(heardIn(text)))
  const close = async (): Promise<void> => {
    stop?.()
    for (const each of new Set([office, writer, db])) await each?.destroy()
  }
  const migrator = new Migrator({ db: writer, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    await close()
    throw error
  }
  return {
    ...reading(db),
    ...notes(db),
    async change(work) {
      const told = new Set<string>()
      const tell = (heard: Heard): void => void told.add(JSON.stringify(heard))
      const done = await writer.transaction().execute(async (tx) => {
        await database.alone(tx)
        const answer = await work({
          ...reading(tx),
          ...peopleWrites(tx),
          ...memberWrites(tx),
          ...holdWrites(tx, tell),
          ...outboxWrites(tx),
        })
        for (let at = 0; at < told.size; at += TOLD_AT_ONCE)
          await database.shared?.announce(tx, [...told].slice(at, at + TOLD_AT_ONCE))
        return answer
      })
      for (const text of told) hear(JSON.parse(text))
      return done
    },
    listen(heard) {
      listeners.add(heard)
      return () => void listeners.delete(heard)
    },
    leads: async () => database.shared === undefined || office === undefined || (await database.shared.hold(office)),
    noteHead: (next, last) =>
      (office ?? db).transaction().execute(async (tx) => {
        // On the very connection that the office belongs to.
        if (database.shared !== undefined && !(await database.shared.hold(tx))) return false
        return await replaceHead(tx, next, last)
      }),
    close,
  }
}

/** Of another desk, which may be of another version: what can't be read may have been anything. */
function heardIn(text: string | undefined): Heard {
  try {
    return text === undefined ? { kind: 'missed' } : (JSON.parse(text) as Heard)
  } catch {
    return { kind: 'missed' }
  }
}

const HEAD = 'checkpoint'
/** A statement has at most 1664 columns. */
const TOLD_AT_ONCE = 500

/** Compare and swap. */
async function replaceHead(db: Db, next: string, last: string | undefined): Promise<boolean> {
  if (last === undefined) {
    const made = db
      .insertInto('notes')
      .values({ name: HEAD, value: next })
      .onConflict((on) => on.doNothing())
    return (await made.executeTakeFirst()).numInsertedOrUpdatedRows === 1n
  }
  const moved = db.updateTable('notes').set({ value: next }).where('name', '=', HEAD).where('value', '=', last)
  return (await moved.executeTakeFirst()).numUpdatedRows === 1n
}

function notes(db: Db): Pick<Store, 'entries' | 'head' | 'pin' | 'pinned' | 'movedTo' | 'setMoved'> {
  return {
    async entries(from, most) {
      const found = db.selectFrom('entries').select('json').where('seq', '>', from).orderBy('seq').limit(most)
      return (await found.execute()).map(({ json }) => JSON.parse(json) as LedgerEntry)
    },
    head: () => noteOf(db, HEAD),
    async pin(name, value) {
      await db
        .insertInto('notes')
        .values({ name, value })
        .onConflict((on) => on.doNothing())
        .execute()
      return (await noteOf(db, name)) ?? value
    },
    pinned: (name) => noteOf(db, name),
    movedTo: () => noteOf(db, MOVED),
    setMoved: (value) => setNote(db, MOVED, value),
  }
}

function reading(db: Db): Reading {
  const holds = db.selectFrom('holds').selectAll()
  return {
    ...memberReads(db),
    ...outboxReads(db),
    async session(hash, now) {
      const found = db
        .selectFrom('sessions')
        .select(['person', 'by'])
        .where('hash', '=', hash)
        .where('expires', '>', now)
      const row = await found.executeTakeFirst()
      return row && { person: row.person, by: row.by === 'passkey' ? 'passkey' : 'organisation' }
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
    async ended(most, before) {
      const all = holds.where('state', 'not in', ['open', 'approved', 'taken'])
      const found =
        before === undefined
          ? all
          : all.where(({ eb, and, or }) =>
              or([
                eb('changed_at', '<', before.changedAt),
                and([eb('changed_at', '=', before.changedAt), eb('ticket', '<', before.ticket)]),
              ]),
            )
      const rows = await found.orderBy('changed_at', 'desc').orderBy('ticket', 'desc').limit(most).execute()
      return await withVotes(db, rows)
    },
  }
}

function peopleWrites(
  db: Db,
): Omit<
  Writing,
  keyof Reading | keyof OutboxWriting | keyof ReturnType<typeof holdWrites> | keyof ReturnType<typeof memberWrites>
> {
  return {
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
      for (const table of ['sessions', 'codes', 'challenges', 'proposals', 'failures'] as const)
        await db.deleteFrom(table).where('expires', '<=', now).execute()
      await db
        .deleteFrom('outbox')
        .where('at', '<=', now - KEPT_MS)
        .execute()
    },
  }
}

/** How long a notice that nobody took is shown. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000

function holdWrites(db: Db, tell: (heard: Heard) => void): Pick<Writing, 'addHold' | 'moveHold' | 'record' | 'tell'> {
  return {
    tell: (event) => tell({ kind: 'hold', event }),
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
        .set({ state, receipt, why: why && storable(why), version: version + 1, changed_at: now })
        .where('ticket', '=', ticket)
        .where('version', '=', version)
        .executeTakeFirst()
      if (moved.numUpdatedRows !== 1n) return false
      for (const { person, reason, ...rest } of votes) {
        const said = { ...rest, reason: storable(reason) }
        await db
          .insertInto('votes')
          .values({ ticket, person, ...said })
          .onConflict((on) => on.columns(['ticket', 'person']).doUpdateSet(said))
          .execute()
      }
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
      tell({ kind: 'recorded' })
    },
  }
}

/** PostgreSQL takes no NUL in a text. The entry has what was said, to the byte. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}

async function withVotes(db: Db, rows: readonly Selectable<Schema['holds']>[]): Promise<HoldRow[]> {
  if (rows.length === 0) return []
  const found: Selectable<Schema['votes']>[] = []
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const tickets = rows.slice(at, at + AT_ONCE).map(({ ticket }) => ticket)
    found.push(
      ...(await db
        .selectFrom('votes')
        .selectAll()
        .where('ticket', 'in', tickets)
        .orderBy('at')
        .orderBy('person')
        .execute()),
    )
  }
  const votes = Map.groupBy(found, ({ ticket }) => ticket)
  return rows.flatMap((row) => holdOf(row, votes.get(row.ticket) ?? []) ?? [])
}

/** A database takes only so many values in one statement. */
const AT_ONCE = 1000

/** One that can't be read is none, and keeps no other: what waits on it is refused, and all else goes on. */
function holdOf(row: Selectable<Schema['holds']>, votes: readonly Selectable<Schema['votes']>[]): HoldRow | undefined {
  const envelope = Envelope.safeParse(parsed(row.envelope))
  const state = HoldState.safeParse(row.state)
  if (!envelope.success || !state.success) return undefined
  const hold: Hold = {
    envelope: envelope.data,
    digest: row.digest,
    state: state.data,
    votes: votes.map(
      ({ person, decision, reason, at }): Vote => ({ person, decision: decision as Decision, reason, at }),
    ),
    ...(row.receipt !== null && { receipt: row.receipt }),
  }
  return { hold, version: row.version, changedAt: row.changed_at, ...(row.why !== null && { why: row.why }) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function guardOf(row: Selectable<Schema['guards']>): GuardRow {
  const { id, name, operator, key, enrolled_at: enrolledAt, seen_at: seenAt, revoked } = row
  return { id, name, operator, key, enrolledAt, ...(seenAt !== null && { seenAt }), revoked: revoked !== 0 }
}
