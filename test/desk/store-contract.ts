import { beforeEach, describe, expect, it } from 'vitest'
import { eventOf } from '../../src/desk/reach/notify.ts'
import type { Heard, NoticeRow, Passkey, Store, Writing } from '../../src/desk/store.ts'
import { envelopeDigest, envelopeOf } from '../../src/people/envelope.ts'
import type { Hold } from '../../src/people/hold.ts'
import type { Proposal } from '../../src/wire/desk-people.ts'
import { filing } from './filing.ts'

const NOW = 1_790_000_000_000

let made = 0
/** An id of the form that the desk makes. */
export const newId = (prefix: string): string => `${prefix}-${String(++made).padStart(10, '0')}`

/** What every store does, whatever it keeps its rows in. `open` answers with an empty one. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store
    beforeEach(async () => {
      store = await open()
      return () => store.close()
    })
    transactions(() => store)
    ledgers(() => store)
    tables(() => store)
    members(() => store)
    outbox(() => store)
  })
}

const entry = (id: string) => ({ id, type: 't', subject: 's', time: '', data: { text: 'é\0' } })

function transactions(store: () => Store): void {
  it('keeps all of a change, or nothing of it, and tells of it only then', async () => {
    const heard: Heard[] = []
    store().listen((each) => heard.push(each))
    const event = { ticket: 't-0000000001', state: 'open' } as const
    const failing = store().change(async (tables) => {
      await addPerson(tables)
      await tables.record(entry('e-lost'))
      tables.tell(event)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect([await store().people(), await store().entries(0, 10), heard]).toEqual([[], [], []])
    const done = await store().change(async (tables) => {
      await addPerson(tables)
      await tables.record(entry('e-kept'))
      await tables.record(entry('e-too'))
      tables.tell(event)
      expect(heard).toEqual([])
      return 'done'
    })
    expect(done).toBe('done')
    expect(await store().people()).toHaveLength(1)
    expect(heard).toEqual(expect.arrayContaining([{ kind: 'recorded' }, { kind: 'hold', event }]))
    expect(heard).toHaveLength(2)
  })

  it('makes changes one after another: each sees what those before it did', async () => {
    const first = async (tables: Writing): Promise<boolean> => {
      if ((await tables.people()).length > 0) return false
      await addPerson(tables)
      return true
    }
    const won = await Promise.all(Array.from({ length: 20 }, () => store().change(first)))
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(await store().people()).toHaveLength(1)
  })

  it('lets one of many have what is there once', async () => {
    await store().change((tables) => tables.addChallenge('nonce', { kind: 'sign-in', expires: NOW }))
    const got = await Promise.all(
      Array.from({ length: 10 }, () => store().change((tables) => tables.takeChallenge('nonce'))),
    )
    expect(got.filter((each) => each !== undefined)).toEqual([{ kind: 'sign-in', expires: NOW }])
  })

  it('moves a hold from the version that was read, and from no other', async () => {
    const hold = await filed(store())
    const moves = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        store().change((tables) => tables.moveHold({ ...hold, state: 'denied' }, { version: 1, now: NOW + i })),
      ),
    )
    expect(moves.filter(Boolean)).toHaveLength(1)
    expect(await store().hold(hold.envelope.ticket)).toMatchObject({ version: 2, hold: { state: 'denied' } })
  })
}

function ledgers(store: () => Store): void {
  it('numbers entries without gaps, in the order in which they were committed', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        store().change(async (tables) => {
          await tables.record(entry(`e-${i}`))
          if (i % 3 === 0) throw new Error('taken back')
          await tables.record(entry(`e-${i}-2`))
        }),
      ).map((each) => each.catch(() => undefined)),
    )
    const all = await store().entries(0, 100)
    expect(all).toHaveLength(40)
    expect(all[0]).toMatchObject({ data: { text: 'é\0' } })
    for (const [i, { id }] of all.entries()) if (i % 2 === 1) expect(id).toBe(`${all[i - 1]?.id}-2`)
    expect(await store().entries(37, 2)).toEqual(all.slice(37, 39))
    expect(await store().entries(40, 2)).toEqual([])
  })

  it('notes a checkpoint only in place of the one that was there', async () => {
    expect([await store().leads(), await store().head()]).toEqual([true, undefined])
    expect(await store().noteHead('a', 'b')).toBe(false)
    expect(await store().noteHead('a', undefined)).toBe(true)
    expect(await store().noteHead('b', undefined)).toBe(false)
    expect(await store().noteHead('b', 'a')).toBe(true)
    expect(await store().noteHead('c', 'a')).toBe(false)
    expect(await store().head()).toBe('b')
  })

  it('keeps what was noted first under a name', async () => {
    expect(await store().pinned('desk-key')).toBeUndefined()
    expect(await Promise.all(['one', 'one', 'one'].map((each) => store().pin('desk-key', each)))).toEqual(
      Array(3).fill('one'),
    )
    expect(await store().pin('desk-key', 'two')).toBe('one')
    expect(await store().pinned('ledger-key')).toBeUndefined()
  })
}

function tables(store: () => Store): void {
  it('gives back what it was given, to the last digit and the strangest letter', async () => {
    const counter = Number.MAX_SAFE_INTEGER
    const name = `'; drop table holds; -- <b>é 中 🙂\u2028`
    const person = await store().change((each) => addPerson(each, { name, counter }))
    expect(await store().people()).toEqual([
      { id: person.id, name, ...RIGHTS, removed: false, wasAdmin: false, alone: true },
    ])
    expect(await store().passkeysOf(person.id)).toEqual([person.passkey])
    const hold = await filed(store())
    const vote = { person: person.id, decision: 'approve', reason: 'a\0b 🙂', at: NOW + 1 } as const
    await store().change((each) => each.moveHold({ ...hold, votes: [vote] }, { version: 1, now: NOW + 2, why: 'c\0d' }))
    expect(await store().hold(hold.envelope.ticket)).toEqual({
      hold: { ...hold, votes: [{ ...vote, reason: 'a\uFFFDb 🙂' }] },
      version: 2,
      changedAt: NOW + 2,
      why: 'c\uFFFDd',
    })
  })

  it('forgets what is over, and who was removed', async () => {
    const person = await store().change((each) => addPerson(each))
    await store().change(async (each) => {
      await each.addSession('old', { person: person.id, by: 'passkey', expires: NOW })
      await each.addSession('new', { person: person.id, by: 'organisation', expires: NOW + 1 })
      await each.addCode('code', { kind: 'person', ...RIGHTS, expires: NOW })
      await each.setFailures('who', { count: 3, locked: false, expires: NOW })
      await each.addProposal(proposal('q-0000000000', NOW))
      await each.tidy(NOW)
    })
    expect(await store().session('old', NOW - 1)).toBeUndefined()
    expect(await store().session('new', NOW)).toEqual({ person: person.id, by: 'organisation' })
    expect(await store().session('new', NOW + 1)).toBeUndefined()
    expect(await store().code('code')).toBeUndefined()
    expect(await store().failures('who')).toBeUndefined()
    expect(await store().proposals()).toEqual([])
    await store().change((each) => each.removePerson(person.id))
    expect(await store().session('new', NOW)).toBeUndefined()
    expect(await store().people()).toMatchObject([{ removed: true }])
  })

  it('finds more holds than a statement takes values, each with its votes', async () => {
    const person = await store().change((each) => addPerson(each))
    const first = await filed(store())
    const holds = Array.from({ length: 1010 }, () => holdOf(first.envelope.guard.id))
    const voted = holds.filter((_, i) => i % 101 === 0 || i === holds.length - 1)
    await store().change(async (each) => {
      for (const hold of holds) await each.addHold(hold)
      const vote = { person: person.id, decision: 'approve', reason: 'yes', at: NOW } as const
      for (const hold of voted) await each.moveHold({ ...hold, votes: [vote] }, { version: 1, now: NOW })
    })
    const waiting = await store().waiting(first.envelope.guard.id)
    expect(waiting).toHaveLength(1011)
    const found = waiting.filter(({ hold }) => hold.votes.length === 1).map(({ hold }) => hold.digest)
    expect(new Set(found)).toEqual(new Set(voted.map(({ digest }) => digest)))
    expect([await store().taken(), await store().ended(5), await store().waiting('g-none')]).toEqual([[], [], []])
  })
}

function members(store: () => Store): void {
  it('keeps rights, accounts of one human being, and that passkeys have ended', async () => {
    const [one, other] = await store().change(async (each) => [await addPerson(each), await addPerson(each)] as const)
    const more = { roles: ['admin' as const], teams: ['payments', 'web'], seniority: 'senior' as const, alone: false }
    await store().change(async (each) => {
      await each.changeRights(one.id, more)
      await each.setHuman([one.id, other.id], 'u-0000000000')
    })
    const found = async (): Promise<unknown> => (await store().people()).find(({ id }) => id === one.id)
    expect(await found()).toMatchObject({ ...more, wasAdmin: true, human: 'u-0000000000' })
    await store().change(async (each) => {
      await each.changeRights(one.id, { ...RIGHTS, alone: false })
      await each.setHuman([one.id], undefined)
      await each.addSession('his', { person: one.id, by: 'passkey', expires: NOW + 1 })
      await each.endPasskeys(one.id)
      await each.addPasskey({ ...one.passkey, id: 'another' })
    })
    expect(await found()).toMatchObject({ ...RIGHTS, wasAdmin: true })
    expect(await found()).not.toHaveProperty('human')
    expect((await store().passkeysOf(one.id)).map(({ id }) => id)).toEqual(['another'])
    expect(await store().passkey(one.passkey.id)).toMatchObject({ ended: true })
    expect(await store().session('his', NOW)).toBeUndefined()
    expect(await store().passkeysOf(other.id)).toHaveLength(1)
  })

  it('notes a signature only in place of what was there, and the last rules and failures', async () => {
    await store().change((each) => each.addProposal(proposal('q-0000000001', NOW)))
    const sign = (version: number): Promise<boolean> =>
      store().change((each) => each.signProposal('q-0000000001', ['p-1'], version))
    expect(await sign(2)).toBe(false)
    expect(await sign(1)).toBe(true)
    expect(await sign(1)).toBe(false)
    expect(await store().proposal('q-0000000001')).toEqual({
      proposal: proposal('q-0000000001', NOW),
      signed: ['p-1'],
      version: 2,
    })
    await store().change((each) => each.dropProposal('q-0000000001'))
    expect(await store().proposal('q-0000000001')).toBeUndefined()
    expect(await store().quorumSet()).toBeUndefined()
    for (const digest of ['a', 'b']) await store().change((each) => each.setQuorum(digest))
    expect(await store().quorumSet()).toBe('b')
    const failures = { count: 9, locked: true, expires: NOW }
    for (const count of [1, 9]) await store().change((each) => each.setFailures('who', { ...failures, count }))
    expect(await store().failures('who')).toEqual(failures)
    await store().change((each) => each.setFailures('who', undefined))
    expect(await store().failures('who')).toBeUndefined()
  })
}

const RIGHTS = { roles: ['approver' as const], teams: [], seniority: 'junior' as const }

function proposal(id: string, expires: number): Proposal {
  const asked = { kind: 'invite', name: 'Eve', ...RIGHTS } as const
  return {
    id,
    asked: { ...asked, roles: [...asked.roles] },
    by: 'p-0000000000',
    nonce: 'n'.repeat(22),
    at: NOW,
    expires,
  }
}

function outbox(store: () => Store): void {
  const event = eventOf(
    {
      ticket: 't-0000000001',
      page: 'http://localhost/holds/t-0000000001',
      sentence: 'é 🙂',
      systems: [],
      agent: 'a',
      operator: 'Dan',
      needs: 2,
      approved: 0,
      approveBy: new Date(NOW).toISOString(),
    },
    { id: 'n-0000000001', source: 'http://localhost', type: 'dev.interlock.hold.asked', at: NOW },
  )
  const put = (receiver: string, to?: string): Promise<void> =>
    store().change((each) => each.addNotice({ id: newId('o'), receiver, ...(to && { to }), event }, NOW))
  const claim = (receiver: string, now: number): Promise<readonly NoticeRow[]> =>
    store().change((each) => each.claimNotices(receiver, { now, until: now + 60_000, most: 10 }))

  it('lends a notice to one who asks, for a time, and gives it back as it was', async () => {
    await put('mail', 'ada@example.org')
    await put('other')
    expect([await store().hasNotice('mail', NOW - 1), await store().hasNotice('mail', NOW)]).toEqual([false, true])
    const all = await Promise.all(Array.from({ length: 6 }, () => claim('mail', NOW)))
    const notice = { id: expect.any(String), receiver: 'mail', to: 'ada@example.org', event, tries: 1 }
    expect(all.flat()).toEqual([notice])
    expect([await store().hasNotice('mail', NOW), await claim('mail', NOW + 59_999)]).toEqual([false, []])
    const [again] = await claim('mail', NOW + 60_000)
    expect(again).toEqual({ ...notice, tries: 2 })
    await store().change((each) => each.dropNotice(again?.id ?? ''))
    expect(await store().undelivered()).toEqual([{ receiver: 'other', waiting: 1, lost: 0 }])
  })

  it('keeps one that was not taken until it is due again, or given up; what an older try says comes too late', async () => {
    await put('other')
    const [first] = await claim('other', NOW)
    const [second] = await claim('other', NOW + 60_000)
    const defer = (of: NoticeRow | undefined, how: { due: number; isLost: boolean }): Promise<void> =>
      store().change(async (each) => of && (await each.deferNotice(of, { why: 'a\0b', ...how })))
    await defer(first, { due: NOW, isLost: true })
    await defer(second, { due: NOW + 90_000, isLost: false })
    expect(await claim('other', NOW + 89_999)).toEqual([])
    const failing = { since: NOW, why: 'a\uFFFDb' }
    expect(await store().undelivered()).toEqual([{ receiver: 'other', waiting: 1, lost: 0, failing }])
    const [third] = await claim('other', NOW + 90_000)
    await defer(third, { due: NOW + 90_000, isLost: true })
    expect(await claim('other', NOW + 90_000)).toEqual([])
    expect(await store().undelivered()).toEqual([{ receiver: 'other', waiting: 0, lost: 1 }])
    await store().change((each) => each.tidy(NOW + 8 * 24 * 60 * 60 * 1000))
    expect(await store().undelivered()).toEqual([])
  })
}

export async function addPerson(
  tables: Writing,
  { name = 'Ada', counter = 0 } = {},
): Promise<{ id: string; passkey: Passkey }> {
  const id = newId('p')
  const passkey = { id: `key of ${id}`, publicKey: 'k', origin: 'http://localhost', person: id, counter }
  await tables.addPerson({ id, name, ...RIGHTS, alone: true }, passkey)
  return { id, passkey: { ...passkey, ended: false } }
}

async function filed(store: Store): Promise<Hold> {
  return await store.change(async (tables) => {
    const operator = await addPerson(tables)
    const guard = newId('g')
    await tables.addGuard({ id: guard, name: 'laptop', operator: operator.id, key: guard, enrolledAt: NOW })
    const hold = holdOf(guard)
    await tables.addHold(hold)
    return hold
  })
}

function holdOf(guard: string): Hold {
  const envelope = envelopeOf(filing({ ticket: newId('t') }), {
    guard: { id: guard, name: 'laptop' },
    operator: { id: 'p-0000000000', name: 'Dan' },
    nonce: 'n'.repeat(22),
    now: NOW,
    rules: [],
  })
  return { envelope, digest: envelopeDigest(envelope), state: 'open', votes: [] }
}
