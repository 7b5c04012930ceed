import { beforeEach, describe, expect, it } from 'vitest'
import type { Desk, Looked } from '../../src/approvals/desk.ts'
import type { Decision, Filing, Standing } from '../../src/wire/desk.ts'
import { filing } from '../desk/filing.ts'

/** A desk with an operator and two approvers, and how they vote. */
export interface Tried {
  readonly desk: Desk
  vote(ticket: string, who: 'one' | 'other', decision: Decision): Promise<void>
}

const RECEIPT = 'r-0000000001'

/** What a guard relies on, of every desk that it may be enrolled with. */
export function deskContract(name: string, open: () => Promise<Tried>): void {
  describe(`a desk, ${name}`, () => {
    let tried: Tried
    beforeEach(async () => {
      tried = await open()
    })
    filesAndGrants(() => tried)
    movesOn(() => tried)
  })
}

function stood(looked: Looked): Standing {
  expect(looked).toMatchObject({ kind: 'stands' })
  return (looked as Extract<Looked, { kind: 'stands' }>).standing
}

async function approved({ desk, vote }: Tried): Promise<Filing> {
  const asked = filing()
  await desk.file(asked, RECEIPT)
  await vote(asked.ticket, 'one', 'approve')
  await vote(asked.ticket, 'other', 'approve')
  return asked
}

function filesAndGrants(open: () => Tried): void {
  it('files a hold once, however often it is sent, and tells whom it asks, and where', async () => {
    const asked = filing()
    const first = stood(await open().desk.file(asked, RECEIPT))
    expect(first).toMatchObject({ ticket: asked.ticket, state: 'open', needs: 2, approved: [] })
    expect(first.asked).toHaveLength(2)
    expect(first.page).toMatch(/^https?:/)
    expect(stood(await open().desk.file(asked, 'r-0000000002'))).toEqual(first)
    expect(stood(await open().desk.standing(asked.ticket))).toEqual(first)
  })

  it('gives an approval out once, for the call that takes it', async () => {
    const asked = await approved(open())
    expect(stood(await open().desk.standing(asked.ticket)).state).toBe('approved')
    const receipts = ['r-0000000002', 'r-0000000003', 'r-0000000004']
    const looked = await Promise.all(receipts.map((receipt) => open().desk.file(asked, receipt)))
    const grants = looked.flatMap((each, i) => (each.kind === 'stands' && each.grant ? [{ ...each.grant, i }] : []))
    expect(grants).toHaveLength(1)
    const { ticket, action, preconditions, policy } = asked
    const receipt = receipts[grants[0]?.i ?? -1]
    expect(grants[0]?.claims).toMatchObject({ ticket, action, preconditions, policy, receipt })
    expect(stood(await open().desk.standing(asked.ticket)).state).toBe('taken')
  })

  it('gives nothing out on one of two approvals, nor after a No', async () => {
    const asked = filing()
    await open().desk.file(asked, RECEIPT)
    await open().vote(asked.ticket, 'one', 'approve')
    const half = await open().desk.file(asked, RECEIPT)
    expect(half).not.toHaveProperty('grant')
    expect(stood(half)).toMatchObject({ state: 'open', approved: [{ reason: expect.any(String) }] })
    await open().vote(asked.ticket, 'other', 'deny')
    const denied = await open().desk.file(asked, RECEIPT)
    expect(denied).not.toHaveProperty('grant')
    expect(stood(denied)).toMatchObject({ state: 'denied', denied: { name: expect.any(String) } })
  })

  it('gives nothing out for another call, other facts or another policy under the same ticket', async () => {
    const asked = await approved(open())
    for (const other of [{ action: 'e'.repeat(64) }, { preconditions: 'e'.repeat(64) }, { policy: 'another' }])
      expect(await open().desk.file({ ...asked, ...other }, RECEIPT)).toMatchObject({ kind: 'failed', perhaps: false })
    expect(stood(await open().desk.standing(asked.ticket)).state).toBe('approved')
  })
}

function movesOn(open: () => Tried): void {
  it('ends what waited when the same call is filed with other facts', async () => {
    const asked = await approved(open())
    await open().desk.file({ ...filing(), action: asked.action, preconditions: 'e'.repeat(64) }, RECEIPT)
    expect(stood(await open().desk.standing(asked.ticket)).state).toBe('superseded')
  })

  it('answers who waits when people have answered', async () => {
    const asked = filing({ approvals: 1 })
    await open().desk.file(asked, RECEIPT)
    const waiting = open().desk.standing(asked.ticket, 10_000)
    await open().vote(asked.ticket, 'one', 'approve')
    expect(stood(await waiting).state).toBe('approved')
  })

  it('lets the operator take back what waits, once, and nothing that runs', async () => {
    const asked = await approved(open())
    expect(await open().desk.withdraw(asked.ticket)).toEqual({ kind: 'told' })
    expect(stood(await open().desk.file(asked, RECEIPT))).toMatchObject({ state: 'withdrawn' })
    const runs = await approved(open())
    await open().desk.file(runs, RECEIPT)
    expect(await open().desk.withdraw(runs.ticket)).toMatchObject({ kind: 'refused' })
    expect(await open().desk.withdraw('t-never00000')).toMatchObject({ kind: 'refused' })
  })

  it('knows no hold that was never filed', async () => {
    expect(await open().desk.standing('t-never00000')).toEqual({ kind: 'none' })
  })

  it('takes the outcome of the call that took its approval, once, and no other', async () => {
    const asked = await approved(open())
    const { ticket } = asked
    const outcome = { receipt: 'r-0000000002', outcome: 'done' } as const
    expect(await open().desk.tell(ticket, outcome)).toMatchObject({ kind: 'refused' })
    await open().desk.file(asked, 'r-0000000002')
    expect(await open().desk.tell(ticket, { ...outcome, receipt: RECEIPT })).toMatchObject({ kind: 'refused' })
    expect(await open().desk.tell(ticket, outcome)).toEqual({ kind: 'told' })
    expect(stood(await open().desk.standing(ticket)).state).toBe('done')
  })
}
