import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Explanation } from '../../src/wire/explanation.ts'
import { makePlace, type Place } from './place.ts'

let p: Place
let more: object
beforeAll(async () => {
  p = await makePlace()
  const bin = join(p.home, 'bin')
  for (const folder of [bin, join(p.home, '.config/interlock')]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(bin, 'envctl'), '#!/bin/sh\n')
  chmodSync(join(bin, 'envctl'), 0o755)
  writeFileSync(
    join(p.home, '.config/interlock/interlock.yaml'),
    "systems:\n  sandbox:\n    match: ['envctl:environment/*']\n    environment: development\n",
  )
  more = { env: { ...p.env, PATH: `${bin}:${p.env.PATH}` } }
  await p.serve()
})
afterAll(async () => {
  await p.remove()
})

const explained = async (receipt: string): Promise<Explanation> =>
  Explanation.parse(JSON.parse((await p.interlock('explain', '--json', receipt)).stdout))

describe('a recorded call', () => {
  it('is explained by what its run had done by then, not by what it did later', async () => {
    const before = await p.call('envctl create demo', 'guard', more)
    const held = await p.call('envctl delete demo', 'guard', more)
    await p.atTerminal('y\n', 'confirm', held.ticket ?? '')
    expect((await p.call('envctl delete demo', 'guard', more)).outcome).toBe('done')
    const after = await p.call('envctl create demo', 'guard', more)
    expect([before.ruling, after.ruling]).toEqual(['allow', 'hold'])
    const then = (await explained(before.receipt)).effects.map(({ verb }) => verb)
    expect(then).toEqual(['create'])
    const replaced = await explained(after.receipt)
    expect(replaced).toMatchObject({ ruling: 'hold', recorded: { receipt: after.receipt, ruling: 'hold' } })
    expect(replaced.effects.map(({ verb, place }) => [verb, place])).toEqual([['replace', 'development:sandbox']])
    expect(replaced.recorded?.policy).toBe(replaced.policy)
  })

  it('tells nothing of what stands in a file with secrets, nor does a call that is only explained', async () => {
    writeFileSync(join(p.work, '.env'), 'KEY=4711\necho "$KEY" > told-4711\n')
    const call = '. ./.env; cp .env x.sh; bash x.sh'
    const { receipt } = await p.call(call, 'host')
    for (const args of [[receipt], ['--json', receipt], ['--', call], ['--json', '--', call]]) {
      const said = (await p.interlock('explain', ...args)).stdout
      expect(said).toContain('./.env')
      expect(said.replaceAll('told-4711', '')).not.toContain('4711')
    }
  })

  it('with a credential in it is explained without it', async () => {
    const { receipt } = await p.call('echo --password hunter2-hunter2 > /dev/null')
    const said = (await p.interlock('explain', receipt)).stdout
    expect(said).toContain('[redacted]')
    expect(said).not.toContain('hunter2')
  })
})
