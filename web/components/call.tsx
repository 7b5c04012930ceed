import { Fragment } from 'preact'
import type { EffectLine } from '../../src/wire/api.ts'
import { lossOf, undoingOf } from '../words.ts'
import { Bytes } from './bytes.tsx'
import { type EffectsProps, EffectTable, Picture } from './effects.tsx'
import { Text } from './text.tsx'

/** What the desk and the guard both know of a held call. */
export interface Call {
  readonly kind?: string
  readonly input: unknown
  readonly cwd: string
  readonly target?: { readonly system: string; readonly environment: string } | undefined
  readonly because: string
  readonly rule?: string | undefined
  readonly precedents?: readonly string[] | undefined
  readonly goal?: string | undefined
  readonly claim?: string | undefined
}

interface Effects {
  readonly effects: readonly EffectLine[]
}

/** One sentence of what would be lost. */
export function Sentence({ effects }: Effects) {
  const { names, says, lost } = lossOf(effects)
  return (
    <h1 class="sentence">
      {names.map((name, i) => (
        <Fragment key={name}>
          {i > 0 && (i === names.length - 1 ? ' and ' : ', ')}
          <code class={lost ? 'lost' : ''}>
            <Text of={name} strict />
          </code>
        </Fragment>
      ))}
      {says}
    </h1>
  )
}

export function Does({ effects, dependents }: EffectsProps) {
  return (
    <section aria-labelledby="does">
      <h2 id="does">What it would do</h2>
      <Picture effects={effects} {...(dependents && { dependents })} />
      <EffectTable effects={effects} />
    </section>
  )
}

export function Exactly({ call: { kind, input, cwd, target } }: { readonly call: Call }) {
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Exactly what would run</h2>
      <Bytes input={input} />
      <p class="muted">
        {kind} in{' '}
        <code>
          <Text of={cwd} strict />
        </code>
        {target !== undefined && (
          <>
            , on <Text of={`${target.environment}:${target.system}`} strict />
          </>
        )}
      </p>
    </section>
  )
}

/** How each part of it would be taken back. */
export function Undoing({ effects, snapshot = false }: Effects & { readonly snapshot?: boolean }) {
  const ways = undoingOf(effects, snapshot)
  if (ways.length === 0) return null
  return (
    <section aria-labelledby="undone">
      <h2 id="undone">How it would be undone</h2>
      <ul class="ways">
        {ways.map(({ undo, says, names, more }) => (
          <li key={undo} class={undo === 'U4' ? 'is-lost' : ''}>
            <strong>{says}</strong>
            {names.map((name, i) => (
              <Fragment key={i}>
                {i > 0 && ', '}
                <code>
                  <Text of={name} strict />
                </code>
              </Fragment>
            ))}
            {more > 0 && ` and ${more} more`}
          </li>
        ))}
      </ul>
    </section>
  )
}

export function Why({ call: { because, rule, precedents = [] } }: { readonly call: Call }) {
  return (
    <section aria-labelledby="why">
      <h2 id="why">Why it is held</h2>
      <p class="prose">
        <Text of={because} />
      </p>
      {rule !== undefined && (
        <p class="muted">
          rule{' '}
          <code>
            <Text of={rule} />
          </code>
        </p>
      )}
      {precedents.length > 0 && (
        <>
          <h3>It happened</h3>
          <ul class="prose">
            {precedents.map((precedent) => (
              <li key={precedent}>
                <Text of={precedent} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

export function Words({ call: { goal, claim } }: { readonly call: Call }) {
  if (goal === undefined && claim === undefined) return null
  return (
    <section aria-labelledby="for">
      <h2 id="for">What it is for</h2>
      {goal !== undefined && (
        <>
          <h3>The goal that the run was given</h3>
          <blockquote class="prose">
            <Text of={goal} />
          </blockquote>
        </>
      )}
      {claim !== undefined && (
        <>
          <h3>The agent's claim, which nobody checked</h3>
          <blockquote class="prose claim">
            <Text of={claim} />
          </blockquote>
        </>
      )}
    </section>
  )
}
