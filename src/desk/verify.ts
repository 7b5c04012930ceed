import { canonical, type Json } from '../core/digest.ts'
import { challengeOf, envelopeDigest } from '../people/envelope.ts'
import { close, type Move, take, vote, voters } from '../people/hold.ts'
import { quorumFor, rulesDigest } from '../people/quorum.ts'
import { DESK_RECORD, type DeskRecord } from '../wire/desk-record.ts'
import { readGrant } from './key.ts'
import { isAdmin, type Judge, type Known, newKnown, notSigned, rulesOf } from './known.ts'
import { OF_PEOPLE } from './verify-people.ts'

/** An entry of the ledger with its place. */
export interface Entry {
  readonly index: number
  readonly entry: { readonly type: string; readonly subject: string; readonly data: unknown }
}

/** What a desk's ledger comes to when every vote and every grant in it is judged again. */
export interface Review {
  readonly people: number
  readonly guards: number
  readonly holds: number
  readonly votes: number
  readonly grants: number
  readonly faults: readonly { readonly index: number; readonly subject: string; readonly why: string }[]
}

/**
 * Goes through a desk's ledger from its start, believing nothing that it can compute: digests, signatures, who was
 * enrolled as what, and the states of holds. What it counts was done by the people who could, as they meant it.
 */
export async function review(entries: AsyncIterable<Entry>): Promise<Review> {
  const known = newKnown()
  const faults: Review['faults'][number][] = []
  const counted = { votes: 0, grants: 0 }
  for await (const { index, entry } of entries) {
    const { type, subject } = entry
    const kind = type.replace(/^dev\.interlock\./, '')
    const why = await judge(known, kind, entry)
    if (why !== undefined) faults.push({ index, subject, why })
    else if (kind === 'hold.voted') counted.votes += 1
    else if (kind === 'hold.granted') counted.grants += 1
  }
  const { people, guards, holds } = known
  return { people: people.size, guards: guards.size, holds: holds.size, ...counted, faults }
}

async function judge(known: Known, kind: string, { subject, data }: Entry['entry']): Promise<string | undefined> {
  if (!Object.hasOwn(DESK_RECORD, kind)) return undefined
  const name = kind as keyof DeskRecord
  const parsed = DESK_RECORD[name].safeParse(data)
  if (!parsed.success) return 'it is not what such an entry holds'
  return await (JUDGES[name] as Judge<typeof name>)(known, parsed.data as never, subject)
}

const JUDGES: { readonly [Kind in keyof DeskRecord]: Judge<Kind> } = {
  ...OF_PEOPLE,
  'guard.enrolled'(known, { guard, operator, desk, by }) {
    if (known.guards.has(guard.id) || !isAdmin(known, by)) return 'it was enrolled before, or by no admin'
    if (!known.people.has(operator.id) || isAdmin(known, operator.id)) return 'it acts for nobody, or for an admin'
    known.guards.set(guard.id, { operator: operator.id, desk, revoked: false })
    return undefined
  },
  'guard.revoked'(known, { guard, by }) {
    const found = known.guards.get(guard)
    // Whoever removes an operator revokes his guards in the same breath, and may be that operator himself.
    if (found === undefined || (by !== guard && !known.people.get(by)?.roles.includes('admin')))
      return 'there was no such guard, or it was neither an admin nor the guard itself'
    known.guards.set(guard, { ...found, revoked: true })
    return undefined
  },
  'hold.filed'(known, { envelope, digest }, subject) {
    const guard = known.guards.get(envelope.guard.id)
    if (envelope.ticket !== subject || known.holds.has(subject)) return 'that ticket was filed before'
    if (envelopeDigest(envelope) !== digest) return 'the envelope does not have the digest that people were to sign'
    if (guard === undefined || guard.revoked || guard.operator !== envelope.operator.id)
      return 'it was filed by no guard of that operator'
    const rules = rulesOf(known, envelope.quorum.of)
    if (rules === undefined) return 'it rests on rules that were never in force'
    if (canonical(envelope.quorum as Json) !== canonical(quorumFor(envelope, rules) as Json))
      return 'it asks others than the guard and the rules had to ask'
    known.holds.set(subject, { envelope, digest, state: 'open', votes: [] })
    return undefined
  },
  // It lets nobody do anything.
  'access.locked': () => undefined,
  'quorum.set'(known, { rules, digest }) {
    if (rulesDigest(rules) !== digest) return 'the rules do not have the digest that holds name them by'
    known.rules.set(digest, rules)
    return undefined
  },
  async 'hold.voted'(known, { ballot, passkey, assertion, at }, subject) {
    const hold = known.holds.get(subject)
    if (hold === undefined || hold.digest !== ballot.envelope) return 'nothing with that digest was filed'
    if (known.nonces.has(ballot.nonce)) return 'the vote was counted before'
    const why = await notSigned(known, { person: ballot.person, challenge: challengeOf(ballot), passkey, assertion })
    if (why !== undefined) return why
    const { person, decision, reason } = ballot
    known.nonces.add(ballot.nonce)
    return moveTo(known, vote(hold, { person, decision, reason, at }, { people: [...known.people.values()], now: at }))
  },
  async 'hold.granted'(known, { receipt, envelope: digest, grant, people: named, at }, subject) {
    const hold = known.holds.get(subject)
    if (hold === undefined || hold.digest !== digest) return 'nothing with that digest was filed'
    const { envelope, votes } = hold
    const guard = known.guards.get(envelope.guard.id)
    if (guard === undefined || guard.revoked) return 'its guard was revoked'
    const { action, preconditions, policy } = envelope
    const claims = await readGrant(grant, guard.desk)
    if (claims === undefined) return 'the grant is not signed by the desk that the guard knows'
    const expected = {
      aud: envelope.guard.id,
      ticket: subject,
      receipt,
      envelope: digest,
      action,
      preconditions,
      policy,
    }
    for (const [name, value] of Object.entries(expected))
      if (claims[name as keyof typeof expected] !== value) return `the grant names another ${name}`
    const people = [...known.people.values()]
    const yes = votes.filter(({ person }) => voters(envelope, people).some(({ id }) => id === person))
    if (
      yes
        .map(({ person }) => person)
        .sort()
        .join() !== named.toSorted().join()
    )
      return 'it names others than those whose yes counted'
    const terms = { action, preconditions, policy, guard: envelope.guard.id, receipt }
    return moveTo(known, take(hold, terms, { people, now: at }))
  },
  'hold.closed'(known, { receipt, outcome }, subject) {
    const hold = known.holds.get(subject)
    return hold === undefined ? 'there was no such hold' : moveTo(known, close(hold, { receipt, outcome }))
  },
  'hold.ended'(known, { state }, subject) {
    const hold = known.holds.get(subject)
    const from = state === 'unknown' ? ['taken'] : ['open', 'approved']
    if (hold === undefined || !from.includes(hold.state)) return `it could not become ${state}`
    known.holds.set(subject, { ...hold, state })
    return undefined
  },
}

function moveTo(known: Known, moved: Move): string | undefined {
  if (moved.kind === 'refused') return `the desk should have refused: ${moved.why}`
  known.holds.set(moved.hold.envelope.ticket, moved.hold)
  return undefined
}
