import type { Allowed, Who } from '../wire/who.ts'
import { paragraph } from './render.ts'

/** Who allowed a commit, as a person reads it. */
export function whoLines({ commit, subject, author, committed, allowed, file }: Who): readonly string[] {
  return [
    ...paragraph(`commit ${commit.slice(0, 12)}  `, subject),
    ...paragraph('  ', `${author}, ${clock(committed)}`),
    ...(allowed.length === 0 ? NOTHING : allowed.flatMap(allowedLines)),
    ...(file === undefined ? [] : fileLines(file)),
  ]
}

const NOTHING = [
  'nothing is known of it: its message names no receipt, and no call on record moved a workspace to it',
  '  A person made it, or an agent that this guard does not judge.',
]

function allowedLines({ receipt, verdict, why, trailer, run, goals, action, operator }: Allowed): readonly string[] {
  const head = `${verdict}  ${receipt}${trailer ? '' : ', which the message does not name'}`
  const goal = goals.at(-1)
  const answers = action?.hold?.answers.map(({ answer, by, at, reason, forgeable }) => {
    return `${answer} by ${by}, ${clock(at)}${reason === undefined ? '' : `: ${reason}`}${forgeable ? ' (forgeable)' : ''}`
  })
  const grant = action?.hold?.grant
  const votes = grant?.approved.map(({ name, at, reason }) => {
    return `approved by ${name}, ${clock(at)}: ${reason} (the desk’s grant: ${grant.check.kind})`
  })
  return [
    head,
    ...paragraph('  ', why),
    ...(action === undefined ? [] : paragraph('  > ', action.call)),
    ...(action === undefined ? [] : paragraph('  ', `${action.ruling} by ${action.rule}: ${action.because}`)),
    ...[...(answers ?? []), ...(votes ?? [])].flatMap((each) => paragraph('  ', each)),
    ...(action === undefined ? [] : paragraph('  ', `by ${action.agent} in ${action.cwd}, ${clock(action.at)}`)),
    ...(goal === undefined ? [] : paragraph('  asked to: ', goal)),
    ...(operator === undefined ? [] : paragraph('  ', `its operator: ${operator.who}; ${operator.how}`)),
    ...(run === undefined ? [] : paragraph('  ', `all of it: interlock report ${run}`)),
  ]
}

function fileLines({ path, inCommit, changedBy }: NonNullable<Who['file']>): readonly string[] {
  return [
    ...paragraph('', `${path}  ${inCommit ? 'is changed by this commit' : 'is not changed by this commit'}`),
    ...(changedBy.length === 0 ? ['  no call on record was seen to change it'] : []),
    ...changedBy.flatMap(({ receipt, at, change, what }) => paragraph(`  ${clock(at)}  ${receipt}  ${change}  `, what)),
  ]
}

function clock(time: string): string {
  return time.slice(0, 19).replace('T', ' ')
}
