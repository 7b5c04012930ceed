import { randomUUID } from 'node:crypto'
import { chooseModel } from '../agent/models.ts'
import { runGoal } from '../agent/run.ts'
import { askGuard } from '../cli/guard.ts'
import { columnsHere, painted } from '../cli/render.ts'
import { type Env, foldersOf } from './folders.ts'
import { reachOf } from './reach.ts'

/** The agent on a real goal, with a real model, in this folder. */
export async function run(goal: string, env: Env, cwd: string): Promise<number> {
  const choice = chooseModel(env)
  const reach = reachOf(env)
  await askGuard(reach, 'GET', '/v1/status')
  const given = Object.fromEntries(
    Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined),
  )
  return await runGoal({
    goal,
    choice,
    socket: reach.socket,
    run: `run-${randomUUID()}`,
    caller: { cwd, home: foldersOf(env).home, umask: process.umask(), env: given },
    attended: process.stdin.isTTY === true,
    look: { width: columnsHere(), colour: process.stdout.isTTY === true && env.NO_COLOR === undefined },
    write: painted,
  })
}
