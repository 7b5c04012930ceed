import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerFiles, readBackFrom } from '../../src/root/ledger.ts'
import { fill, stillClock } from '../ledger/support.ts'

describe('the ledger, verified beside a guard at work', () => {
  const home = mkdtempSync(join(tmpdir(), 'interlock-'))
  const env = { INTERLOCK_HOME: home, XDG_CONFIG_HOME: join(home, 'config'), HOME: home }
  const dir = join(home, 'ledger')
  const checkpoint = join(dir, 'checkpoint')
  const [older, newer] = [join(home, 'older'), join(home, 'newer')]

  beforeAll(async () => {
    const options = { dir, copyDir: join(home, 'config', 'interlock'), clock: stillClock() }
    await fill(options, 3)
    copyFileSync(checkpoint, older)
    await fill(options, 2, 3)
    copyFileSync(checkpoint, newer)
  })
  afterAll(() => rmSync(home, { recursive: true }))

  it('is looked at again where a checkpoint is about to be signed', async () => {
    copyFileSync(older, checkpoint)
    const verified = ledgerFiles(env).verify()
    await sleep(300)
    copyFileSync(newer, checkpoint)
    expect(await verified).toMatchObject({ kind: 'intact', size: 5, copy: 'same', ahead: 0 })
  })

  it('is read back as far as asked, and further where all of that is younger than a time', async () => {
    const [folders, size] = [{ state: home }, 5]
    expect(await readBackFrom(folders, size, { most: 2, since: Number.POSITIVE_INFINITY })).toBe(3)
    expect(await readBackFrom(folders, size, { most: 2, since: 0 })).toBe(0)
    expect(await readBackFrom(folders, size, { most: 9, since: 0 })).toBe(0)
  })

  it('tells of a copy that stays ahead, as after a crash', async () => {
    copyFileSync(older, checkpoint)
    expect(await ledgerFiles(env).verify()).toMatchObject({ kind: 'intact', size: 5, copy: 'ahead' })
  })
})
