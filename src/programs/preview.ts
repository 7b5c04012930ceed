import type { Instead } from '../core/effect.ts'
import { known, literal } from '../lang/field.ts'
import { typed } from '../lang/shell/quoted.ts'
import type { CommandLine, ObjectTouch, Program, Touch } from './grammar.ts'

/** What the line changes in a system goes with the line that only says so, where the program has one. */
export function withPreview(
  found: readonly Touch[],
  { name, args }: CommandLine,
  { preview }: Program,
  again: (args: CommandLine['args']) => readonly Touch[],
): readonly Touch[] {
  if (preview === undefined || !found.some(changes)) return found
  const other = typeof preview === 'string' ? [...args, known(preview)] : preview(args)
  const line = again(other).some(changes) ? undefined : typed([known(name), ...other])
  if (line === undefined) return found
  const instead: Instead = { run: line, after: 'show what it says, and leave the step itself to a person' }
  return found.map((touch) => (changes(touch) ? { instead, ...touch } : touch))
}

function changes(touch: Touch): touch is ObjectTouch {
  return touch.kind === 'object' && touch.verb !== 'read'
}

/** `apply` and `destroy` as a plan of the same. */
export function planned(args: CommandLine['args']): CommandLine['args'] {
  return args
    .filter((arg) => !/^--?auto-approve/.test(arg.text))
    .flatMap((arg) => {
      const verb = literal(arg)
      return verb === 'destroy' ? [known('plan'), known('-destroy')] : verb === 'apply' ? [known('plan')] : [arg]
    })
}
