import { agreementChallenge, canBeAgreed, isAgreed, proposalDigest, signers } from '../people/rights.ts'
import type { Challenge, PersonLine, Signed } from '../wire/desk.ts'
import type { Asked, People, Proposal, ProposalLine } from '../wire/desk-people.ts'
import { type Desk, needAdmin, Refusal, record } from './desk.ts'
import { ownSignature } from './own-signature.ts'
import { assertionOptions } from './passkeys.ts'
import { changeRights, unlink } from './rights.ts'
import { newSecret } from './secret.ts'
import { SIGN_MS } from './sessions.ts'
import type { Enrolled, ProposalRow, Reading, Writing } from './store.ts'

/** How long two have to agree, and its link to be used. */
const PROPOSAL_MS = 3 * 24 * 60 * 60 * 1000

/** What waits for two to sign it. */
export async function propose(desk: Desk, tables: Writing, by: Enrolled, asked: Asked): Promise<Proposal> {
  if (!canBeAgreed(asked, await tables.people()))
    throw new Refusal('desk/conflict', 'two have to sign it, and nobody but one is enrolled who could')
  const at = desk.clock.now()
  const [id, nonce] = [desk.clock.id('q'), newSecret(16)]
  const proposal: Proposal = { id, asked, by: by.id, nonce, at, expires: at + PROPOSAL_MS }
  await tables.addProposal(proposal)
  await record(desk, tables, 'people.proposed', { subject: id, data: { proposal, digest: proposalDigest(proposal) } })
  return proposal
}

/** What this person's passkey has to sign. */
export async function startAgreeing(desk: Desk, signer: Enrolled, id: string): Promise<Challenge> {
  const nonce = newSecret()
  const expires = desk.clock.now() + SIGN_MS
  const [agreement, passkeys] = await desk.store.change(async (tables) => {
    const row = await needProposal(desk, tables, id)
    needSigner(row, signer, await tables.people())
    const signed = { proposal: proposalDigest(row.proposal), person: signer.id, nonce }
    await tables.addChallenge(nonce, { kind: 'agree', id, agreement: signed, expires })
    return [signed, await tables.passkeysOf(signer.id)] as const
  })
  return { nonce, options: (await assertionOptions(desk.origin, agreementChallenge(agreement), passkeys)) as never }
}

/** Takes the signature; the one that makes it enough brings about what is asked, where no link does. */
export async function agree(desk: Desk, signer: Enrolled, id: string, { nonce, response }: Signed): Promise<People> {
  const asked = await desk.store.change((tables) => tables.takeChallenge(nonce))
  if (asked?.kind !== 'agree' || asked.expires <= desk.clock.now())
    throw new Refusal('desk/conflict', 'this took too long: sign it again')
  const { agreement } = asked
  if (asked.id !== id || agreement.person !== signer.id)
    throw new Refusal('desk/forbidden', 'that was begun by somebody else, or on something else')
  const challenge = agreementChallenge(agreement)
  const { passkey, assertion, counter } = await ownSignature(desk, signer.id, { challenge, response })
  return await desk.store.change(async (tables) => {
    const people = await tables.people()
    const row = await needProposal(desk, tables, id)
    needSigner(row, signer, people)
    const signed = [...row.signed, signer.id]
    if (!(await tables.signProposal(id, signed, row.version)))
      throw new Refusal('desk/conflict', 'it has just changed: look at it again')
    await tables.countPasskey(passkey.id, counter)
    await record(desk, tables, 'people.agreed', { subject: id, data: { agreement, passkey, assertion } })
    if (isAgreed(row.proposal.asked, signed, people)) await bringAbout(desk, tables, row.proposal)
    return await peopleNow(desk, tables, signer)
  })
}

/** A link does it for the others, when it is opened. */
async function bringAbout(desk: Desk, tables: Writing, { id, asked, by }: Proposal): Promise<void> {
  if (asked.kind === 'invite' || asked.kind === 'recover') return
  await tables.dropProposal(id)
  if (asked.kind === 'unlink') await unlink(desk, tables, { person: asked.person, by, proposal: id })
  else await changeRights(desk, tables, { ...asked, by, proposal: id })
}

export async function withdraw(desk: Desk, admin: Enrolled, id: string): Promise<People> {
  return await desk.store.change(async (tables) => {
    await needAdmin(tables, admin)
    await needProposal(desk, tables, id)
    await tables.dropProposal(id)
    await record(desk, tables, 'people.withdrawn', { subject: id, data: { by: admin.id } })
    return await peopleNow(desk, tables, admin)
  })
}

/** Whether it may be done now: who signed may still sign, and it was not withdrawn. */
export async function isInForce(desk: Desk, tables: Reading, id: string): Promise<boolean> {
  const row = await tables.proposal(id)
  if (row === undefined || row.proposal.expires <= desk.clock.now()) return false
  return isAgreed(row.proposal.asked, row.signed, await tables.people())
}

async function needProposal({ clock }: Desk, tables: Reading, id: string): Promise<ProposalRow> {
  const row = await tables.proposal(id)
  if (row === undefined || row.proposal.expires <= clock.now())
    throw new Refusal('desk/not-found', 'nothing waits under this number: it was done, withdrawn, or it is too old')
  return row
}

function needSigner({ proposal, signed }: ProposalRow, { id }: Enrolled, people: readonly Enrolled[]): void {
  if (!signers(proposal.asked, people).some((each) => each.id === id))
    throw new Refusal('desk/forbidden', 'this is for others to sign')
  if (signed.includes(id)) throw new Refusal('desk/conflict', 'you have signed it')
}

export async function peopleNow(desk: Desk, tables: Reading, viewer: Enrolled): Promise<People> {
  const people = await tables.people()
  const now = desk.clock.now()
  const waiting = (await tables.proposals()).filter(({ proposal }) => proposal.expires > now)
  return {
    people: people.map(personLine),
    proposals: waiting.map((row) => proposalLine(row, viewer, people)),
    byTwo: people.filter(({ wasAdmin }) => wasAdmin).length >= 2,
  }
}

export function personLine({ wasAdmin: _, subject: __, alone, roles, teams, ...person }: Enrolled): PersonLine {
  return { ...person, roles: [...roles], teams: [...teams], ...(alone && { alone }) }
}

function proposalLine({ proposal, signed }: ProposalRow, viewer: Enrolled, people: readonly Enrolled[]): ProposalLine {
  const { asked, by } = proposal
  const able = signers(asked, people).filter(({ id }) => !signed.includes(id))
  const nameOf = (id: string): string => people.find((each) => each.id === id)?.name ?? id
  return {
    proposal,
    digest: proposalDigest(proposal),
    by: nameOf(by),
    ...(asked.kind !== 'invite' && { about: nameOf(asked.person) }),
    signed: signed.map(nameOf),
    asked: able.map(({ name }) => name),
    asksYou: able.some(({ id }) => id === viewer.id),
    agreed: isAgreed(asked, signed, people),
  }
}
