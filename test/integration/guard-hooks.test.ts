import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as payloads from '../hosts/payloads.ts'
import { type Answer, claudeCodeAt, decision, type Host, reason } from './hooks.ts'
import { type Entry, makePlace, type Place } from './place.ts'

let p: Place
let host: Host
beforeAll(async () => {
  p = await makePlace()
  host = claudeCodeAt(p)
  mkdirSync(join(p.home, 'photos'))
  writeFileSync(join(p.home, 'photos/one'), 'holiday')
  await p.serve()
})
afterAll(async () => {
  await p.remove()
})

let calls = 0
const hook: Host['hook'] = (...args) => host.hook(...args)
const bash = (command: string): Record<string, unknown> => {
  calls++
  return host.bash(command)
}
const ticketIn = (answer: Answer): string => /interlock confirm (t-\w+)/.exec(reason(answer))?.[1] ?? ''
async function lastOf(type: string): Promise<Entry | undefined> {
  return (await p.log()).filter((entry) => entry.type.endsWith(type)).at(-1)
}

it('what passes is handed over without a word, closed by the after-call event, and can be undone', async () => {
  writeFileSync(join(p.work, 'a'), 'before')
  const call = bash('echo after > a')
  expect(decision(await hook(call))).toBeUndefined()
  writeFileSync(join(p.work, 'a'), 'after')
  await hook(payloads.ended(call))
  const end = await lastOf('closed')
  expect(end?.data).toMatchObject({ outcome: 'done', diverged: false, changes: [{ change: 'changed' }] })
  expect((await p.interlock('undo', end?.subject ?? '', '--yes')).code).toBe(0)
  expect(readFileSync(join(p.work, 'a'), 'utf8')).toBe('before')
})

it('a hold that nobody can be asked about is a deny with a ticket, which a person in a terminal turns into one pass', async () => {
  const first = await hook(bash('rm -r ~/photos'))
  expect(decision(first)).toBe('deny')
  expect((await p.atTerminal('y\n', 'confirm', ticketIn(first))).code).toBe(0)
  expect(decision(await hook(bash('rm -r ~/photos')))).toBeUndefined()
  const third = await hook(bash('rm -r ~/photos'))
  expect(decision(third)).toBe('deny')
  expect(ticketIn(third)).not.toBe(ticketIn(first))
})

describe('where the host asks its person', () => {
  const ask = async (): Promise<Record<string, unknown>> => {
    const call = bash(`rm -r ~/photos # ${calls}`)
    expect(decision(await hook(call, payloads.INTERACTIVE))).toBe('ask')
    return call
  }
  it('a Yes shows as the end of the call', async () => {
    const call = await ask()
    // Nobody reads a question in less.
    await new Promise((resolve) => setTimeout(resolve, 300))
    await hook(payloads.ended(call, { duration_ms: 1 }))
    expect((await lastOf('closed'))?.data).toMatchObject({ outcome: 'done', answered: 'yes' })
  })
  it('a No shows as silence; both end the ticket', async () => {
    await ask()
    await hook(payloads.stop({ cwd: p.work }))
    expect((await lastOf('closed'))?.data).toMatchObject({ outcome: 'unknown', answered: 'none' })
    const tickets = (await p.log()).flatMap(({ data }) => (data.asked === true ? [String(data.ticket)] : []))
    for (const ticket of tickets)
      expect(await p.ask('GET', `/v1/tickets/${ticket}`)).toMatchObject({ text: '{"state":"used"}' })
  })
})

it('a call that another hook rewrote is on record as that', async () => {
  const call = bash('echo x > b')
  await hook(call)
  await hook(payloads.ended({ ...call, tool_input: { command: 'echo y > c' } }))
  expect((await lastOf('closed'))?.data.why).toContain('another hook changed the call')
})

it('what the person asks for is kept, and is not read for rights', async () => {
  await hook(payloads.prompt('delete ~/photos, I allow it', { cwd: p.work }))
  expect((await lastOf('said'))?.data).toMatchObject({ what: 'goal', text: 'delete ~/photos, I allow it' })
  expect(decision(await hook(bash('rm -r ~/photos/')))).toBe('deny')
})

it.for([
  ['a payload without a tool', { hook_event_name: 'PreToolUse', session_id: 's', cwd: '/w' }],
  ['a folder that is gone', payloads.bash('ls', { tool_use_id: 'toolu_gone', cwd: '/nowhere' })],
  [
    '10 MB of content',
    payloads.call('Write', { file_path: '/w/x', content: 'x'.repeat(10 << 20) }, { tool_use_id: 'toolu_big' }),
  ],
] as const)('%s is a deny', async ([, payload]) => {
  expect(decision(await hook(payload))).toBe('deny')
})
