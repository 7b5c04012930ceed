import { randomUUID } from 'node:crypto'
import { exec } from '../cli/exec.ts'
import { runHere } from '../process/child.ts'
import type { Env } from './folders.ts'
import { reachOf } from './reach.ts'

/** One command on this terminal, as a run of its own. `cwd` throws where the folder is gone. */
export async function execHere(argv: readonly string[], env: Env, cwd: () => string): Promise<number> {
  return await exec({ argv, cwd, run: `exec-${randomUUID()}`, process: process.pid }, reachOf(env), runHere)
}
