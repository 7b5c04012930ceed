import type { Field } from '../../lang/field.ts'
import { quoted } from '../../lang/shell/quoted.ts'
import { recipes } from './makefile.ts'

/** Where a tool's tasks are written down, the first that is there. */
export const TASK_FILES = {
  'package.json': ['package.json'],
  Makefile: ['GNUmakefile', 'makefile', 'Makefile'],
} as const

export type TaskFile = keyof typeof TASK_FILES

/**
 * The shell text that a task of this file stands for; undefined where the file names no such task.
 * `text` is the file's, `args` what stands behind the task's name.
 */
export function taskText(file: TaskFile, text: string, name: string, args: readonly Field[]): string | undefined {
  return file === 'Makefile' ? recipes(text, [name, ...args.map((field) => field.text)]) : script(text, name, args)
}

/** npm runs `preNAME` and `postNAME` around `NAME`, and hands what follows to `NAME`. */
function script(text: string, name: string, args: readonly Field[]): string | undefined {
  const scripts = scriptsOf(text)
  const main = scripts?.get(name)
  if (main === undefined) return undefined
  const more = args.filter((field) => field.text !== '--').map((field) => quoted(field.text))
  return [scripts?.get(`pre${name}`), [main, ...more].join(' '), scripts?.get(`post${name}`)]
    .filter((each) => each !== undefined)
    .join(' && ')
}

function scriptsOf(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const { scripts } = JSON.parse(text) as { readonly scripts?: Readonly<Record<string, unknown>> }
    return new Map(
      Object.entries(scripts ?? {}).filter((each): each is [string, string] => typeof each[1] === 'string'),
    )
  } catch {
    return undefined
  }
}

/** Words by which a task that can't be read reaches others, or takes away. */
const OUTWARD = /(?:^|[:._-])(?:deploy|deliver|publish|release|upload|destroy|teardown|drop|wipe|nuke)(?:$|[:._-])/i

export function isOutward(name: string): boolean {
  return (
    OUTWARD.test(name) && !/(?:^|[:._-])(?:dry|check|test|build|lint|docs?|notes|local|version)(?:$|[:._-])/i.test(name)
  )
}
