import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLAUDE_CODE_ROUTE } from '../../src/server/line.ts'
import * as payloads from '../hosts/payloads.ts'
import type { Place } from './place.ts'

export interface Answer {
  readonly hookSpecificOutput?: { readonly permissionDecision?: string; readonly permissionDecisionReason?: string }
}

export interface Host {
  /** Posts as Claude Code does, over loopback; a process of its own, since what posts hooks is an agent from then on. */
  hook(payload: object, says?: Readonly<Record<string, string>>): Promise<Answer>
  /** A call of its shell tool that was not made before. */
  bash(command: string): Record<string, unknown>
}

export function claudeCodeAt(p: Place): Host {
  let posts = 0
  let calls = 0
  return {
    hook: async (payload, says = payloads.HEADLESS) => {
      const { port, token } = JSON.parse(readFileSync(join(p.state, 'guard.json'), 'utf8')) as {
        port: number
        token: string
      }
      const file = join(p.home, `payload-${++posts}`)
      writeFileSync(file, JSON.stringify(payload))
      const headers = [
        `Authorization: Bearer ${token}`,
        `X-Interlock-Entry: ${says.entry}`,
        `X-Interlock-Agent: ${says.agent}`,
      ]
      const options = headers.map((header) => `-H '${header}'`).join(' ')
      const { stdout } = await p.sh(
        `curl -s ${options} --data-binary @${file} http://127.0.0.1:${port}${CLAUDE_CODE_ROUTE}`,
      )
      return JSON.parse(stdout) as Answer
    },
    bash: (command) => {
      const transcript_path = join(p.home, '.claude/projects', p.work.replace(/[^A-Za-z0-9]/g, '-'), 's.jsonl')
      return payloads.bash(command, { cwd: p.work, transcript_path, tool_use_id: `toolu_${++calls}` })
    },
  }
}

export function decision(answer: Answer): string | undefined {
  return answer.hookSpecificOutput?.permissionDecision
}

export function reason(answer: Answer): string {
  return answer.hookSpecificOutput?.permissionDecisionReason ?? ''
}
