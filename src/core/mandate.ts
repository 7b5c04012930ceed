/** What a run may touch. Data that a person wrote, never read out of a prompt. */
export interface Mandate {
  readonly mode: 'read' | 'plan' | 'act'
  /** Registry names of the systems that the run may write to. */
  readonly systems: readonly string[]
  /** Steps that the person gave for the whole run: `push`, `pull-request`, `comment`. */
  readonly may: readonly string[]
  /** Written by a person; the default mandate is not, and then being outside adds no step. */
  readonly written: boolean
}

export const DEFAULT_MANDATE: Mandate = { mode: 'act', systems: [], may: [], written: false }
