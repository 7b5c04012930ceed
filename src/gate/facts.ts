import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import type { Action } from '../core/action.ts'
import { digestOf, type Json } from '../core/digest.ts'
import type { Changes, Content, Facts, GuardProcess, PathFacts, Surroundings } from '../core/study.ts'
import { posix } from '../lang/paths.ts'

/** A question that prediction asked and nobody has answered yet. */
export type Asked =
  | { readonly kind: 'path'; readonly path: string; readonly want: 'place' | 'stake' }
  | { readonly kind: 'changes' }
  | { readonly kind: 'text'; readonly path: string }

export type Finding = PathFacts | Changes | Content

export interface Look {
  readonly asked: Asked
  readonly finding?: Finding
}

/** Findings by question. A lookup without a finding answers with what is assumed, and notes the question. */
export class Findings implements Facts {
  readonly surroundings: Surroundings
  readonly #found = new Map<string, { readonly asked: Asked; readonly finding: Finding }>()
  readonly #asked = new Map<string, Asked>()

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings
  }

  path(path: string, want: 'place' | 'stake'): PathFacts {
    const better = this.#found.get(`path stake ${path}`)?.finding
    const found = better ?? this.#look(`path ${want} ${path}`, { kind: 'path', path, want })
    return (found as PathFacts | undefined) ?? assumedPath(path)
  }

  changes(): Changes {
    return (this.#look('changes', { kind: 'changes' }) as Changes | undefined) ?? ASSUMED_CHANGES
  }

  text(path: string): Content {
    return (this.#look(`text ${path}`, { kind: 'text', path }) as Content | undefined) ?? { kind: 'program' }
  }

  #look(key: string, asked: Asked): Finding | undefined {
    const found = this.#found.get(key)?.finding
    if (found === undefined) this.#asked.set(key, asked)
    return found
  }

  /** The open questions, once each. */
  take(): readonly Asked[] {
    const open = [...this.#asked.values()]
    this.#asked.clear()
    return open
  }

  answer(asked: Asked, finding: Finding | undefined): void {
    if (finding === undefined) return
    const key =
      asked.kind === 'changes'
        ? 'changes'
        : asked.kind === 'text'
          ? `text ${asked.path}`
          : `path ${asked.want} ${asked.path}`
    this.#found.set(key, { asked, finding })
  }

  /** Every question, with its answer where there is one: what has none was assumed. */
  looks(): readonly Look[] {
    return [...this.#found.values(), ...[...this.#asked.values()].map((asked) => ({ asked }))]
  }

  /**
   * Over everything that was found, and where and in what environment it was read: what a grant's preconditions are.
   * The call names its folder; a link may lead elsewhere by the time that it runs.
   */
  digest(): string {
    const all = [...this.#found]
      .map(([key, { finding }]) => [key, finding] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    const { env, cwd, home } = this.surroundings
    return digestOf('interlock-facts/v1', [env, cwd, home, all] as unknown as Json)
  }
}

/** Not looked at: it may be there, no commit holds it, and it fits a snapshot. */
function assumedPath(path: string): PathFacts {
  return {
    exists: true,
    type: 'file',
    real: resolve(path),
    version: 'untracked',
    magnitude: { files: 1, bytes: 0, unversioned: 1 },
    more: false,
    certainty: 'assumed',
  }
}

const ASSUMED_CHANGES: Changes = { modified: [], untracked: [], ignored: [], more: true }

/** What is the same for every question about one call. `known` is what the guard remembers of the run. */
export function surroundingsOf(action: Pick<Action, 'cwd' | 'home'>, host: HostFacts, known: Known = {}): Surroundings {
  const here = isAbsolute(action.cwd) && isFolder(action.cwd)
  const cwd = here ? realpathSync.native(action.cwd) : resolve('/', posix(action.cwd))
  const home = existsSync(action.home) ? realpathSync.native(action.home) : action.home
  const { temporary, launchers, guard } = host
  const guarded = host.guarded()
  const workspace = known.workspace ?? workspaceOf(cwd, home, here)
  const env = known.env ?? host.env
  return { cwd, home, workspace, temporary, guarded, launchers, env, here, ...(guard && { guard }) }
}

export interface Known {
  /** Of the run's first call. */
  readonly workspace?: string
  /** What the child will see, where the guard starts it. */
  readonly env?: Readonly<Record<string, string>>
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

export interface HostFacts {
  readonly temporary: readonly string[]
  /** They change while the guard runs. */
  readonly guarded: () => readonly string[]
  readonly launchers: readonly string[]
  readonly guard?: GuardProcess
  readonly env: Readonly<Record<string, string>>
}

/** Folders that belong to the system or to everybody: who happens to stand there has not taken them as his workspace. */
const NOBODYS =
  /^\/(?:(?:etc|bin|sbin|lib\w*|boot|sys|proc|dev|run|System)(?:\/.*)?|usr(?:\/[^/]+)?|var|opt|srv|mnt|media|home|Users|Library)?$/

/** The git root above `cwd`, else `cwd`. */
function workspaceOf(cwd: string, home: string, here: boolean): string {
  let at = cwd
  while (here && at !== '/' && at !== home) {
    if (existsSync(resolve(at, '.git'))) return at
    at = dirname(at)
  }
  const tooWide = cwd === home || NOBODYS.test(cwd) || `${home}/`.startsWith(`${cwd}/`)
  return tooWide ? resolve(cwd, '.interlock-no-workspace') : cwd
}
