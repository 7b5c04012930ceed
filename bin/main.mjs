// @ts-check
// A package starts here: its modules are kept compiled, which halves the start of a short command.
// Old Nodes must be able to read this file; it brings in the rest only where that can run.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 18)) {
  const { env } = process
  // Not the folder that Node would take in /tmp: there another user could lay code for us to run.
  const state = env.INTERLOCK_HOME || join(env.XDG_STATE_HOME || join(env.HOME || '/', '.local/state'), 'interlock')
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 })
    module.enableCompileCache(join(state, 'compiled'))
  } catch {
    // A state folder that can't be written is the command's to tell; without the cache it only starts slower.
  }
  // @ts-expect-error: built by tools/pack.ts
  await import('../dist/cli.js')
} else {
  const launcher = fileURLToPath(new URL('interlock', import.meta.url))
  const child = spawnSync(launcher, process.argv.slice(2), {
    stdio: 'inherit',
    env: { ...process.env, INTERLOCK_NODE: 'search' },
  })
  process.exitCode = child.status ?? 1
}
