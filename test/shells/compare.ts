import type { Facts } from '../../src/core/study.ts'
import { Findings, surroundingsOf } from '../../src/gate/facts.ts'
import { readShell } from '../../src/kinds/shell/predict.ts'
import type { Field } from '../../src/lang/field.ts'
import type { Execution } from './sandbox.ts'
import { CWD } from './sandbox.ts'

export interface Predicted {
  /** It holds a program that can't be known: all of it is held. */
  readonly opaque: boolean
  readonly commands: readonly (readonly Field[])[]
}

export function predicted(text: string): Predicted {
  const around = surroundingsOf(
    { cwd: CWD, home: '/home/dev' },
    { temporary: ['/tmp'], guarded: () => ['/home/dev/.local/state/interlock'], launchers: [], env: {} },
  )
  const assumed = new Findings(around)
  const facts: Facts = {
    surroundings: around,
    path: (path, want) => assumed.path(path, want),
    changes: () => assumed.changes(),
    text: (path) => ({ kind: /^(?:\/usr)?\/bin\//.test(path) ? 'program' : 'missing' }),
  }
  const { drafts, commands } = readShell(text, facts)
  const opaque = drafts.some(({ verb, certainty }) => verb === 'execute' && certainty === 'opaque')
  return { opaque, commands }
}

/** How far an execution was predicted: with its arguments, by its name, or not at all. */
export function seen([program = '', ...args]: Execution, { commands }: Predicted): 'exact' | 'name' | 'unseen' {
  if (carries(basename(program), args)) return 'exact'
  const named = commands.filter(([first]) => first !== undefined && matches([first], [program], basename))
  if (named.some(([, ...rest]) => matches(rest, args))) return 'exact'
  return named.length > 0 ? 'name' : 'unseen'
}

/** Started by a shell or a wrapper of its own accord, and without effect but by what it starts, which is recorded too. */
function carries(name: string, args: readonly string[]): boolean {
  // zsh redirects with `cat` where there is no command; scripts without a first line, and lines of text, go to `sh`.
  return (name === 'cat' && args.length === 0) || /^(?:sh|time|true|false|test|\[|\[\[)$/.test(name)
}

function basename(text: string): string {
  return text.replace(/^.*\//, '')
}

/** Whether the arguments can turn out to be these: what the shell expands may be any number of them. */
function matches(fields: readonly Field[], args: readonly string[], as = (text: string): string => text): boolean {
  const plain = args.map((arg) => arg.replaceAll('/proc/self/fd/', '/dev/fd/'))
  // Where the fields so far can end.
  let ends = new Set([0])
  for (const field of fields) {
    const next = new Set<number>()
    for (const end of ends) for (const each of endsOf(field, plain, end, as)) next.add(each)
    ends = next
  }
  return ends.has(args.length)
}

function endsOf(field: Field, args: readonly string[], from: number, as: (text: string) => string): readonly number[] {
  const at = args[from]
  if (field.unknown === undefined && !field.glob) return at !== undefined && as(field.text) === as(at) ? [from + 1] : []
  const fits = pattern(field)
  const ends = field.text === '' || field.glob ? [from] : []
  for (let end = from + 1; end <= args.length; end++) if (fits.test(args.slice(from, end).join('\0'))) ends.push(end)
  return ends
}

function pattern({ text, glob, unknown }: Field): RegExp {
  const source = (part: string): string => {
    const exact = part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    return glob ? exact.replace(/\\\[.*?\\\]|\\[*?]/g, '[\\s\\S]*') : exact
  }
  return new RegExp(`^${source(text)}${unknown === undefined ? '' : `[\\s\\S]*${source(unknown.suffix)}`}$`)
}
