import { afterEach, describe, expect, it } from 'vitest'
import { type Guard, guardOf } from '../../src/gate/guard.ts'
import { Register } from '../../src/gate/register.ts'
import { PlainDesk, portTo } from '../approvals/desk.ts'
import { FOR_OTHERS, HELD, policyOf, shellCall, type World, worldOf } from './world.ts'

const NOBODY = { asks: async (): Promise<boolean> => false }
const PERSON = { by: 'a person', forgeable: true }
const MINUTE_MS = 60_000

const worlds: World[] = []
afterEach(() => {
  for (const w of worlds.splice(0)) w.remove()
})

function open(policy = policyOf(HELD), desk?: PlainDesk): { w: World; guard: Guard } {
  const w = worldOf({ policy, ...(desk && { desk: () => portTo(desk) }) })
  worlds.push(w)
  return { w, guard: guardOf(w, async () => undefined) }
}

const call = (w: World, what: string, name = 'test'): Record<string, unknown> => ({
  ...shellCall(w, what),
  agent: { name, run: 'run' },
})

/** Puts so many different calls to people; answers with their tickets. */
async function put({ w, guard }: { w: World; guard: Guard }, count: number, name?: string): Promise<string[]> {
  const tickets: string[] = []
  for (let i = 0; i < count; i += 1)
    tickets.push((await guard.call(call(w, `echo > file-${w.entries.length}`, name), NOBODY)).ticket ?? '')
  return tickets
}

describe('B16: an agent that floods people with questions', () => {
  it('is stopped at the thirtieth in ten minutes, and told so, until a person resumes', async () => {
    const place = open()
    const { w, guard } = place
    await put(place, 30)
    const next = await guard.call(call(w, 'echo > again'), NOBODY)
    expect(next).toMatchObject({ ruling: 'deny', rule: 'breaker/stopped', outcome: 'refused' })
    expect(next.because).toBe(
      'this agent is stopped: it put 30 calls to people within ten minutes, and none of them has a yes',
    )
    expect(next.text).toContain('interlock resume')
    const turned = w.entries.filter(({ type }) => type.endsWith('breaker.turned')).map(({ data }) => data)
    expect(turned).toMatchObject([{ state: 'stopped', by: 'breaker/flood', agent: 'test' }])
    expect(guard.status()).toMatchObject({ stoppedAgents: [{ agent: 'test' }] })
    await guard.turn('resumed', 'by hand', 'a person')
    expect(await guard.call(call(w, 'echo > again'), NOBODY)).toMatchObject({ ruling: 'hold' })
  })

  it('is stopped also by the guard that comes after a killed one; no other agent is', async () => {
    const place = open()
    await put(place, 30)
    const register = new Register()
    for (const entry of place.w.entries) register.apply(entry)
    const again = guardOf({ ...place.w, register }, async () => undefined)
    expect(await again.call(call(place.w, 'echo > again'), NOBODY)).toMatchObject({ rule: 'breaker/stopped' })
    expect(await again.call(call(place.w, 'echo > again', 'another'), NOBODY)).toMatchObject({ ruling: 'hold' })
  })

  it('is not, as long as its questions are answered with a yes, or come slowly', async () => {
    const place = open()
    for (let round = 0; round < 5; round += 1)
      for (const ticket of await put(place, 10)) await place.guard.confirm(ticket, 'confirmed', PERSON)
    for (let round = 0; round < 5; round += 1) {
      await put(place, 10)
      place.w.time.now += 6 * MINUTE_MS
    }
    expect(place.guard.status().stoppedAgents).toEqual([])
  })

  it('that asks the same with ever other facts is stopped, too', async () => {
    const desk = new PlainDesk(() => place.w.time.now)
    const place = open(policyOf(FOR_OTHERS), desk)
    const { w, guard } = place
    const seen = new Set<string>()
    for (let i = 0; i < 40; i += 1) {
      const { ticket, rule } = await guard.call(
        { ...call(w, 'echo > same'), target: { system: `s${i}`, environment: 'x' } },
        NOBODY,
      )
      seen.add(rule === 'breaker/stopped' ? rule : (ticket ?? ''))
    }
    expect(seen.size).toBe(31)
    expect(desk.holds.size).toBe(30)
  })
})

describe('a No', () => {
  it('counts for its day, however many calls are filed after it', async () => {
    const place = open()
    const { w, guard } = place
    const [no = ''] = await put(place, 1)
    const refused = call(w, 'echo > file-0')
    await guard.confirm(no, 'refused', PERSON)
    for (let agent = 0; agent < 11; agent += 1) await put(place, 25, `agent-${agent}`)
    expect(await guard.call(refused, NOBODY)).toMatchObject({ ruling: 'deny', rule: 'operator/refused' })
    w.time.now += 25 * 60 * MINUTE_MS
    expect(await guard.call(refused, NOBODY)).toMatchObject({ ruling: 'hold' })
    await put(place, 25, 'a day later')
    expect(w.register.tickets.size).toBeLessThanOrEqual(200)
  })

  it('of the operator to what waits for others is told to the desk, and again until it is known', async () => {
    const desk = new PlainDesk(() => place.w.time.now)
    let answers = false
    const port = portTo(desk)
    const w = worldOf({
      policy: policyOf(FOR_OTHERS),
      desk: () => ({
        ...port,
        withdraw: async (ticket) => (answers ? port.withdraw(ticket) : { kind: 'unanswered', why: 'it sleeps' }),
      }),
    })
    worlds.push(w)
    const place = { w, guard: guardOf(w, async () => undefined) }
    const { ticket = '' } = await place.guard.call(call(w, 'echo > once'), NOBODY)
    await place.guard.confirm(ticket, 'refused', PERSON)
    await place.guard.quiet(1000)
    expect(desk.holds.get(ticket)?.state).toBe('open')
    expect(await place.guard.call(call(w, 'echo > once'), NOBODY)).toMatchObject({ rule: 'operator/refused' })
    answers = true
    const register = new Register()
    for (const entry of w.entries) register.apply(entry)
    const again = guardOf({ ...w, register }, async () => undefined)
    await again.tellDesk()
    await again.quiet(1000)
    expect(desk.holds.get(ticket)?.state).toBe('withdrawn')
    expect(register.untold.size).toBe(0)
    expect(w.entries.at(-1)).toMatchObject({ data: { ticket, outcome: 'withdrawn' } })
  })
})
