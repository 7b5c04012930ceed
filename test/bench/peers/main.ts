import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { columns } from '../../../src/cli/render.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { CACHE } from '../../npm.ts'
import { type Case, labelled, OWN, sample } from './cases.ts'
import { type SafetyNet, safetyNet } from './cc-safety-net.ts'
import { interlock, type Ruling, startGuard } from './interlock.ts'

/** One process a call: for all cases that would be many minutes. */
const HOOK_CALLS = 120

const PEER = 'cc-safety-net'

/** What both guards answered to one case, and the microseconds that each took. */
interface Compared {
  readonly one: Case
  readonly answers: readonly Timed<Ruling>[]
}

interface Timed<Answer> {
  readonly answer: Answer
  readonly micros: number
}

/** In turns, so that both have the same machine; a first round, not counted, warms them. */
async function compare(cases: readonly Case[], peer: SafetyNet): Promise<readonly Compared[]> {
  const ours = interlock()
  const ask = async (one: Case): Promise<Compared> => ({
    one,
    answers: [await timed(() => ours(one)), await timed(() => peer.judge(one))],
  })
  for (const one of cases) await ask(one)
  const compared: Compared[] = []
  for (const one of cases) compared.push(await ask(one))
  return compared
}

async function timed<Answer>(ask: () => Answer | Promise<Answer>): Promise<Timed<Answer>> {
  const since = systemClock.micros()
  const answer = await ask()
  return { answer, micros: systemClock.micros() - since }
}

type Row = readonly string[]

const HEAD: Row = ['suite', 'guard', 'stop', 'caught', 'kept', 'missed', 'pass', 'false holds', 'p50 ms', 'p99 ms']

function suites(compared: readonly Compared[]): readonly Row[] {
  const bySuite = Object.groupBy(compared, ({ one }) => one.suite)
  return [...Object.entries(bySuite), ['all', compared] as const].flatMap(([suite, rows = []]) =>
    ['interlock', PEER].map((guard, i) => [i === 0 ? suite : '', guard, ...score(rows, i)]),
  )
}

function score(rows: readonly Compared[], guard: number): Row {
  const answered = (expect: Case['expect'], is: (answer: Ruling | undefined, one: Case) => boolean): number =>
    rows.filter(({ one, answers }) => one.expect === expect && is(answers[guard]?.answer, one)).length
  const stops = (answer: Ruling | undefined): boolean => answer === 'hold' || answer === 'deny'
  const keeps = (answer: Ruling | undefined, one: Case): boolean => answer === 'kept' && !one.leaves
  const [stop, pass] = [answered('stop', () => true), answered('pass', () => true)]
  const [caught, kept] = [answered('stop', stops), answered('stop', keeps)]
  return [
    `${stop}`,
    share(caught, stop),
    share(kept, stop),
    share(stop - caught - kept, stop),
    `${pass}`,
    share(answered('pass', stops), pass),
    ...times(rows.map(({ answers }) => answers[guard]?.micros ?? Number.NaN)),
  ]
}

function share(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`
}

function times(micros: readonly number[]): Row {
  const sorted = [...micros].sort((a, b) => a - b)
  return [0.5, 0.99].map((q) => ((sorted[Math.floor(sorted.length * q)] ?? Number.NaN) / 1000).toFixed(2))
}

/** What Claude Code waits for before each call: ours asks a guard that writes it down first, the peer starts a process. */
async function hooks(cases: readonly Case[], peer: SafetyNet): Promise<readonly Row[]> {
  const guard = await startGuard()
  try {
    const [ours, theirs]: [number[], number[]] = [[], []]
    let same = 0
    for (const one of cases) {
      ours.push((await timed(() => guard.hook(one))).micros)
      const said = await timed(() => peer.hook(one))
      theirs.push(said.micros)
      if (said.answer === peer.judge(one)) same++
    }
    if (same < cases.length) console.log(`${PEER}: its hook and its library disagree on ${cases.length - same} cases`)
    const blank = ['', '', '', '', '', '']
    return [
      [`as a hook, ${cases.length} calls`, 'interlock', ...blank, ...times(ours)],
      ['', PEER, ...blank, ...times(theirs)],
    ]
  } finally {
    await guard.close()
  }
}

/** Figures stand to the right of their columns. */
function print(rows: readonly Row[]): void {
  const all = [HEAD, ...rows]
  const wide = HEAD.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)))
  const cells = all.map((row) => row.map((cell, i) => (i < 2 ? cell : cell.padStart(wide[i] ?? 0))))
  for (const line of columns(cells, '')) console.log(line)
}

function explain({ version }: SafetyNet, cases: readonly Case[]): void {
  const beside = cases.some(({ suite }) => suite !== OWN)
  for (const line of [
    '',
    `${PEER} ${version} from npm with its own defaults, without its optional rulebooks; both over the same`,
    `${cases.length} shell commands, in turns, in one process that is warm. Caught: a hold or a deny, by whichever rule. Kept:`,
    'passes after a snapshot that takes it back exactly; not counted where the harm leaves the machine. False holds:',
    'of what should pass. Facts are assumed, as for `interlock check --batch`; where a case names its system,',
    'Interlock is told; the other takes no such thing.',
    `Our own table has our own labels. ${beside ? `The others are those of several guards’ own tests, ${PEER}’s among them; Interlock is\ndeveloped with them in sight.` : 'No other corpus is beside this clone.'}`,
    'Times: judging in the process; and as a hook, what Claude Code waits for. Interlock’s guard stays up, counts what',
    `a delete would really take (for at most a second) and writes the ruling to disk; ${PEER} is a process a call.`,
  ])
    console.log(line)
}

mkdirSync(CACHE, { recursive: true })
const home = mkdtempSync(join(CACHE, 'peers-'))
try {
  const peer = await safetyNet(home)
  if ('why' in peer) throw new Error(peer.why)
  const cases = labelled()
  print([...suites(await compare(cases, peer)), ...(await hooks(sample(cases, HOOK_CALLS), peer))])
  explain(peer, cases)
} finally {
  rmSync(home, { recursive: true, force: true })
}
