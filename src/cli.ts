#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { failure } from './cli/render.ts'
import { EXIT } from './core/ruling.ts'

/** Parts are loaded only for the command that needs them: starting is most of what a short command costs. */
async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.done
  const program = new Command('interlock')
    .description('Judges what coding agents do by its effects, holds what can’t be undone, records all of it, and takes it back.')
    .exitOverride()
    .enablePositionalOptions()

  program
    .command('check')
    .description('the ruling on a command; nothing runs')
    .argument('[command...]', 'after `--`, as one would type it')
    .option('--batch', 'read cases as JSON Lines on stdin')
    .option('--json', 'answer as JSON')
    .passThroughOptions()
    .action(async (command: string[], options: { batch?: boolean; json?: boolean }) => {
      const [{ judgeFor }, { checkBatch, checkOne }] = await Promise.all([import('./check.ts'), import('./cli/check.ts')])
      const judge = judgeFor(process.env, process.cwd())
      code = options.batch === true ? await checkBatch(judge) : await checkOne(judge, command.join(' '), options)
    })

  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    failure(error)
    return EXIT.fault
  }
}

process.exitCode = await main(process.argv.slice(2))
