import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Book } from '../page/ledger.ts'
import { servePage, withPageHeaders } from '../page/serve.ts'
import { type Desk, Refusal } from './desk.ts'
import { forGuards } from './for-guards.ts'
import { forPeople } from './for-people.ts'
import { problem } from './problem.ts'
import { Rates, Slots } from './rates.ts'

const LONGEST_BODY = 256 * 1024

export interface DeskParts {
  readonly desk: Desk
  /** Its ledger, which people read. */
  readonly book: Book
  /** The page's folder, as it was built; undefined where it was not. */
  readonly web: string | undefined
  /** Told what went wrong inside. */
  readonly fault: (error: unknown) => void
}

/** The desk's HTTP interface; `wire/desk.ts` says the routes and shapes. */
export function deskApp({ desk, book, web, fault }: DeskParts): Hono {
  const app = new Hono()
  app.onError((error) => problem(error, fault))
  app.notFound(() => problem(new Refusal('desk/not-found', 'there is nothing here'), fault))
  app.use('*', withPageHeaders(desk.origin))
  const tooLong = (): Response =>
    problem(new Refusal('desk/too-long', `a request has at most ${LONGEST_BODY} bytes`), fault)
  app.use('*', bodyLimit({ maxSize: LONGEST_BODY, onError: tooLong }))
  const rates = {
    attempts: new Rates(60),
    votes: new Rates(60),
    streams: new Slots(8),
    filings: new Rates(desk.filingsPerMinute),
    waits: new Slots(16),
  }
  app.route('/v1', forGuards(desk, rates))
  app.route('/api', forPeople(desk, rates, book))
  if (web !== undefined) app.get('*', servePage({ folder: web, index: 'index.html', not: /^\/(?:api|v1)(?:\/|$)/ }))
  return app
}
