import { fileURLToPath } from 'node:url'
import type { Safeguard } from '../../src/core/safeguard.ts'
import type { Policy, Question } from '../../src/core/study.ts'
import { loadPolicy, readPack } from '../../src/policy/load.ts'
import { runCases } from '../../src/policy/test.ts'

interface Row {
  readonly what: string
  readonly value: string
  readonly goal: string
  readonly ok: boolean
}

type Asked = Parameters<Policy['decide']>

const ROUNDS = 8
const pack = readPack(fileURLToPath(new URL('../../policies/builtin', import.meta.url)))
const load = (): Policy => loadPolicy([{ name: 'builtin', files: pack.files }])

/** Every question of the built-in cases, each at its quietest of some rounds; the median over the questions. */
export async function policyRows(): Promise<Row[]> {
  const policy = load()
  const asked = questionsOf(policy)
  const kept = asked.map(() => Number.POSITIVE_INFINITY)
  const afresh = [...kept]
  for (let round = 0; round < ROUNDS; round++) {
    const other = load()
    // A set of rules is parsed when it is first asked: that is not what is measured here.
    for (const [question, feasible] of asked) other.decide({ ...question, system: 'first' }, feasible)
    for (const [at, question] of asked.entries()) {
      afresh[at] = Math.min(
        afresh[at] ?? 0,
        timed(() => other.decide(...question)),
      )
      const thousand = timed(() => {
        for (let i = 0; i < 1000; i++) policy.decide(...question)
      })
      kept[at] = Math.min(kept[at] ?? 0, thousand / 1000)
    }
  }
  return [
    row('policy: an answer that is kept, p50', median(kept), 2),
    row('policy: an answer of the engine, every set of safeguards tried, p50', median(afresh), 300),
  ]
}

function questionsOf(policy: Policy): Asked[] {
  const asked: Asked[] = []
  const decide = (question: Question, feasible: readonly (readonly Safeguard[])[]): ReturnType<Policy['decide']> => {
    asked.push([question, feasible])
    return policy.decide(question, feasible)
  }
  runCases({ hash: policy.hash, decide }, pack.cases)
  return asked
}

/** Microseconds. */
function timed(run: () => void): number {
  const start = process.hrtime.bigint()
  run()
  return Number(process.hrtime.bigint() - start) / 1000
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

function row(what: string, value: number, goal: number): Row {
  return { what, value: `${value.toFixed(value < 10 ? 2 : 0)} µs`, goal: `≤ ${goal} µs`, ok: value <= goal }
}
