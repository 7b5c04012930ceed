import { UndoReply } from '../../src/wire/api.ts'
import {
  type ConsoleAnswer,
  ConsoleSession,
  Nothing,
  RunPage,
  Runs,
  Systems,
  WaitingCalls,
} from '../../src/wire/console.ts'
import { Challenge, type Signed } from '../../src/wire/desk.ts'
import { askerOf } from '../ask.ts'
import { ledgerAt } from '../ledger/source.ts'

const ask = askerOf('the guard')
const at = encodeURIComponent

export const guard = {
  open: (code: string) => ask('POST', '/api/session', ConsoleSession, { code }),
  session: () => ask('GET', '/api/session', ConsoleSession),
  close: () => ask('DELETE', '/api/session', Nothing, {}),
  waiting: () => ask('GET', '/api/waiting', WaitingCalls),
  enrolStart: () => ask('POST', '/api/passkey/start', Challenge, {}),
  enrol: (signed: Signed) => ask('POST', '/api/passkey', ConsoleSession, signed),
  answerStart: (ticket: string) => ask('POST', `/api/waiting/${at(ticket)}/start`, Challenge, {}),
  answer: (ticket: string, answer: ConsoleAnswer) => ask('POST', `/api/waiting/${at(ticket)}`, WaitingCalls, answer),
  runs: () => ask('GET', '/api/runs', Runs),
  run: (run: string) => ask('GET', `/api/runs/${at(run)}`, RunPage),
  undo: (what: string, dryRun: boolean) => ask('POST', '/api/undo', UndoReply, { what, dryRun }),
  systems: () => ask('GET', '/api/systems', Systems),
  stop: (why: string) => ask('POST', '/api/stop', Systems, { why }),
  resumeStart: () => ask('POST', '/api/resume/start', Challenge, {}),
  resume: (signed: Signed | undefined) => ask('POST', '/api/resume', Systems, signed === undefined ? {} : { signed }),
}

export const ledger = ledgerAt(ask, 'the guard')
