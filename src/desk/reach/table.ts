import { NoticeEvent } from '../../wire/reach.ts'
import type { Db } from '../schema.ts'
import type { NoticeRow, OutboxReading, OutboxWriting } from '../store.ts'

export function outboxReads(db: Db): OutboxReading {
  return {
    async hasNotice(receiver, now) {
      const due = db.selectFrom('outbox').select('id').where('receiver', '=', receiver).where('lost', '=', 0)
      return (await due.where('due', '<=', now).limit(1).executeTakeFirst()) !== undefined
    },
    async undelivered() {
      const rows = await db
        .selectFrom('outbox')
        .select(['receiver', 'lost'])
        .select(({ fn }) => [
          fn.countAll<number | string>().as('count'),
          fn.count<number | string>('why').as('failed'),
          fn.min('at').as('since'),
          fn.max('why').as('why'),
        ])
        .groupBy(['receiver', 'lost'])
        .execute()
      const found = Map.groupBy(rows, ({ receiver }) => receiver)
      return [...found].map(([receiver, each]) => {
        const [waits, lost] = [each.find((row) => row.lost === 0), each.find((row) => row.lost !== 0)]
        const failing = waits?.why == null ? undefined : { since: Number(waits.since), why: waits.why }
        const counts = { waiting: Number(waits?.count ?? 0), lost: Number(lost?.count ?? 0) }
        return { receiver, ...counts, ...(failing && { failing }) }
      })
    },
  }
}

export function outboxWrites(db: Db): OutboxWriting {
  const deferNotice: OutboxWriting['deferNotice'] = async ({ id, tries }, { due, why, isLost }) => {
    const lost = isLost ? 1 : 0
    const own = db.updateTable('outbox').where('id', '=', id).where('tries', '=', tries)
    await own.set({ due, why: words(why), lost }).execute()
  }
  return {
    deferNotice,
    async addNotice({ id, receiver, to = null, event }, at) {
      const row = {
        id,
        receiver,
        recipient: to,
        json: JSON.stringify(event),
        at,
        due: at,
        tries: 0,
        why: null,
        lost: 0,
      }
      await db.insertInto('outbox').values(row).execute()
    },
    async claimNotices(receiver, { now, until, most }) {
      const due = db.selectFrom('outbox').selectAll().where('receiver', '=', receiver).where('lost', '=', 0)
      const rows = await due.where('due', '<=', now).orderBy('due').orderBy('id').limit(most).execute()
      const claimed: NoticeRow[] = []
      for (const row of rows) {
        const tries = row.tries + 1
        // INVARIANT: of two desks that saw it due, one moves it on.
        const own = db.updateTable('outbox').set({ due: until, tries }).where('id', '=', row.id)
        const { numUpdatedRows } = await own
          .where('due', '=', row.due)
          .where('tries', '=', row.tries)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows !== 1n) continue
        const event = NoticeEvent.safeParse(JSON.parse(row.json))
        const to = row.recipient === null ? {} : { to: row.recipient }
        if (event.success) claimed.push({ id: row.id, receiver, ...to, event: event.data, tries })
        else await deferNotice({ id: row.id, tries }, { due: now, why: 'it is of another version', isLost: true })
      }
      return claimed
    },
    async dropNotice(id) {
      await db.deleteFrom('outbox').where('id', '=', id).execute()
    },
  }
}

/** Somebody else's, and of any length. */
function words(why: string): string {
  return why.slice(0, 500).replaceAll('\0', '\uFFFD')
}
