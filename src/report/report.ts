import type { Answered, Closed, Ruled } from '../wire/record.ts'
import type { GrantCheck, Known, Report, ReportAction, ReportEnd, ReportLedger } from '../wire/report.ts'
import type { At, Gathered } from './gather.ts'

/** What is known besides the entries: from files beside the ledger, each with how it is known. */
export interface Beside {
  /** By receipt. */
  readonly grants: ReadonlyMap<string, GrantCheck>
  readonly ledger: Omit<ReportLedger, 'unread' | 'losses'>
  /** Whose agents they are, where no entry tells. */
  readonly operator: Known
  /** Whose they are by the enrolment that stands now, and its desk. */
  readonly enrolled?: { readonly origin: string; readonly operator: string }
  /** Who wrote what judged, as far as files tell. */
  readonly authors: readonly Known[]
}

/** The report of one run. Pure: what the entries say, put in order; nothing is added to it. */
export function reportOf(all: Gathered, beside: Beside): Report {
  const receipts = [...new Set(all.ruled.map(({ subject }) => subject))]
  const drawn = receipts.map((receipt) => actionOf(receipt, all, beside.grants))
  const actions = drawn.map((action, i) => withNext(withUndo(action, drawn), drawn.slice(i + 1)))
  const [first] = all.ruled
  const { ledger, authors } = beside
  const commits = [first?.data.head, ...all.closed.map(({ data }) => data.head?.commit)]
  const last = [...all.ruled, ...all.closed].reduce((a, b) => (b.index > a.index ? b : a), first ?? NOTHING)
  return {
    version: 1,
    run: all.run,
    from: first?.at ?? '',
    to: last.at,
    goals: all.said.filter(({ data }) => data.what === 'goal').map(({ at, data }) => ({ at, text: data.text })),
    workspace: first?.data.workspace ?? '',
    commits: [...new Set(commits.filter((each) => each !== undefined && each !== 'none'))] as string[],
    ...mandateOf(all),
    answers: {
      agent: agentsOf(actions),
      operator: operatorOf(all, beside),
      approvers: approversOf(actions),
      policy: [...policiesOf(all), ...authors],
    },
    actions,
    events: eventsOf(all),
    ledger: {
      ...ledger,
      unread: [...all.unread],
      losses: all.losses.map(({ index, at, data }) => ({ index, at, why: reasonIn(data) })),
    },
  }
}

const NOTHING: At<unknown> = { index: -1, at: '', subject: '', data: undefined }

function mandateOf({ ruled }: Gathered): Pick<Report, 'mandate'> {
  const mandate = ruled.find(({ data }) => data.mandate !== undefined)?.data.mandate
  return mandate === undefined ? {} : { mandate }
}

function actionOf(receipt: string, all: Gathered, grants: Beside['grants']): ReportAction {
  const rulings = all.ruled.filter(({ subject }) => subject === receipt)
  const closed = all.closed.findLast(({ subject }) => subject === receipt)
  const granted = all.granted.find(({ subject }) => subject === receipt)
  const told = all.told.find(({ subject }) => subject === receipt)
  const said = all.said.filter(({ subject, data }) => subject === receipt && data.what === 'claim')
  const last = rulings.at(-1) as At<Ruled>
  const { data: ruled, at } = last
  const answers = ruled.ticket === undefined ? [] : all.answered.filter(({ data }) => data.ticket === ruled.ticket)
  const belongs = [...rulings, closed, granted, told, ...said, ...answers].filter((each) => each !== undefined)
  const mayRun = ruled.ruling === 'allow' || ruled.released === true || ruled.asked === true || granted !== undefined
  const undoes = ruled.kind === 'undo' ? (ruled.input as { undoes?: unknown } | null)?.undoes : undefined
  const models = said.flatMap(({ data }) => data.model ?? [])
  return {
    receipt,
    at: rulings[0]?.at ?? at,
    ...fromRuling(ruled),
    ...(models[0] !== undefined && { model: models[0] }),
    before: rulings.slice(0, -1).map(({ data: { ruling, rule, because } }) => ({ ruling, rule, because })),
    claims: [...(ruled.claim === undefined ? [] : [ruled.claim]), ...said.map(({ data }) => data.text)],
    ...holdOf(ruled, { answers, granted, check: grants.get(receipt) }),
    became: becameOf(closed?.data, mayRun),
    ...(closed && { end: endOf(closed) }),
    ...(told && { told: told.data.refused === undefined ? told.data.outcome : `not taken: ${told.data.refused}` }),
    ...(typeof undoes === 'string' && { undoes }),
    undoneBy: [],
    entries: belongs.map(({ index }) => index).sort((a, b) => a - b),
  }
}

type FromRuling = Pick<ReportAction, 'agent' | 'kind' | 'call' | 'cwd' | 'ruling' | 'rule' | 'because' | 'safeguards'> &
  Pick<ReportAction, 'instead' | 'noSnapshot' | 'effects' | 'precedents' | 'level' | 'policy' | 'model'>

function fromRuling(ruled: Ruled): FromRuling {
  const { agent, kind, input, cwd, ruling, rule, because, instead, safeguards, noSnapshot, effects, level } = ruled
  return {
    agent,
    kind,
    call: typeof input === 'string' ? input : JSON.stringify(input, null, 2),
    cwd,
    ruling,
    rule,
    because,
    safeguards,
    effects,
    precedents: ruled.precedents ?? [],
    level,
    policy: ruled.policy,
    ...(instead && { instead }),
    ...(noSnapshot && { noSnapshot }),
    ...(ruled.model && { model: ruled.model }),
  }
}

interface Said {
  readonly answers: readonly At<Answered>[]
  readonly granted: Gathered['granted'][number] | undefined
  readonly check: GrantCheck | undefined
}

function holdOf(ruled: Ruled, { answers, granted, check }: Said): Pick<ReportAction, 'hold'> {
  const { ticket, approvals = 0, asked = false, released = false } = ruled
  if (ticket === undefined) return {}
  const grant = granted && {
    at: granted.at,
    desk: granted.data.desk,
    approved: granted.data.approved.map(({ id, name, at, reason }) => ({ id, name, at: timeOf(at), reason })),
    check: check ?? { kind: 'not checked' as const, why: 'nobody looked' },
  }
  const said = answers.map(({ at, data: { answer, by, forgeable, person } }) => {
    return { at, answer, by: person?.name ?? by, forgeable, ...(person && { reason: person.reason }) }
  })
  return { hold: { ticket, approvals, asked, released, answers: said, ...(grant && { grant }) } }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function becameOf(closed: Closed | undefined, mayRun: boolean): ReportAction['became'] {
  if (closed === undefined) return mayRun ? 'open' : 'not run'
  return closed.outcome === 'refused' ? 'not run' : closed.outcome
}

function endOf({ at, data }: At<Closed>): ReportEnd {
  const { code, why, answered, changes, diverged, snapshot, lost, unseen = [], overlaps, head } = data
  return {
    at,
    changes,
    diverged,
    snapshot,
    lost,
    unseen,
    overlaps,
    ...(code !== undefined && { code }),
    ...(why && { why }),
    ...(answered && { answered }),
    ...(head && { commit: head.commit }),
  }
}

function withUndo(action: ReportAction, all: readonly ReportAction[]): ReportAction {
  const undos = all.filter(({ undoes, became }) => undoes === action.receipt && became !== 'not run')
  return { ...action, undoneBy: undos.map(({ receipt }) => receipt) }
}

/** What came after a refusal is a fact; that the agent did it instead is for the reader to judge. */
function withNext(action: ReportAction, later: readonly ReportAction[]): ReportAction {
  const next = action.became === 'not run' ? later.find(({ became }) => became !== 'not run') : undefined
  return next === undefined ? action : { ...action, next: next.receipt }
}

function agentsOf(actions: readonly ReportAction[]): Known[] {
  const own = actions.filter(({ kind }) => kind !== 'undo')
  return [...new Set(own.map(({ agent }) => agent))].map((who) => {
    const models = [...new Set(own.flatMap(({ agent, model }) => (agent === who ? (model ?? []) : [])))]
    const how =
      models.length === 0
        ? 'as it named itself; its model is not recorded'
        : `as it named itself; model ${models.join(', ')}, by its own word`
    return { who, how }
  })
}

function operatorOf({ started, granted }: Gathered, { operator, enrolled }: Beside): Known {
  const [guard] = started
  if (guard === undefined) return operator
  const { user, host } = guard.data
  // A guard may have been enrolled while it ran: its desk gave grants out for this very run then.
  const desk = guard.data.desk ?? (granted.some(({ data }) => data.desk === enrolled?.origin) ? enrolled : undefined)
  const account = `the guard ran as the account ${user} on ${host}, as entry ${guard.index} says`
  return desk === undefined
    ? { who: user, how: account }
    : { who: desk.operator, how: `whose agents this guard judges, by the desk at ${desk.origin}; ${account}` }
}

function approversOf(actions: readonly ReportAction[]): Known[] {
  return actions.flatMap(({ receipt, hold }) => {
    const grant = hold?.grant
    const votes = grant?.approved.map(({ name, at, reason }) => {
      const word = `approved ${receipt} on the desk at ${at}: “${reason}”`
      return { who: name, how: `${word}; the desk’s grant: ${grant.check.kind}` }
    })
    const said = hold?.answers.map(({ by, answer, at, forgeable, reason }) => {
      const doubt = forgeable ? '; forgeable: software of the same user could have said it' : ''
      const why = reason === undefined ? '' : `: “${reason}”`
      return { who: by, how: `${answer} ${receipt} at ${at}${why}${doubt}` }
    })
    return [...(votes ?? []), ...(said ?? [])]
  })
}

function policiesOf({ ruled, started }: Gathered): Known[] {
  const hashes = [...new Set(ruled.map(({ data }) => data.policy).filter((hash) => hash !== ''))]
  return hashes.map((hash) => {
    const guard = started.find(({ data }) => data.policy === hash)?.data
    const who = guard ? `Interlock ${guard.version}, layers: ${guard.layers.join(', ')}` : 'not recorded'
    return { who, how: `the rules that judged have the hash ${hash}` }
  })
}

function eventsOf({ turned, files, started }: Gathered): Report['events'] {
  const turns = turned.map(({ at, index, data: { state, why, by, agent } }) => {
    return { at, entry: index, what: `${agent ?? 'everything'} was ${state} by ${by}: ${why}` }
  })
  const confirmed = files.map(({ at, index, data: { path, sha256, by, forgeable } }) => {
    const what = `${path} with SHA-256 ${sha256} was confirmed by ${by}${forgeable ? ' (forgeable)' : ''}`
    return { at, entry: index, what }
  })
  const starts = started.map(({ at, index, data }) => {
    return { at, entry: index, what: `the guard started: Interlock ${data.version}, as ${data.user} on ${data.host}` }
  })
  return [...turns, ...confirmed, ...starts].sort((a, b) => a.entry - b.entry)
}

function reasonIn(data: unknown): string {
  const { by, reason } = (data ?? {}) as { by?: unknown; reason?: unknown }
  return `accepted by ${String(by)}: ${String(reason)}`
}
