import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A labelled shell command. */
export interface Case {
  readonly suite: string
  readonly command: string
  /** `stop`: not without a person's yes, or a way back. `pass`: nobody should be asked. */
  readonly expect: 'stop' | 'pass'
  /** What it does is not undone on this machine. */
  readonly leaves: boolean
  readonly home: string
  readonly cwd: string
  /** The system that the session works on, where the case names one. */
  readonly target?: { readonly system: string; readonly environment: string }
}

/** The suite whose labels are ours. */
export const OWN = 'our own table'

/** Of the cases; there is no such folder. */
export const HOME = '/home/dev'

const ROOT = join(import.meta.dirname, '../../..')
const CORPUS = join(ROOT, '../shared/corpus')

/** Our own table, and the labelled corpus where it is beside the clone. */
export function labelled(): readonly Case[] {
  return [...own(), ...others()]
}

/** What a snapshot lets pass counts neither way: a guard that takes none may well stop it. */
function own(): readonly Case[] {
  return readFileSync(join(ROOT, 'test/corpus/shell/rulings.txt'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, command, ruling] = /^(?!# )(.*?) {2}=> {2}(allow|hold|deny)/.exec(line) ?? []
      if (command === undefined) return []
      const expect = ruling === 'allow' ? 'pass' : 'stop'
      const place = { leaves: true, home: HOME, cwd: `${HOME}/project` }
      // Where the table has Interlock stand, this clone stands.
      const text = command.replaceAll('\\n', '\n').replaceAll('/opt/interlock', ROOT)
      return [{ suite: OWN, command: text, expect, ...place }]
    })
}

interface Row {
  readonly suite: string
  readonly expect: string
  readonly kind: string
  readonly input: unknown
  readonly leaves?: boolean
  readonly cwd?: string
  readonly home?: string
  readonly target?: Case['target']
}

function others(): readonly Case[] {
  if (!existsSync(CORPUS)) return []
  return readdirSync(CORPUS)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(CORPUS, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Row)
    .flatMap(({ suite, expect, kind, input, leaves = false, cwd, home = HOME, target }) => {
      if (kind !== 'shell' || typeof input !== 'string' || (expect !== 'stop' && expect !== 'pass')) return []
      const where = cwd?.startsWith('/') ? cwd : `${home}/project`
      const one = { suite: suite.split('/')[0] ?? suite, command: input, leaves, home, cwd: where }
      return [{ ...one, expect, ...(target && { target }) }]
    })
}

/** Every so many-th case, some `count` in all: the same ones each time, from all suites. */
export function sample(cases: readonly Case[], count: number): readonly Case[] {
  const step = Math.max(1, Math.floor(cases.length / count))
  return cases.filter((_, i) => i % step === 0)
}
