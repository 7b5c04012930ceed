import { type Field, show } from '../lang/field.ts'
import type { Invocation } from '../lang/shell/invocation.ts'
import type { Step, Word } from '../wire/explanation.ts'

/** Steps that are kept; a text of megabytes has more than anybody reads. */
const MOST_STEPS = 1_000

type Noted = Step extends infer One ? (One extends Step ? Omit<One, 'depth'> : never) : never

/** What prediction understood, step by step, where somebody wants to know. */
export class Notes {
  readonly steps: Step[] = []
  /** There were more than are kept. */
  more = false
  #depth = 0

  within<T>(step: Noted, inside: () => T): T {
    if (this.steps.length < MOST_STEPS) this.steps.push({ ...step, depth: this.#depth } as Step)
    else this.more = true
    this.#depth++
    const found = inside()
    this.#depth--
    return found
  }
}

/** Notes a step, and what `inside` finds as inside of it. Without `notes` the step is not even made: guarding pays nothing. */
export function within<T>(notes: Notes | undefined, step: () => Noted, inside: () => T): T {
  return notes === undefined ? inside() : notes.within(step(), inside)
}

export function wordOf(field: Field): Word {
  return { text: show(field), ...(field.glob && { glob: true }), ...(field.unknown && { unknown: field.unknown.why }) }
}

export function commandStep({
  argv,
  assigns,
  redirects,
  input,
}: Pick<Invocation, 'argv'> & Partial<Invocation>): Noted {
  return {
    kind: 'command',
    assigns: (assigns ?? []).map(({ name, value }) => {
      const { text, ...unknown } = wordOf(value)
      return { text: `${name}=${text}`, ...unknown }
    }),
    words: argv.map(wordOf),
    redirects: (redirects ?? []).map(({ operator, path }) => ({ operator, path: wordOf(path) })),
    ...(input?.kind === 'text' && { input: wordOf(input.text) }),
  }
}
