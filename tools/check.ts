import { join } from 'node:path'
import { STEPS, type Step, type Told, tests } from './steps.ts'

/** What `npm run check`, `npm test` and `npm run check:slow` run: what can run side by side, then one after another. */
const RUNS: Record<string, { readonly together: readonly Step[]; readonly after: readonly Step[] }> = {
  check: { together: STEPS, after: [tests('check', 10)] },
  test: { together: STEPS, after: [tests('check', 10), tests('postgres', 10), tests('integration', 20)] },
  'check:slow': { together: [], after: [tests('integration', 20), tests('slow', 60)] },
}

/** Timings in tests would suffer from more at a time than the machine has cores. */
const LANES = 2

const root = join(import.meta.dirname, '..')
const chosen = RUNS[process.argv[2] ?? 'check']
if (!chosen) throw new Error(`no such run; there are ${Object.keys(RUNS).join(', ')}`)

const told: Told[] = []
for (const { step, outcome } of startAll(chosen.together)) told.push(await show(step, outcome))
for (const step of chosen.after) told.push(await show(step, timed(step)))

const total = (key: 'passed' | 'failed' | 'skipped'): number => told.reduce((sum, counts) => sum + counts[key], 0)
console.log(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`)
process.exitCode = total('failed') > 0 ? 1 : 0

interface Timed extends Told {
  readonly seconds: number
}

async function timed(step: Step): Promise<Timed> {
  const since = performance.now()
  const outcome = await step.run(root)
  return { ...outcome, seconds: (performance.now() - since) / 1000 }
}

/** Starts the steps in order, at most `LANES` at a time. */
function startAll(steps: readonly Step[]): { step: Step; outcome: Promise<Timed> }[] {
  const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve())
  return steps.map((step, i) => {
    const outcome = (lanes[i % LANES] ?? Promise.resolve()).then(() => timed(step))
    lanes[i % LANES] = outcome
    return { step, outcome }
  })
}

/** Prints a step's line when it is done; details only where something is wrong. */
async function show(step: Step, running: Promise<Timed>): Promise<Told> {
  const name = step.name.padEnd(20)
  const since = performance.now()
  const waited = (): string => `${Math.round((performance.now() - since) / 1000)} s`
  const waiting = process.stdout.isTTY
    ? setInterval(() => process.stdout.write(`\r      ${name}${waited().padStart(8)}`), 1000)
    : setInterval(() => console.log(`      ${name}${waited().padStart(8)} and not done yet`), 30_000)
  const outcome = await running
  clearInterval(waiting)
  const tally = (['passed', 'failed', 'skipped'] as const)
    .filter((key) => key === 'passed' || outcome[key] > 0)
    .map((key) => `${outcome[key]} ${key}`)
  const mark = `${process.stdout.isTTY ? '\r' : ''}${outcome.failed > 0 ? 'FAIL' : 'ok  '}`
  console.log(`${mark}  ${name}${outcome.seconds.toFixed(1).padStart(6)} s${step.many ? `   ${tally.join(', ')}` : ''}`)
  for (const reason of outcome.reasons)
    console.log(`      skipped ${reason.tests}: ${reason.why} (${reason.first}${reason.tests > 1 ? ', …' : ''})`)
  if (outcome.detail !== '') console.log(`\n${outcome.detail.replaceAll(/^(?=.)/gm, '    ')}\n`)
  return outcome
}
