import { existsSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Desk, Looked } from '../../src/approvals/desk.ts'
import type { Answer, Question } from '../../src/core/study.ts'
import { type Guard, guardOf } from '../../src/gate/guard.ts'
import { Register } from '../../src/gate/register.ts'
import { PlainDesk, portTo } from '../approvals/desk.ts'
import { type Change, FOR_OTHERS, forOthers, policyOf, shellCall, told, type World, worldOf } from './world.ts'

const NOBODY = { asks: async (): Promise<boolean> => false }
/** A host that would ask its operator itself. */
const ASKS = { asks: async (): Promise<boolean> => true }
const PERSON = { by: 'a person', forgeable: true }

interface Place {
  readonly w: World
  readonly guard: Guard
  readonly desk: PlainDesk
}

const worlds: World[] = []
/** `wrong`: what the desk does otherwise. */
function open(change: Change = {}, wrong: Partial<Desk> = {}): Place {
  let w: World | undefined
  const desk = new PlainDesk(() => w?.time.now ?? 0)
  const port = { ...portTo(desk), ...wrong }
  w = worldOf({ policy: policyOf(FOR_OTHERS), desk: () => port, ...change })
  worlds.push(w)
  return { w, guard: guardOf(w, async () => undefined), desk }
}
afterEach(() => {
  for (const w of worlds.splice(0)) w.remove()
})

const touch = 'echo > ran'
const ran = (w: World): boolean => existsSync(join(w.folder, 'ran'))
/** The same call waits once more, for another yes than the one that `ticket` had. */
async function expectHeldAnew({ w, guard }: Pick<Place, 'w' | 'guard'>, ticket: string): Promise<void> {
  const again = await guard.call(shellCall(w, touch), NOBODY)
  expect(again.outcome).toBe('waiting')
  expect(again.ticket).not.toBe(ticket)
}

/** The guard of this world was killed, and another one reads what it recorded. */
function restarted({ w, desk }: Place, wrong: Partial<Desk> = {}): Place {
  const register = new Register()
  for (const entry of w.entries) register.apply(entry)
  const again = { ...w, register, desk: () => ({ ...portTo(desk), ...wrong }) }
  return { w: again, guard: guardOf(again, async () => undefined), desk }
}

describe('a call that needs others', () => {
  it('is filed with the desk, and its agent told what would run, whom it waits for, and what to do meanwhile', async () => {
    const { w, guard, desk } = open()
    const reply = await guard.call({ ...shellCall(w, touch), claim: 'it is needed' }, NOBODY)
    expect(reply).toMatchObject({
      ruling: 'hold',
      outcome: 'waiting',
      release: { who: 'two people other than Anna', how: expect.stringContaining(reply.ticket ?? 'no ticket') },
    })
    for (const words of [
      'two people other than Anna',
      'Bo and Cleo',
      `https://desk.test/holds/${reply.ticket}`,
      'passes once',
      'within an hour',
      `interlock approvals wait ${reply.ticket}`,
      'other work',
    ])
      expect(reply.text).toContain(words)
    expect(reply.text).not.toContain('interlock confirm')
    const envelope = desk.holds.get(reply.ticket ?? '')?.envelope
    expect(envelope).toMatchObject({ input: touch, approvals: 2, claim: 'it is needed', operator: { name: 'Anna' } })
  })

  it('passes exactly once after two approvals, and is held anew after that', async () => {
    const { w, guard, desk } = open()
    const first = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    desk.vote(first.ticket ?? '', 'Bo', 'approve')
    expect(await guard.call(shellCall(w, touch, 'guard'), NOBODY)).toMatchObject({
      outcome: 'waiting',
      text: expect.stringContaining('Bo approved it already'),
    })
    desk.vote(first.ticket ?? '', 'Cleo', 'approve')
    expect(ran(w)).toBe(false)
    const second = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    expect(second).toMatchObject({ outcome: 'done', released: true, ticket: first.ticket })
    expect(ran(w)).toBe(true)
    const third = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    expect(third).toMatchObject({ outcome: 'waiting' })
    expect(third.ticket).not.toBe(first.ticket)
    await expect.poll(() => desk.holds.get(first.ticket ?? '')?.state).toBe('done')
  })

  it('is held anew where its folder has become another one', async () => {
    const { w, guard, desk } = open()
    for (const name of ['one', 'two']) mkdirSync(join(w.folder, name))
    const link = join(w.folder, 'link')
    symlinkSync('one', link)
    const call = { ...shellCall(w, 'aws cloudformation delete-stack --stack-name web'), cwd: link }
    const first = await guard.call(call, NOBODY)
    desk.approve(first.ticket ?? '')
    unlinkSync(link)
    symlinkSync('two', link)
    const moved = await guard.call(call, NOBODY)
    expect(moved).toMatchObject({ outcome: 'waiting' })
    expect(moved.ticket).not.toBe(first.ticket)
  })

  it.for([
    ['a command where a credential stands', 'TOKEN=$(echo > ran) true', {}],
    ['a name that the environment calls a credential', 'echo > ran-token', { MY_TOKEN: 'ran-token' }],
  ] as const)('is not put to people who would not see %s', async ([, command, env]) => {
    const { w, guard, desk } = open()
    const reply = await guard.call({ ...shellCall(w, command, 'guard'), env }, NOBODY)
    expect(reply).toMatchObject({ outcome: 'refused', text: expect.stringContaining('looks like a credential') })
    expect(desk.holds.size).toBe(0)
  })

  it('passes once where retries race', async () => {
    const { w, guard, desk } = open()
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    desk.approve(ticket)
    const retries = await Promise.all([1, 2, 3, 4].map(() => guard.call(shellCall(w, touch), NOBODY)))
    expect(retries.filter(({ outcome }) => outcome === 'handed over')).toHaveLength(1)
    expect(w.register.open.size).toBe(1)
  })

  it('is on record with the grant and who approved before it runs', async () => {
    let seen: unknown
    const place = open({
      append: ({ type, data }) => {
        if (type.endsWith('granted')) {
          expect(ran(place.w)).toBe(false)
          seen = data
        }
      },
    })
    const { w, guard, desk } = place
    const { ticket = '' } = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    desk.approve(ticket)
    await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    expect(seen).toMatchObject({ ticket, grant: 'signed', approved: [{ name: 'Bo' }, { name: 'Cleo' }] })
    // Who called does not wait for the desk to be told.
    await guard.quiet(5_000)
    expect(told(w)).toEqual(['ruled hold', 'ruled hold', 'granted', 'closed done', 'told done'])
  })

  it('does not run where the grant can’t be recorded', async () => {
    const { w, guard, desk } = open({
      append: ({ type }) => {
        if (type.endsWith('granted')) throw new Error('disk full')
      },
    })
    const { ticket = '' } = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    desk.approve(ticket)
    expect(await guard.call(shellCall(w, touch, 'guard'), NOBODY)).toMatchObject({ ruling: 'deny' })
    expect(ran(w)).toBe(false)
  })

  it('is not released by its operator, neither in a terminal nor by the host’s question', async () => {
    const { w, guard } = open()
    const { ticket = '', outcome } = await guard.call(shellCall(w, touch), ASKS)
    expect(outcome).toBe('waiting')
    expect(guard.waiting()).toEqual([])
    await expect(guard.confirm(ticket, 'confirmed', PERSON)).rejects.toThrow('waits for others')
    // Nor where somebody wrote the yes into the ledger.
    const time = new Date(w.time.now).toISOString()
    w.register.apply({
      type: 'dev.interlock.ticket.answered',
      subject: 'r',
      time,
      data: { ticket, answer: 'confirmed', ...PERSON },
    })
    expect(await guard.call(shellCall(w, touch), ASKS)).toMatchObject({ outcome: 'waiting', ticket })
  })

  it('is denied for good by the operator’s own No', async () => {
    const { w, guard, desk } = open()
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    await guard.confirm(ticket, 'refused', PERSON)
    desk.approve(ticket)
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ ruling: 'deny', rule: 'operator/refused' })
  })

  it('B4: is held anew as a whole where one of the things that it touches has changed', async () => {
    const { w, guard, desk } = open()
    for (const name of ['one', 'two']) writeFileSync(join(w.folder, name), name)
    const { ticket = '' } = await guard.call(shellCall(w, 'rm one two', 'guard'), NOBODY)
    desk.approve(ticket)
    writeFileSync(join(w.folder, 'two'), 'other')
    expect(await guard.call(shellCall(w, 'rm one two', 'guard'), NOBODY)).toMatchObject({ outcome: 'waiting' })
    expect([existsSync(join(w.folder, 'one')), existsSync(join(w.folder, 'two'))]).toEqual([true, true])
  })

  it('B5: needs a new approval where another script stands under the name that was approved', async () => {
    const { w, guard, desk } = open()
    writeFileSync(join(w.folder, 'tool.sh'), 'true\n')
    const { ticket = '' } = await guard.call(shellCall(w, 'sh tool.sh', 'guard'), NOBODY)
    desk.approve(ticket)
    writeFileSync(join(w.folder, 'tool.sh'), `${touch}\n`)
    expect(await guard.call(shellCall(w, 'sh tool.sh', 'guard'), NOBODY)).toMatchObject({ outcome: 'waiting' })
    expect(ran(w)).toBe(false)
  })

  it('B18: needs a new approval when what is at stake has changed', async () => {
    const { w, guard, desk } = open()
    writeFileSync(join(w.folder, 'data'), 'one')
    const { ticket = '' } = await guard.call(shellCall(w, 'rm data'), NOBODY)
    desk.approve(ticket)
    writeFileSync(join(w.folder, 'data'), 'other')
    const again = await guard.call(shellCall(w, 'rm data'), NOBODY)
    expect(again).toMatchObject({ outcome: 'waiting' })
    expect(again.ticket).not.toBe(ticket)
    expect(desk.holds.get(ticket)?.state).toBe('superseded')
  })

  it('needs two where one approved it before it became dearer', async () => {
    let under: 'approval×1' | 'approval×2' = 'approval×1'
    const { w, guard, desk } = open({ policy: { hash: 'policy', decide: () => forOthers(under) } })
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    desk.approve(ticket)
    under = 'approval×2'
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ outcome: 'waiting' })
  })

  it('takes no approval that it then has no pre-images for', async () => {
    const answer = forOthers('snapshot', 'approval×2')
    const { w, guard, desk } = open({
      policy: policyOf(answer),
      take: async () => ({ kind: 'infeasible', why: 'too much' }),
    })
    writeFileSync(join(w.folder, 'data'), 'one')
    const first = await guard.call(shellCall(w, 'rm data'), NOBODY)
    desk.approve(first.ticket ?? '')
    const second = await guard.call(shellCall(w, 'rm data'), NOBODY)
    expect(second).toMatchObject({ outcome: 'waiting' })
    expect(desk.holds.get(first.ticket ?? '')?.state).toBe('superseded')
  })
})

describe('a No on the desk', () => {
  it('is told with who said it and why, recorded, and sticks', async () => {
    const place = open()
    const { w, guard, desk } = place
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    desk.vote(ticket, 'Bo', 'deny', 'not on a Friday')
    const reply = await guard.call(shellCall(w, touch), NOBODY)
    expect(reply).toMatchObject({ ruling: 'deny', rule: 'approval/refused', outcome: 'refused' })
    expect(reply.because).toContain('Bo said No to this very call (“not on a Friday”)')
    expect(told(w)).toEqual(['ruled hold', 'ruled hold', 'answered refused', 'ruled deny'])
    desk.holds.clear()
    for (const { w: world, guard: one } of [place, restarted(place)])
      expect(await one.call(shellCall(world, touch), NOBODY)).toMatchObject({ rule: 'approval/refused' })
    expect(desk.holds.size).toBe(0)
  })
})

describe('a desk that can’t be had', () => {
  const down = async (): Promise<Looked> => ({ kind: 'failed', why: 'the desk is asleep', perhaps: false })

  it('is a refusal with its reason; what needs nobody runs, and the next try is filed', async () => {
    let asleep = true
    const place = open()
    const port = portTo(place.desk)
    const desk = (): Desk => (asleep ? { ...port, file: down, standing: down } : port)
    const w = { ...place.w, desk }
    const guard = guardOf(w, async () => undefined)
    const reply = await guard.call(shellCall(w, touch), NOBODY)
    expect(reply).toMatchObject({ ruling: 'deny', outcome: 'refused', rule: 'approval/not-had' })
    expect(reply.text).toContain('the desk is asleep')
    expect(reply.text).toContain('Nothing has run.')
    Object.assign(w, { policy: policyOf(forOthers()) })
    expect(await guard.call(shellCall(w, 'echo > other'), NOBODY)).toMatchObject({ outcome: 'handed over' })
    Object.assign(w, { policy: policyOf(FOR_OTHERS) })
    asleep = false
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ outcome: 'waiting' })
  })

  it('where too few are enrolled says so', async () => {
    const { w, guard, desk } = open()
    desk.approvers = ['Bo']
    const reply = await guard.call(shellCall(w, touch), NOBODY)
    expect(reply).toMatchObject({
      ruling: 'deny',
      because: expect.stringContaining('only one of two approvers is enrolled'),
    })
  })

  it('is none: what needs others is denied, as nobody could give it', async () => {
    const { w, guard } = open({ desk: () => undefined })
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({
      ruling: 'deny',
      because: expect.stringContaining('nobody is enrolled'),
    })
  })
})

it.for([
  ['approval×1', 'a person other than Anna', 'another person'],
  ['approval×2', 'two people other than Anna', 'two people'],
] as const)('%s is the release by %s', async ([under, who, words]) => {
  const { w, guard } = open({ policy: policyOf(forOthers('confirm', under)) })
  const reply = await guard.call(shellCall(w, touch), ASKS)
  expect(reply).toMatchObject({ outcome: 'waiting', release: { who, where: 'on the desk at https://desk.test' } })
  expect(reply.because).toContain(`it needs the approval of ${words}`)
})

it('that nobody could be asked is no refusal: once a desk is named, the same run may ask', async () => {
  const escalating: boolean[] = []
  const decide = (question: Question): Answer => {
    escalating.push(question.escalating)
    return FOR_OTHERS
  }
  const place = open({ policy: { hash: 'policy', decide } })
  let desk: Desk | undefined
  const w = { ...place.w, desk: () => desk }
  const guard = guardOf(w, async () => undefined)
  expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ ruling: 'deny' })
  desk = portTo(place.desk)
  expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ ruling: 'hold' })
  expect(escalating).toEqual([false, false])
})

describe('a grant', () => {
  it.for([
    ['another receipt', 'receipt', 'r-0000000009'],
    ['another receipt', 'ticket', 't-0000000009'],
    ['another call', 'action', 'e'.repeat(64)],
    ['other facts', 'preconditions', 'e'.repeat(64)],
    ['another policy', 'policy', 'another'],
  ] as const)('for %s (%s) lets nothing run, and the desk learns that it did not', async ([words, claim, value]) => {
    const place = open()
    const { desk } = place
    const port = portTo(desk)
    const w = {
      ...place.w,
      desk: (): Desk => ({
        ...port,
        file: async (...args) => {
          const looked = await port.file(...args)
          if (looked.kind !== 'stands' || looked.grant === undefined) return looked
          return { ...looked, grant: { ...looked.grant, claims: { ...looked.grant.claims, [claim]: value } } }
        },
      }),
    }
    const guard = guardOf(w, async () => undefined)
    const { ticket = '' } = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    desk.approve(ticket)
    const reply = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    expect(reply).toMatchObject({ ruling: 'deny', rule: 'approval/not-had', because: expect.stringContaining(words) })
    expect(ran(w)).toBe(false)
    await expect.poll(() => desk.holds.get(ticket)?.state).toBe('failed')
  })

  it('that did not arrive is never used: the call is held anew', async () => {
    const place = open()
    const { desk } = place
    let lost = false
    const port = portTo(desk)
    const w = {
      ...place.w,
      desk: (): Desk => ({
        ...port,
        file: async (...args) => {
          const looked = await port.file(...args)
          if (!lost) return looked
          lost = false
          return { kind: 'failed', why: 'the line was cut', perhaps: true }
        },
      }),
    }
    const guard = guardOf(w, async () => undefined)
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    desk.approve(ticket)
    lost = true
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ ruling: 'deny' })
    await expect.poll(() => desk.holds.get(ticket)?.state).toBe('failed')
    await expectHeldAnew({ w, guard }, ticket)
  })
})

describe('a guard that was killed', () => {
  it('between filing and approval goes on where it was', async () => {
    const place = open()
    const { ticket = '' } = await place.guard.call(shellCall(place.w, touch), NOBODY)
    place.desk.approve(ticket)
    const { w, guard } = restarted(place)
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ outcome: 'handed over', ticket })
  })

  it('after it took an approval, before that was on record, never uses it', async () => {
    const place = open()
    const { ticket = '' } = await place.guard.call(shellCall(place.w, touch), NOBODY)
    place.desk.approve(ticket)
    const before = [...place.w.entries]
    await place.guard.call(shellCall(place.w, touch), NOBODY)
    place.w.entries.splice(
      0,
      place.w.entries.length,
      ...before,
      ...place.w.entries.slice(before.length, before.length + 1),
    )
    const { w, guard } = restarted(place)
    await expectHeldAnew({ w, guard }, ticket)
  })

  it('after that was on record never uses it again, and tells the desk that the end is not known', async () => {
    const place = open()
    const { ticket = '' } = await place.guard.call(shellCall(place.w, touch), NOBODY)
    place.desk.approve(ticket)
    await place.guard.call(shellCall(place.w, touch), NOBODY)
    const { w, guard, desk } = restarted(place)
    await guard.abandon(0, 'the guard ended')
    await guard.tellDesk()
    await expect.poll(() => desk.holds.get(ticket)?.state).toBe('unknown')
    await expectHeldAnew({ w, guard }, ticket)
  })
})

describe('what became of a call', () => {
  it('is told when the desk answers again, also by the next guard, and once', async () => {
    let asleep = true
    const told: string[] = []
    const place = open()
    const port = portTo(place.desk)
    const tell: Desk['tell'] = async (ticket, outcome) => {
      told.push(`${asleep ? 'tried' : 'told'} ${outcome.outcome}`)
      return asleep ? { kind: 'unanswered', why: 'asleep' } : await port.tell(ticket, outcome)
    }
    const w = { ...place.w, desk: (): Desk => ({ ...port, tell }) }
    const guard = guardOf(w, async () => undefined)
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    place.desk.approve(ticket)
    const { receipt } = await guard.call(shellCall(w, touch), NOBODY)
    await guard.close(receipt, { outcome: 'done', code: 0 })
    await guard.quiet(1_000)
    expect(told).toEqual(['tried done'])
    await guard.tellDesk()
    await guard.quiet(1_000)
    asleep = false
    const next = restarted(place, { tell })
    await next.guard.tellDesk()
    await next.guard.quiet(1_000)
    expect(place.desk.holds.get(ticket)?.state).toBe('done')
    await next.guard.tellDesk()
    await restarted(place, { tell }).guard.tellDesk()
    expect(told).toEqual(['tried done', 'tried done', 'told done'])
  })
})

describe('what waits for others', () => {
  it('is listed with how far it is, apart from what waits for the operator', async () => {
    const { w, guard, desk } = open()
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    desk.vote(ticket, 'Bo', 'approve')
    const { waiting } = await guard.approvals()
    expect(waiting).toMatchObject([
      { held: { ticket, input: touch, approvals: 2 }, standing: { approved: [{ name: 'Bo' }] } },
    ])
    expect(guard.status()).toMatchObject({ waiting: 0, waitingForOthers: 1 })
    desk.vote(ticket, 'Cleo', 'approve')
    expect(await guard.approval(ticket, 0)).toMatchObject({ standing: { state: 'approved' } })
    await expect(guard.approval('t-none', 0)).rejects.toThrow('there is no ticket')
  })
})
