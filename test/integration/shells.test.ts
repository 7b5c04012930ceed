import { describe, expect, it } from 'vitest'
import { missing, Sandbox } from '../shells/sandbox.ts'
import { differential } from '../shells/suite.ts'

describe('the sandbox that shells run in', () => {
  it('lets nothing of the machine be changed', async (context) => {
    if (missing() !== '') return context.skip(missing())
    const sandbox = new Sandbox(['breached', 'held'])
    // Each sets what is there already, and so is without effect where it gets through.
    const attempts = [
      'chmod 0666 /dev/null',
      'chmod 0755 /proc/1/exe',
      'chmod 0755 /real/bin/bwrap',
      'touch /usr/bin/new',
      'touch /real/node',
      'touch /driver/new',
      'touch /new',
      'test -w /proc/sysrq-trigger',
      'test -w /proc/sys/kernel/randomize_va_space',
      'test "$(readlink /proc/1/exe)" != /real/node',
      'test "$(id -u)" = 0 && grep -q "CapEff:.*[1-9a-f]" /proc/self/status',
    ]
    const found = await sandbox.run(
      'bash',
      attempts.map((attempt) => `${attempt} && breached || held`),
    )
    sandbox.close()
    expect(found.map((started) => started?.at(-1)?.[0])).toEqual(attempts.map(() => '/usr/bin/held'))
  })
})

differential({ generated: 1_000, corpus: 200, seed: 9 })
