import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { envelopeDigest, envelopeOf } from '../../src/people/envelope.ts'
import type { Challenge } from '../../src/wire/desk.ts'
import { buildWeb } from '../../tools/web.ts'
import { filing } from '../desk/filing.ts'
import { firstPerson, newWorld, onFile, type Somebody, SomeGuard, type World } from '../desk/world.ts'
import { chromiumHere, openBrowser, visitor } from '../integration/browser.ts'

const OPEN = 10_000
const EACH = 100
const OPEN_WORDS = `${OPEN.toLocaleString('en')} open`
/** Of two people each; more would be more than the desk takes in a minute. */
const VOTES = 25
const NOTICES = 40

interface Row {
  readonly what: string
  readonly value: string
  readonly goal: string
  readonly ok: boolean
}

/** The desk's rows: figures that people wait for, while ten thousand calls wait for people. */
export async function deskRows(): Promise<readonly Row[]> {
  await buildWeb()
  const world = await newWorld({}, onFile)
  const chromium = chromiumHere()
  const browser = chromium === undefined ? undefined : await openBrowser(chromium)
  try {
    const ada = await firstPerson(world)
    const voters = [await ada.invite('Ben'), await ada.invite('Cho')]
    const dan = await ada.invite('Dan', ['operator'])
    const guard = await new SomeGuard(world).enroll(ada, dan)
    const page = browser === undefined ? undefined : await signedIn(browser, ada)
    const rows = [pageRow(), await noticeRow(ada, guard)]
    if (page !== undefined) rows.push(await shownRow(page, guard))
    await fill(world, dan)
    rows.push(await voteRow(voters, guard), await inboxRow(ada))
    return page === undefined ? [...rows, NO_CHROMIUM] : [...rows, await paintRow(page)]
  } finally {
    await browser?.close()
    await world.end()
  }
}

const NO_CHROMIUM: Row = { what: 'the page: Chromium is not installed', value: '', goal: '', ok: true }

async function signedIn(browser: Browser, { origin, cookie }: Somebody): Promise<Page> {
  const { page } = await visitor(browser, origin)
  const [name = '', value = ''] = cookie.split('=')
  await page.context().addCookies([{ name, value, url: origin }])
  return page
}

/** Holds of a hundred guards, each of which may file that many. */
async function fill({ running: { desk } }: World, operator: Somebody): Promise<void> {
  for (let n = 0; n < OPEN / EACH; n++) {
    const guard = { id: desk.clock.id('g'), name: `machine ${n}` }
    await desk.store.change(async (tables) => {
      const key = randomBytes(32).toString('base64url')
      await tables.addGuard({ ...guard, operator: operator.id, key, enrolledAt: desk.clock.now() })
      for (let held = 0; held < EACH; held++) {
        const nonce = randomBytes(16).toString('base64url')
        const by = {
          guard,
          operator: { id: operator.id, name: 'Dan' },
          nonce,
          now: desk.clock.now(),
          rules: desk.rules,
        }
        const envelope = envelopeOf(waiting(), by)
        await tables.addHold({ envelope, digest: envelopeDigest(envelope), state: 'open', votes: [] })
      }
    })
    // The desk has its turn too: it would hang up on who seems idle.
    await sleep(1)
  }
}

function missing(what: string): never {
  throw new Error(`${what} is not there`)
}

/** As long as such calls are. */
function waiting(): ReturnType<typeof filing> {
  const effect = { verb: 'delete', resource: 'aws:stack/web', place: 'production:aws', undo: 'U4', certainty: 'known' }
  return filing({
    input: 'aws cloudformation delete-stack --stack-name web --region eu-central-1',
    effects: [effect as ReturnType<typeof filing>['effects'][number]],
    goal: 'Fix the currency column in the cost dashboard: since Monday it shows cents as euros.',
    claim: 'The stack is in a failed state. Deleting and recreating it is the fastest way to a clean deployment.',
  })
}

/** From the guard's request to the event that an open page hears. */
async function noticeRow(ada: Somebody, guard: SomeGuard): Promise<Row> {
  const events = await fetch(`${ada.origin}/api/events`, { headers: { cookie: ada.cookie } })
  const heard = new Map<string, () => void>()
  const reading = (async () => {
    let text = ''
    for await (const bytes of events.body ?? []) {
      text += Buffer.from(bytes).toString()
      for (const [ticket, tell] of heard) if (text.includes(ticket)) tell()
    }
  })().catch(() => undefined)
  const taken: number[] = []
  for (let n = 0; n < NOTICES; n++) {
    const asked = waiting()
    const notice = new Promise<void>((resolve) => heard.set(asked.ticket, resolve))
    const since = performance.now()
    await Promise.all([guard.file(asked), notice])
    taken.push(performance.now() - since)
    heard.clear()
  }
  void reading
  return row('a hold, from its filing to the event at an open page', taken, 200)
}

/** Both requests of a vote, without what the passkey itself takes. */
async function voteRow(voters: readonly Somebody[], guard: SomeGuard): Promise<Row> {
  const taken: number[] = []
  const bare: number[] = []
  for (let n = 0; n < VOTES; n++) {
    const asked = waiting()
    await guard.file(asked)
    for (const voter of voters) {
      const first = performance.now()
      await voter.send('GET', '/api/session')
      bare.push(performance.now() - first)
      const { digest } = (await voter.send<{ digest: string }>('GET', `/api/holds/${asked.ticket}`)).body
      const began = performance.now()
      const said = { decision: 'approve', reason: 'looked at it', digest }
      const started = await voter.send<Challenge>('POST', `/api/holds/${asked.ticket}/votes/start`, said)
      const between = performance.now()
      const response = voter.passkey.get(started.body.options, { origin: voter.origin })
      const signed = performance.now()
      const { nonce } = started.body
      const voted = await voter.send('POST', `/api/holds/${asked.ticket}/votes`, { nonce, response })
      if (voted.status !== 200) missing('the vote')
      taken.push(between - began + (performance.now() - signed))
    }
    // Taken by its guard, which makes room for the next.
    await guard.file(asked)
  }
  // What this machine takes for a request that does nothing, at this hour.
  const request = `a bare request ${quantile(bare, 0.5).toFixed(1)} ms`
  return row(`a vote, both requests, without the passkey’s own time, ${OPEN_WORDS}, ${request}`, taken, 20)
}

async function inboxRow(ada: Somebody): Promise<Row> {
  const taken: number[] = []
  for (let n = 0; n < 5; n++) {
    const since = performance.now()
    const { status } = await ada.send('GET', '/api/holds')
    if (status !== 200) missing('the list')
    taken.push(performance.now() - since)
  }
  return row(`the list, as the desk answers, ${OPEN_WORDS}`, taken, 500)
}

/** Until the row of a new hold stands in an inbox that is open. */
async function shownRow(page: Page, guard: SomeGuard): Promise<Row> {
  await page.goto('/')
  await page.locator('.row').first().waitFor()
  const taken: number[] = []
  for (let n = 0; n < 20; n++) {
    const asked = { ...waiting(), input: `terraform destroy -target=module.web${n}.all` }
    const text = page.getByText(asked.input)
    const since = performance.now()
    await Promise.all([guard.file(asked), text.waitFor({ state: 'attached' })])
    taken.push(performance.now() - since)
  }
  return row('a hold, from its filing to its row in an open inbox', taken, 200)
}

async function paintRow(page: Page): Promise<Row> {
  const taken: number[] = []
  for (let n = 0; n < 5; n++) taken.push(await firstRow(page))
  return row(`the inbox, from its address to the first row, ${OPEN_WORDS}`, taken, 1000)
}

/** Milliseconds from the start of loading to the frame after the first row. */
async function firstRow(page: Page): Promise<number> {
  await page.goto('/', { waitUntil: 'commit' })
  const painted = await page.evaluate(`new Promise((resolve) => {
    const look = () =>
      document.querySelector('.row') === null
        ? requestAnimationFrame(look)
        : requestAnimationFrame(() => resolve(performance.now()))
    look()
  })`)
  return Number(painted)
}

function pageRow(): Row {
  const assets = join(import.meta.dirname, '../../dist/web/assets')
  const sizes = readdirSync(assets).map((name) => gzipSync(readFileSync(join(assets, name))).length)
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000
  return {
    what: 'the console, compressed',
    value: `${kilobytes.toFixed(1)} kB`,
    goal: '≤ 150 kB',
    ok: kilobytes <= 150,
  }
}

function row(what: string, taken: readonly number[], most: number): Row {
  const half = quantile(taken, 0.5)
  return {
    what: `${what}, p50 (p95 ${quantile(taken, 0.95).toFixed(0)} ms)`,
    value: `${half.toFixed(1)} ms`,
    goal: `≤ ${most} ms`,
    ok: half <= most,
  }
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN
}
