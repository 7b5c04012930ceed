import { HoldPage, OneTime, type Role } from '../wire/desk.ts'
import type { Act } from './december.ts'
import { type Counted, counted, type Join, joinScripted, must, type Person } from './person.ts'

/** Two who can agree, and the one whose agent it is. */
export interface Team {
  readonly people: Readonly<Record<Act['who'], Person>>
  /** Enrols a guard whose agents are Dan's. */
  readonly codeForGuard: string
  /** A link for one more who may approve. */
  invite(name: string): Promise<string>
  standing(ticket: string): Promise<Counted>
}

/** The first person's link in hand, lets three people join a desk; `join` is for the two who can agree. */
export async function enrolTeam(first: string, join: Join): Promise<Team> {
  const ada = await join(first, 'Ada')
  const invite = async (name: string, roles: readonly Role[]): Promise<string> =>
    (await must(ada.ask, OneTime, '/api/people/invitations', { name, roles })).link
  const ben = await join(await invite('Ben', ['approver']))
  const dan = await joinScripted(await invite('Dan', ['operator', 'approver']))
  const asked = { name: "dan's machine", operator: dan.id }
  return {
    people: { Ada: ada, Ben: ben, Dan: dan },
    codeForGuard: (await must(ada.ask, OneTime, '/api/guards/codes', asked)).code,
    invite: (name) => invite(name, ['approver']),
    standing: async (ticket) => counted(await must(dan.ask, HoldPage, `/api/holds/${ticket}`)),
  }
}
