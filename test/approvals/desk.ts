import { setTimeout as sleep } from 'node:timers/promises'
import type { Desk } from '../../src/approvals/desk.ts'
import { envelopeDigest, envelopeOf } from '../../src/people/envelope.ts'
import * as moves from '../../src/people/hold.ts'
import type { Person } from '../../src/people/person.ts'
import type { Decision, Filing, GrantClaims, OutcomeRequest, Standing } from '../../src/wire/desk.ts'

const OPERATOR = { id: 'p-anna000000', name: 'Anna' }
export const GUARD = { id: 'g-guard00000', name: 'a guard' }
const PEOPLE = [OPERATOR, { id: 'p-bo00000000', name: 'Bo' }, { id: 'p-cleo000000', name: 'Cleo' }]

type Taken = { readonly standing: Standing; readonly claims?: Omit<GrantClaims, 'iss'> }
type Refused = { readonly status: 404 | 409; readonly detail: string }

/** What a desk does, without signatures, store and wire: holds by the state machine that the real one has. */
export class PlainDesk {
  readonly operator = OPERATOR.name
  readonly holds = new Map<string, moves.Hold>()
  /** Who is enrolled as an approver besides the operator. */
  approvers: readonly string[] = ['Bo', 'Cleo']
  readonly #now: () => number
  #nonces = 0

  constructor(now: () => number) {
    this.#now = now
  }

  vote(ticket: string, name: string, decision: Decision, reason = 'looked at it'): void {
    const person = PEOPLE.find((each) => each.name === name)?.id ?? ''
    this.#move(ticket, (hold) =>
      moves.vote(hold, { person, decision, reason, at: this.#now() }, { people: this.#people(), now: this.#now() }),
    )
  }

  approve(ticket: string): void {
    for (const name of this.approvers.slice(0, this.holds.get(ticket)?.envelope.approvals))
      this.vote(ticket, name, 'approve')
  }

  standing(ticket: string): Standing | Refused {
    const hold = this.holds.get(ticket)
    if (hold === undefined) return { status: 404, detail: 'there is no such hold' }
    const said = hold.votes.map(({ person, at, reason, decision }) => ({
      decision,
      line: { id: person, name: nameOf(person), at, reason },
    }))
    const denied = said.find(({ decision }) => decision === 'deny')?.line
    return {
      ticket,
      state: moves.stateAt(hold, this.#now()),
      needs: hold.envelope.quorum.count,
      approved: said.filter(({ decision }) => decision === 'approve').map(({ line }) => line),
      asked: this.approvers.filter((name) => !hold.votes.some(({ person }) => nameOf(person) === name)),
      approveBy: hold.envelope.approveBy,
      page: `https://desk.test/holds/${ticket}`,
      ...(denied && { denied }),
    }
  }

  file(filing: Filing, receipt: string): Taken | Refused {
    if (this.approvers.length < filing.approvals)
      return { status: 409, detail: 'only one of two approvers is enrolled' }
    const { ticket } = filing
    const known = this.holds.get(ticket)
    if (known === undefined) this.#fileNew(filing)
    else if (!moves.isAbout(known.envelope, filing)) return { status: 409, detail: 'the ticket is about another call' }
    else {
      const how = { people: this.#people(), now: this.#now() }
      if (this.#move(ticket, (hold) => moves.take(hold, { ...filing, guard: GUARD.id, receipt }, how))) {
        const { action, preconditions, policy } = filing
        const iat = Math.floor(this.#now() / 1000)
        const terms = { ticket, receipt, action, preconditions, policy, envelope: known.digest }
        return { standing: this.standing(ticket) as Standing, claims: { aud: GUARD.id, iat, exp: iat + 60, ...terms } }
      }
    }
    return { standing: this.standing(ticket) as Standing }
  }

  close(ticket: string, outcome: OutcomeRequest): Standing | Refused {
    if (!this.#move(ticket, (hold) => moves.close(hold, outcome)))
      return { status: 409, detail: 'no such call runs on it' }
    return this.standing(ticket)
  }

  withdraw(ticket: string): Standing | Refused {
    if (!this.#move(ticket, (hold) => moves.withdraw(hold, this.#now()))) return { status: 409, detail: 'it is over' }
    return this.standing(ticket)
  }

  #fileNew(filing: Filing): void {
    for (const [id, hold] of this.holds)
      if (hold.envelope.action === filing.action) this.#move(id, () => moves.supersede(hold, this.#now()))
    const nonce = `nonce-of-${String(++this.#nonces).padStart(12, '0')}`
    const envelope = envelopeOf(filing, { guard: GUARD, operator: OPERATOR, nonce, now: this.#now(), rules: [] })
    this.holds.set(filing.ticket, { envelope, digest: envelopeDigest(envelope), state: 'open', votes: [] })
  }

  #move(ticket: string, how: (hold: moves.Hold) => moves.Move): boolean {
    const hold = this.holds.get(ticket)
    const move = hold && how(hold)
    if (move?.kind === 'moved') this.holds.set(ticket, move.hold)
    return move?.kind === 'moved'
  }

  #people(): Person[] {
    return PEOPLE.map(({ id, name }) => ({
      id,
      roles: this.approvers.includes(name) ? ['approver'] : [],
      teams: [],
      seniority: 'junior',
      removed: false,
    }))
  }
}

function nameOf(id: string): string {
  return PEOPLE.find((person) => person.id === id)?.name ?? id
}

/** The same as a guard sees it, with no wire in between. */
export function portTo(desk: PlainDesk): Desk {
  const failed = (why: string) => ({ kind: 'failed', why, perhaps: false }) as const
  return {
    origin: 'https://desk.test',
    operator: desk.operator,
    standing: async (ticket, waitMs = 0) => {
      for (let left = waitMs; ; left -= 10) {
        const standing = desk.standing(ticket)
        if ('status' in standing) return { kind: 'none' }
        if (standing.state !== 'open' || left <= 0) return { kind: 'stands', standing }
        await sleep(10)
      }
    },
    file: async (filing, receipt) => {
      const taken = desk.file(filing, receipt)
      if ('status' in taken) return failed(taken.detail)
      const { standing, claims } = taken
      const grant = claims && { text: 'signed', claims: { iss: 'https://desk.test', ...claims } }
      return { kind: 'stands', standing, ...(grant && { grant }) }
    },
    withdraw: async (ticket) => {
      const withdrawn = desk.withdraw(ticket)
      return 'status' in withdrawn ? { kind: 'refused', why: withdrawn.detail } : { kind: 'told' }
    },
    leave: async () => ({ kind: 'told' }),
    tell: async (ticket, outcome) => {
      const closed = desk.close(ticket, outcome)
      return 'status' in closed ? { kind: 'refused', why: closed.detail } : { kind: 'told' }
    },
  }
}
