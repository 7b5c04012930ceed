import { useState } from 'preact/hooks'
import type { EffectLine } from '../../src/wire/api.ts'
import { count, done, gravestFirst, isLost, placeOf, UNDO } from '../words.ts'
import { Text } from './text.tsx'

const FIRST = 12

export interface EffectsProps {
  readonly effects: readonly EffectLine[]
  /** What could not do without a system, where the registry is known. */
  readonly dependents?: (system: string) => readonly string[]
}

const NONE = (): readonly string[] => []

/** System → resource → what becomes of it; what only reads is left to the table. */
export function Picture({ effects, dependents = NONE }: EffectsProps) {
  const drawn = gravestFirst(effects.filter(({ verb }) => verb !== 'read'))
  if (drawn.length === 0) return null
  const places = Map.groupBy(drawn, ({ place }) => place)
  return (
    <ul class="picture" aria-label="What it would do, by system">
      {[...places].map(([place, inside]) => (
        <li key={place}>
          <System place={place} effects={inside} dependents={dependents} />
          <ul>
            {inside.slice(0, FIRST).map((effect, i) => (
              <li key={i} class={isLost(effect) ? 'is-lost' : ''}>
                <code>
                  <Text of={effect.resource} strict />
                </code>
                <span class="becomes">
                  {done(effect.verb)}, {UNDO[effect.undo]}
                </span>
              </li>
            ))}
            {inside.length > FIRST && <li>{count(inside.length - FIRST, 'more')}, in the table</li>}
          </ul>
        </li>
      ))}
    </ul>
  )
}

function System({ place, effects, dependents }: Required<EffectsProps> & { readonly place: string }) {
  const { system, environment } = placeOf(place)
  const needing = environment === undefined ? [] : dependents(system)
  const lost = effects.filter(isLost).length
  return (
    <p class="system">
      <Text of={system} />
      {environment !== undefined && (
        <small>
          <Text of={environment} />
        </small>
      )}
      <small>{lost > 0 ? `${lost} of ${count(effects.length, 'thing')} lost` : count(effects.length, 'thing')}</small>
      {needing.length > 0 && (
        <small>
          needed by <Text of={needing.join(', ')} />
        </small>
      )}
    </p>
  )
}

const FIRST_ROWS = 50

export function EffectTable({ effects }: { readonly effects: readonly EffectLine[] }) {
  const [all, setAll] = useState(false)
  const rows = gravestFirst(effects)
  const more = rows.length - FIRST_ROWS
  return (
    <>
      <table class="effects">
        <thead>
          <tr>
            <th scope="col">does</th>
            <th scope="col">to</th>
            <th scope="col">where</th>
            <th scope="col">undo</th>
            <th scope="col">how sure</th>
          </tr>
        </thead>
        <tbody>
          {(all ? rows : rows.slice(0, FIRST_ROWS)).map((effect, i) => (
            <Row key={i} effect={effect} />
          ))}
        </tbody>
      </table>
      {!all && more > 0 && (
        <button type="button" onClick={() => setAll(true)}>
          Show {count(more, 'more effect')}
        </button>
      )}
    </>
  )
}

function Row({ effect }: { readonly effect: EffectLine }) {
  return (
    <tr>
      <td>
        <Text of={effect.verb} />
      </td>
      <td class="mono">
        <Text of={effect.resource} strict />
      </td>
      <td>
        <Text of={effect.place} />
      </td>
      <td class={isLost(effect) ? 'lost' : ''}>{UNDO[effect.undo]}</td>
      <td>
        <Text of={effect.why === undefined ? effect.certainty : `${effect.certainty}: ${effect.why}`} />
      </td>
    </tr>
  )
}
