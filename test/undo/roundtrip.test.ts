import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/process/run.ts'
import { givesBackAnything, givesBackDeletions } from './roundtrip.ts'

const RUNS = 12
const PATIENCE_MS = 180_000
const SETPRIV = '/usr/bin/setpriv'
const SCRIPT = join(import.meta.dirname, 'roundtrip.ts')

describe('what undo gives back equals what was, by lstat to the nanosecond, content, links and attributes', () => {
  it('after any mutations of any tree', { timeout: PATIENCE_MS }, async () => {
    await fc.assert(givesBackAnything, { numRuns: RUNS })
  })

  it('after deletions that only links were kept for', { timeout: PATIENCE_MS }, async () => {
    await fc.assert(givesBackDeletions, { numRuns: RUNS })
  })

  it('also for a user without rights', { timeout: PATIENCE_MS }, async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can become another user')
    if (!existsSync(SETPRIV)) return context.skip('setpriv (util-linux) is not installed')
    if (!othersCanRead(SCRIPT)) return context.skip('this clone lies in a folder that others may not enter')
    const home = mkdtempSync(join(tmpdir(), 'interlock-nobody-'))
    chmodSync(home, 0o777)
    const as = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      SCRIPT,
      'run',
      String(RUNS / 2),
      '1',
    ]
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', TMPDIR: home }
    const ran = await run(SETPRIV, as, { cwd: home, env, timeoutMs: PATIENCE_MS, maxBytes: 100_000 })
    rmSync(home, { recursive: true })
    expect(ran.stdout + ran.stderr).toContain('held')
  })
})

function othersCanRead(path: string): boolean {
  for (let at = path; at !== '/'; at = dirname(at)) if ((statSync(at).mode & 0o4) === 0) return false
  return true
}
