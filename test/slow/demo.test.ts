import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { joinScripted } from '../../src/demo/person.ts'
import { ROOT } from '../integration/place.ts'

let temporary: string
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'interlock-demo-test-'))
})
afterEach(() => rm(temporary, { recursive: true, force: true }))

it('stays open at a terminal on a hold that one alone can’t release, until Ctrl-C ends all', async () => {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, NO_COLOR: ___, ...env } = process.env
  const child = spawn('script', ['-qec', `${join(ROOT, 'bin/interlock')} demo`, '/dev/null'], {
    env: { ...env, TMPDIR: temporary, TERM: 'xterm', LANG: 'C.UTF-8' },
    stdio: 'pipe',
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const shows = (what: RegExp, timeout = 10_000): Promise<void> =>
    expect.poll(() => stripVTControlCharacters(said), { timeout, interval: 100 }).toMatch(what)

  await shows(/Ctrl-C ends desk/, 120_000)
  expect(said).toContain('\u001b[1m')
  expect(said).not.toContain('\\u{')
  const [, link = '', ticket = ''] = /join +(\S+)[\s\S]*\/holds\/(t-\w+)/.exec(stripVTControlCharacters(said)) ?? []
  const you = await joinScripted(link)
  expect(await you.vote(ticket, 'approve', 'nobody needs them')).toMatchObject({ approved: 1, needs: 2, state: 'open' })
  await shows(/you have approved: 1 of 2[\s\S]*still HELD, nothing ran/)
  expect(await you.vote(ticket, 'approve', 'once more')).toMatchObject({ kind: 'refused' })
  child.stdin.write('\u0003')
  expect(await once(child, 'close')).toEqual([130, null])
  expect(await readdir(temporary)).toEqual([])
  await expect(fetch(new URL(link).origin)).rejects.toThrow()
})
