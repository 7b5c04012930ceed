import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkDocs } from './docs.ts'
import { checkHabits } from './habits.ts'
import { checkRanks } from './ranks.ts'
import type { Counts } from './reporter.ts'
import { readTree } from './source.ts'

/** One line of `npm run check`. */
export interface Step {
  readonly name: string
  /** It is more than one test: its line tells how many. */
  readonly many?: boolean
  run(root: string): Promise<Told>
}

export interface Told extends Counts {
  /** What went wrong, as a person should read it; empty where nothing did. */
  readonly detail: string
}

/** Each counts as one test: passed, or failed with what it found. */
export const STEPS: readonly Step[] = [
  tool('format and lint', 'biome', ['check', '--error-on-warnings', '--max-diagnostics=10', '--colors=off']),
  tool('types', 'tsc', ['--project', '.', '--pretty', 'false']),
  tool('types of the page', 'tsc', ['--project', 'web', '--pretty', 'false']),
  own('ranks', (root) => checkRanks(readTree(root, ['src', 'web']))),
  own('habits and sizes', (root) => checkHabits(readTree(root, ['src', 'web', 'tools', 'test']))),
  tool('dead code', 'knip', ['--no-progress']),
  own('documents', checkDocs),
]

/** The tests of one project of vitest.config.ts; what hangs past `minutes` is ended and named. */
export function tests(project: string, minutes: number): Step {
  return {
    name: project === 'check' ? 'tests' : `${project} tests`,
    many: true,
    run: async (root) => {
      const folder = mkdtempSync(join(tmpdir(), 'interlock-check-'))
      const counts = join(folder, 'counts.json')
      const reporters = ['--reporter=minimal', '--reporter=./tools/reporter.ts']
      const args = ['run', '--project', project, '--passWithNoTests', ...reporters]
      const env = { INTERLOCK_COUNTS: counts, XDG_DATA_HOME: join(root, OWN_CACHE) }
      const limit = { timeout: minutes * 60_000, env }
      const { code, said } = await capture(root, 'vitest', args, limit)
      const told = existsSync(counts) ? (JSON.parse(readFileSync(counts, 'utf8')) as Counts) : NOTHING
      rmSync(folder, { recursive: true })
      if (code === 0) return { ...told, detail: '' }
      const hung = told.unfinished.map((path) => `did not end: ${path}`)
      return { ...told, failed: Math.max(told.failed + hung.length, 1), detail: [...hung, said].join('\n') }
    },
  }
}

/** Where tools may leave what they keep: nothing outside the clone. */
const OWN_CACHE = 'node_modules/.cache'

const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0, reasons: [], unfinished: [] }

function tool(name: string, program: string, args: readonly string[]): Step {
  return {
    name,
    run: async (root) => {
      const { code, said } = await capture(root, program, args, { env: { XDG_CACHE_HOME: join(root, OWN_CACHE) } })
      return single(code === 0 ? '' : said || `${program} ended with ${code}`)
    },
  }
}

function own(name: string, check: (root: string) => readonly string[]): Step {
  return {
    name,
    run: async (root) => {
      try {
        return single(check(root).join('\n'))
      } catch (error) {
        return single(String(error))
      }
    },
  }
}

function single(detail: string): Told {
  const failed = detail === '' ? 0 : 1
  return { ...NOTHING, passed: 1 - failed, failed, detail }
}

/** Runs an installed tool by the Node that runs this, with all that it prints. */
function capture(
  cwd: string,
  program: string,
  args: readonly string[],
  limit: { readonly timeout?: number; readonly env?: Record<string, string> } = {},
): Promise<{ code: number; said: string }> {
  return new Promise((resolve, reject) => {
    const path = join(cwd, 'node_modules', '.bin', program)
    const env = { ...process.env, ...limit.env, NO_COLOR: '1' }
    const how = { cwd, env, timeout: limit.timeout ?? 0, killSignal: 'SIGKILL' } as const
    const child = spawn(process.execPath, [path, ...args], how)
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, said: said.trim() }))
  })
}
