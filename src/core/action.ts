import { type Digest, digestOf, freeze, type Json } from './digest.ts'

/** A language that actions are written in. */
export type Kind = 'shell' | 'file' | 'tool'

/** What a caller names as the system it is about; unnamed remote targets are looked up in the registry. */
export interface Target {
  readonly system: string
  readonly environment: string
}

/** What an agent wants to do, as received. */
export interface Call {
  readonly kind: Kind
  /** `shell`: the command text. `file`: see `FileInput`. `tool`: `{name, arguments}`. */
  readonly input: Json
  /** Absolute working folder. */
  readonly cwd: string
  /** The operator's home folder. */
  readonly home: string
  readonly agent: Agent
  readonly target?: Target
}

export interface Agent {
  /** Which program acts: `claude-code`, `interlock`, … */
  readonly name: string
  /** The run it acts in; one session of a host is one run. */
  readonly run: string
}

/** What the file tools of every host come down to. */
export interface FileInput {
  readonly operation: 'read' | 'write' | 'edit' | 'delete' | 'move'
  readonly path: string
  /** Where `move` puts it. */
  readonly to?: string
  /** What is written, where the host says. */
  readonly content?: string
  /** `edit`: the text that goes, and what takes its place. */
  readonly old?: string
  readonly new?: string
}

/** A call, frozen: later stages see these bytes and no others. */
export interface Action extends Call {
  /** Over bytes, folder, target and agent (not the run): matches retries and makes refusals stick. */
  readonly digest: Digest
}

export function freezeAction(call: Call): Action {
  const { kind, input, cwd, home, agent, target } = structuredClone(call)
  const named = target === undefined ? null : { system: target.system, environment: target.environment }
  const digest = digestOf('interlock-action/v1', { kind, input, cwd, agent: agent.name, target: named })
  return freeze({ kind, input, cwd, home, agent, ...(target && { target }), digest })
}

/** A call in one line, for lists: what was asked, without what a person would not look for there. */
export function whatOf(input: unknown): string {
  const flat = textOf(input).slice(0, 1000).replace(/\s+/g, ' ').trim()
  return flat.length > 80 ? `${flat.slice(0, 79)}…` : flat
}

function textOf(input: unknown): string {
  if (typeof input === 'string') return input
  if (input === null || typeof input !== 'object') return String(input)
  const { operation, path, to, undoes, name } = input as Readonly<Record<string, unknown>>
  if (typeof operation === 'string') return [operation, path, to].filter((each) => typeof each === 'string').join(' ')
  if (typeof undoes === 'string') return `undo ${undoes}`
  return typeof name === 'string' ? name : JSON.stringify(input)
}
