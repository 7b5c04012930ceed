import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Report } from '../../src/wire/report.ts'
import { freePort, Somebody } from '../desk/world.ts'
import * as payloads from '../hosts/payloads.ts'
import { type Answer, claudeCodeAt, decision, type Host, reason } from './hooks.ts'
import { gone, makePlace, type Place, pidOf, ROOT } from './place.ts'

/** Needs two people, and no fact of this machine. */
const deletes = (stack: string): string => `aws cloudformation delete-stack --stack-name ${stack}`
const DELETE = deletes('web')

let p: Place
let host: Host
let desk: ChildProcess
let origin: string
let ada: Somebody
let ben: Somebody
let dan: Somebody

/** A desk in a process of its own; resolves with what it printed when it listens. */
async function serveDesk(): Promise<string> {
  desk = spawn(join(ROOT, 'bin/interlock'), ['desk', '--origin', origin], {
    env: p.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return await new Promise((resolve, reject) => {
    let said = ''
    desk.stdout?.on('data', (data) => {
      said += String(data)
      if (/fingerprint/.test(said)) setTimeout(() => resolve(said), 300)
    })
    desk.once('exit', (code) => reject(new Error(`the desk ended with ${code}`)))
  })
}

async function endDesk(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  desk.removeAllListeners('exit')
  desk.kill(signal)
  await gone(desk.pid ?? 0)
}

async function codeForGuard(): Promise<string> {
  const { body } = await ada.send<{ code: string }>('POST', '/api/guards/codes', { name: 'laptop', operator: dan.id })
  return body.code
}

const ticketIn = (answer: Answer): string => /approvals wait (t-\w+)/.exec(reason(answer))?.[1] ?? ''
const states = async (ticket: string): Promise<string> =>
  (await ada.send<{ state: string }>('GET', `/api/holds/${ticket}`)).body.state

/** Claude Code runs what was handed over, and says how it ended. */
async function runs(call: Record<string, unknown>): Promise<void> {
  expect(decision(await host.hook(call))).toBeUndefined()
  await host.hook(payloads.ended(call))
}

beforeAll(async () => {
  p = await makePlace()
  host = claudeCodeAt(p)
  origin = `http://localhost:${await freePort()}`
  await p.serve()
})
afterAll(async () => {
  await endDesk('SIGTERM')
  await p.remove()
})

it('before a desk is named, it is denied, and told so', async () => {
  const answer = await host.hook(host.bash(DELETE))
  expect(decision(answer)).toBe('deny')
  expect(reason(answer)).toContain('nobody is enrolled who could give it')
  expect((await p.interlock('status')).stdout).toContain('desk         none')
})

it('a guard is enrolled with a code, while it runs, and keeps its key to itself', async () => {
  const link = /\/join\/(\S+)/.exec(await serveDesk())?.[1] ?? ''
  ada = await new Somebody(origin).join(link, 'Ada')
  ben = await ada.invite('Ben')
  dan = await ada.invite('Dan', ['operator', 'approver'])
  expect((await p.interlock('desk', 'enroll', origin, 'guessed')).stderr).toContain('ask an admin for another')
  expect((await p.interlock('desk', 'enroll', origin.replace('localhost', '127.0.0.1'), 'x')).stderr).toContain(
    'no address',
  )
  const enrolled = await p.interlock('desk', 'enroll', origin, await codeForGuard())
  expect([enrolled.code, enrolled.stderr]).toEqual([0, ''])
  const { body } = await ada.send<{ guards: { fingerprint: string }[] }>('GET', '/api/guards')
  expect(enrolled.stdout).toContain(body.guards[0]?.fingerprint ?? 'none')
  expect(statSync(join(p.state, 'desk-guard.key')).mode & 0o777).toBe(0o600)
  expect((await p.interlock('status')).stdout).toContain(`desk         ${origin}, for agents of Dan; answers`)
  expect((await p.interlock('check', '--', DELETE)).stdout).toContain('two people other than Dan')
  expect((await p.interlock('check', '--', `cat ${p.home}/.local/state/interlock-desk/desk.key`)).code).toBe(11)
})

describe('a production action of Claude Code', () => {
  it('is held, not released by its operator, and passes once after two others signed it', async () => {
    const first = await host.hook(host.bash(DELETE))
    const ticket = ticketIn(first)
    expect(decision(first)).toBe('deny')
    for (const words of ['two people other than Dan', 'Ada and Ben', `${origin}/holds/${ticket}`, 'passes once'])
      expect(reason(first)).toContain(words)
    expect((await p.atTerminal('y\n', 'confirm', ticket)).stdout).toContain('nothing waits for you under')
    expect((await dan.vote(ticket, 'approve')).status).toBe(403)
    expect((await ada.vote(ticket, 'approve')).status).toBe(200)
    expect(decision(await host.hook(host.bash(DELETE)))).toBe('deny')
    expect((await p.interlock('approvals')).stdout).toContain('waits for 1 more of: Ben')
    const [waited] = await Promise.all([
      p.interlock('approvals', 'wait', ticket, '--timeout', '30'),
      ben.vote(ticket, 'approve'),
    ])
    expect([waited.code, waited.stdout]).toEqual([0, expect.stringContaining('is approved')])
    await runs(host.bash(DELETE))
    await expect.poll(() => states(ticket)).toBe('done')
    const again = await host.hook(host.bash(DELETE))
    expect(decision(again)).toBe('deny')
    expect(ticketIn(again)).not.toBe(ticket)
    expect((await p.interlock('approvals', 'wait', ticket)).code).toBe(10)
    expect((await p.interlock('desk', 'verify')).code).toBe(0)
  })

  it('needs new approvals when what it touches has changed in between', async () => {
    const both = `rm data && ${DELETE}`
    writeFileSync(join(p.work, 'data'), 'one')
    const ticket = ticketIn(await host.hook(host.bash(both)))
    for (const person of [ada, ben]) await person.vote(ticket, 'approve')
    writeFileSync(join(p.work, 'data'), 'another')
    const again = await host.hook(host.bash(both))
    expect(decision(again)).toBe('deny')
    expect(ticketIn(again)).not.toBe(ticket)
    expect(await states(ticket)).toBe('superseded')
  })

  it('is denied for good by the No of one', async () => {
    const call = deletes('refused')
    const ticket = ticketIn(await host.hook(host.bash(call)))
    await ben.vote(ticket, 'deny')
    expect((await p.interlock('approvals', 'wait', ticket)).code).toBe(11)
    const reply = await host.hook(host.bash(call))
    expect(reason(reply)).toContain('Ben said No to this very call')
    expect(ticketIn(reply)).toBe('')
  })

  it('is taken back by the No of its operator, which the desk is told', async () => {
    const call = deletes('taken-back')
    const ticket = ticketIn(await host.hook(host.bash(call)))
    await ada.vote(ticket, 'approve')
    const said = await p.atTerminal('', 'confirm', ticket, '--refuse')
    expect([said.code, said.stdout]).toEqual([11, expect.stringContaining('refused: it does not run')])
    await expect.poll(() => states(ticket)).toBe('withdrawn')
    expect((await ben.vote(ticket, 'approve')).status).toBe(409)
    expect(reason(await host.hook(host.bash(call)))).toContain('the operator said No to this very call')
  })

  it('is refused while the desk is dead, and nothing else is; what was approved passes when it is back', async () => {
    const call = deletes('late')
    const ticket = ticketIn(await host.hook(host.bash(call)))
    for (const person of [ada, ben]) await person.vote(ticket, 'approve')
    await endDesk('SIGKILL')
    const refused = await host.hook(host.bash(call))
    expect(decision(refused)).toBe('deny')
    expect(reason(refused)).toContain(`the desk at ${origin} can't be reached`)
    expect(decision(await host.hook(host.bash('echo 1 > a')))).toBeUndefined()
    expect((await p.interlock('status')).stdout).toContain('DOES NOT ANSWER')
    await serveDesk()
    await runs(host.bash(call))
    await expect.poll(() => states(ticket)).toBe('done')
  })

  it('of a guard that was killed under way is told as unknown, and its approval is never used again', async () => {
    const call = deletes('killed')
    const ticket = ticketIn(await host.hook(host.bash(call)))
    for (const person of [ada, ben]) await person.vote(ticket, 'approve')
    expect(decision(await host.hook(host.bash(call)))).toBeUndefined()
    const pid = pidOf(p)
    process.kill(pid, 'SIGKILL')
    await gone(pid)
    await p.serve()
    await expect.poll(() => states(ticket), { timeout: 20_000 }).toBe('unknown')
    const again = await host.hook(host.bash(call))
    expect(decision(again)).toBe('deny')
    expect(ticketIn(again)).not.toBe(ticket)
    const granted = (await p.log()).find(({ type, data }) => type.endsWith('granted') && data.ticket === ticket)
    expect((await p.interlock('log', 'show', granted?.subject ?? '')).stdout).toContain('approved by Ada: looked at it')
  })

  it('is documented for those who ask later: who voted, and that the desk signed it for this very call', async () => {
    const granted = (await p.log()).find(({ type }) => type.endsWith('granted'))
    const report = async (): Promise<Report> =>
      Report.parse(JSON.parse((await p.interlock('report', granted?.subject ?? '', '--json')).stdout))
    const { actions, answers } = await report()
    const grant = actions.find(({ receipt }) => receipt === granted?.subject)?.hold?.grant
    expect(grant?.check.kind).toBe('verified')
    expect(grant?.approved.map(({ name }) => name)).toEqual(['Ada', 'Ben'])
    expect(answers.operator.who).toBe('Dan')
    const file = join(p.state, 'desk.json')
    const enrolment = readFileSync(file, 'utf8')
    const { key } = JSON.parse(enrolment) as { key: string }
    writeFileSync(file, enrolment.replace(key, `${key.startsWith('A') ? 'B' : 'A'}${key.slice(1)}`))
    const other = (await report()).actions.find(({ receipt }) => receipt === granted?.subject)
    writeFileSync(file, enrolment)
    expect(other?.hold?.grant?.check.kind).toBe('does not hold')
  })
})

it('a guard that was revoked is refused with the reason, and `status` tells', async () => {
  const { guard } = JSON.parse(readFileSync(join(p.state, 'desk.json'), 'utf8')) as { guard: string }
  await ada.send('DELETE', `/api/guards/${guard}`, {})
  expect(reason(await host.hook(host.bash(deletes('revoked'))))).toContain('this guard was revoked')
  expect((await p.interlock('status')).stdout).toContain('this guard was revoked')
})

it('a person in a terminal ends the enrolment, and what waited on the desk with it', async () => {
  await p.interlock('desk', 'enroll', origin, await codeForGuard())
  const ticket = ticketIn(await host.hook(host.bash(deletes('left'))))
  expect((await p.interlock('desk', 'leave')).stderr).toContain('still enrolled; a person leaves, in a terminal')
  expect((await p.atTerminal('n\n', 'desk', 'leave')).code).toBe(10)
  const left = await p.atTerminal('y\n', 'desk', 'leave')
  expect([left.code, left.stdout]).toEqual([
    0,
    expect.stringContaining(`left ${origin}: what needs other people is denied`),
  ])
  expect(await states(ticket)).toBe('withdrawn')
  expect(existsSync(join(p.state, 'desk-guard.key'))).toBe(false)
  expect(reason(await host.hook(host.bash(deletes('left'))))).toContain('nobody is enrolled who could give it')
  expect(await p.interlock('desk', 'leave')).toMatchObject({ code: 2, stderr: expect.stringContaining('with no desk') })
  expect((await p.interlock('check', '--', 'interlock desk leave')).code).toBe(11)
})
