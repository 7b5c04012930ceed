import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freezeAction } from '../../src/core/action.ts'
import { systemClock } from '../../src/core/clock.ts'
import { DEFAULT_MANDATE } from '../../src/core/mandate.ts'
import { Findings, surroundingsOf } from '../../src/gate/facts.ts'
import { judge } from '../../src/gate/judge.ts'
import { predict } from '../../src/kinds/registry.ts'
import { NO_HISTORY } from '../../src/risk/sequence.ts'
import { loadBuiltIn } from '../../src/root/assemble.ts'
import { Config } from '../../src/wire/config.ts'

interface Row {
  readonly what: string
  readonly value: string
  readonly goal: string
  readonly ok: boolean
}

/** Rounds over all commands, of which the first ones warm. */
const ROUNDS = { all: 9, warm: 2 }

/**
 * Judging on a warm process, facts given, policy included: the whole labelled corpus where it is there. Each command
 * counts by its median: what another process took in one of the rounds is no cost of ours.
 */
export async function judgeRows(): Promise<Row[]> {
  const inputs = commands()
  const bench = {
    policy: loadBuiltIn(),
    config: Config.parse({}),
    mandate: DEFAULT_MANDATE,
    history: NO_HISTORY,
    can: { snapshot: true, confirm: true },
  }
  const around = surroundingsOf(
    { cwd: '/home/dev/project', home: '/home/dev' },
    { temporary: ['/tmp'], guarded: () => ['/home/dev/.local/state/interlock'], launchers: [], env: {} },
  )
  const taken = inputs.map((): number[] => [])
  for (let round = 0; round < ROUNDS.all; round++)
    for (const [i, input] of inputs.entries()) {
      const action = freezeAction({
        kind: 'shell',
        input,
        cwd: '/home/dev/project',
        home: '/home/dev',
        agent: { name: 'bench', run: 'bench' },
      })
      const facts = new Findings(around)
      const started = systemClock.micros()
      judge({ action, drafts: predict('shell', input, facts), facts, preconditions: '' }, bench)
      if (round >= ROUNDS.warm) taken[i]?.push(systemClock.micros() - started)
    }
  const times = taken.map((each) => quantile(each, 0.5))
  const at = (q: number): number => quantile(times, q) / 1000
  return [
    {
      what: `judge, ${inputs.length} shell commands, p50`,
      value: `${at(0.5).toFixed(3)} ms`,
      goal: '≤ 0.1 ms',
      ok: at(0.5) <= 0.1,
    },
    { what: 'judge, p99', value: `${at(0.99).toFixed(3)} ms`, goal: '≤ 0.5 ms', ok: at(0.99) <= 0.5 },
  ]
}

/** What was made to take long: very long, very deep, or very many at once. */
export function hardInputRows(): Row[] {
  const around = surroundingsOf(
    { cwd: '/home/dev/project', home: '/home/dev' },
    { temporary: ['/tmp'], guarded: () => [], launchers: [], env: {} },
  )
  const hard = {
    '10 million bytes, one word': `rm ${'x'.repeat(10_000_000)}`,
    '10 million bytes of commands': 'rm x;\n'.repeat(1_430_000),
    '3000 substitutions, one in another': `${'echo $('.repeat(3000)}rm x${')'.repeat(3000)}`,
    '3000 quoted substitutions': `${'echo "$('.repeat(3000)}rm x${')"'.repeat(3000)}`,
    '3000 subshells': `${'( '.repeat(3000)}rm x${' )'.repeat(3000)}`,
    '3000 conditions': `${'if a; then '.repeat(3000)}rm x${'; fi'.repeat(3000)}`,
    'functions that each call the next one twice': `${Array.from({ length: 25 }, (_, i) => `f${i}() { f${i + 1}; f${i + 1}; }`).join('; ')}; f25() { :; }; f0`,
    'a script that runs itself thrice': "echo '. ./s; . ./s; . ./s' > s; . ./s",
  }
  return Object.entries(hard).map(([what, text]) => {
    const started = systemClock.micros()
    predict('shell', text, new Findings(around))
    const ms = (systemClock.micros() - started) / 1000
    return { what: `answer to ${what}`, value: `${ms.toFixed(1)} ms`, goal: '≤ 100 ms', ok: ms <= 100 }
  })
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN
}

function commands(): readonly string[] {
  const corpus = join(import.meta.dirname, '../../../shared/corpus')
  if (!existsSync(corpus))
    return [
      'ls -la',
      'rm -rf build',
      'git status && git diff | head',
      'npm test',
      'aws s3 ls',
      'cat a | grep b > c',
      'for f in *.o; do rm "$f"; done',
    ]
  return readdirSync(corpus)
    .filter((name) => name.startsWith('shell') || name === 'sessions.jsonl')
    .flatMap((name) => readFileSync(join(corpus, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as { kind: string; input: unknown })
    .flatMap(({ kind, input }) => (kind === 'shell' && typeof input === 'string' ? [input] : []))
}
