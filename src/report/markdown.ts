import { undoWords } from '../core/effect.ts'
import type { Known, Report, ReportAction, ReportAnswer, ReportEnd } from '../wire/report.ts'
import { block, code, inline } from './escape.ts'

/** The report as a document that a person reads who has no Interlock. */
export function markdownOf(report: Report): string {
  const parts = [
    heading(report),
    whoAnswers(report),
    conditions(report),
    whatHappened(report),
    refused(report),
    uncertain(report),
    undone(report),
    integrity(report),
  ]
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}

type Lines = readonly string[]

function heading({ run, goals, actions, from, to, workspace }: Report): Lines {
  const calls = actions.filter(({ undoes }) => undoes === undefined)
  const ran = calls.filter(({ became }) => became !== 'not run')
  const changed = ran.filter(({ end }) => (end?.changes.length ?? 0) > 0)
  const agents = [...new Set(calls.map(({ agent }) => agent))].map((each) => code(each)).join(' and ')
  const what = `${count(calls.length, 'call')} of ${agents}: ${ran.length} ran, ${calls.length - ran.length} did not`
  return [
    '# Report of an intervention',
    '',
    `Run ${code(run)}, from ${clock(from)} to ${clock(to)}, in ${code(workspace)}.`,
    `${what}; ${changed.length === 0 ? 'none was seen to change files here' : `${changed.length} changed files here`}.`,
    '',
    'It was put together from the ledger, an append-only record in which each entry was written before what it allows could run; what is known from elsewhere says so. Times are in UTC.',
    '',
    '## What it was asked to do',
    '',
    ...(goals.length === 0
      ? ['No goal is on record.']
      : goals.flatMap(({ at, text }, i) => [
          ...(i > 0 ? [''] : []),
          `${clock(at)}, as the agent’s host told it:`,
          '',
          ...block(text),
        ])),
  ]
}

function whoAnswers({ answers }: Report): Lines {
  const { agent, operator, approvers, policy } = answers
  const row = (role: string, { who, how }: Known): string => `| ${role} | ${inline(who)} | ${inline(how)} |`
  return [
    '## Who answers for it',
    '',
    '| Role | Who | How that is known |',
    '|---|---|---|',
    ...agent.map((each) => row('Agent', each)),
    row('Operator', operator),
    ...(approvers.length === 0 ? ['| Person asked | nobody | no person’s answer is on record |'] : []),
    ...approvers.map((each) => row('Person asked', each)),
    ...policy.map((each) => row('Rules', each)),
  ]
}

function conditions({ commits, mandate, events, actions }: Report): Lines {
  const words =
    mandate === undefined
      ? 'Nobody wrote one. The default: its workspace, and nothing written to other systems without people.'
      : `A person’s: mode ${code(mandate.mode)}, systems ${listed(mandate.systems)}, may ${listed(mandate.may)}.`
  const levels = [...new Set(actions.map(({ level }) => level))]
  return [
    '## Under which conditions',
    '',
    `- Mandate: ${words}`,
    `- Commit: ${commits.length === 0 ? 'none is on record' : commits.map((each) => code(each)).join(', then ')}.`,
    ...levels.map((level) => `- Enforcement: ${code(level)}. ${LEVELS[level] ?? ''}`),
    ...events.map(({ at, what, entry }) => `- ${clock(at)}: ${inline(what)} (entry ${entry}).`),
  ]
}

const LEVELS: Readonly<Record<string, string>> = {
  advised:
    'The agent’s own program asked before each call and was told the ruling; it, or the guard for its own agent, then ran the call with the operator’s rights. Interlock did not lock it in: what runs past the asking is not in this report.',
}

function whatHappened({ actions }: Report): Lines {
  return ['## What happened, in order', ...actions.flatMap((action, i) => ['', ...actionLines(action, i + 1)])]
}

const BECAME: Readonly<Record<ReportAction['became'], string>> = {
  done: 'ran, and ended well',
  failed: 'ran, and failed',
  unknown: 'outcome unknown',
  'not run': 'did not run',
  open: 'may run, and its end is not recorded',
}

function actionLines(action: ReportAction, number: number): Lines {
  const { receipt, at, agent, call, cwd, became, end, entries, before, noSnapshot, told, undoes } = action
  return [
    `### ${number}. ${clock(at)}: ${BECAME[became]}`,
    '',
    `Receipt ${code(receipt)}, by ${code(agent)} in ${code(cwd)}; ${entries.length === 1 ? 'entry' : 'entries'} ${entries.join(', ')}.`,
    '',
    ...(undoes === undefined ? block(call) : [`It took back what ${code(undoes)} had changed.`]),
    '',
    `**Ruling: ${action.ruling}**, by the rule ${code(action.rule)}: ${inline(action.because)}.`,
    ...(action.safeguards.length > 0 ? [`Safeguards: ${action.safeguards.map((each) => code(each)).join(', ')}.`] : []),
    ...(noSnapshot === undefined ? [] : [`No snapshot could be had: ${inline(noSnapshot)}.`]),
    ...before.map((each) => `Ruled before as ${code(each.ruling)} by ${code(each.rule)}: ${inline(each.because)}.`),
    ...(action.instead === undefined ? [] : [`Told to do instead: ${inline(action.instead)}.`]),
    ...effectLines(action),
    ...claimLines(action),
    ...precedentLines(action),
    ...holdLines(action),
    ...(end === undefined ? [] : endLines(end)),
    ...(told === undefined ? [] : ['', `The desk was told: ${inline(told)}.`]),
  ]
}

function effectLines({ effects, undoes }: ReportAction): Lines {
  if (effects.length === 0) return undoes === undefined ? ['', 'It was foreseen to touch nothing.'] : []
  return [
    '',
    '| Foreseen effect | On | Where | Undo | Certainty |',
    '|---|---|---|---|---|',
    ...cut(effects, 'effects', '|').map((each) =>
      typeof each === 'string'
        ? each
        : `| ${inline(each.verb)} | ${code(each.resource)} | ${inline(each.place)} | ${inline(undoWords(each.undo))} | ${inline(each.certainty + (each.why === undefined ? '' : `: ${each.why}`))} |`,
    ),
  ]
}

function claimLines({ claims }: ReportAction): Lines {
  return claims.flatMap((claim) => ['', 'The agent’s claim (its own words, not a finding):', '', ...block(claim)])
}

function precedentLines({ precedents }: ReportAction): Lines {
  return precedents.length === 0 ? [] : ['', ...precedents.map((each) => `- It happened before: ${inline(each)}`)]
}

function holdLines({ hold }: ReportAction): Lines {
  if (hold === undefined) return []
  const { ticket, approvals, asked, released, answers, grant } = hold
  const whom = approvals > 0 ? `${count(approvals, 'person', 'people')} other than the operator` : 'its operator'
  const how = asked ? '; the agent’s own program asked him' : released ? '; this call was released by his yes' : ''
  return [
    '',
    `Held for ${whom}, ticket ${code(ticket)}${how}.`,
    '',
    ...(answers.length === 0 && grant === undefined && !asked ? ['- Nobody’s answer is on record.'] : []),
    ...answers.map(answerLine),
    ...(grant?.approved ?? []).map(
      ({ name, at, reason }) => `- ${inline(name)} approved at ${clock(at)}: “${inline(reason)}”`,
    ),
    ...(grant === undefined
      ? []
      : [
          `- Grant of the desk at ${code(grant.desk)}, ${clock(grant.at)}: **${grant.check.kind}**; ${inline(grant.check.why)}.`,
        ]),
  ]
}

function answerLine({ at, answer, by, reason, forgeable }: ReportAnswer): string {
  const why = reason === undefined ? '' : `: “${inline(reason)}”`
  const doubt = forgeable ? '. This yes or no could have been forged by software of the same user' : ''
  return `- ${clock(at)}: **${answer}** by ${inline(by)}${why}${doubt}`
}

function endLines(end: ReportEnd): Lines {
  const { at, code: exit, why, answered, changes, commit } = end
  return [
    '',
    `Ended ${clock(at)}${exit === undefined ? '' : `, exit code ${exit}`}${why === undefined ? '' : `: ${inline(why)}`}.`,
    ...(answered === undefined ? [] : [`The agent’s own program asked its operator; answer: ${inline(answered)}.`]),
    ...(commit === undefined ? [] : [`Afterwards the workspace stood at the commit ${code(commit)}.`]),
    ...(changes.length === 0 ? [] : ['', 'Seen to have changed:', '']),
    ...cut(changes, 'paths', '-').map((each) =>
      typeof each === 'string'
        ? each
        : `- ${each.change} ${code(each.path)}${each.predicted ? '' : ' **not foreseen**'}`,
    ),
  ]
}

function refused({ actions }: Report): Lines {
  const stopped = actions.filter(({ became }) => became === 'not run')
  const lines = stopped.map(({ receipt, call, because, ruling, next, hold }) => {
    const later = next === undefined ? 'Nothing ran in this run after it' : `The next call that ran was ${code(next)}`
    const waits = ruling === 'hold' && hold !== undefined ? 'It waited for people' : 'It was refused'
    return `- ${code(receipt)}: ${code(oneLine(call))}. ${waits}: ${inline(because)}. ${later}.`
  })
  return [
    '## What did not run, and what came next',
    '',
    ...(lines.length === 0 ? ['Everything that was asked ran.'] : lines),
  ]
}

function uncertain({ actions, ledger }: Report): Lines {
  const lines = actions.flatMap(({ receipt, became, end, effects }) => [
    ...(became === 'unknown'
      ? [`- ${code(receipt)}: nobody knows whether it ran to its end. ${inline(end?.why ?? '')}`]
      : []),
    ...(became === 'open' ? [`- ${code(receipt)}: its end is not recorded.`] : []),
    ...(end?.diverged === true ? [`- ${code(receipt)}: it changed what was not foreseen.`] : []),
    ...(effects.some(({ certainty }) => certainty === 'opaque')
      ? [`- ${code(receipt)}: part of what it would do could not be known before it ran.`]
      : []),
    ...(end?.unseen ?? []).map((path) => `- ${code(receipt)}: ${code(path)} could not be looked through.`),
    ...(end !== undefined && end.overlaps.length > 0
      ? [`- ${code(receipt)}: ran at the same time, over the same paths, as ${listed(end.overlaps)}.`]
      : []),
  ])
  const unread = ledger.unread.map((index) => `- Entry ${index} is of another version and is not told here.`)
  const all = [...lines, ...unread]
  return ['## What is not certain', '', ...(all.length === 0 ? ['Nothing is open.'] : all)]
}

function undone({ actions }: Report): Lines {
  const back = actions.flatMap(({ receipt, undoneBy }) =>
    undoneBy.map((by) => `- ${code(receipt)} was taken back by ${code(by)}.`),
  )
  const lost = actions.flatMap(({ receipt, end }) =>
    cut(end?.lost ?? [], 'paths', '-').map((each) =>
      typeof each === 'string'
        ? each
        : `- ${code(receipt)}: ${code(each.path)} can’t be given back: ${inline(each.why)}.`,
    ),
  )
  const gone = actions
    .filter(({ became }) => became !== 'not run')
    .flatMap(({ receipt, effects }) =>
      effects
        .filter(({ undo, verb }) => verb !== 'read' && (undo === 'U3' || undo === 'U4'))
        .map(
          (each) => `- ${code(receipt)}: ${inline(each.verb)} ${code(each.resource)} ${inline(undoWords(each.undo))}.`,
        ),
    )
  const all = [...back, ...lost, ...gone]
  return [
    '## What was undone, and what can’t be',
    '',
    ...(all.length === 0 ? ['Nothing was undone, and nothing that ran is known to be beyond it.'] : all),
  ]
}

function integrity({ ledger }: Report): Lines {
  const { origin, vkey, size, root, checkpoint, copy, included, unsigned, losses } = ledger
  const beside = { same: 'agrees', ahead: 'is ahead, and its entries are there', none: 'does not exist' }[copy]
  return [
    '## How far this can be trusted',
    '',
    `Every hash and signature of the ledger ${code(origin)} was computed again from its files when this report was made. It has ${size} entries. The copy of its checkpoint, kept elsewhere, ${beside}.`,
    `Of this report’s entries, ${included.length} were each proved to be under its root${unsigned.length === 0 ? '' : `; ${listed(unsigned.map(String))} are newer, and no checkpoint signs them yet`}.`,
    '',
    `- Root: ${code(root)}`,
    `- Key: ${code(vkey)}`,
    ...losses.map(({ index, at, why }) => `- A loss was accepted ${clock(at)} (entry ${index}): ${inline(why)}.`),
    '',
    'The signed checkpoint:',
    '',
    ...block(checkpoint.trimEnd()),
    '',
    'Who holds the ledger’s private key and both checkpoints could have written another ledger. Compare root and size with what was noted elsewhere at the time.',
  ]
}

const MOST_ROWS = 100

/** As many as a person reads, and how many there are besides. */
function cut<T extends object>(all: readonly T[], what: string, mark: '|' | '-'): readonly (T | string)[] {
  const rest = all.length - MOST_ROWS
  const more = mark === '|' ? `| … | and ${rest} more ${what} | | | |` : `- … and ${rest} more ${what}`
  return rest > 0 ? [...all.slice(0, MOST_ROWS), more] : all
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > 100 ? `${flat.slice(0, 99)}…` : flat
}

function clock(time: string): string {
  return inline(time.slice(0, 19).replace('T', ' '))
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

function listed(all: readonly string[]): string {
  return all.length === 0 ? 'none' : all.map((each) => code(each)).join(', ')
}
