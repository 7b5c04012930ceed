import { createHash } from 'node:crypto'
import type { Filing } from '../../src/wire/desk.ts'

let tickets = 0

/** A call that needs two people; each has a ticket and an action of its own. */
export function filing(change: Partial<Filing> = {}): Filing {
  tickets += 1
  return {
    ticket: `t-${String(tickets).padStart(10, '0')}`,
    agent: 'claude-code',
    run: 'run-1',
    action: createHash('sha256').update(`action ${tickets}`).digest('hex'),
    preconditions: 'a'.repeat(64),
    policy: 'builtin',
    kind: 'shell',
    input: 'terraform destroy',
    cwd: '/work',
    rule: 'production/delete',
    because: 'would delete production',
    effects: [],
    approvals: 2,
    ...change,
  }
}
