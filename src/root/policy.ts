import { join } from 'node:path'
import { json, line } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { readPack } from '../policy/load.ts'
import { runCases } from '../policy/test.ts'
import { loadBuiltIn } from './assemble.ts'
import { PACKAGE } from './folders.ts'

/** Runs the cases beside the built-in rules. */
export async function policyTest(options: { json?: boolean }): Promise<number> {
  const results = runCases(loadBuiltIn(), readPack(join(PACKAGE, 'policies/builtin')).cases)
  const failed = results.filter(({ ok }) => !ok)
  if (options.json === true) for (const result of results) json(result)
  else {
    for (const { file, line: at, text, got } of failed) line(`failed  ${file}:${at}  ${text}\n        answers ${got}`)
    line(`${results.length - failed.length} cases passed, ${failed.length} failed`)
  }
  return failed.length === 0 ? EXIT.done : EXIT.fault
}
