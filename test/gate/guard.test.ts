import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Policy } from '../../src/core/study.ts'
import { type Guard, guardOf } from '../../src/gate/guard.ts'
import { type Change, DENIED, HELD, policyOf, shellCall, told, type World, worldOf } from './world.ts'

const NOBODY = { asks: async (): Promise<boolean> => false }
const PERSON = { by: 'a person', forgeable: true }

const worlds: World[] = []
function open(change: Change = {}, answerMs = 5_000): { w: World; guard: Guard } {
  const w = worldOf(change)
  worlds.push(w)
  return { w, guard: guardOf(w, async () => undefined, answerMs) }
}
afterEach(() => {
  for (const w of worlds.splice(0)) w.remove()
})

/** A command that leaves a trace where it ran. */
const touch = 'echo > ran'
const ran = (w: World): boolean => existsSync(join(w.folder, 'ran'))

describe('a failure before the grant', () => {
  const boom = (): never => {
    throw new Error('boom')
  }
  const places: readonly (readonly [string, Change | 'breaker' | 'capture'])[] = [
    ['capture', 'capture'],
    ['the probes', { probe: async () => boom() }],
    ['what people wrote', { rulesOf: boom }],
    ['the policy', { policy: { hash: 'p', decide: boom } }],
    ['the breaker', 'breaker'],
    ['the snapshot', { take: async () => boom() }],
  ]
  it.for(places)('in %s is a deny, nothing runs, and the ledger says why', async ([, what]) => {
    const { w, guard } = open(typeof what === 'string' ? {} : what)
    if (what === 'breaker') Object.assign(w.breaker, { stopped: boom })
    const call = what === 'capture' ? { kind: 'shell' } : shellCall(w, touch, 'guard')
    const reply = await guard.call(call, NOBODY)
    expect(reply).toMatchObject({ ruling: 'deny', outcome: 'refused' })
    expect(reply.text).toContain('Nothing has run.')
    expect(ran(w)).toBe(false)
    const last = w.entries.at(-1)
    expect(last?.data).toMatchObject(
      told(w).length > 1 ? { outcome: 'refused' } : { ruling: 'deny', rule: 'gate/fault' },
    )
    expect(JSON.stringify(last?.data)).toMatch(/boom|does not fit/)
    expect(reply.receipt).toBe(last?.subject)
    expect(w.register.open.size).toBe(0)
  })

  it('in the ledger is a deny, though there is nothing to write it to', async () => {
    const { w, guard } = open({ append: boom })
    expect(await guard.call(shellCall(w, touch, 'guard'), NOBODY)).toMatchObject({ ruling: 'deny', receipt: 'none' })
    expect(ran(w)).toBe(false)
  })
})

describe('a failure after the grant', () => {
  it('is the outcome `unknown`, in the answer and in the ledger, with what was seen to have changed', async () => {
    const changes = [{ path: '/x', change: 'changed' as const, predicted: true }]
    let closed = 0
    const { w, guard } = open({
      append: ({ type }) => {
        if (type.endsWith('closed') && closed++ === 0) throw new Error('boom')
      },
      close: async () => ({ changes, overlaps: [], lost: [] }),
    })
    const reply = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    expect(reply).toMatchObject({ ruling: 'allow', outcome: 'unknown' })
    expect(reply.text).toContain('It may or may not have run')
    expect(ran(w)).toBe(true)
    expect(w.entries.at(-1)?.data).toMatchObject({ outcome: 'unknown', why: 'boom', changes })
  })

  it('is `unknown` too where the ledger takes nothing more', async () => {
    let appended = 0
    const { w, guard } = open({
      append: () => {
        if (appended++ > 0) throw new Error('disk full')
      },
    })
    expect(await guard.call(shellCall(w, touch, 'guard'), NOBODY)).toMatchObject({ outcome: 'unknown' })
    expect(told(w)).toEqual(['ruled allow'])
  })

  it('does not keep a receipt open where only what changed can’t be seen', async () => {
    const { w, guard } = open({
      close: async () => {
        throw new Error('unreadable')
      },
    })
    expect(await guard.call(shellCall(w, touch, 'guard'), NOBODY)).toMatchObject({ outcome: 'done' })
    expect(w.entries.at(-1)?.data).toMatchObject({ outcome: 'done', why: expect.stringContaining('unreadable') })
  })
})

describe('the order of things', () => {
  it('the ruling is durable before anything runs', async () => {
    const { w, guard } = open({ append: ({ type }) => expect(ran(w)).toBe(type.endsWith('closed')) })
    expect(await guard.call(shellCall(w, touch, 'guard'), NOBODY)).toMatchObject({ outcome: 'done' })
    expect(told(w)).toEqual(['ruled allow', 'closed done'])
  })

  it('a stop after the ruling holds: what was allowed does not run', async () => {
    const { w, guard } = open({
      take: async () => {
        w.stop.why = 'enough'
        return { kind: 'kept', files: 0, bytes: 0, leftOut: [], attributes: true }
      },
    })
    const reply = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    expect(reply).toMatchObject({ ruling: 'deny', outcome: 'refused', because: 'everything is stopped: enough' })
    expect(ran(w)).toBe(false)
    expect(told(w)).toEqual(['ruled allow', 'closed refused'])
  })

  it('what takes too long is denied in time, and does not run when it comes to an end', async () => {
    const gate = Promise.withResolvers<void>()
    const { w, guard } = open({ probe: async () => gate.promise.then(() => []) }, 50)
    const since = performance.now()
    const reply = await guard.call(shellCall(w, 'rm x', 'guard'), NOBODY)
    expect(reply).toMatchObject({ ruling: 'deny', outcome: 'refused' })
    expect(performance.now() - since).toBeLessThan(2_000)
    writeFileSync(join(w.folder, 'x'), '')
    gate.resolve()
    await expect.poll(() => told(w)).toEqual(['ruled deny', 'ruled allow', 'closed refused'])
    expect(existsSync(join(w.folder, 'x'))).toBe(true)
  })

  it('a call that has begun may take its time', async () => {
    const { w, guard } = open({}, 200)
    expect(await guard.call(shellCall(w, 'sleep 0.6; echo > ran', 'guard'), NOBODY)).toMatchObject({ outcome: 'done' })
    expect(ran(w)).toBe(true)
  })
})

describe('a hold', () => {
  const held = (): { w: World; guard: Guard } => open({ policy: policyOf(HELD) })

  it('waits, and passes exactly once after a yes, also where two retries come at the same time', async () => {
    const { w, guard } = held()
    const first = await guard.call(shellCall(w, touch), NOBODY)
    expect(first).toMatchObject({
      ruling: 'hold',
      outcome: 'waiting',
      release: { how: `interlock confirm ${first.ticket}` },
    })
    await guard.confirm(first.ticket ?? '', 'confirmed', PERSON)
    const retries = await Promise.all([1, 2, 3].map(() => guard.call(shellCall(w, touch), NOBODY)))
    expect(retries.map(({ outcome, released }) => [outcome, released]).sort()).toEqual([
      ['handed over', true],
      ['waiting', undefined],
      ['waiting', undefined],
    ])
    expect(guard.standing(first.ticket ?? '')).toBe('used')
  })

  it('is filed once for a call that comes again', async () => {
    const { w, guard } = held()
    const tickets = await Promise.all([1, 2, 3].map(async () => (await guard.call(shellCall(w, touch), NOBODY)).ticket))
    expect(new Set(tickets).size).toBe(1)
    expect(guard.waiting()).toHaveLength(1)
  })

  it('is a No to the same effect by other means, in this run and in no other', async () => {
    const asked: boolean[] = []
    const { w, guard } = open({
      policy: {
        hash: 'p',
        decide: (question) => {
          asked.push(question.escalating)
          return HELD
        },
      },
    })
    const first = await guard.call(shellCall(w, touch, 'guard'), NOBODY)
    await guard.confirm(first.ticket ?? '', 'refused', PERSON)
    const other = shellCall(w, 'printf x > ran', 'guard')
    await guard.call(other, NOBODY)
    await guard.call({ ...(other as object), agent: { name: 'a', run: 'another run' } }, NOBODY)
    expect(asked).toEqual([false, true, false])
  })

  it('sticks when it was refused: the same call is denied, another one asks', async () => {
    const { w, guard } = held()
    const first = await guard.call(shellCall(w, touch), NOBODY)
    await guard.confirm(first.ticket ?? '', 'refused', PERSON)
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ ruling: 'deny', rule: 'operator/refused' })
    expect(await guard.call(shellCall(w, 'echo > other'), NOBODY)).toMatchObject({ ruling: 'hold' })
    await expect(guard.confirm(first.ticket ?? '', 'confirmed', PERSON)).rejects.toThrow('is refused')
  })

  it('counts the first answer only', async () => {
    const { w, guard } = held()
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    const both = [guard.confirm(ticket, 'refused', PERSON), guard.confirm(ticket, 'confirmed', PERSON)]
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(guard.standing(ticket)).toBe('refused')
  })

  it('expires, answered or not', async () => {
    const { w, guard } = held()
    const { ticket = '' } = await guard.call(shellCall(w, touch), NOBODY)
    await guard.confirm(ticket, 'confirmed', PERSON)
    w.time.now += 16 * 60_000
    expect(guard.standing(ticket)).toBe('expired')
    const again = await guard.call(shellCall(w, touch), NOBODY)
    expect(again.outcome).toBe('waiting')
    expect(again.ticket).not.toBe(ticket)
    w.time.now += 25 * 60 * 60_000
    await expect(guard.confirm(again.ticket ?? '', 'confirmed', PERSON)).rejects.toThrow('is expired')
  })

  it('is void when what is at stake has changed, be it by one byte of the same length', async () => {
    const { w, guard } = held()
    const path = join(w.folder, 'data')
    writeFileSync(path, 'one')
    const { ticket = '' } = await guard.call(shellCall(w, 'rm data'), NOBODY)
    await guard.confirm(ticket, 'confirmed', PERSON)
    const before = performance.timeOrigin + performance.now()
    // The stamps of a file system move in ticks of some milliseconds.
    while (performance.timeOrigin + performance.now() < before + 20) writeFileSync(path, 'two')
    const again = await guard.call(shellCall(w, 'rm data'), NOBODY)
    expect(again).toMatchObject({ outcome: 'waiting' })
    expect(again.ticket).not.toBe(ticket)
  })

  it('of a host that asks its person itself ends its ticket with the call, whatever he said', async () => {
    for (const [end, standing] of [
      [{ outcome: 'done', answered: 'yes' }, 'used'],
      [{ outcome: 'unknown', answered: 'none' }, 'used'],
    ] as const) {
      const { w, guard } = held()
      const reply = await guard.call(shellCall(w, touch), { asks: async () => true })
      expect(reply).toMatchObject({ ruling: 'hold', outcome: 'handed over' })
      await guard.close(reply.receipt, end)
      expect(guard.standing(reply.ticket ?? '')).toBe(standing)
      expect(w.entries.at(-1)?.data).toMatchObject(end)
    }
  })
})

it('a script that a call adds to is read with what it held before', async () => {
  const { w, guard } = open()
  writeFileSync(join(w.folder, 's.sh'), 'rm /etc/x\n')
  await guard.call(shellCall(w, 'echo ls >> s.sh; bash s.sh'), NOBODY)
  expect(JSON.stringify(w.entries[0]?.data)).toContain('path:/etc/x')
})

describe('what is kept before a call', () => {
  it.for([
    ['what a link leads to, and the link itself, which may be replaced', 'cp a link', ['to/b', 'link']],
    ['no link that is only deleted beside', 'rm link', ['link']],
    ['what a link leads to, where a slash stands behind it', 'rm -r to-link/', ['to']],
    ['a link that is deleted', 'rm -r to-link', ['to-link']],
    ['a folder that a tree is copied over', `node -e 'fs.cpSync("b", "to", { recursive: true })'`, ['to']],
    ['each file that a pattern means, and no name inside it', 'for f in t?/*; do cp a "$f"; done', ['t?/*']],
    ['a name in each folder that a pattern means', 'for d in t?; do cp a "$d"; done', ['t?/a']],
    ['what stands in a folder under the names that go there', 'cp a to/b to', ['to/a', 'to/b']],
    ['what stands where a link leads, where that is a folder', 'cp a to/b to-link', ['to/a', 'to/b']],
  ] as const)('is %s', async ([, command, paths]) => {
    const kept: string[] = []
    const { w, guard } = open({
      take: async (_, targets) => {
        kept.push(...targets.map(({ path }) => path.slice(w.folder.length + 1)))
        return { kind: 'kept', files: 1, bytes: 1, leftOut: [], attributes: true }
      },
    })
    mkdirSync(join(w.folder, 'to'))
    for (const name of ['a', 'to/b']) writeFileSync(join(w.folder, name), name)
    symlinkSync('to/b', join(w.folder, 'link'))
    symlinkSync('to', join(w.folder, 'to-link'))
    await guard.call(shellCall(w, command), NOBODY)
    expect(kept).toEqual(paths)
  })

  it('is what no commit holds, also where this very call makes it known to git', async () => {
    const kept: string[] = []
    const { w, guard } = open({
      take: async (_, targets) => {
        kept.push(...targets.map(({ path }) => path.slice(w.folder.length + 1)))
        return { kind: 'kept', files: 1, bytes: 1, leftOut: [], attributes: true }
      },
    })
    execFileSync('git', ['init', '-q'], { cwd: w.folder })
    writeFileSync(join(w.folder, 'new'), 'new')
    await guard.call(shellCall(w, 'git reset --hard'), NOBODY)
    expect(kept).not.toContain('new')
    await guard.call(shellCall(w, 'git add -A && git reset --hard'), NOBODY)
    expect(kept).toContain('new')
  })
})

describe('a snapshot that can’t be had', () => {
  const once: Policy = {
    hash: 'policy',
    decide: (_, sets) =>
      sets.some((set) => set.includes('snapshot'))
        ? { kind: 'permitted', under: ['snapshot'], rule: 'with', because: 'it comes back', tried: [] }
        : HELD,
  }
  it('is judged again without, under the same receipt, and a yes to that lets it run', async () => {
    const { w, guard } = open({ policy: once, take: async () => ({ kind: 'infeasible', why: 'too much' }) })
    const first = await guard.call(shellCall(w, touch), NOBODY)
    expect(first).toMatchObject({ ruling: 'hold', outcome: 'waiting' })
    expect(w.entries.map(({ subject }) => subject)).toEqual([first.receipt, first.receipt])
    expect(w.entries.at(-1)?.data).toMatchObject({ noSnapshot: 'too much' })
    await guard.confirm(first.ticket ?? '', 'confirmed', PERSON)
    expect(await guard.call(shellCall(w, touch), NOBODY)).toMatchObject({ outcome: 'handed over', released: true })
    const next = await guard.call(shellCall(w, touch), NOBODY)
    expect(next.outcome).toBe('waiting')
    expect(next.ticket).not.toBe(first.ticket)
  })
})

describe('a call that was handed over', () => {
  it('is closed once, however many say so', async () => {
    const { w, guard } = open()
    const { receipt } = await guard.call(shellCall(w, touch), NOBODY)
    await Promise.all([1, 2].map(() => guard.close(receipt, { outcome: 'done', code: 0 })))
    await guard.close(receipt, { outcome: 'failed' })
    expect(told(w)).toEqual(['ruled allow', 'closed done'])
    await expect(guard.close('r-never', { outcome: 'done' })).rejects.toThrow('no receipt')
  })

  it('is closed as unknown when its time is over, and others are not', async () => {
    const { w, guard } = open()
    const old = await guard.call(shellCall(w, touch), NOBODY)
    w.time.now += 60_000
    await guard.call(shellCall(w, 'echo > b'), NOBODY)
    await guard.abandon(30_000, 'late')
    expect(w.entries.filter(({ type }) => type.endsWith('closed')).map(({ subject }) => subject)).toEqual([old.receipt])
    expect(w.entries.at(-1)?.data).toMatchObject({ outcome: 'unknown', why: 'late' })
  })

  it('can’t be closed by a client where the guard runs it', async () => {
    const { w, guard } = open()
    const running = guard.call(shellCall(w, 'sleep 0.3', 'guard'), NOBODY)
    await expect.poll(() => w.register.open.size).toBe(1)
    const [receipt = ''] = w.register.open.keys()
    await expect(guard.close(receipt, { outcome: 'failed' })).rejects.toThrow('the guard itself runs')
    expect(await running).toMatchObject({ outcome: 'done' })
  })
})

it('a deny is a deny', async () => {
  const { w, guard } = open({ policy: policyOf(DENIED) })
  expect(await guard.call(shellCall(w, touch, 'guard'), NOBODY)).toMatchObject({ ruling: 'deny', outcome: 'refused' })
  expect(ran(w)).toBe(false)
})

it('what was said is kept as what it is, and shown to the person with the hold', async () => {
  const { w, guard } = open({ policy: policyOf(HELD) })
  await guard.call({ ...shellCall(w, touch), goal: 'tidy up', claim: 'it must be' }, NOBODY)
  expect(guard.waiting()).toMatchObject([{ goal: 'tidy up', claim: 'it must be', input: touch, cwd: w.folder }])
  await guard.setGoal('run', 'tidy up')
  expect(told(w)).toEqual(['said', 'ruled hold'])
})

it('a home that is not the operator’s own is not believed', async () => {
  const { w, guard } = open()
  expect(await guard.call({ ...shellCall(w, touch), home: '/etc' }, NOBODY)).toMatchObject({ ruling: 'deny' })
})

it('a working folder that is gone is a deny', async () => {
  const { w, guard } = open()
  const call = { ...shellCall(w, touch, 'guard'), cwd: join(w.folder, 'gone') }
  expect((await guard.call(call, NOBODY)).because).toContain('is not there')
})

it('the workspace is that of the run’s first call: going elsewhere does not make elsewhere one’s own', async () => {
  const { w, guard } = open()
  await guard.call(shellCall(w, 'true'), NOBODY)
  await guard.call({ ...shellCall(w, 'true'), cwd: '/var' }, NOBODY)
  expect(w.entries.map(({ data }) => (data as { workspace: string }).workspace)).toEqual([w.folder, w.folder])
})
