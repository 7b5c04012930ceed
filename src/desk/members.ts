import type { Selectable } from 'kysely'
import { Role, Seniority, Team } from '../wire/desk.ts'
import { Proposal } from '../wire/desk-people.ts'
import { noteOf, setNote } from './notes.ts'
import type { Db, Schema } from './schema.ts'
import type { Enrolled, Passkey, ProposalRow, Reading, Writing } from './store.ts'

type Reads = Pick<Reading, 'people' | 'passkey' | 'passkeysOf' | 'proposal' | 'proposals' | 'quorumSet' | 'failures'>

/** The store's part about people, their passkeys and what is proposed about them. */
export function memberReads(db: Db): Reads {
  const passkeys = db.selectFrom('passkeys').selectAll()
  const proposals = db.selectFrom('proposals').selectAll()
  return {
    async people() {
      const rows = await db.selectFrom('people').selectAll().orderBy('name').orderBy('id').execute()
      return rows.map(enrolled)
    },
    async passkey(id) {
      const row = await passkeys.where('id', '=', id).executeTakeFirst()
      return row && passkeyOf(row)
    },
    async passkeysOf(person) {
      return (await passkeys.where('person', '=', person).where('ended', '=', 0).execute()).map(passkeyOf)
    },
    async failures(who) {
      const row = await db.selectFrom('failures').selectAll().where('who', '=', who).executeTakeFirst()
      return row && { count: row.count, locked: row.locked !== 0, expires: row.expires }
    },
    quorumSet: () => noteOf(db, QUORUM),
    async proposal(id) {
      const row = await proposals.where('id', '=', id).executeTakeFirst()
      return row && proposalOf(row)
    },
    async proposals() {
      return (await proposals.orderBy('expires').orderBy('id').execute()).map(proposalOf)
    },
  }
}

const QUORUM = 'quorum'

type Writes = Pick<
  Writing,
  | 'addPerson'
  | 'removePerson'
  | 'changeRights'
  | 'setHuman'
  | 'addPasskey'
  | 'endPasskeys'
  | 'setFailures'
  | 'setQuorum'
  | 'addProposal'
  | 'signProposal'
  | 'dropProposal'
>

export function memberWrites(db: Db): Writes {
  const addPasskey: Writes['addPasskey'] = async ({ id, person, publicKey, origin, counter }) => {
    await db.insertInto('passkeys').values({ id, person, public_key: publicKey, origin, counter }).execute()
  }
  return {
    addPasskey,
    async addPerson({ id, name, roles, teams, seniority, human, subject, alone }, passkey) {
      const rights = { roles: JSON.stringify(roles), teams: JSON.stringify(teams), seniority, alone: Number(alone) }
      const was_admin = Number(roles.includes('admin'))
      await db
        .insertInto('people')
        .values({ id, name, ...rights, removed: 0, human: human ?? null, subject: subject ?? null, was_admin })
        .execute()
      await addPasskey(passkey)
    },
    async removePerson(id) {
      await db.updateTable('people').set({ removed: 1 }).where('id', '=', id).execute()
      await db.deleteFrom('sessions').where('person', '=', id).execute()
    },
    async changeRights(id, { roles, teams, seniority, alone }) {
      const rights = { roles: JSON.stringify(roles), teams: JSON.stringify(teams), seniority, alone: Number(alone) }
      const more = roles.includes('admin') ? { ...rights, was_admin: 1 } : rights
      await db.updateTable('people').set(more).where('id', '=', id).execute()
    },
    async setHuman(ids, human) {
      await db
        .updateTable('people')
        .set({ human: human ?? null })
        .where('id', 'in', ids)
        .execute()
    },
    async endPasskeys(person) {
      await db.updateTable('passkeys').set({ ended: 1 }).where('person', '=', person).execute()
      await db.deleteFrom('sessions').where('person', '=', person).execute()
    },
    async setFailures(who, failures) {
      await db.deleteFrom('failures').where('who', '=', who).execute()
      if (failures === undefined) return
      const { count, locked, expires } = failures
      await db
        .insertInto('failures')
        .values({ who, count, locked: Number(locked), expires })
        .execute()
    },
    setQuorum: (value) => setNote(db, QUORUM, value),
    async addProposal(proposal) {
      const row = { id: proposal.id, json: JSON.stringify(proposal), signed: '[]', version: 1 }
      await db
        .insertInto('proposals')
        .values({ ...row, expires: proposal.expires })
        .execute()
    },
    async signProposal(id, signed, version) {
      const changed = await db
        .updateTable('proposals')
        .set({ signed: JSON.stringify(signed), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst()
      return changed.numUpdatedRows === 1n
    },
    async dropProposal(id) {
      await db.deleteFrom('proposals').where('id', '=', id).execute()
    },
  }
}

function enrolled(row: Selectable<Schema['people']>): Enrolled {
  const { id, name, roles, teams, seniority, removed, human, subject, was_admin: wasAdmin, alone } = row
  return {
    id,
    name,
    roles: Role.array().parse(JSON.parse(roles)),
    teams: Team.array().parse(JSON.parse(teams)),
    seniority: Seniority.parse(seniority),
    removed: removed !== 0,
    wasAdmin: wasAdmin !== 0,
    alone: alone !== 0,
    ...(human !== null && { human }),
    ...(subject !== null && { subject }),
  }
}

function passkeyOf({ public_key: publicKey, ended, ...row }: Selectable<Schema['passkeys']>): Passkey {
  return { ...row, publicKey, ended: ended !== 0 }
}

function proposalOf({ json, signed, version }: Selectable<Schema['proposals']>): ProposalRow {
  return { proposal: Proposal.parse(JSON.parse(json)), signed: JSON.parse(signed) as string[], version }
}
