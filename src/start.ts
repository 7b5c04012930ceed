import { failure } from './cli/render.ts'
import { EXIT } from './core/ruling.ts'

/** The guard's start and `exec --` are waited for at every turn: they go past the command line, which reads the same. */
async function quickly([name, ...rest]: readonly string[]): Promise<number | undefined> {
  if (name === 'serve' && rest.length === 0) return await (await import('./root/serve.ts')).serve(process.env)
  const [dashes, ...argv] = rest
  if (name === 'exec' && dashes === '--' && argv.length > 0)
    return await (await import('./root/exec.ts')).execHere(argv, process.env, () => process.cwd())
  return undefined
}

try {
  const code = await quickly(process.argv.slice(2))
  if (code === undefined) await import('./cli.ts')
  else process.exitCode = code
} catch (error) {
  failure(error)
  process.exitCode = EXIT.fault
}
