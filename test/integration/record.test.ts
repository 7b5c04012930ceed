import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../src/process/run.ts'
import { ReceiptProof, Report } from '../../src/wire/report.ts'
import { Who } from '../../src/wire/who.ts'
import { gone, makePlace, type Place, pidOf, ROOT } from './place.ts'

type Proved = ReceiptProof['entries'][number]

let p: Place
const AS_ADA = 'git -c user.name=Ada -c user.email=ada@example.com'

async function commit(message: string, by: 'agent' | 'person', how = '--allow-empty'): Promise<string> {
  const command = `${AS_ADA} commit -q ${how} -m '${message}'`
  const done =
    by === 'person' ? await p.sh(command) : await p.interlock('exec', '--', ...command.replaceAll("'", '').split(' '))
  expect([done.code, done.stderr]).toEqual([0, ''])
  return (await p.sh('git rev-parse HEAD')).stdout.trim()
}

async function who(named: string): Promise<{ code: number; who: Who; said: string }> {
  const [told, asked] = [await p.interlock('log', 'who', named), await p.interlock('log', 'who', named, '--json')]
  expect(asked.code).toBe(told.code)
  return { code: told.code, who: Who.parse(JSON.parse(asked.stdout)), said: told.stdout }
}

const verdicts = ({ who: { allowed } }: { who: Who }): string[] => allowed.map(({ verdict }) => verdict)

beforeAll(async () => {
  p = await makePlace()
  await p.serve()
  expect((await p.interlock('init', '--yes', '--trailers')).stdout).toContain('name their receipt')
})
afterAll(() => p.remove())

describe('who allowed a commit', () => {
  it('is told by the receipt that its message names', async () => {
    const id = await commit('one', 'agent')
    const told = await who(id)
    expect((await p.sh('git log -1 --format=%B')).stdout).toContain(
      `Interlock-Receipt: ${told.who.allowed[0]?.receipt}`,
    )
    expect([told.code, verdicts(told)]).toEqual([0, ['recorded']])
    expect(told.who.allowed[0]).toMatchObject({ trailer: true, action: { ruling: 'allow', became: 'done' } })
    expect(told.said).toContain('recorded  r-')
  })

  it('is nobody that is known where a person made it', async () => {
    const told = await who(await commit('two', 'person'))
    expect([told.code, told.who.allowed]).toEqual([12, []])
    expect((await p.sh('git log -1 --format=%B')).stdout).not.toContain('Interlock-Receipt')
  })

  it('is not believed of a receipt that this ledger does not have, or that is of another commit', async () => {
    const forged = await who(await commit('three\n\nInterlock-Receipt: r-2222222222', 'person'))
    expect([forged.code, verdicts(forged)]).toEqual([1, ['foreign']])
    const line = (await p.sh('git log HEAD~2 -1 --format=%B | tail -n 2')).stdout.trim()
    writeFileSync(join(p.work, 'other'), 'content')
    await p.sh('git add other')
    const copied = await who(await commit(`four\n\n${line}`, 'person'))
    expect([copied.code, verdicts(copied)]).toEqual([1, ['differs']])
  })

  it('is told by the tree where the commit was reworded since', async () => {
    writeFileSync(join(p.work, 'a'), 'one')
    await p.sh('git add a')
    await commit('five', 'agent')
    const line = (await p.sh('git log -1 --format=%B | tail -n 2')).stdout.trim()
    const told = await who(await commit(`said better\n\n${line}`, 'person', '--amend'))
    expect([told.code, verdicts(told)]).toEqual([0, ['rewritten']])
  })

  it('is told without a line in the message, by what the ledger saw', async () => {
    const [hook, away] = ['prepare-commit-msg', 'away'].map((name) => join(p.work, '.git/hooks', name)) as [
      string,
      string,
    ]
    renameSync(hook, away)
    const told = await who(await commit('six', 'agent'))
    renameSync(away, hook)
    expect([told.code, verdicts(told)]).toEqual([0, ['recorded']])
    expect(told.who.allowed[0]?.trailer).toBe(false)
  })

  it('names the calls that changed a file', async () => {
    await p.interlock('exec', '--', 'sh', '-c', 'echo two > a')
    await p.sh('git add a')
    await commit('seven', 'agent')
    const told = await p.interlock('log', 'who', 'HEAD', '--path', 'a', '--json')
    const { file } = Who.parse(JSON.parse(told.stdout))
    expect(file).toMatchObject({ inCommit: true, changedBy: [{ change: 'changed', what: "sh -c 'echo two > a'" }] })
    expect((await p.interlock('log', 'who', '--', '-x')).code).toBe(2)
  })

  it('of a call that the guard runs itself is told too', async () => {
    const { receipt } = await p.call(`${AS_ADA} commit -q --allow-empty -m eight`, 'guard', {
      env: { PATH: p.env.PATH },
    })
    expect((await p.sh('git log -1 --format=%B')).stdout).toContain(receipt)
  })
})

describe('the organisation’s memory', () => {
  const DELETE = 'aws cloudformation delete-stack --stack-name'
  const as = (who: string, command: string): string =>
    `git -c user.name=${who} -c user.email=${who}@example.com ${command}`
  const list = async (): Promise<string> => (await p.interlock('precedent', 'list')).stdout
  const asked = async (stack: string): Promise<string> => (await p.call(`${DELETE} ${stack}`)).text

  it('is proposed of a receipt, reviewed by another person, and shown on what resembles it', async () => {
    const { receipt } = await p.call(`${DELETE} web`)
    const fields = ['--what', 'the shop was deleted', '--lesson', 'ask first', '--cost', 'a day']
    expect((await p.interlock('precedent', 'add', receipt)).code).toBe(1)
    expect((await p.interlock('precedent', 'add', receipt, ...fields)).stdout).toContain('proposed  ORG-1')
    expect(await list()).toContain('ORG-1  proposed, not committed')
    await p.sh(`git add .interlock && ${as('ada', 'commit -qm propose')}`)
    expect(await asked('api')).not.toContain('in this organisation')
    await p.sh('git config user.email ada@example.com && git config user.name ada')
    expect((await p.atTerminal('y\n', 'precedent', 'review', 'ORG-1')).stdout).toContain('another person reviews it')
    await p.sh('git config user.email ben@example.com && git config user.name ben')
    expect((await p.interlock('precedent', 'review', 'ORG-1')).code).toBe(10)
    expect((await p.atTerminal('y\n', 'precedent', 'review', 'ORG-1')).stdout).toContain('Commit it')
    expect(await asked('api')).not.toContain('in this organisation')
    await p.sh(as('ben', 'commit -qam review'))
    expect(await list()).toContain('ORG-1  reviewed by ben')
    const told =
      'in this organisation (ORG-1, reviewed by ben): the shop was deleted; it cost a day; the lesson: ask first'
    expect(await asked('api')).toContain(told)
    const explained = await p.interlock('explain', '--json', '--', `${DELETE} api`)
    expect(explained.stdout).toContain(told)
    expect((await p.interlock('report', '--last', '--json')).stdout).toContain(told)
    expect(await asked('web; rm -rf ~')).toContain('Rule protection/machine')
  })

  it('forgets a review of what was changed since, and does not take one from an agent', async () => {
    await p.sh(`sed -i 's/a day/a week/' .interlock/precedents.yaml && ${as('ada', 'commit -qam edit')}`)
    expect(await list()).toContain('ORG-1  proposed, it was changed after its review')
    expect(await asked('api')).not.toContain('in this organisation')
    await p.sh(`sed -i 's/a week/a day/' .interlock/precedents.yaml && ${as('ada', 'commit -qam back')}`)
    expect(await list()).toContain('ORG-1  reviewed by ben')
    await p.sh('sed -i s/reviewed:/reviewed:\\ / .interlock/precedents.yaml')
    const commands = as('ben', 'commit -qam agent').split(' ')
    expect((await p.interlock('exec', '--', ...commands)).code).toBe(0)
    expect(await list()).toContain('ORG-1  proposed, an agent committed the review')
    expect((await p.call('interlock precedent review ORG-1')).ruling).toBe('deny')
  })
})

describe('a proof of one receipt', () => {
  it('is checked by the page of code in the documents, and by nothing else of ours', async () => {
    const [, script = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs/record.md'), 'utf8')) ?? []
    const [check, file] = ['check.mjs', 'proof.json'].map((name) => join(p.home, name)) as [string, string]
    writeFileSync(check, script)
    const { receipt } = await p.call('echo ünder > b')
    const prove = (): ReturnType<typeof p.interlock> => p.interlock('log', 'prove', receipt)
    // What was recorded a moment ago is under a signature within a second.
    await expect.poll(async () => (await prove()).code, { timeout: 10_000 }).toBe(0)
    const proved = await prove()
    const proof = ReceiptProof.parse(JSON.parse(proved.stdout))
    expect(proof.entries.map(({ entry }) => JSON.parse(entry).subject)).toEqual([receipt, receipt])
    const checked = async (content: object, ...more: string[]): Promise<[number, string]> => {
      writeFileSync(file, JSON.stringify(content))
      const { code, stdout, stderr } = await run(process.execPath, [check, file, ...more], {
        cwd: p.home,
        env: {},
        timeoutMs: 20_000,
        maxBytes: 1 << 16,
      })
      return [code, stdout + stderr]
    }
    expect(await checked(proof, proof.vkey)).toEqual([0, expect.stringContaining('proved: 2 entries')])
    const [first, second] = proof.entries as [Proved, Proved]
    const altered = { ...first, entry: first.entry.replace('ünder', 'other') }
    const wrong: [object, string][] = [
      [{ ...proof, entries: [altered, second] }, 'not under the root'],
      [{ ...proof, entries: [{ ...first, index: second.index }] }, 'NOT PROVED'],
      [{ ...proof, entries: [{ ...first, hashes: first.hashes.slice(1) }] }, 'NOT PROVED'],
      [{ ...proof, entries: [{ ...first, hashes: [...first.hashes, first.hashes[0]] }] }, 'NOT PROVED'],
      [{ ...proof, entries: [] }, 'no entry'],
      [{ ...proof, checkpoint: proof.checkpoint.replace(/\n\d+\n/, '\n9999\n') }, 'not signed'],
    ]
    for (const [content, why] of wrong) expect(await checked(content)).toEqual([1, expect.stringContaining(why)])
    expect(await checked(proof, 'another+00000000+key')).toEqual([1, expect.stringContaining('another key')])
    expect((await p.interlock('log', 'prove', 'r-2222222222')).code).toBe(2)
  })
})

describe('a report', () => {
  it('is made with the guard dead, names the operator, and each of its entries is proved', async () => {
    await p.call('rm a', 'guard', { goal: 'tidy up', agent: { name: 'interlock', run: 'run-7', model: 'm-5' } })
    await p.call('rm -rf ~', 'guard', { agent: { name: 'interlock', run: 'run-7', model: 'm-5' } })
    const undone = await p.interlock('undo', 'run-7', '--yes')
    expect(undone.stdout).toContain('restored')
    const pid = pidOf(p)
    process.kill(pid, 'SIGKILL')
    await gone(pid)
    const asked = await p.interlock('report', 'run-7', '--json')
    const report = Report.parse(JSON.parse(asked.stdout))
    expect(report.actions.map(({ became }) => became)).toEqual(['done', 'not run', 'done'])
    expect(report.actions[0]?.undoneBy).toEqual([report.actions[2]?.receipt])
    expect(report.goals.map(({ text }) => text)).toEqual(['tidy up'])
    expect(report.answers.agent[0]?.how).toContain('m-5')
    expect(report.answers.operator.how).toContain('as entry 0 says')
    expect([...report.ledger.included, ...report.ledger.unsigned].length).toBeGreaterThan(6)
    expect(report.commits).toEqual([(await p.sh('git rev-parse HEAD')).stdout.trim()])
    const page = (await p.interlock('report', 'run-7')).stdout
    for (const words of ['tidy up', 'was taken back by', 'protection/machine', '## Who answers for it'])
      expect(page).toContain(words)
  })

  it('is refused of a ledger that does not verify, and of what it does not have', async () => {
    expect((await p.interlock('report', 'run-9')).code).toBe(2)
    expect((await p.interlock('report')).code).toBe(2)
    // A guard would go on writing what it knows to be right.
    await p.interlock('serve', '--stop')
    const folder = join(p.state, 'ledger/tile/entries/000.p')
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name))
      bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
      writeFileSync(join(folder, name), bytes)
    }
    const refused = await p.interlock('report', 'run-7', '--json')
    expect([refused.code, JSON.parse(refused.stdout)]).toEqual([1, { refused: 'ledger', why: expect.any(String) }])
    expect((await p.interlock('report', 'run-7')).stderr).toContain('does not verify')
    expect((await p.interlock('log', 'who', 'HEAD')).code).toBe(1)
  })
})
