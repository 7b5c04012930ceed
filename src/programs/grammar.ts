import type { Instead, Trait, UndoClass, Verb } from '../core/effect.ts'
import type { Field } from '../lang/field.ts'

/** A command line whose program is known by name: what a table sees. */
export interface CommandLine {
  /** Basename of what is called: `rm` for `/bin/rm`. A verb's program is given the verb. */
  readonly name: string
  readonly args: readonly Field[]
  /** Its standard input comes from somewhere else than the terminal. */
  readonly piped: boolean
}

/** The arguments, taken apart by a program's own option grammar. */
export interface Arguments {
  /** Options by the first spelling in the grammar; bundles (`-rf`) are taken apart. Unlisted ones as they are written. */
  readonly flags: ReadonlySet<string>
  /** Values of options that take one, in order. */
  readonly values: ReadonlyMap<string, readonly Field[]>
  /** What is no option, in order. */
  readonly operands: readonly Field[]
  /** How many operands stand before `--`; absent where there is none. */
  readonly separator?: number
  /** The line without its options of role `cwd`, and the folder that they lead to. */
  readonly moved?: { readonly cwd: Field; readonly args: readonly Field[] }
  /** An argument that could be an option or several could not be resolved. */
  readonly unsure?: string
}

/** Where an object is kept. Absent where the general grammar can't tell. */
export type Where = 'remote' | 'host' | 'workspace'

/** One thing that a command line does, before facts are looked at. No touch at all: it only prints. */
export type Touch =
  | PathTouch
  | ObjectTouch
  | HostTouch
  | ProcessTouch
  | WorktreeTouch
  | RunTouch
  | CodeTouch
  | ScriptTouch
  | LoadTouch
  | StdinTouch
  | TaskTouch
  /** What can't be known before it runs. */
  | { readonly kind: 'opaque'; readonly why: string; readonly instead?: Instead }

/**
 * A path, relative ones to the command's folder. `create` means created or replaced: of a path that exists it loses
 * what was there; with `tree`, files are added below. `grant` gives rights to it, to others or to a container.
 */
export interface PathTouch {
  readonly kind: 'path'
  readonly verb: Verb
  /** With `glob`, `**` stands for any depth. */
  readonly path: Field
  /** And all below it. */
  readonly tree?: boolean
  /** Where `path` is a folder, these names inside it are meant instead. */
  readonly names?: readonly Field[]
  /** It is made a link to this; where `names` are given, each to one. */
  readonly leads?: { readonly to: readonly Field[]; readonly symbolic: boolean }
  /** It fails where anything is there: it only ever adds. */
  readonly fresh?: true
  readonly undo?: UndoClass
  readonly traits?: readonly Trait[]
  readonly why?: string
}

/** Something a system holds. `system` is the program's or the service's name. */
export interface ObjectTouch {
  readonly kind: 'object'
  readonly verb: Verb
  readonly system: string
  readonly type: string
  readonly name: Field
  readonly where?: Where
  readonly undo?: UndoClass
  readonly traits?: readonly Trait[]
  readonly assumed?: boolean
  readonly why?: string
  readonly instead?: Instead
}

/** A host on the network: `read` fetches from it, `disclose` sends to it. */
export interface HostTouch {
  readonly kind: 'host'
  readonly verb: Verb
  readonly host: Field
  readonly traits?: readonly Trait[]
  readonly why?: string
}

export interface ProcessTouch {
  readonly kind: 'process'
  /** `update`: it goes on, but slower or in other hands. */
  readonly verb: Verb
  /** A number, or a pattern. */
  readonly name: Field
  /** What a pattern is looked for in; its number where there is none. */
  readonly looks?: 'name' | 'line'
  readonly undo?: UndoClass
}

/** A file that it runs; `args` are the script's own. */
export interface ScriptTouch {
  readonly kind: 'script'
  readonly language: Language
  readonly path: Field
  readonly args: readonly Field[]
  /** A shell's that may know no more than POSIX has. */
  readonly posix?: boolean
}

/** It takes code by name from these folders and files, separated by `:`, before it looks where it always does. */
export interface LoadTouch {
  readonly kind: 'load'
  readonly from: Field
  /** Who says so, in words: `PATH`, an option. */
  readonly by: string
  /** Only what the same text has written counts: what was there before is the operator's own. */
  readonly written?: true
}

/**
 * Project code by a name that the project's files define: `npm run build`, `make test`. Passes in a workspace. `of`:
 * the file that says what it runs; `args` stand behind its name.
 */
export interface TaskTouch {
  readonly kind: 'task'
  readonly name: string
  readonly of?: 'package.json' | 'Makefile'
  readonly args?: readonly Field[]
  /** It reads and reports: nothing of the project is another afterwards. */
  readonly checks?: true
  /** Places beside the folder that it works on: what is outside of the workspace is not its own to change. */
  readonly at?: readonly Field[]
}

/** What git keeps of this workspace: judged by facts. `loses` says what is gone; no paths: all of it. */
export interface WorktreeTouch {
  readonly kind: 'worktree'
  readonly verb: Verb
  readonly loses: 'uncommitted' | 'untracked' | 'ignored' | 'history' | 'stash'
  readonly paths: readonly Field[]
}

/** Another place that commands run in: another host, or a container or a root on this one. */
export interface Elsewhere {
  readonly name: string
  readonly where: Where
  /** Of what is done there; a container of the command's own goes with it. */
  readonly undo?: UndoClass
}

/** Another command line that it runs, in the same folder unless `cwd` says else. */
export interface RunTouch {
  readonly kind: 'run'
  readonly argv: readonly Field[]
  readonly cwd?: Field
  /** Assignments, `NAME=value`. */
  readonly env?: readonly Field[]
  /** More arguments come: words of its input, or others. */
  readonly more?: 'input' | 'arguments'
  readonly elsewhere?: Elsewhere
}

/** It runs what comes on its standard input; `args` are that code's own. */
export interface StdinTouch {
  readonly kind: 'stdin'
  readonly language: Language
  readonly args?: readonly Field[]
  readonly elsewhere?: Elsewhere
  /** A shell's that may know no more than POSIX has. */
  readonly posix?: boolean
}

/** Source text that it runs. */
export interface CodeTouch {
  readonly kind: 'code'
  readonly language: Language
  readonly text: Field
  /** The code's own arguments: for `sh`, the first is `$0`. */
  readonly args?: readonly Field[]
  readonly elsewhere?: Elsewhere
  /** A shell's that may know no more than POSIX has. */
  readonly posix?: boolean
}

export type Language =
  | 'sh'
  | 'python'
  | 'node'
  | 'perl'
  | 'ruby'
  | 'php'
  | 'powershell'
  | 'sql'
  | 'sqlite' // statements, and the client's own commands
  | 'sed'
  | 'awk'
  | 'ex' // commands of `vi` and its kin
  | 'unknown'

/** What the value of an option, or an operand, is to the program. */
export type Role =
  | 'read' // a path that is read
  | 'write' // a path that is created or replaced
  | 'update' // a path that is changed in place
  | 'delete'
  | 'data' // a value that names nothing outside the program: a pattern, a number, a format
  | 'url' // is fetched
  | 'cwd' // the folder that it works in
  | 'command' // the rest of the line is another command
  | 'program' // a program that it runs, by name
  | 'script' // a file that it runs; the rest of the line is the script's own
  | 'load' // a folder or a file that it takes code from
  | 'code' // source text that it runs, in the program's `language`
  | 'shell' // text that a shell runs
  | 'project' // a folder or a file whose project it works on
  | 'task' // a name that the project's files define; the rest of the line is the task's own
  | 'object' // what `object` says

/** What a program does, as data. */
export interface Program {
  /**
   * The spellings of each option, with the role of its value: `-o,--output=write -n,--lines=data -r,-R,--recursive`.
   * `=?data`: the value is optional and then glued on. `=data+read`: two values. `=code!`: ends the options.
   */
  readonly options?: string
  /** Options that only stand before the verb; those of `options` its verbs take too. */
  readonly before?: string
  /** `permute`: options anywhere. `stop`: up to the first operand. `single`: `-long` options, anywhere. */
  readonly style?: 'permute' | 'stop' | 'single'
  /** Long options can't be cut short. */
  readonly exact?: true
  /** It runs the rest of its line: an option that is not listed may hide where that starts. */
  readonly wraps?: true
  /** Options that are not listed take the next argument as their value where it is no option. Inherited. */
  readonly loose?: true
  /**
   * A pattern of roles: `read… write` means all but the last are read and the last is written; the role with `…`
   * repeats, else the last one does. Absent: `data`.
   */
  readonly operands?: string
  /** The first role of `operands` falls away where one of these is given. */
  readonly unlessGiven?: string
  /** Flags that make paths mean everything below them too; `always`. */
  readonly recursive?: string
  /** Flags with which it only says what it would do. Inherited. */
  readonly dry?: string
  /**
   * How its line is changed so that it only says what it would do: an option that is added, or other arguments. Where
   * the grammar then sees no change, that line is what to do instead. Of a whole program, not of its verbs.
   */
  readonly preview?: string | ((args: readonly Field[]) => readonly Field[])
  readonly language?: Language
  /** The file that defines its tasks. */
  readonly tasks?: 'package.json'
  /** What each operand is, or the line where it has none: `delete container U4 stateful`. */
  readonly object?: string
  /** It drives this system: what is not recognised as a read changes it. Inherited by its verbs. */
  readonly system?: string
  /** Where its objects are; `remote` where nothing is said. Inherited. */
  readonly where?: Where
  /** How many words stand before the verb; `deep`: some. 0 where nothing is said. Inherited. */
  readonly depth?: number | 'deep'
  /** Subcommands by their names, space-separated; `*` is any other, `-` is none given. */
  readonly verbs?: Readonly<Record<string, Program>>
  /** Where data can't say it. Its touches come beside those of options, and instead of those of `operands`; beside those of a verb. */
  readonly touches?: (args: Arguments, line: CommandLine) => readonly Touch[]
}

/** Programs by their names, space-separated. */
export type Family = Readonly<Record<string, Program>>
