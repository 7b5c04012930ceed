import {
  Challenge,
  type CodeRequest,
  Guards,
  HoldPage,
  Holds,
  Invitation,
  type JoinStart,
  OneTime,
  Outside,
  type OutsideStart,
  type Rights,
  Session,
  type Signed,
  type VoteStart,
} from '../src/wire/desk.ts'
import { type InviteRequest, type LinkRequest, People } from '../src/wire/desk-people.ts'
import { ReachLines } from '../src/wire/reach.ts'
import { askerOf } from './ask.ts'
import { ledgerAt } from './ledger/source.ts'

const ask = askerOf('the desk')

export const ledger = ledgerAt(ask, 'the desk')
const at = encodeURIComponent

export const desk = {
  session: () => ask('GET', '/api/session', Session),
  signInStart: () => ask('POST', '/api/session/start', Challenge, {}),
  signIn: (signed: Signed) => ask('POST', '/api/session', Session, signed),
  signOut: () => ask('DELETE', '/api/session', Session, {}),
  outside: (body: OutsideStart) => ask('POST', '/api/organisation/start', Outside, body),
  invitation: (code: string) => ask('GET', `/api/invitations/${at(code)}`, Invitation),
  joinStart: (code: string, body: JoinStart) => ask('POST', `/api/invitations/${at(code)}/start`, Challenge, body),
  join: (code: string, signed: Signed) => ask('POST', `/api/invitations/${at(code)}`, Session, signed),
  holds: () => ask('GET', '/api/holds', Holds),
  hold: (ticket: string) => ask('GET', `/api/holds/${at(ticket)}`, HoldPage),
  voteStart: (ticket: string, body: VoteStart) => ask('POST', `/api/holds/${at(ticket)}/votes/start`, Challenge, body),
  vote: (ticket: string, signed: Signed) => ask('POST', `/api/holds/${at(ticket)}/votes`, HoldPage, signed),
  people: () => ask('GET', '/api/people', People),
  invite: (body: InviteRequest) => ask('POST', '/api/people/invitations', OneTime, body),
  changeRights: (id: string, body: Rights) => ask('POST', `/api/people/${at(id)}/rights`, People, body),
  recover: (id: string) => ask('POST', `/api/people/${at(id)}/recovery`, OneTime, {}),
  link: (id: string, body: LinkRequest) => ask('POST', `/api/people/${at(id)}/link`, People, body),
  unlink: (id: string) => ask('DELETE', `/api/people/${at(id)}/link`, People, {}),
  passkeyStart: () => ask('POST', '/api/passkeys/start', Challenge, {}),
  passkeySign: (signed: Signed) => ask('POST', '/api/passkeys/sign', Challenge, signed),
  passkeyAdd: (signed: Signed) => ask('POST', '/api/passkeys', Session, signed),
  agreeStart: (id: string) => ask('POST', `/api/proposals/${at(id)}/start`, Challenge, {}),
  agree: (id: string, signed: Signed) => ask('POST', `/api/proposals/${at(id)}`, People, signed),
  withdraw: (id: string) => ask('DELETE', `/api/proposals/${at(id)}`, People, {}),
  removePerson: (id: string) => ask('DELETE', `/api/people/${at(id)}`, People, {}),
  guards: () => ask('GET', '/api/guards', Guards),
  guardCode: (body: CodeRequest) => ask('POST', '/api/guards/codes', OneTime, body),
  reach: () => ask('GET', '/api/reach', ReachLines),
  revokeGuard: (id: string) => ask('DELETE', `/api/guards/${at(id)}`, Guards, {}),
}
