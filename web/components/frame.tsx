import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { type KeyHelp, useKeys } from '../keys.ts'
import { useLive } from '../live.ts'
import { Help } from './help.tsx'

interface FrameProps {
  readonly tabs: ComponentChildren
  /** Who is here, and the way out. */
  readonly end: ComponentChildren
  readonly keys: KeyHelp
  readonly mainRef: { current: HTMLElement | null }
  readonly children: ComponentChildren
}

/** The bar above every page, whether what is shown is live, and the help for the keys. */
export function Frame({ tabs, end, keys, mainRef, children }: FrameProps) {
  const [helps, setHelps] = useState(false)
  const { connected } = useLive(true)
  useKeys({ '?': () => setHelps(true) })
  return (
    <>
      <header class="bar">
        <nav aria-label="Pages">{tabs}</nav>
        <p class="bar-end">
          <span role="status">{connected ? '' : 'not live: connecting again'}</span>
          {end}
          <button type="button" class="quiet keys-button" aria-label="Keys" title="Keys" onClick={() => setHelps(true)}>
            ?
          </button>
        </p>
      </header>
      <main ref={mainRef} tabIndex={-1}>
        {children}
      </main>
      {helps && <Help keys={keys} onClose={() => setHelps(false)} />}
    </>
  )
}
