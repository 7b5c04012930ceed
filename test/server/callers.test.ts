import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Callers, type OpenCall } from '../../src/server/callers.ts'

/** A host's process, with one below it that commits, standing in its workspace. */
let work: string
let host: ChildProcess
let committer: number

beforeAll(async () => {
  work = realpathSync(mkdtempSync(join(tmpdir(), 'interlock-callers-')))
  host = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] })
  committer = await new Promise((resolve) => host.stdout?.once('data', (data) => resolve(Number(data))))
})
afterAll(() => {
  process.kill(committer, 'SIGKILL')
  rmSync(work, { recursive: true })
})

const open = (receipt: string, more: Partial<OpenCall> = {}): OpenCall => ({
  receipt,
  run: 'run-1',
  workspace: work,
  perform: 'host',
  head: 'c1',
  ...more,
})

function callers(guard = 999_999_999): Callers {
  const all = new Callers(guard)
  all.saw('run-1', host.pid ?? 0)
  return all
}

describe('the receipt of a commit', () => {
  it('is that of the open call that it runs below', () => {
    expect(callers().receiptOf(committer, [open('r-1'), open('r-2', { run: 'run-2' })])).toBe('r-1')
    expect(callers(host.pid).receiptOf(committer, [open('r-1', { run: 'run-3', perform: 'guard' })])).toBe('r-1')
  })

  it('is none for a person’s own commit in the same folder, and none when no call is open', () => {
    expect(callers().receiptOf(process.pid, [open('r-1')])).toBeUndefined()
    expect(callers().receiptOf(committer, [])).toBeUndefined()
    expect(callers().receiptOf(Number.NaN, [open('r-1')])).toBeUndefined()
    expect(callers().receiptOf(host.pid ?? 0, [open('r-1')])).toBeUndefined()
  })

  it('is of several the one here, then the one that may commit, and none where that leaves two', () => {
    const elsewhere = open('r-2', { workspace: '/elsewhere' })
    const { head: _, ...reads } = open('r-3')
    expect(callers().receiptOf(committer, [open('r-1'), elsewhere, reads])).toBe('r-1')
    expect(callers().receiptOf(committer, [elsewhere])).toBe('r-2')
    expect(callers().receiptOf(committer, [open('r-1'), open('r-4')])).toBeUndefined()
  })
})
