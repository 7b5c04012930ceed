import type { Place } from './place.ts'

export type Verb = 'read' | 'create' | 'update' | 'delete' | 'replace' | 'execute' | 'grant' | 'disclose' | 'spend'

/** U0 nothing to undo · U1 exact · U2 can be rebuilt · U3 soft, for a time · U4 none or unknown. */
export type UndoClass = 'U0' | 'U1' | 'U2' | 'U3' | 'U4'

/** An undo class as a person reads it. */
export function undoWords(undo: UndoClass): string {
  return UNDO_WORDS[undo]
}

const UNDO_WORDS: Readonly<Record<UndoClass, string>> = {
  U0: 'nothing to undo',
  U1: 'can be undone exactly',
  U2: 'can be rebuilt',
  U3: 'can be undone for a time',
  U4: "can't be undone",
}

/**
 * `known`: grammar and facts agree. `assumed`: the grammar was general or a fact was assumed.
 * `opaque`: can't be known before it runs.
 */
export type Certainty = 'known' | 'assumed' | 'opaque'

export type Resource =
  /** `path` is absolute; with `glob` it is a pattern; with `tree` all that is below it is meant too. */
  | { readonly kind: 'path'; readonly path: string; readonly tree?: boolean; readonly glob?: boolean }
  /** Something that a system holds: a stack, a branch, a table, a package. */
  | { readonly kind: 'object'; readonly system: string; readonly type: string; readonly name: string }
  /** What is reached over the network, without more being known of it. */
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'process'; readonly name: string }
  | { readonly kind: 'program'; readonly name: string }
  /** What can't be bounded. */
  | { readonly kind: 'anything' }

/** What a resource is besides where it is; policy reads these. */
export type Trait =
  | 'secret' // keys, credentials, .env files
  | 'guard' // Interlock's own files, and the hooks that call it
  | 'startup' // runs later by itself: shell profiles, git hooks, cron, agent settings
  | 'system' // folders of the operating system
  | 'settings' // of some program, in the home: its dot files and dot folders
  | 'inert' // a setting that its own program changes, and that runs nothing and opens nothing
  | 'ruin' // the root, a whole home, the system folders themselves, a disk
  | 'device'
  | 'rebuildable' // ignored build output, installed packages
  | 'temporary'
  | 'repository' // the history that git keeps
  | 'forge' // the workspace's own remote repository
  | 'shared' // what others build on: a shared branch, a tag, a release
  | 'stateful' // holds data that re-creating does not bring back
  | 'tainted' // carries what was downloaded, a secret, or a file from outside the workspace

export interface Magnitude {
  readonly files: number
  readonly bytes: number
  /** Files that no commit holds. */
  readonly unversioned: number
}

/**
 * What an agent can do instead: a command that needs nobody's yes, and what comes after it; or only words. In a ruling
 * it stands as text, each command as `run` and the command between backquotes: these can be followed to the letter.
 */
export type Instead = { readonly run: string; readonly after: string } | { readonly words: string }

export interface Effect {
  readonly verb: Verb
  readonly resource: Resource
  readonly place: Place
  readonly undo: UndoClass
  readonly certainty: Certainty
  readonly traits: readonly Trait[]
  readonly magnitude?: Magnitude
  /** The simple command or tool that does it. */
  readonly by: string
  /** Why it is opaque or assumed, in words. */
  readonly why?: string
  /** Where the command itself tells it better than a rule can. */
  readonly instead?: Instead
}

export function resourceName(resource: Resource): string {
  switch (resource.kind) {
    case 'path':
      return `path:${resource.path}${resource.tree ? '/**' : ''}`
    case 'object':
      return `${resource.system}:${resource.type}/${resource.name}`
    case 'anything':
      return 'anything'
    default:
      return `${resource.kind}:${resource.name}`
  }
}
