import { writeFileSync } from 'node:fs'
import type { TestModule } from 'vitest/node'

/** How a run of tests went, in the words of the closing line. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Why tests were skipped, with how many for each reason and the first of them by name. */
  readonly reasons: readonly { readonly why: string; readonly tests: number; readonly first: string }[]
  /** Test files that had begun and not ended. */
  readonly unfinished: readonly string[]
}

/**
 * A vitest reporter: keeps the counts in the file that `INTERLOCK_COUNTS` names, so that they are there also where the
 * run has to be ended. Failures are told by vitest's own reporter.
 */
// biome-ignore lint/style/noDefaultExport: vitest takes a reporter's default export
export default class CountsReporter {
  /** Paths of files that a worker has begun. */
  readonly #begun = new Set<string>()
  readonly #ended = new Map<string, TestModule>()

  onTestModuleQueued(module: TestModule): void {
    this.#begun.add(module.relativeModuleId)
    this.#write([...this.#ended.values()], 0)
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended.set(module.relativeModuleId, module)
    this.#write([...this.#ended.values()], 0)
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.#write(modules, errors.length)
  }

  #write(modules: readonly TestModule[], errors: number): void {
    const path = process.env.INTERLOCK_COUNTS
    const unfinished = [...this.#begun].filter((begun) => !this.#ended.has(begun))
    if (path) writeFileSync(path, JSON.stringify({ ...count(modules, errors), unfinished }))
  }
}

function count(modules: readonly TestModule[], errors: number): Omit<Counts, 'unfinished'> {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const inState = (state: string): number => tests.filter((test) => test.result().state === state).length
  // A file that breaks before its tests are known counts as one failure.
  const broken = modules.filter((module) => module.errors().length > 0).length
  const reasons = new Map<string, { why: string; tests: number; first: string }>()
  for (const test of tests) {
    const result = test.result()
    if (result.state !== 'skipped') continue
    const why = result.note ?? 'no reason given'
    const known = reasons.get(why) ?? { why, tests: 0, first: test.fullName }
    reasons.set(why, { ...known, tests: known.tests + 1 })
  }
  return {
    passed: inState('passed'),
    failed: inState('failed') + broken + errors,
    skipped: inState('skipped'),
    reasons: [...reasons.values()],
  }
}
