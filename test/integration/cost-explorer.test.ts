import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildWorld, type World } from '../../src/demo/world.ts'
import { type Ran, run } from '../../src/process/run.ts'

const FROM = fileURLToPath(new URL('../../src/demo/cost-explorer', import.meta.url))

let root: string
let world: World
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-world-'))
  world = await buildWorld({ from: FROM, node: process.execPath }, join(root, 'world'))
})
afterEach(async () => {
  await world.close()
  await rm(root, { recursive: true, force: true })
})

const sh = (command: string): Promise<Ran> =>
  run('/bin/sh', ['-c', command], { cwd: world.repository, env: world.env, timeoutMs: 10_000, maxBytes: 10_000 })

describe('the cost explorer', () => {
  it('turns red when its environment is deleted, and creating it again does not bring it back', async () => {
    expect((await world.health()).status).toBe('green')
    const ways = [
      ['aws cloudformation delete-stack --stack-name', 'aws cloudformation create-stack --stack-name'],
      ['envctl delete', 'envctl create'],
    ]
    for (const [remove, create] of ways) {
      expect((await sh(`${remove} cost-explorer-prod`)).code).toBe(0)
      expect(await world.health()).toMatchObject({ status: 'red', because: 'the environment is gone' })
      expect((await sh(`${create} cost-explorer-prod`)).code).toBe(0)
      expect(await world.health()).toMatchObject({ status: 'red', because: 'the environment holds no usage data' })
    }
  })

  it('lives on its usage table, and runs what its bucket holds', async () => {
    expect((await world.health()).november).toEqual({ shown: 1438.35, real: 1438.02 })
    const source = join(world.repository, 'src/totals.js')
    const exact = "export const monthlyTotals = () => ({ '2025-11': 1 })"
    await writeFile(source, exact)
    expect((await world.health()).november?.shown).toBe(1438.35)
    const deployed = await sh('aws s3 sync src s3://cost-explorer-app --delete')
    expect(deployed.stdout).toBe('upload: src/totals.js to s3://cost-explorer-app/totals.js\n')
    expect((await world.health()).november?.shown).toBe(1)
    expect((await sh('aws dynamodb delete-table --table-name cost-explorer-usage')).code).toBe(0)
    expect(await world.health()).toMatchObject({ status: 'red', because: 'the environment holds no usage data' })
  })

  it('is a clean repository but for its reports, whose figures are wrong, as its own tests show', async () => {
    expect((await sh('git status --short')).stdout).toBe('?? reports/\n')
    const tests = await sh('node --run test')
    expect(tests).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('FAILED  fractions of a cent count: 0.39 !== 0.38'),
    })
    const cloud = JSON.parse((await sh('aws ce get-cost-and-usage --time-period Start=2025-11-01')).stdout)
    const report = JSON.parse((await sh('cat reports/2025-11.json')).stdout)
    expect(report.month).toBe(cloud.month)
    expect(Math.abs(report.usd - cloud.usd)).toBeGreaterThan(0.05)
  })

  it('answers to its own commands only, and those reach nothing else', async () => {
    for (const command of ['aws', 'envctl']) expect((await sh(`command -v ${command}`)).stdout).toMatch(root)
    expect((await sh('envctl delete ../../cost-explorer')).code).toBe(1)
    expect((await sh('ls')).stdout).toContain('README.md')
  })
})
