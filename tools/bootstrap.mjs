// @ts-check
// What `npm start` and `npm test` run on a machine that never saw the project.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installDebian, installMissing, Problem } from './install.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [command = 'start', ...args] = process.argv.slice(2)

async function main() {
  const node = await installMissing(root)
  const tool = (/** @type {string[]} */ ...words) => run(node, words, root)
  switch (command) {
    case 'start': {
      const words = args.length === 0 || args[0]?.startsWith('-') ? ['demo', ...args] : args
      return run(join(root, 'bin', 'interlock'), words, process.env.INIT_CWD ?? process.cwd())
    }
    case 'test':
      await installDebian()
      return tool('tools/check.ts', 'test', ...args)
    case 'check':
    case 'check:slow':
      return tool('tools/check.ts', command, ...args)
    case 'bench':
      return tool('test/bench/main.ts', ...args)
    case 'bench:peers':
      return tool('test/bench/peers/main.ts')
    case 'pack':
      return tool('tools/pack.ts')
    default:
      throw new Problem(`there is no command \`${command}\``, 'type `npm start` or `npm test`')
  }
}

/**
 * @param {string} program
 * @param {string[]} words
 * @param {string} cwd
 * @returns {Promise<number>}
 */
function run(program, words, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, stdio: 'inherit' })
    // The terminal's own signals reach the child directly; what is sent to us alone is passed on.
    process.on('SIGINT', () => undefined)
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(`\n${error.message}`)
  for (const line of error.said) console.error(`  ${line}`)
  console.error(`what to do: ${error.todo}`)
  process.exitCode = 1
}
