import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '../core/errors.ts'
import { run } from '../process/run.ts'
import { type Env, PACKAGE } from './folders.ts'

export class PageError extends CodedError<'page/not-built'> {}

/** Where the desk's page lies as it is served; undefined where it was never built. */
export function pageFolder(): string | undefined {
  const folder = join(PACKAGE, 'dist/web')
  return existsSync(join(folder, 'index.html')) ? folder : undefined
}

const PATIENCE_MS = 120_000

/** A clone has its page of its own sources; a package brings it, and no sources. */
export async function buildPage(env: Env): Promise<void> {
  const builder = join(PACKAGE, 'tools/web.ts')
  if (!existsSync(builder)) return
  const options = { cwd: PACKAGE, env: { PATH: env.PATH ?? '' }, timeoutMs: PATIENCE_MS, maxBytes: 64 * 1024 }
  const { code, stderr } = await run(process.execPath, [builder], options)
  if (code === 0) return
  const cause = new Error(stderr.trim())
  throw new PageError('page/not-built', "the desk's page could not be built", { cause, hint: 'type `npm ci` first' })
}
