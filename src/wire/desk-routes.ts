import * as z from 'zod'
import {
  Challenge,
  CodeRequest,
  EnrollReply,
  EnrollRequest,
  FileReply,
  FileRequest,
  Guards,
  HoldEvent,
  HoldPage,
  Holds,
  Invitation,
  JoinStart,
  Left,
  OneTime,
  OutcomeRequest,
  Outside,
  OutsideStart,
  Rights,
  Session,
  Signed,
  Standing,
  VoteStart,
} from './desk.ts'
import { InviteRequest, LinkRequest, People } from './desk-people.ts'
import { ReachLines } from './reach.ts'

/** One thing that can be asked of a desk over HTTP. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `{ticket}` stands for what is asked about. */
  readonly path: `/${string}`
  /** Whose credential it takes: none, a guard's signature, or a session; of any person, or of an admin. */
  readonly who: 'anyone' | 'guard' | 'person' | 'admin'
  /** What it does, in one sentence. */
  readonly does: string
  /** Its body; `{}` where there is none and it changes something. */
  readonly takes?: z.ZodType
  readonly query?: Readonly<Record<string, string>>
  readonly gives: z.ZodType
  /** What it gives comes as server-sent events. */
  readonly streams?: string
}

/** For guards, which sign each request with their key. */
export const GUARD_ROUTES = {
  enroll: {
    method: 'POST',
    path: '/v1/guards',
    who: 'anyone',
    does: 'Enrols a guard, against a one-time code.',
    takes: EnrollRequest,
    gives: EnrollReply,
  },
  leave: {
    method: 'DELETE',
    path: '/v1/guards',
    who: 'guard',
    does: 'The one that signs is enrolled no more, and nothing of it waits.',
    gives: Left,
  },
  file: {
    method: 'POST',
    path: '/v1/holds',
    who: 'guard',
    does: 'Files a hold, or takes its approval for the call under the receipt. The same ticket may be sent again.',
    takes: FileRequest,
    gives: FileReply,
  },
  standing: {
    method: 'GET',
    path: '/v1/holds/{ticket}',
    who: 'guard',
    does: 'Where a hold stands.',
    query: { wait: 'Milliseconds, at most 30,000: it is answered when it is `open` no more, or after these.' },
    gives: Standing,
  },
  outcome: {
    method: 'POST',
    path: '/v1/holds/{ticket}/outcome',
    who: 'guard',
    does: 'What became of the call that took the approval.',
    takes: OutcomeRequest,
    gives: Standing,
  },
  withdraw: {
    method: 'POST',
    path: '/v1/holds/{ticket}/withdrawal',
    who: 'guard',
    does: "The operator's own No: it waits no more.",
    gives: Standing,
  },
} as const satisfies Record<string, Route>

/** For people, who have a session. */
export const PEOPLE_ROUTES = {
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    who: 'anyone',
    does: 'This description.',
    gives: z.looseObject({}),
  },
  invitation: {
    method: 'GET',
    path: '/api/invitations/{code}',
    who: 'anyone',
    does: 'What a link is for.',
    gives: Invitation,
  },
  joinStart: {
    method: 'POST',
    path: '/api/invitations/{code}/start',
    who: 'anyone',
    does: 'Begins to join: options for making a passkey.',
    takes: JoinStart,
    gives: Challenge,
  },
  join: {
    method: 'POST',
    path: '/api/invitations/{code}',
    who: 'anyone',
    does: 'Joins with the passkey that was made, and signs in.',
    takes: Signed,
    gives: Session,
  },
  session: { method: 'GET', path: '/api/session', who: 'anyone', does: 'Who is signed in.', gives: Session },
  signInStart: {
    method: 'POST',
    path: '/api/session/start',
    who: 'anyone',
    does: 'Begins to sign in: options for a passkey.',
    gives: Challenge,
  },
  signIn: {
    method: 'POST',
    path: '/api/session',
    who: 'anyone',
    does: 'Signs in with a passkey.',
    takes: Signed,
    gives: Session,
  },
  outside: {
    method: 'POST',
    path: '/api/organisation/start',
    who: 'anyone',
    does: "Begins to sign in or join with one's organisation: where to go for it.",
    takes: OutsideStart,
    gives: Outside,
  },
  comeBack: {
    method: 'GET',
    path: '/api/organisation/callback',
    who: 'anyone',
    does: 'Where the organisation sends one back to: leads on to the page.',
    gives: z.unknown(),
  },
  signOut: { method: 'DELETE', path: '/api/session', who: 'anyone', does: 'Signs out.', gives: Session },
  holds: {
    method: 'GET',
    path: '/api/holds',
    who: 'person',
    does: 'What waits, the open ones first, and the hundred that ended last.',
    gives: Holds,
  },
  endedHolds: {
    method: 'GET',
    path: '/api/ended-holds',
    who: 'person',
    does: 'What ended, a hundred at a time, the latest first.',
    query: { before: 'The `next` of the page before.' },
    gives: Holds,
  },
  hold: { method: 'GET', path: '/api/holds/{ticket}', who: 'person', does: 'All of one hold.', gives: HoldPage },
  voteStart: {
    method: 'POST',
    path: '/api/holds/{ticket}/votes/start',
    who: 'person',
    does: "Begins a vote: the passkey's options, whose challenge is this very vote's.",
    takes: VoteStart,
    gives: Challenge,
  },
  vote: {
    method: 'POST',
    path: '/api/holds/{ticket}/votes',
    who: 'person',
    does: 'Votes with what the passkey signed.',
    takes: Signed,
    gives: HoldPage,
  },
  events: {
    method: 'GET',
    path: '/api/events',
    who: 'person',
    does: 'Tells each change of a hold, as an event `hold`.',
    gives: HoldEvent,
    streams: 'hold',
  },
  people: { method: 'GET', path: '/api/people', who: 'person', does: 'Who is enrolled.', gives: People },
  invite: {
    method: 'POST',
    path: '/api/people/invitations',
    who: 'admin',
    does: 'Makes a link that enrols one person, once.',
    takes: InviteRequest,
    gives: OneTime,
  },
  changeRights: {
    method: 'POST',
    path: '/api/people/{id}/rights',
    who: 'admin',
    does: 'Asks for other rights of a person.',
    takes: Rights,
    gives: People,
  },
  recover: {
    method: 'POST',
    path: '/api/people/{id}/recovery',
    who: 'person',
    does: 'Makes a link by which one who lost his passkeys asks to come back.',
    gives: OneTime,
  },
  link: {
    method: 'POST',
    path: '/api/people/{id}/link',
    who: 'admin',
    does: 'Says that two accounts are of one human being.',
    takes: LinkRequest,
    gives: People,
  },
  unlink: {
    method: 'DELETE',
    path: '/api/people/{id}/link',
    who: 'admin',
    does: 'Asks that an account be one of its own again.',
    gives: People,
  },
  agreeStart: {
    method: 'POST',
    path: '/api/proposals/{id}/start',
    who: 'person',
    does: "Begins to agree to what was asked for, by one of those who may: the passkey's options.",
    gives: Challenge,
  },
  agree: {
    method: 'POST',
    path: '/api/proposals/{id}',
    who: 'person',
    does: 'Agrees with what the passkey signed.',
    takes: Signed,
    gives: People,
  },
  withdraw: {
    method: 'DELETE',
    path: '/api/proposals/{id}',
    who: 'admin',
    does: 'Takes back what was asked for.',
    gives: People,
  },
  passkeyStart: {
    method: 'POST',
    path: '/api/passkeys/start',
    who: 'person',
    does: "Begins to add a passkey of one's own: one that there is signs first.",
    gives: Challenge,
  },
  passkeySign: {
    method: 'POST',
    path: '/api/passkeys/sign',
    who: 'person',
    does: 'What that passkey signed: options for making another.',
    takes: Signed,
    gives: Challenge,
  },
  passkeyAdd: {
    method: 'POST',
    path: '/api/passkeys',
    who: 'person',
    does: 'Adds the passkey that was made.',
    takes: Signed,
    gives: Session,
  },
  removePerson: {
    method: 'DELETE',
    path: '/api/people/{id}',
    who: 'admin',
    does: 'Removes a person, and revokes the guards that act for him.',
    gives: People,
  },
  guards: { method: 'GET', path: '/api/guards', who: 'person', does: 'Which guards are enrolled.', gives: Guards },
  guardCode: {
    method: 'POST',
    path: '/api/guards/codes',
    who: 'admin',
    does: 'Makes a code that enrols one guard, once.',
    takes: CodeRequest,
    gives: OneTime,
  },
  revokeGuard: {
    method: 'DELETE',
    path: '/api/guards/{id}',
    who: 'admin',
    does: 'Revokes a guard.',
    gives: Guards,
  },
  reach: {
    method: 'GET',
    path: '/api/reach',
    who: 'admin',
    does: 'Whom the desk tells outside its page, and whether they take it.',
    gives: ReachLines,
  },
} as const satisfies Record<string, Route>

/** The desk's own ledger, to be verified by whoever reads it; `wire/ledger-page.ts` says more. */
const LEDGER_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/ledger/files/{path}',
    who: 'person',
    does: 'A file of the ledger: the checkpoint, or a tile.',
    gives: z.unknown(),
  },
  {
    method: 'GET',
    path: '/api/ledger/blobs/{digest}',
    who: 'person',
    does: 'What was too long for its entry.',
    gives: z.unknown(),
  },
  {
    method: 'GET',
    path: '/api/ledger/entries',
    who: 'person',
    does: 'Lines of entries, the latest first.',
    gives: z.unknown(),
  },
]

export const ROUTES: readonly Route[] = [
  ...Object.values(GUARD_ROUTES),
  ...Object.values(PEOPLE_ROUTES),
  ...LEDGER_ROUTES,
]
