import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallReply } from '../../src/wire/api.ts'
import { gone, makePlace, type Place, pidOf } from './place.ts'

let p: Place
beforeEach(async () => {
  p = await makePlace()
  mkdirSync(join(p.home, 'photos'))
  writeFileSync(join(p.home, 'photos/one'), 'holiday')
})
afterEach(async () => {
  await p.remove()
})

/** Outside the workspace: held. */
const HELD = 'rm -r ~/photos'
const photos = (): boolean => existsSync(join(p.home, 'photos/one'))
const standing = async (ticket = ''): Promise<unknown> => {
  const asked = await p.ask('GET', `/v1/tickets/${ticket}`)
  return asked.kind === 'reply' ? (JSON.parse(asked.text) as { state: string }).state : asked.why
}

describe('a confirm', () => {
  let held: CallReply
  beforeEach(async () => {
    await p.serve()
    held = await p.call(HELD)
    expect(held).toMatchObject({ ruling: 'hold', outcome: 'waiting' })
  })

  it('in a terminal lets the same call pass once, after showing what it is', async () => {
    const said = await p.atTerminal('y\n', 'confirm', held.ticket ?? '')
    expect(said.code).toBe(0)
    for (const shown of [HELD, p.work, 'delete', 'confirmed']) expect(said.stdout).toContain(shown)
    const both = await Promise.all([p.call(HELD), p.call(HELD)])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['done', 'waiting'])
    expect(photos()).toBe(false)
    expect(await standing(held.ticket)).toBe('used')
  })

  it('that is a No sticks', async () => {
    expect((await p.atTerminal('n\n', 'confirm', held.ticket ?? '')).code).toBe(11)
    expect(await p.call(HELD)).toMatchObject({ ruling: 'deny', rule: 'operator/refused' })
    expect(photos()).toBe(true)
  })

  it('without a terminal is none, and leaves the hold as it was', async () => {
    const piped = await p.sh(`echo y | ${join(import.meta.dirname, '../../bin/interlock')} confirm ${held.ticket}`)
    expect([piped.code, piped.stderr]).toEqual([11, expect.stringContaining('in a terminal')])
    // Who speaks the guard's language himself needs a terminal, too.
    const { port, token } = JSON.parse(readFileSync(join(p.state, 'guard.json'), 'utf8')) as {
      port: number
      token: string
    }
    const body = JSON.stringify({ ticket: held.ticket, answer: 'confirmed' })
    const curl = `curl -s -H 'Authorization: Bearer ${token}' -d '${body}' http://127.0.0.1:${port}/v1/confirm`
    expect((await p.sh(curl)).stdout).toContain('has none')
    expect(await standing(held.ticket)).toBe('open')
  })

  it('below a process that the guard runs for an agent is none, be it in a terminal', async () => {
    const confirm = `${join(import.meta.dirname, '../../bin/interlock')} confirm ${held.ticket}`
    const reply = await p.call(`echo y | script -qec '${confirm}' /dev/null`, 'guard', { env: p.env })
    // Held or denied before it runs, or refused by the guard when it does.
    if (reply.outcome === 'failed') expect(reply.result?.stdout).toContain('below an agent')
    expect(await standing(held.ticket)).toBe('open')
  })

  it('below a process whose hooks were seen is none', async () => {
    const { port, token } = JSON.parse(readFileSync(join(p.state, 'guard.json'), 'utf8')) as {
      port: number
      token: string
    }
    const post = `curl -s -H 'Authorization: Bearer ${token}' -d '{}' -H 'X-Interlock-Pid: '$$ http://127.0.0.1:${port}/v1/hooks/claude-code`
    const confirm = `${join(import.meta.dirname, '../../bin/interlock')} confirm ${held.ticket}`
    const socket = post.replace('curl -s', `curl -s --unix-socket ${p.state}/guard.sock`)
    const agent = await p.sh(`${socket}; echo y | script -qec '${confirm}' /dev/null`)
    expect(agent.stdout).toContain('below an agent')
    expect(await standing(held.ticket)).toBe('open')
  })

  it('survives a kill of the guard between yes and retry', async () => {
    await p.atTerminal('y\n', 'confirm', held.ticket ?? '')
    const pid = pidOf(p)
    process.kill(pid, 'SIGKILL')
    await gone(pid)
    await p.serve()
    expect(await standing(held.ticket)).toBe('confirmed')
    expect((await p.call(HELD)).outcome).toBe('done')
    expect((await p.call(HELD)).outcome).not.toBe('done')
  })

  it('is void when the guard’s answer would rest on other facts', async () => {
    await p.atTerminal('y\n', 'confirm', held.ticket ?? '')
    writeFileSync(join(p.home, 'photos/two'), 'another holiday')
    const again = await p.call(HELD)
    expect(again.outcome).toBe('waiting')
    expect(again.ticket).not.toBe(held.ticket)
    expect(photos()).toBe(true)
  })

  it('shows in the ledger who gave it, and that it could be forged', async () => {
    await p.atTerminal('y\n', 'confirm', held.ticket ?? '')
    const { receipt } = await p.call(HELD)
    const shown = (await p.interlock('log', 'show', receipt)).stdout
    for (const words of [
      'confirmed',
      'forgeable',
      'released by it',
      'done, exit code 0',
      `deleted  ${p.home}/photos/one`,
    ])
      expect(shown).toContain(words)
  })
})

describe('a stop', () => {
  it('needs no guard, holds within a second, survives a kill, and only a person ends it', async () => {
    const guard = await p.serve()
    expect((await p.call('echo 1 > a')).outcome).toBe('done')
    guard.kill('SIGKILL')
    await gone(guard.pid ?? 0)
    expect((await p.interlock('stop', 'enough')).code).toBe(0)
    await p.serve()
    expect(await p.call('echo 2 > a')).toMatchObject({ ruling: 'deny', rule: 'breaker/stopped' })
    expect((await p.interlock('exec', '--', 'true')).code).toBe(125)
    expect((await p.interlock('resume')).code).toBe(10)
    expect((await p.call('true')).ruling).toBe('deny')
    expect((await p.atTerminal('y\n', 'resume')).code).toBe(0)
    expect((await p.call('echo 3 > a')).outcome).toBe('done')
    expect((await p.log()).filter(({ type }) => type.endsWith('turned')).map(({ data }) => data.state)).toEqual([
      'stopped',
      'resumed',
    ])
  })

  it('lets nothing begin any more, however much is under way', async () => {
    await p.serve()
    let stopped = false
    const late: string[] = []
    const load = Array.from({ length: 8 }, async (_, i) => {
      for (let n = 0; n < 40; n++) {
        const after = stopped
        const reply = await p.call(`echo ${n} > ${i}`)
        if (after && reply.outcome === 'done') late.push(reply.receipt)
        if (reply.ruling === 'deny') return
      }
    })
    // As the command does it, which need not ask the guard.
    await p.sh(`printf 'enough\\n' > ${p.state}/stopped`)
    stopped = true
    await Promise.all(load)
    expect(late).toEqual([])
  })

  it('whose file somebody took away holds all the same when the guard starts again', async () => {
    await p.serve()
    await p.interlock('stop', 'enough')
    await p.interlock('serve', '--stop')
    await gone(pidOf(p))
    await p.sh(`rm ${p.state}/stopped`)
    await p.serve()
    expect(await p.call('true')).toMatchObject({ rule: 'breaker/stopped' })
  })
})

describe('a repository’s interlock.yaml', () => {
  const EASED = 'mandate: {may: [push]}\n'
  it('widens what a person confirmed in a terminal, until an agent changes a byte of it', async () => {
    await p.serve()
    const path = join(p.work, 'interlock.yaml')
    writeFileSync(path, EASED)
    await p.sh('git remote add origin git@forge.test:me/it.git; git checkout -qb topic')
    const push = (): Promise<CallReply> => p.call('git push origin topic', 'host')
    expect((await push()).ruling).toBe('hold')
    expect((await p.interlock('confirm', 'interlock.yaml')).code).toBe(11)
    expect((await push()).ruling).toBe('hold')
    const said = await p.atTerminal('y\n', 'confirm', 'interlock.yaml')
    expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('do without being asked: push')])
    expect((await push()).ruling).toBe('allow')
    writeFileSync(path, `${EASED}# by the agent\n`)
    expect((await push()).ruling).toBe('hold')
    expect((await p.log()).at(-1)?.type).toContain('ruled')
    expect((await p.log()).filter(({ type }) => type.endsWith('file.confirmed')).map(({ subject }) => subject)).toEqual(
      [path],
    )
  })
})
