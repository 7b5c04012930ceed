import { afterEach, describe, expect, it } from 'vitest'
import { type Companion, startCompanion } from '../../src/process/companion.ts'

const HOW = { cwd: '/', env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, maxBytes: 1_000_000 }
const ECHO =
  'while read -r line; do case "$line" in die) exit 3;; hang) sleep 60;; many) seq 1 300000;; *) echo "$line"; echo "$$";; esac; echo end; done'

let companion: Companion
afterEach(() => companion.end())

function start(command = 'sh'): Companion {
  companion = startCompanion(command, ['-c', ECHO], HOW)
  return companion
}

describe('a companion', () => {
  it('answers one request after another, from one process', async () => {
    const { ask } = start()
    const answers = await Promise.all(['a', 'the end', 'end'].map((line) => ask(`${line}\n`, 5000)))
    const [first, second] = answers.map((answer) => answer?.split('\n'))
    expect(first?.[0]).toBe('a')
    expect(second?.[0]).toBe('the end')
    expect(second?.[1]).toBe(first?.[1])
  })

  it('starts again where it died', async () => {
    const { ask } = start()
    expect(await ask('die\n', 5000)).toBeUndefined()
    expect(await ask('a\n', 5000)).toMatch(/^a\n/)
  })

  it('is given up where it hangs, or says too much, and no late word is taken for the next answer', async () => {
    const { ask } = start()
    expect(await ask('hang\n', 50)).toBeUndefined()
    expect(await ask('a\n', 5000)).toMatch(/^a\n/)
    expect(await ask('many\n', 5000)).toBeUndefined()
    expect(await ask('b\n', 5000)).toMatch(/^b\n/)
  })

  it('answers nothing where it cannot be started', async () => {
    const { ask } = start('/nowhere/sh')
    expect(await ask('a\n', 5000)).toBeUndefined()
    expect(await ask('a\n', 5000)).toBeUndefined()
  })
})
