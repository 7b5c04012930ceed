import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { sweep } from '../../src/desk/sweep.ts'
import { startDesk } from '../../src/root/desk.ts'
import type { Filing, HoldState, Holds } from '../../src/wire/desk.ts'
import { filing } from './filing.ts'
import { newWorld, type Somebody, SomeGuard, team, type World } from './world.ts'

let world: World
let ada: Somebody
let ben: Somebody
let cho: Somebody
let dan: Somebody
let guard: SomeGuard
beforeAll(async () => {
  world = await newWorld({ 'desk.yaml': 'limits: {filingsPerMinute: 1000}' })
  ;({ ada, ben, cho, dan, guard } = await team(world))
})
afterAll(async () => {
  expect(world.faults).toEqual([])
  await world.end()
})

async function approved(change: Partial<Filing> = {}): Promise<Filing> {
  const asked = filing(change)
  await guard.file(asked)
  for (const voter of [ben, cho]) expect(await voter.vote(asked.ticket, 'approve')).toMatchObject({ status: 200 })
  return asked
}

async function state({ ticket }: Filing): Promise<HoldState> {
  return (await guard.send<{ state: HoldState }>('GET', `/v1/holds/${ticket}`)).body.state
}

it.for([
  ['another action', { action: 'b'.repeat(64) }],
  ['other facts', { preconditions: 'b'.repeat(64) }],
  ['another policy', { policy: 'none' }],
  ['fewer people', { approvals: 1 }],
] as const)('B1: refuses %s under a ticket that was approved, and changes nothing', async ([, change]) => {
  const asked = await approved()
  expect(await guard.file({ ...asked, ...change })).toMatchObject({ status: 409 })
  expect(await state(asked)).toBe('approved')
  expect((await guard.file(asked)).body).toHaveProperty('grant')
})

it('B2: counts from nothing when the call is edited', async () => {
  const asked = filing()
  await guard.file(asked)
  await ben.vote(asked.ticket, 'approve')
  const edited = filing({ preconditions: 'c'.repeat(64), action: asked.action })
  expect((await guard.file(edited)).body).toMatchObject({ state: 'open', approved: [] })
  expect(await cho.vote(asked.ticket, 'approve')).toMatchObject({ status: 409, body: { detail: 'it is superseded' } })
})

it('B18: an approval is void where the same call comes with other facts', async () => {
  const asked = await approved()
  const drifted = filing({ action: asked.action, preconditions: 'd'.repeat(64) })
  expect((await guard.file(drifted)).body).toMatchObject({ state: 'open', approved: [] })
  expect((await guard.file(asked)).body).toMatchObject({ state: 'superseded' })
  expect((await guard.file(asked)).body).not.toHaveProperty('grant')
})

it('B17: of many who take one approval at once, one gets it', async () => {
  const asked = await approved()
  const tries = Array.from({ length: 12 }, (_, i) => guard.file(asked, `r-${String(i).padStart(10, '0')}`))
  const answers = await Promise.all(tries)
  expect(answers.filter(({ body }) => body.grant !== undefined)).toHaveLength(1)
  expect(await state(asked)).toBe('taken')
})

it('B16: refuses a guard’s hundred and first waiting call, and takes one again when one was answered', async () => {
  const flooding = await new SomeGuard(world).enroll(ada, dan, 'flooding')
  const all = Array.from({ length: 100 }, () => filing())
  for (const each of all) expect((await flooding.file(each)).status).toBe(200)
  expect(await flooding.file(filing())).toMatchObject({ status: 429 })
  // The same call again asks nothing new.
  expect(await flooding.file(filing({ action: all[0]?.action ?? '' }))).toMatchObject({ status: 200 })
  expect(await guard.file(filing())).toMatchObject({ status: 200 })
  await ben.vote(all[1]?.ticket ?? '', 'deny')
  expect(await flooding.file(filing())).toMatchObject({ status: 200 })
  await ada.send('DELETE', `/api/guards/${flooding.id}`, {})
})

it('files nothing that too few people could approve, and says who is missing', async () => {
  const asked = filing({ approvals: 4 })
  const refused = await guard.file(asked)
  expect(refused).toMatchObject({ status: 409, body: { type: 'quorum-unreachable' } })
  expect(refused.body).toHaveProperty(
    'detail',
    '4 approvers other than Dan would have to agree, and only Ada, Ben, Cho is enrolled',
  )
  expect(await guard.send('GET', `/v1/holds/${asked.ticket}`)).toMatchObject({ status: 404 })
})

it('gives no grant where one who approved was removed since, until another has agreed', async () => {
  const eli = await ada.invite('Eli')
  const asked = filing()
  await guard.file(asked)
  for (const voter of [ben, eli]) await voter.vote(asked.ticket, 'approve')
  await ada.send('DELETE', `/api/people/${eli.id}`, {})
  expect(await guard.file(asked)).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('no longer approvers') },
  })
  expect(await eli.vote(asked.ticket, 'deny')).toMatchObject({ status: 401 })
  expect(await eli.signIn()).toMatchObject({ status: 403 })
  expect(await ada.vote(asked.ticket, 'approve')).toMatchObject({ body: { state: 'approved' } })
  expect((await guard.file(asked)).body).toMatchObject({
    grant: expect.any(String),
    approved: [{ name: 'Ben' }, { name: 'Ada' }],
  })
})

it('shows and grants a guard nothing of another guard', async () => {
  const other = await new SomeGuard(world).enroll(ada, ben, 'other')
  const asked = await approved()
  expect(await other.file(asked)).toMatchObject({ status: 409 })
  expect(await other.send('GET', `/v1/holds/${asked.ticket}`)).toMatchObject({ status: 404 })
  const outcome = { receipt: 'r-0000000000', outcome: 'done' }
  expect(await other.send('POST', `/v1/holds/${asked.ticket}/outcome`, outcome)).toMatchObject({ status: 404 })
  expect(await state(asked)).toBe('approved')
})

it('closes a call once, for the receipt that took it', async () => {
  const asked = await approved()
  const close = (receipt: string, outcome: string) =>
    guard.send('POST', `/v1/holds/${asked.ticket}/outcome`, { receipt, outcome })
  expect(await close('r-0000000001', 'done')).toMatchObject({ status: 409 })
  await guard.file(asked, 'r-0000000001')
  expect(await close('r-0000000002', 'done')).toMatchObject({ status: 409 })
  expect(await close('r-0000000001', 'failed')).toMatchObject({ status: 200, body: { state: 'failed' } })
  expect(await close('r-0000000001', 'failed')).toMatchObject({ status: 200, body: { state: 'failed' } })
  expect(await close('r-0000000001', 'done')).toMatchObject({ status: 409 })
})

it('answers who waits as soon as people have answered', async () => {
  const asked = filing({ approvals: 1 })
  await guard.file(asked)
  const waits = guard.send('GET', `/v1/holds/${asked.ticket}?wait=20000`)
  await ben.vote(asked.ticket, 'approve')
  expect(await waits).toMatchObject({ body: { state: 'approved' } })
})

it('refuses a revoked guard, and those of a person who was removed', async () => {
  const fay = await ada.invite('Fay')
  const [one, two] = [new SomeGuard(world), new SomeGuard(world)]
  await one.enroll(ada, fay, 'one')
  await two.enroll(ada, dan, 'two')
  await ada.send('DELETE', `/api/people/${fay.id}`, {})
  await ada.send('DELETE', `/api/guards/${two.id}`, {})
  for (const each of [one, two]) expect(await each.file(filing())).toMatchObject({ status: 403 })
})

it('ends what waited too long, and a call of which nothing more was heard', async () => {
  const [open, late, lost] = [filing(), await approved(), await approved()]
  await guard.file(open)
  await guard.file(lost)
  world.clock.skip(60 * 60_000 + 60_000)
  expect((await guard.file(late)).body).toMatchObject({ state: 'expired' })
  world.clock.skip(24 * 60 * 60_000)
  await sweep(world.running.desk)
  expect(await Promise.all([open, late, lost].map(state))).toEqual(['expired', 'expired', 'unknown'])
  expect((await guard.file(lost)).body).not.toHaveProperty('grant')
})

it('B8: stays up with a hold that can’t be read, refuses what waits on it, and goes on with all others', async ({
  skip,
}) => {
  if (inject('deskStore') === 'postgres') skip('its tables are spoilt by hand, in the file')
  const made = await newWorld()
  const all = await team(made)
  const [poisoned, other] = [filing(), filing()]
  for (const each of [poisoned, other]) await all.guard.file(each)
  await made.running.stop()
  const path = join(made.env.INTERLOCK_DESK_HOME, 'desk.sqlite')
  const db = new DatabaseSync(path)
  for (const [envelope, state] of [
    ['{"not": "one"', 'open'],
    ['{}', 'open'],
    [undefined, 'nothing'],
  ]) {
    const { envelope: before } = db.prepare('select envelope from holds where ticket = ?').get(other.ticket) as {
      envelope: string
    }
    db.prepare('update holds set envelope = ?, state = ? where ticket = ?').run(
      envelope ?? before,
      state ?? '',
      poisoned.ticket,
    )
    const port = new URL(made.origin).port
    const again = await startDesk({ port }, made.env, {
      clock: made.clock,
      fault: (error) => made.faults.push(error),
      told: () => undefined,
    })
    const { body } = await all.ben.send<Holds>('GET', '/api/holds')
    expect(body.holds.map(({ ticket }) => ticket)).toEqual([other.ticket])
    expect((await all.guard.file(poisoned)).status).toBe(500)
    expect((await all.guard.file(other)).status).toBe(200)
    await again.stop()
  }
  db.close()
  expect(made.faults).toHaveLength(3)
  await made.end()
})
