import { type Agree, askAsPerson, type Reach, tellGuard } from '../cli/guard.ts'
import { line, note } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { breakerIn } from '../gate/breaker.ts'
import { makeFolders, nodeFiles } from '../store/files.ts'
import { type Env, foldersOf } from './folders.ts'

/** The stop holds already; a guard that hangs keeps nobody waiting. */
const RECORD_MS = 5_000

/** Stops first and records afterwards: it must hold with the guard dead. */
export async function stop(why: string, reach: Reach, env: Env): Promise<number> {
  const { state } = foldersOf(env)
  await makeFolders(nodeFiles, state, new Set())
  const breaker = breakerIn(state)
  if (breaker.stopped() === undefined) await breaker.stop(why)
  line('stopped: every call is denied from now on; `interlock resume` ends this')
  const silent = await tellGuard(reach, '/v1/stop', { why }, RECORD_MS)
  if (silent !== undefined) note(`interlock: it is not on record yet, the guard's next start sees to that: ${silent}`)
  return EXIT.done
}

export async function resume(reach: Reach, agree: Agree): Promise<number> {
  if ((await agree('Let calls be judged again?')) !== 'yes') {
    note('interlock: still stopped; a person resumes, in a terminal')
    return EXIT.hold
  }
  const refused = await askAsPerson(reach, '/v1/resume', {})
  if (refused !== undefined) {
    note(`interlock: still stopped: ${refused}`)
    return EXIT.deny
  }
  line('resumed: calls are judged again')
  return EXIT.done
}
