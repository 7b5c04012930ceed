import { afterEach, expect, it } from 'vitest'
import type { Entry } from '../../src/desk/verify.ts'
import { envelopeDigest } from '../../src/people/envelope.ts'
import type { Envelope, HoldPage, Standing } from '../../src/wire/desk.ts'
import { filing } from './filing.ts'
import { entriesOf, faultsIn, newWorld, type Somebody, type SomeGuard, team, type World } from './world.ts'

const SETTINGS = `
quorum:
  - id: payments
    environments: [production]
    systems: [payments-*]
    needs: { count: 2, teams: [payments], seniority: senior }
`
const EFFECT = { verb: 'update', resource: 'x', undo: 'U2', certainty: 'known', tier: 2 } as const
const asked = (): ReturnType<typeof filing> =>
  filing({ approvals: 1, effects: [{ ...EFFECT, place: 'production:payments-api' }] })

let world: World
afterEach(async () => {
  expect(world.faults).toEqual([])
  expect(await faultsIn(await entriesOf(world))).toEqual([])
  await world.end()
})

async function start(): Promise<{ ada: Somebody; ben: Somebody; cho: Somebody; dan: Somebody; guard: SomeGuard }> {
  world = await newWorld({ 'desk.yaml': SETTINGS })
  return await team(world)
}

it('refuses a call at filing whose quorum nobody can reach, and says who is missing', async () => {
  const { ada, cho, dan, guard } = await start()
  const detail =
    '2 approvers other than Dan, one who is senior or more, one of team payments, would have to agree, ' +
    'and only Ada, Ben, Cho is enrolled: one who is senior or more and one of team payments is missing'
  // The operator's own team and seniority are of no use.
  await ada.send('POST', `/api/people/${dan.id}/rights`, {
    roles: ['operator', 'approver'],
    teams: ['payments'],
    seniority: 'principal',
  })
  expect(await guard.file(asked())).toMatchObject({ status: 409, body: { type: 'quorum-unreachable', detail } })
  await ada.send('POST', `/api/people/${cho.id}/rights`, { roles: ['approver'], teams: ['payments'] })
  expect(await guard.file(asked())).toMatchObject({
    status: 409,
    body: { detail: expect.stringMatching(/enrolled: one who is senior or more is missing$/) },
  })
})

it('waits for the team and the seniority that a rule asks for, and says what is missing', async () => {
  const { ada, ben, cho, guard } = await start()
  await ada.send('POST', `/api/people/${cho.id}/rights`, {
    roles: ['approver'],
    teams: ['web', 'payments'],
    seniority: 'principal',
  })
  const held = asked()
  expect(await guard.file(held)).toMatchObject({ status: 200, body: { state: 'open', needs: 2 } })
  for (const voter of [ada, ben]) expect(await voter.vote(held.ticket, 'approve')).toMatchObject({ status: 200 })
  const { body } = await guard.send<Standing>('GET', `/v1/holds/${held.ticket}`)
  expect(body).toMatchObject({
    state: 'open',
    approved: [{ name: 'Ada' }, { name: 'Ben' }],
    terms: 'one who is senior or more, one of team payments',
    missing: ['one who is senior or more', 'one of team payments'],
    asked: ['Cho'],
  })
  const page = await cho.send<HoldPage>('GET', `/api/holds/${held.ticket}`)
  expect(page.body.envelope.quorum).toMatchObject({ rules: ['payments'], of: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(await cho.vote(held.ticket, 'approve')).toMatchObject({ body: { state: 'approved', missing: [] } })
  expect((await guard.file(held, 'r-0000000000')).body.grant).toEqual(expect.any(String))
})

it('gives nothing out when the senior one was made less since', async () => {
  const { ada, ben, cho, guard } = await start()
  const senior = { roles: ['approver'], teams: ['payments'], seniority: 'senior' }
  await ada.send('POST', `/api/people/${cho.id}/rights`, senior)
  const held = asked()
  await guard.file(held)
  for (const voter of [ben, cho]) await voter.vote(held.ticket, 'approve')
  await ada.send('POST', `/api/people/${cho.id}/rights`, { ...senior, seniority: 'junior' })
  expect(await guard.file(held, 'r-0000000000')).toMatchObject({ status: 409 })
  await ada.send('POST', `/api/people/${cho.id}/rights`, senior)
  expect((await guard.file(held, 'r-0000000000')).body.grant).toEqual(expect.any(String))
})

it('asks for what the guard asks where no rule applies', async () => {
  const { ada, guard } = await start()
  const held = filing({ approvals: 1, effects: [{ ...EFFECT, place: 'staging:payments-api' }] })
  expect((await guard.file(held)).body).not.toHaveProperty('terms')
  expect(await ada.vote(held.ticket, 'approve')).toMatchObject({ body: { state: 'approved' } })
})

it('finds a hold in the ledger that asks for less than its rules', async () => {
  const { ada, cho, guard } = await start()
  await ada.send('POST', `/api/people/${cho.id}/rights`, {
    roles: ['approver'],
    teams: ['payments'],
    seniority: 'senior',
  })
  await guard.file(asked())
  const entries = await entriesOf(world)
  const tampered = (change: (quorum: object) => object): readonly Entry[] =>
    entries.map((each) => {
      if (each.entry.type !== 'dev.interlock.hold.filed') return each
      const { envelope } = each.entry.data as { envelope: Envelope }
      const less = { ...envelope, quorum: change(envelope.quorum) } as Envelope
      return { ...each, entry: { ...each.entry, data: { envelope: less, digest: envelopeDigest(less) } } }
    })
  const others = ['it asks others than the guard and the rules had to ask']
  expect(await faultsIn(tampered((quorum) => ({ ...quorum, teams: undefined })))).toEqual(others)
  expect(await faultsIn(tampered((quorum) => ({ ...quorum, count: 1 })))).toEqual(others)
  const never = ['it rests on rules that were never in force']
  expect(await faultsIn(tampered(() => ({ count: 1, role: 'approver' })))).toEqual(never)
  expect(await faultsIn(tampered((quorum) => ({ ...quorum, of: 'a'.repeat(64) })))).toEqual(never)
})
