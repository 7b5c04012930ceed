import { useState } from 'preact/hooks'
import { partsOf } from '../marks.ts'
import { count } from '../words.ts'
import { Text } from './text.tsx'

/** The call as it came, in monospace, line by line. */
export function Bytes({ input }: { readonly input: unknown }) {
  return (
    <>
      {partsOf(input).map(({ name, text }) => (
        <figure key={name} class="bytes">
          {name !== '' && (
            <figcaption>
              <Text of={name} strict />
            </figcaption>
          )}
          <Lines text={text} />
        </figure>
      ))}
    </>
  )
}

const FIRST_LINES = 200
const EMPTY_LINES = 3

function Lines({ text }: { readonly text: string }) {
  const [all, setAll] = useState(false)
  const lines = numbered(text)
  const more = lines.length - FIRST_LINES
  return (
    <>
      <ol>
        {(all ? lines : lines.slice(0, FIRST_LINES)).map(({ at, line, empty }) => (
          <li key={at} value={at} class="bytes-line">
            {empty > EMPTY_LINES ? <span class="mark">{count(empty, 'empty line')}</span> : <Text of={line} strict />}
          </li>
        ))}
      </ol>
      {!all && more > 0 && (
        <button type="button" onClick={() => setAll(true)}>
          Show {count(more, 'more line')}: they run too
        </button>
      )}
    </>
  )
}

/** Lines with their numbers; a long run of empty ones, which would push what follows out of sight, as one. */
function numbered(text: string): { at: number; line: string; empty: number }[] {
  const rows: { at: number; line: string; empty: number }[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const last = rows.at(-1)
    if (last && last.empty > 0 && line.trim() === '') last.empty += 1
    else rows.push({ at: i + 1, line, empty: line.trim() === '' ? 1 : 0 })
  }
  return rows.flatMap((row) =>
    row.empty > 1 && row.empty <= EMPTY_LINES
      ? Array.from({ length: row.empty }, (_, i) => ({ at: row.at + i, line: '', empty: 1 }))
      : [row],
  )
}
