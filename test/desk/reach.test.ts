import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import { sweep } from '../../src/desk/sweep.ts'
import { startDesk } from '../../src/root/desk.ts'
import type { HoldPage } from '../../src/wire/desk.ts'
import { NoticeEvent, type ReachLines } from '../../src/wire/reach.ts'
import { filing } from './filing.ts'
import { newWorld, team, type World } from './world.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const DAY_MS = 24 * 60 * 60 * 1000

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver of webhooks, which answers as it is told to. */
class Hook {
  readonly received: Received[] = []
  answer: { status: number; body?: string; headers?: Record<string, string> } | 'nothing' = { status: 204 }
  readonly #server: Server
  url = ''

  constructor() {
    this.#server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      request.on('end', () => {
        this.received.push({ headers: request.headers, body })
        if (this.answer !== 'nothing')
          response.writeHead(this.answer.status, this.answer.headers ?? {}).end(this.answer.body)
      })
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const at = this.#server.address()
    this.url = `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}/in`
    return this
  }

  events(): NoticeEvent[] {
    return this.received.map(({ body }) => NoticeEvent.parse(JSON.parse(body)))
  }

  types(): string[] {
    return this.events().map(({ type }) => type.replace('dev.interlock.hold.', ''))
  }

  end(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

const ending: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end()
})

async function hook(): Promise<Hook> {
  const started = await new Hook().start()
  ending.push(() => started.end())
  return started
}

async function world(settings: Record<string, string>): Promise<World> {
  const made = await newWorld(settings)
  ending.push(made.end)
  return made
}

const webhooks = (...hooks: Hook[]): Record<string, string> => ({
  'desk.yaml': `reach:\n  webhooks:\n${hooks.map(({ url }, i) => `    w${i}: {url: '${url}', secretFile: w.secret}\n`).join('')}`,
  'w.secret': SECRET,
})

async function until(holds: () => unknown): Promise<void> {
  for (let left = 400; left > 0 && !(await holds()); left -= 1) await sleep(10)
  expect(await holds()).toBeTruthy()
}

describe('a webhook', () => {
  it('is told of a hold by a signed CloudEvent, and of what became of it', async () => {
    const to = await hook()
    const { ben, cho, guard, origin } = await teamOf(await world(webhooks(to)))
    const asked = filing({
      because: 'deletes aws:stack/shop (production:aws): it is production',
      input: 'aws cloudformation delete-stack --stack-name shop --token s3cret',
      effects: [
        { verb: 'delete', resource: 'aws:stack/shop', place: 'production:aws', undo: 'U4', certainty: 'known' },
      ],
    })
    await guard.file(asked)
    await until(() => to.received.length === 1)
    const [{ headers, body } = { headers: {}, body: '' }] = to.received
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: origin,
      type: 'dev.interlock.hold.asked',
      subject: asked.ticket,
      time: expect.stringMatching(/Z$/),
      datacontenttype: 'application/json',
      data: {
        ticket: asked.ticket,
        page: `${origin}/holds/${asked.ticket}`,
        sentence: asked.because,
        systems: [{ environment: 'production', system: 'aws' }],
        agent: 'claude-code',
        operator: 'Dan',
        needs: 2,
        approved: 0,
        approveBy: expect.stringMatching(/Z$/),
      },
    })
    expect(body).not.toContain('s3cret')
    await ben.vote(asked.ticket, 'approve')
    await cho.vote(asked.ticket, 'approve')
    await until(() => to.received.length === 2)
    await ben.vote(asked.ticket, 'deny')
    await until(() => to.received.length === 3)
    expect(to.types()).toEqual(['asked', 'approved', 'denied'])
    expect(to.received.map((each) => each.body).join()).not.toContain('looked at it')
  })

  it('learns that nobody answered in time', async () => {
    const to = await hook()
    const made = await world(webhooks(to))
    const { guard } = await teamOf(made)
    await guard.file(filing())
    made.clock.skip(DAY_MS + 1000)
    await sweep(made.running.desk)
    await until(() => to.types().includes('expired'))
  })

  it('learns of a call once, however often it is filed anew, until that voids a vote', async () => {
    const to = await hook()
    const { ben, guard } = await teamOf(await world(webhooks(to)))
    const first = filing()
    const again = (fact: string) => filing({ action: first.action, preconditions: fact.repeat(64) })
    await guard.file(first)
    const second = again('b')
    for (const each of [second, again('c'), again('d')]) await guard.file(each)
    const last = again('e')
    await guard.file(last)
    const { body } = await ben.send<HoldPage>('GET', `/api/holds/${first.ticket}`)
    expect(body).toMatchObject({ state: 'superseded', successor: last.ticket })
    await ben.vote(last.ticket, 'approve')
    const anew = again('f')
    await guard.file(anew)
    await until(() => to.received.length === 2)
    expect(to.events().map(({ subject }) => subject)).toEqual([first.ticket, anew.ticket])
  })

  it('gets what it did not take again, under the same id, and keeps nobody waiting', async () => {
    const [dead, alive] = [await hook(), await hook()]
    dead.answer = { status: 503, body: `busy\u001b[2K${'x'.repeat(5000)}` }
    const made = await world(webhooks(dead, alive))
    const { ada, ben, guard } = await teamOf(made)
    await guard.file(filing())
    await until(() => alive.received.length === 1)
    await until(() => made.told.length === 1)
    expect(made.told[0]).toMatch(/^webhook\/w0 does not take notices: it answers 503: busy.*x; they are tried again$/s)
    expect(made.told[0]?.length).toBeLessThan(300)
    const lines = async () => (await ada.send<ReachLines>('GET', '/api/reach')).body.receivers
    await until(async () => (await lines())[0]?.failing !== undefined)
    expect(await lines()).toEqual([
      {
        receiver: 'webhook/w0',
        host: new URL(dead.url).host,
        waiting: 1,
        lost: 0,
        failing: { since: expect.any(Number), why: expect.stringContaining('it answers 503: busy') },
      },
      { receiver: 'webhook/w1', host: new URL(alive.url).host, waiting: 0, lost: 0 },
    ])
    expect(await ben.send('GET', '/api/reach')).toMatchObject({ status: 403 })
    dead.answer = { status: 200, body: 'ok' }
    made.clock.skip(6_000)
    await guard.file(filing())
    await until(() => made.told.length === 2)
    expect(made.told[1]).toBe('webhook/w0 takes notices again')
    await until(async () => (await lines())[0]?.waiting === 0)
    const ids = dead.received.map(({ headers }) => headers['webhook-id'])
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(2)
  })

  it.each([
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } }, 'it answers 302'],
    ['an answer that is no success', { status: 404 }, 'it answers 404'],
  ])('did not take it where it answers with %s', async (_what, answer, why) => {
    const to = await hook()
    to.answer = answer
    const made = await world(webhooks(to))
    await (await teamOf(made)).guard.file(filing())
    await until(() => made.told.length > 0)
    expect(made.told).toEqual([`webhook/w0 does not take notices: ${why}; they are tried again`])
  })

  it('is given up after ten tries, and a desk says so', async () => {
    const to = await hook()
    to.answer = { status: 500 }
    const made = await world(webhooks(to))
    const { ada, guard } = await teamOf(made)
    await guard.file(filing())
    await until(() => {
      made.clock.skip(60 * 60 * 1000)
      made.running.desk.changes.tell({ ticket: 't-0000000000', state: 'open' })
      return made.told.length === 2
    })
    expect(to.received).toHaveLength(10)
    expect(made.told[1]).toMatch(/^webhook\/w0 was not told of `t-\w+`: it is given up$/)
    expect((await ada.signIn()).status).toBe(200)
    expect((await ada.send<ReachLines>('GET', '/api/reach')).body.receivers).toMatchObject([{ waiting: 0, lost: 1 }])
  })

  it('that answers nothing keeps no vote, and is told when the desk starts again', async () => {
    const to = await hook()
    to.answer = 'nothing'
    const made = await newWorld(webhooks(to))
    const { ben, guard } = await teamOf(made)
    const asked = filing()
    const since = performance.now()
    await guard.file(asked)
    await ben.vote(asked.ticket, 'approve')
    expect(performance.now() - since).toBeLessThan(3_000)
    await until(() => to.received.length === 1)
    await made.running.stop()
    to.answer = { status: 204 }
    made.clock.skip(61_000)
    const again = await startDesk({ port: new URL(made.origin).port }, made.env, {
      clock: made.clock,
      fault: (error) => made.faults.push(error),
      told: (text) => made.told.push(text),
    })
    await until(() => to.received.length === 2)
    await until(async () => (await again.desk.store.undelivered()).length === 0)
    expect(new Set(to.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    await again.stop()
    await made.end()
  })
})

it('hands each notice to one of several deliveries on the same outbox', async () => {
  const to = await hook()
  const made = await world(webhooks(to))
  const { guard } = await teamOf(made)
  const { startDelivery } = await import('../../src/desk/reach/outbox.ts')
  const told = { note: () => undefined, fault: (error: unknown) => made.faults.push(error) }
  const others = Array.from({ length: 4 }, () => startDelivery(made.running.desk, told))
  await Promise.all(Array.from({ length: 25 }, () => guard.file(filing())))
  await until(() => to.received.length >= 25)
  await until(async () => (await made.running.desk.store.undelivered()).length === 0)
  await Promise.all(others.map((end) => end()))
  expect(to.received).toHaveLength(25)
  expect(made.faults).toEqual([])
})

describe('a room of a chat', () => {
  it('gets a message with a link, in which nothing that an agent chose is mark-up', async () => {
    const room = await hook()
    const made = await world({ 'desk.yaml': 'reach: {slack: {ops: {urlFile: ops.url}}}', 'ops.url': `${room.url}\n` })
    const { guard, origin } = await teamOf(made)
    const because = 'deletes <!channel> *all* <https://evil.example|Approve here> \u202eyb'
    const asked = filing({ because, agent: '@here <x>' })
    await guard.file(asked)
    await until(() => room.received.length === 1)
    const message = JSON.parse(room.received[0]?.body ?? '')
    const page = `${origin}/holds/${asked.ticket}`
    expect(message.text).toBe(
      `Interlock: 2 people other than Dan asked to look at a call of ·here ·x· for Dan. ${page}`,
    )
    const texts = message.blocks.flatMap(
      (block: { text?: object; elements?: object[] }) => block.text ?? block.elements,
    )
    expect(texts.filter(({ type }: { type: string }) => type === 'mrkdwn')).toEqual([
      { type: 'mrkdwn', text: `<${page}|Look at it on the desk>` },
    ])
    expect(texts[1]).toEqual({ type: 'plain_text', text: because.replace('\u202e', '\\u{202e}'), emoji: false })
  })
})

it('sends no more than a sentence, however long the reason is', async () => {
  const to = await hook()
  const { guard } = await teamOf(await world(webhooks(to)))
  await guard.file(
    filing({ because: 'x'.repeat(20_000), input: 'y'.repeat(1000), goal: 'the goal', claim: 'the claim' }),
  )
  await until(() => to.received.length === 1)
  expect(to.received[0]?.body.length).toBeLessThan(1_200)
  expect(to.received[0]?.body).not.toMatch(/yyy|the goal|the claim/)
})

async function teamOf(made: World): Promise<Awaited<ReturnType<typeof team>> & { origin: string }> {
  return { ...(await team(made)), origin: made.origin }
}
