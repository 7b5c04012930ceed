import { canonical, type Json } from '../core/digest.ts'
import { humanOf } from '../people/person.ts'
import { agreementChallenge, isAgreed, isMore, proposalDigest, signers, takesTwo } from '../people/rights.ts'
import type { Asked } from '../wire/desk-people.ts'
import type { DeskRecord } from '../wire/desk-record.ts'
import { isAdmin, type Judge, type Known, notSigned } from './known.ts'
import { passkeyChallenge } from './own-passkeys.ts'

type OfPeople = {
  readonly [Kind in keyof DeskRecord as Kind extends `person.${string}` | `people.${string}` | 'passkey.added'
    ? Kind
    : never]: Judge<Kind>
}

/** Who let whom in, and gave whom which rights: judged again by the rules that the desk judges by. */
export const OF_PEOPLE: OfPeople = {
  'person.enrolled'(known, { person, roles, teams, seniority, email, passkey, by, proposal, alone }) {
    if (by === undefined ? known.people.size > 0 : !isAdmin(known, by)) return 'nobody who could had invited him'
    if (known.people.has(person.id) || known.passkeys.has(passkey.id)) return 'person or passkey was enrolled before'
    const rights = { roles, teams, seniority }
    const asked = { kind: 'invite', name: person.name, ...rights, ...(email !== undefined && { email }) } as const
    const why = by === undefined ? undefined : notAgreed(known, { asked, proposal, alone, gives: isMore(rights) })
    if (why !== undefined) return why
    known.people.set(person.id, {
      ...person,
      ...rights,
      removed: false,
      wasAdmin: roles.includes('admin'),
      alone: alone === true,
    })
    known.passkeys.set(passkey.id, { ...passkey, person: person.id, ended: false })
    return undefined
  },
  'person.removed'(known, { person, by }) {
    const found = known.people.get(person)
    if (found === undefined || !isAdmin(known, by)) return 'there was no such person, or no admin who removed him'
    known.people.set(person, { ...found, removed: true })
    return undefined
  },
  'person.changed'(known, { person, by, proposal, alone, ...rights }) {
    const found = known.people.get(person)
    if (found === undefined || (proposal === undefined && !isAdmin(known, by)))
      return 'there was no such person, or no admin who changed him'
    const asked = { kind: 'rights', person, ...rights } as const
    const why = notAgreed(known, { asked, proposal, alone, gives: isMore(rights, found) })
    if (why !== undefined) return why
    const actsForHim = [...known.guards.values()].some(({ operator, revoked }) => operator === person && !revoked)
    if (rights.roles.includes('admin') && actsForHim) return 'an agent acts for him, who became an admin'
    const wasAdmin = found.wasAdmin || rights.roles.includes('admin')
    known.people.set(person, { ...found, ...rights, wasAdmin, alone: alone === true })
    return undefined
  },
  'person.recovered'(known, { person, passkey, proposal }) {
    if (known.people.get(person)?.removed !== false) return 'there was no such person'
    if (known.passkeys.has(passkey.id)) return 'the passkey was enrolled before'
    const why = notAgreed(known, { asked: { kind: 'recover', person }, proposal, gives: true })
    if (why !== undefined) return why
    for (const [id, each] of known.passkeys)
      if (each.person === person) known.passkeys.set(id, { ...each, ended: true })
    known.passkeys.set(passkey.id, { ...passkey, person, ended: false })
    return undefined
  },
  async 'passkey.added'(known, { person, passkey, nonce, by, assertion }) {
    if (known.people.get(person)?.removed !== false) return 'there was no such person'
    if (known.passkeys.has(passkey.id)) return 'the passkey was enrolled before'
    if (known.nonces.has(nonce)) return 'the signature was counted before'
    const challenge = passkeyChallenge({ person, passkey, nonce })
    const why = await notSigned(known, { person, challenge, passkey: by, assertion })
    if (why !== undefined) return why
    known.nonces.add(nonce)
    known.passkeys.set(passkey.id, { ...passkey, person, ended: false })
    return undefined
  },
  'people.linked'(known, { people, human, by }) {
    if (!isAdmin(known, by)) return 'it was done by no admin'
    const before = [...known.people.values()].filter(({ id }) => people.includes(id))
    if (before.length !== people.length) return 'there were no such people'
    // Who was linked to one of them before stays so.
    const humans = before.map(humanOf)
    for (const each of known.people.values())
      if (humans.includes(humanOf(each)) && !people.includes(each.id)) return 'it parts those who were linked'
    for (const each of before) known.people.set(each.id, { ...each, human })
    return undefined
  },
  'person.unlinked'(known, { person, proposal }) {
    const found = known.people.get(person)
    if (found === undefined) return 'there was no such person'
    const why = notAgreed(known, { asked: { kind: 'unlink', person }, proposal, gives: true })
    if (why !== undefined) return why
    const { human: _, ...alone } = found
    known.people.set(person, alone)
    return undefined
  },
  'people.proposed'(known, { proposal, digest }, subject) {
    if (proposal.id !== subject || known.proposals.has(subject)) return 'that was proposed before'
    if (proposalDigest(proposal) !== digest) return 'it does not have the digest that people were to sign'
    const mayAsk = signers(proposal.asked, [...known.people.values()]).some(({ id }) => id === proposal.by)
    if (!mayAsk && !isAdmin(known, proposal.by)) return 'it was asked for by nobody who could'
    known.proposals.set(subject, { proposal, signed: [] })
    return undefined
  },
  async 'people.agreed'(known, { agreement, passkey, assertion }, subject) {
    const found = known.proposals.get(subject)
    if (found === undefined || proposalDigest(found.proposal) !== agreement.proposal)
      return 'nothing with that digest was proposed'
    if (known.nonces.has(agreement.nonce)) return 'the signature was counted before'
    const { person } = agreement
    const why = await notSigned(known, { person, challenge: agreementChallenge(agreement), passkey, assertion })
    if (why !== undefined) return why
    if (!signers(found.proposal.asked, [...known.people.values()]).some(({ id }) => id === person))
      return 'it was for others to sign'
    known.nonces.add(agreement.nonce)
    known.proposals.set(subject, { ...found, signed: [...found.signed, person] })
    return undefined
  },
  'people.withdrawn'(known, { by }, subject) {
    if (!isAdmin(known, by)) return 'it was withdrawn by no admin'
    return known.proposals.delete(subject) ? undefined : 'there was no such proposal'
  },
}

interface Given {
  readonly asked: Asked
  readonly proposal: string | undefined
  readonly alone?: true | undefined
  /** It gives rights that count. */
  readonly gives: boolean
}

/** Why it could not be done as it was: it took two, or was not what they signed. A proposal is used up by it. */
function notAgreed(known: Known, { asked, proposal, alone, gives }: Given): string | undefined {
  const people = [...known.people.values()]
  if (proposal === undefined) {
    if (takesTwo(asked, people)) return 'one admin alone gave rights that take two'
    return (alone === true) === gives ? undefined : 'it says wrongly whether one admin alone gave rights'
  }
  const found = known.proposals.get(proposal)
  if (found === undefined || canonical(found.proposal.asked as Json) !== canonical(asked as Json))
    return 'it is not what two had agreed to'
  if (!isAgreed(asked, found.signed, people)) return 'fewer than two had signed it who could'
  known.proposals.delete(proposal)
  return undefined
}
