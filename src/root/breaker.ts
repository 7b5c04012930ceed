import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { askAsPerson, type Reach } from '../cli/guard.ts'
import { line, note } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { breakerIn } from '../gate/breaker.ts'
import { ask } from '../process/ask.ts'
import { foldersOf } from './assemble.ts'

/** Stops first and records afterwards: it must hold with the guard dead. */
export async function stop(why: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { state } = foldersOf(env)
  mkdirSync(state, { recursive: true, mode: 0o700 })
  await breakerIn(state).stop(why)
  line('stopped: every call is denied from now on')
  const told = await ask({
    at: { socket: join(state, 'guard.sock') },
    method: 'POST',
    path: '/v1/stop',
    body: { why },
    timeoutMs: 5_000,
  })
  if (told.kind === 'none') note('  the guard is not running; it will be stopped when it starts')
  return EXIT.done
}

export async function resume(reach: Reach, agree: (question: string) => Promise<boolean>): Promise<number> {
  if (!(await agree('Let calls be judged again?'))) {
    note('interlock: still stopped; a person resumes, in a terminal')
    return EXIT.hold
  }
  const answer = (await askAsPerson(reach, '/v1/resume', {})) as { refused?: string }
  if (answer.refused !== undefined) {
    note(`interlock: still stopped: ${answer.refused}`)
    return EXIT.deny
  }
  line('resumed')
  return EXIT.done
}
