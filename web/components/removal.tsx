import { useState } from 'preact/hooks'
import { useAct, Wrong } from './act.tsx'

interface RemovalProps {
  readonly verb: string
  /** What it does, before it is done. */
  readonly effect: string
  /** Whom or what, for those who don't see the row. */
  readonly what: string
  remove(): Promise<unknown>
}

/** A button that says what it would do, and does it at the second press. */
export function Removal({ verb, effect, what, remove }: RemovalProps) {
  const [asks, setAsks] = useState(false)
  const { busy, wrong, run } = useAct()
  if (!asks)
    return (
      <button type="button" data-row aria-label={`${verb} ${what}`} onClick={() => setAsks(true)}>
        {verb}
      </button>
    )
  return (
    <fieldset class="removal" aria-label={`${verb} ${what}`}>
      <p>{effect}</p>
      <button type="button" disabled={busy} onClick={() => run(remove)}>
        {verb}
      </button>
      {/* biome-ignore lint/a11y/noAutofocus: the button that was pressed is gone; the harmless one takes its place */}
      <button type="button" autoFocus onClick={() => setAsks(false)}>
        Keep
      </button>
      <Wrong of={wrong} />
    </fieldset>
  )
}
