import type { Json } from '../core/digest.ts'
import type { Ruled } from '../wire/record.ts'
import type { Captured } from './capture.ts'

/** What is recorded of a call that could not be judged: as much of it as is known, and why. */
export function unjudged(captured: Captured | undefined, because: string): Ruled {
  const action = captured?.action
  return {
    run: action?.agent.run ?? '',
    agent: action?.agent.name ?? '',
    kind: action?.kind ?? '',
    input: (action?.input ?? null) as Json as Ruled['input'],
    cwd: action?.cwd ?? '',
    workspace: '',
    perform: captured?.request.perform ?? 'host',
    digest: action?.digest ?? '',
    policy: '',
    preconditions: '',
    level: 'advised',
    ruling: 'deny',
    rule: 'gate/fault',
    because,
    safeguards: [],
    effects: [],
  }
}
