import type { Act } from './december.ts'
import { type Counted, type Person, Scripted } from './person.ts'

/** Two who can agree, and the one whose agent it is. */
export interface Team {
  readonly people: Readonly<Record<Act['who'], Person>>
  /** Enrols a guard whose agents are Dan's. */
  readonly codeForGuard: string
  /** A link for one more who may approve. */
  invite(name: string): Promise<string>
  /** How many have approved, of how many that have to. */
  standing(ticket: string): Promise<Counted>
}

/** The first person's link in hand, lets three people join a desk. */
export async function enrolTeam(first: string): Promise<Team> {
  const ada = await Scripted.join(first, 'Ada', true)
  const [ben, dan] = await Promise.all([
    Scripted.join(await ada.invite('Ben', ['approver']), 'Ben'),
    Scripted.join(await ada.invite('Dan', ['operator', 'approver']), 'Dan'),
  ])
  return {
    people: { Ada: ada, Ben: ben, Dan: dan },
    codeForGuard: await ada.codeForGuard("dan's machine", dan.id),
    invite: (name) => ada.invite(name, ['approver']),
    standing: (ticket) => ada.standing(ticket),
  }
}
