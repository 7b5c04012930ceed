// @ts-check
// Brings in the command line, with its modules kept compiled: that halves the start of a short command.
// Old Nodes must be able to read this file, which tells them apart.
import module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 18)) {
  // An `import` of it would read every export, and with them load streams and promises that nobody asked for.
  const fs = process.getBuiltinModule('node:fs')
  const clone = new URL('../src/start.ts', import.meta.url)
  const isClone = fs.existsSync(clone)
  const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
  keepCompiled(fs, isClone ? cache : stateFolder(process.env))
  await import((isClone ? clone : new URL('../dist/start.js', import.meta.url)).href)
} else {
  const launcher = fileURLToPath(new URL('interlock', import.meta.url))
  const env = { ...process.env, INTERLOCK_NODE: 'search' }
  const { spawnSync } = await import('node:child_process')
  process.exitCode = spawnSync(launcher, process.argv.slice(2), { stdio: 'inherit', env }).status ?? 1
}

/** Not in the folder that Node would take in /tmp: there another user could lay code for us to run. */
function keepCompiled(/** @type {typeof import('node:fs')} */ fs, /** @type {string} */ folder) {
  try {
    if (!fs.existsSync(folder)) fs.mkdirSync(folder, 0o700)
    module.enableCompileCache(join(folder, 'compiled'))
  } catch {
    // Whether the folder can be made is the command's to tell; without the cache it only starts slower.
  }
}

function stateFolder(/** @type {NodeJS.ProcessEnv} */ env) {
  return env.INTERLOCK_HOME || join(env.XDG_STATE_HOME || join(env.HOME || '/', '.local/state'), 'interlock')
}
