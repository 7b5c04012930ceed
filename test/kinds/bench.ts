import { freezeAction, type Kind } from '../../src/core/action.ts'
import type { Json } from '../../src/core/digest.ts'
import { DEFAULT_MANDATE } from '../../src/core/mandate.ts'
import type { Judged } from '../../src/core/study.ts'
import { explain } from '../../src/gate/explain.ts'
import { Findings, surroundingsOf } from '../../src/gate/facts.ts'
import { type Bench, judge } from '../../src/gate/judge.ts'
import type { Understood } from '../../src/gate/understand.ts'
import { predict } from '../../src/kinds/registry.ts'
import { NO_HISTORY } from '../../src/risk/sequence.ts'
import { loadBuiltIn } from '../../src/root/assemble.ts'
import { Config } from '../../src/wire/config.ts'
import type { Explanation } from '../../src/wire/explanation.ts'

export const HOME = '/home/dev'
export const CWD = '/home/dev/project'

export const BENCH: Bench = {
  policy: loadBuiltIn(),
  config: Config.parse({}),
  mandate: DEFAULT_MANDATE,
  history: NO_HISTORY,
}

/** Judges a call of another machine: every fact is assumed. */
export function judged(kind: Kind, input: Json, bench: Bench = BENCH): Judged {
  return judge(understood(kind, input), bench)
}

export function explained(kind: Kind, input: Json): Explanation {
  return explain(understood(kind, input), BENCH)
}

function understood(kind: Kind, input: Json): Understood {
  const action = freezeAction({ kind, input, cwd: CWD, home: HOME, agent: { name: 'test', run: 'test' } })
  const facts = new Findings(
    surroundingsOf(
      { cwd: CWD, home: HOME },
      {
        temporary: ['/tmp'],
        guarded: () => [`${HOME}/.local/state/interlock`],
        guard: { pid: 4242, name: 'node', line: '/usr/bin/node /opt/interlock/bin/main.mjs serve' },
        launchers: ['/opt/interlock/src/cli.ts'],
        env: {},
      },
    ),
  )
  return { action, drafts: predict(kind, input, facts), facts, preconditions: '' }
}

const COST = { allow: 0, hold: 2, deny: 3 } as const

/** How dear a ruling is to people: a snapshot costs them nothing, but is more than nothing. */
export function cost({ ruling }: Judged): number {
  return ruling.kind === 'allow' && ruling.under.length > 0 ? 1 : COST[ruling.kind]
}
