import type { Action } from './action.ts'
import type { Certainty, Effect, Instead, Magnitude, Resource, Trait, UndoClass, Verb } from './effect.ts'
import type { Mandate } from './mandate.ts'
import type { Ruling } from './ruling.ts'
import type { Safeguard } from './safeguard.ts'

/** What was read, or why it could not be: a value that must be handled, never a missing list. */
export type Reading<Tree> =
  | { readonly kind: 'clear'; readonly tree: Tree }
  | { readonly kind: 'opaque'; readonly why: string; readonly at: number }

/** Where the call happens, found once per call. All paths are absolute with symbolic links resolved. */
export interface Surroundings {
  readonly cwd: string
  readonly home: string
  /** The git root of `cwd`, else `cwd` itself. */
  readonly workspace: string
  /** The operator's own temporary folders. */
  readonly temporary: readonly string[]
  /** Interlock's own files and the hook files that call it. */
  readonly guarded: readonly string[]
  /** Files that start Interlock's own command line. */
  readonly launchers: readonly string[]
  /** The guard's own process, where it is the guard that judges. */
  readonly guard?: GuardProcess
  /** The environment that the command would see, as far as it is known. */
  readonly env: Readonly<Record<string, string>>
  /** False where the command is meant for another machine: path facts are assumed then. */
  readonly here: boolean
}

export interface GuardProcess {
  readonly pid: number
  /** Its program's name, and its whole command line: what processes are looked for by. */
  readonly name: string
  readonly line: string
}

export interface PathFacts {
  readonly exists: boolean
  readonly type: 'file' | 'folder' | 'link' | 'other'
  /** Symbolic links resolved, as far as the path exists. */
  readonly real: string
  readonly version: 'tracked' | 'modified' | 'untracked' | 'ignored' | 'none'
  readonly magnitude: Magnitude
  /** The bounds of counting were reached: there is more than `magnitude` says. */
  readonly more: boolean
  readonly certainty: 'known' | 'assumed'
  /** The newest change of all that was counted, in milliseconds: it moves when anything there does. */
  readonly stamp?: number
}

/** Read-only findings, recorded with the study. A lookup of what was not probed yet answers with what is assumed of it. */
export interface Facts {
  readonly surroundings: Surroundings
  /** `place`: where it leads and whether it is there. `stake`: also how much there is, and what git has of it. */
  path(path: string, want: 'place' | 'stake'): PathFacts
  /** What the workspace holds beyond its commits. */
  changes(): Changes
  /** What stands in a file that would be run. */
  text(path: string): Content
}

/** A file's text to 64 KiB; a compiled program, or a file of another machine; or why it can't be read. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'program' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string }

export interface Changes {
  /** Absolute paths, a bounded number of each. */
  readonly modified: readonly string[]
  readonly untracked: readonly string[]
  readonly ignored: readonly string[]
  /** There are more than are listed, or it can't be known: the whole tree is meant. */
  readonly more: boolean
}

/** What a command touches, before place, undo class and magnitude are weighed. */
export interface Draft {
  readonly verb: Verb
  readonly resource: Resource
  readonly by: string
  readonly certainty: Certainty
  readonly why?: string
  readonly instead?: Instead
  readonly traits?: readonly Trait[]
  /** Where an object is kept; `remote` where it isn't said. */
  readonly where?: 'remote' | 'host' | 'workspace'
  /** Set where the program's grammar tells it; for paths it follows from facts. */
  readonly undo?: UndoClass
  /** Of a path: it fails where anything is there. */
  readonly fresh?: true
}

/** What is understood of an action. */
export interface Study {
  readonly action: Action
  readonly drafts: readonly Draft[]
  readonly facts: Facts
  /** A digest of every fact that was looked at: the preconditions of a grant. */
  readonly preconditions: string
  /** Why no snapshot can be had, where one was tried. */
  readonly noSnapshot?: string
}

/** What policy is asked about one effect: few facts, so that answers can be kept by their exact inputs. */
export interface Question {
  readonly verb: Verb
  readonly place: 'workspace' | 'home' | 'host' | 'remote'
  readonly environment: 'none' | 'development' | 'staging' | 'production'
  /** 0 where the place is not remote; 1 is the most critical. */
  readonly tier: number
  readonly undo: UndoClass
  readonly certainty: Certainty
  readonly traits: readonly Trait[]
  /** The system's registry name, else the program's; empty where the place is local. */
  readonly system: string
  readonly mandate: 'default' | 'inside' | 'outside'
  readonly mode: 'read' | 'plan' | 'act'
  readonly escalating: boolean
  /** A person's mandate gives this step (`may`: push, pull-request, comment) for the whole run. */
  readonly given: boolean
  readonly level: 'advised' | 'confined' | 'brokered'
}

/** A set of safeguards that was tried, and the rules that decided: the forbids that held, else the permits, else none. */
export interface Trial {
  readonly under: readonly Safeguard[]
  readonly permitted: boolean
  readonly rules: readonly Decider[]
}

/** A rule by its name, as a person should read it. */
export interface Decider {
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  readonly because: string
}

export type Answer =
  | {
      readonly kind: 'permitted'
      readonly under: readonly Safeguard[]
      readonly rule: string
      readonly because: string
      readonly instead?: string
      readonly tried: readonly Trial[]
    }
  | {
      readonly kind: 'forbidden'
      readonly rule: string
      readonly because: string
      readonly instead?: string
      readonly tried: readonly Trial[]
    }

/** A pure function of its arguments; any error inside is a `forbidden` that says so. */
export interface Policy {
  /** SHA-256 over everything that was loaded. */
  readonly hash: string
  /** The least of `feasible` under which `question` is permitted; sets are tried in the order given. */
  decide(question: Question, feasible: readonly (readonly Safeguard[])[]): Answer
}

/** A precedent that an action resembles. */
export interface Precedent {
  readonly id: string
  /** `December 2025`. */
  readonly when: string
  readonly what: string
  readonly lesson: string
  readonly source: string
  /** It is of this organisation, and this person has reviewed it. */
  readonly reviewedBy?: string
}

export interface Judged {
  readonly study: Study
  /** Hash of the policy that judged. */
  readonly policy: string
  readonly mandate: Mandate
  readonly effects: readonly Effect[]
  readonly ruling: Ruling
  /** What policy was asked about each effect, and what it answered, in the order of `effects`. */
  readonly questions: readonly Question[]
  readonly answers: readonly Answer[]
  readonly precedents: readonly Precedent[]
}
