import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { judgeFor } from '../../../src/root/check.ts'
import { CLAUDE_CODE_ROUTE } from '../../../src/server/line.ts'
import { bash, HEADLESS } from '../../hosts/payloads.ts'
import { makePlace } from '../../integration/place.ts'
import { type Case, HOME } from './cases.ts'

/** `kept`: it passes after a snapshot that takes all of it back exactly. */
export type Ruling = 'allow' | 'kept' | 'hold' | 'deny'

/** What `interlock check --batch` answers, in a warm process: every fact is looked up, none of these folders is there. */
export function interlock(): (one: Case) => Promise<Ruling> {
  const judge = judgeFor({ HOME, PATH: process.env['PATH'] ?? '' }, HOME)
  return async ({ command, cwd, home: theirs, target }) => {
    const call = { kind: 'shell', input: command, cwd, home: theirs, ...(target && { target }) }
    const { ruling, safeguards, effects } = await judge(call)
    const exact = effects.length > 0 && effects.every(({ undo }) => undo === 'U0' || undo === 'U1')
    return ruling === 'allow' && safeguards.includes('snapshot') && exact ? 'kept' : ruling
  }
}

/** A guard of its own, and a call as Claude Code posts it over the connection that it keeps. */
export interface Guard {
  hook(one: Case): Promise<void>
  close(): Promise<void>
}

export async function startGuard(): Promise<Guard> {
  const place = await makePlace()
  await place.serve()
  const { port, token } = JSON.parse(readFileSync(join(place.state, 'guard.json'), 'utf8')) as Address
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-interlock-entry': HEADLESS.entry,
    'x-interlock-agent': HEADLESS.agent,
  }
  const path = CLAUDE_CODE_ROUTE
  let calls = 0
  return {
    hook: (one) =>
      new Promise((resolve, reject) => {
        const rest = { cwd: place.work, transcript_path: join(place.home, 's.jsonl'), tool_use_id: `toolu_${++calls}` }
        const asking = request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }, (response) => {
          const answered = (): void =>
            response.statusCode === 200 ? resolve() : reject(new Error(`the guard answered ${response.statusCode}`))
          text(response).then(answered, reject)
        })
        asking.on('error', reject).end(JSON.stringify(bash(one.command, rest)))
      }),
    close: async () => {
      agent.destroy()
      await place.remove()
    },
  }
}

interface Address {
  readonly port: number
  readonly token: string
}
